import threading

import pytest

from accounts import services
from accounts.sign_in import tickets, tokens
from accounts.sign_in.validity import signed_in_by
from tests.accounts.factories import key_of, make_user, sign_in

pytestmark = pytest.mark.django_db


def test_a_ticket_stands_once_for_whoever_got_it():
    signed_in = tokens.actor_of(sign_in(make_user()).access)
    ticket = tickets.issue(signed_in)
    assert signed_in_by(tickets.redeem(ticket)) == signed_in
    assert tickets.redeem(ticket) is None


def test_a_ticket_is_good_for_half_a_minute(settings):
    settings.SOCKET_TICKET_SECONDS = 0
    ticket = tickets.issue(tokens.actor_of(sign_in(make_user()).access))
    assert tickets.redeem(ticket) is None


def test_a_ticket_dies_with_the_sign_in():
    user = make_user()
    pair = sign_in(user)
    ticket = tickets.issue(tokens.actor_of(pair.access))
    services.end_sessions(key=key_of(user), because="test")
    assert signed_in_by(tickets.redeem(ticket)) is None


@pytest.mark.parametrize("ticket", ["", "x", "x" * 43, "x" * 4000, "é" * 43, "\0" * 43])
def test_nonsense_is_no_ticket(ticket):
    assert tickets.redeem(ticket) is None


def test_of_many_who_come_with_one_ticket_one_gets_in():
    ticket = tickets.issue(tokens.actor_of(sign_in(make_user()).access))
    start = threading.Barrier(8)
    let_in = []

    def come() -> None:
        start.wait()
        if tickets.redeem(ticket):
            let_in.append(1)

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_in) == 1
