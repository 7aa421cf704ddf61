"""Taking over beside an older system: what becomes of its rows, and that it goes on as before."""

from collections.abc import Iterator

import bcrypt
import pytest
from django.db import connection
from django.test import Client

from accounts import services as accounts
from accounts.models import User
from chat import selectors as chat
from chat.models import Conversation, Member, Message
from drivers.models import Driver
from journal.models import Entry
from kernel.actors import Actor
from offers import selectors
from offers.models import Offer, Proposal
from tests.offers.older_system import PHP_WRITES, TABLES, Database, adopt, database

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def adopted(django_db_blocker) -> Iterator[Database]:
    """Adopted once for all tests that only look."""
    with database(django_db_blocker) as here:
        here.before = {name: here.made(name) for name in TABLES}
        here.said = adopt()
        yield here


@pytest.fixture
def older(django_db_blocker) -> Iterator[Database]:
    """The older system's database with rows, not adopted yet."""
    with database(django_db_blocker) as here:
        yield here


def test_the_older_systems_tables_are_as_they_were(adopted):
    for name in ("users", "Trucks"):
        assert adopted.made(name) == adopted.before[name]


def test_it_says_what_it_did(adopted):
    assert "Set `offers` aside as `legacy_offers`." in adopted.said
    assert "Copied 3 rows of `legacy_offers`." in adopted.said
    assert "Copied 6 rows of `legacy_offer_proposals`." in adopted.said
    assert "Copied 7 rows of `legacy_chat_messages`." in adopted.said
    assert "could not" not in adopted.said
    assert Entry.objects.get(verb="adopt_legacy").after["copied"]["offers"] == 3


def test_the_four_are_set_aside_with_all_their_rows(adopted):
    assert adopted.value("SELECT COUNT(*) FROM legacy_offers") == 3
    assert adopted.value("SELECT COUNT(*) FROM legacy_socket_sessions") == 1


def test_nothing_of_ours_points_at_users_or_trucks(adopted):
    pointing = adopted.rows(
        "SELECT table_name FROM information_schema.key_column_usage WHERE table_schema = DATABASE()"
        " AND referenced_table_name IN ('users', 'Trucks')"
    )
    assert pointing == [("Trucks",)]  # The older system's own.


def test_offers_are_copied(adopted):
    offer = Offer.objects.get(pk=4)
    assert (offer.created_by_id, offer.owner_id, offer.version, offer.currency) == (1, 1, 1, "USD")
    assert (offer.pickup_location, offer.pickup_place) == ("12 Main St, Dallas, TX 75201", "Dallas, TX 75201")
    assert (offer.pickup_zone, offer.delivery_place) == ("America/Chicago", "Chicago, IL")
    assert (float(offer.pickup_lat), float(offer.pickup_lon)) == (32.7801, -96.8001)
    assert (offer.distance_source, float(offer.distance_miles)) == ("given", 900.5)
    assert (offer.notes, offer.dimensions, offer.invited_driver_ids) == ("gate 5", "144x72x74", [1, 2])
    assert offer.created_at.isoformat() == "2026-01-01T08:00:00+00:00"
    assert offer.updated_at.isoformat() == "2026-01-02T08:00:00+00:00"
    odd = Offer.objects.get(pk=7)
    assert (odd.pickup_place, odd.delivery_lon, odd.notes, str(odd.proposed_rate)) == (
        "Nowhere at all",
        None,
        "",
        "0.00",
    )
    assert list(Offer.objects.order_by("pk").values_list("status", flat=True)) == [
        "active",
        "completed",
        "cancelled",
    ]


def test_proposals_are_copied(adopted):
    shown = {
        row.pk: (
            row.status,
            row.reason,
            str(row.offered_rate),
            row.driver_proposed_rate and str(row.driver_proposed_rate),
        )
        for row in Proposal.objects.all()
    }
    assert shown == {
        11: ("counter_offered", "", "850.00", "900.00"),
        12: ("sent", "", "850.00", None),
        13: ("awarded", "", "0.00", None),
        14: ("lost", "covered", "0.00", None),
        15: ("rejected", "", "500.00", None),
        16: ("lost", "offer_closed", "500.00", "620.00"),
    }
    winner = Proposal.objects.get(pk=13)
    assert (winner.won_offer_id, winner.agreed_rate, winner.awarded_at) == (
        7,
        winner.offered_rate,
        winner.responded_at,
    )
    assert [
        (round_.action, round_.actor_name, round_.rate and str(round_.rate))
        for round_ in Proposal.objects.get(pk=11).rounds.all()
    ] == [
        ("send", "Dana Whitfield", "850.00"),
        ("counter", "Al", "900.00"),
    ]


def test_a_driver_goes_on_seeing_a_closed_offer_as_it_was(adopted):
    al = Driver.objects.get(pk=1).actor
    (shown,) = selectors.offer_dicts(list(Offer.objects.filter(pk=9)), al)
    assert shown["pickup_place"] == "Austin, TX"
    assert "customer_name" not in shown


def test_messages_are_numbered_in_the_order_they_were_said(adopted):
    talk = Conversation.objects.get(offer_id=4, driver_id=1)
    shown = [
        (message.seq, message.pk, message.sender_type, message.sender_name, message.message)
        for message in talk.messages.all()
    ]
    assert shown == [
        (1, 22, "driver", "Al", "first 👍"),
        (2, 21, "dispatcher", "Dana Whitfield", "second"),
        (3, 23, "dispatcher", "max", "third"),
        (4, 24, "driver", "Al", "900"),
        (5, 25, "driver", "Al", "fifth <b>"),
        (6, 26, "dispatcher", "#77", "sixth"),
    ]
    assert (talk.last_seq, talk.last_message_at.hour) == (6, 13)
    assert talk.messages.get(seq=4).message_type == "rate_proposal"


def test_read_marks_are_kept(adopted):
    read = dict(Message.objects.filter(conversation__offer_id=4).values_list("pk", "read_at"))
    assert {pk for pk, at in read.items() if at} == {21, 22, 24}
    seats = {
        (member.actor_type, member.actor_id, member.role): member.read_seq
        for member in Member.objects.filter(conversation__offer_id=4, conversation__driver_id=1)
    }
    assert seats == {("dispatcher", 1, "owner"): 4, ("driver", 1, "driver"): 2}
    dana, al = User.objects.get(pk=1).actor, Driver.objects.get(pk=1).actor
    talk = Conversation.objects.get(offer_id=4, driver_id=1)
    assert chat.unread(dana, [talk.pk])[talk.pk] == 2  # The fifth, and what another dispatcher wrote.
    assert chat.unread(al, [talk.pk])[talk.pk] == 2


def test_every_pair_has_a_conversation_open_as_long_as_one_may_write(adopted):
    shown = {(row.offer_id, row.driver_id): row.status for row in Conversation.objects.all()}
    assert shown == {
        (4, 1): "open",
        (4, 2): "open",
        (4, 3): "open",
        (7, 1): "open",
        (7, 3): "closed",
        (9, 1): "closed",
        (9, 2): "closed",
    }


def test_new_rows_are_numbered_beyond_the_old_ones(adopted):
    numbers = dict(
        adopted.rows(
            "SELECT table_name, auto_increment FROM information_schema.tables WHERE table_schema = DATABASE()"
            " AND table_name IN ('offers', 'offer_proposals', 'chat_messages')"
        )
    )
    assert numbers["offers"] > 9
    assert numbers["offer_proposals"] > 16
    assert numbers["chat_messages"] > 27


def test_old_messages_are_read_through_the_new_doors(adopted):
    user = User.objects.get(pk=1)
    access = accounts.begin_session(actor=user.actor, way="password").access
    answer = Client().get("/api/offers/4/chat/1", headers={"Authorization": f"Bearer {access}"})
    assert answer.status_code == 200
    assert [message["seq"] for message in answer.json()["results"]] == [1, 2, 3, 4, 5, 6]


def test_passwords_go_both_ways(adopted):
    answer = Client().post(
        "/api/auth/token", {"username": "dana", "password": "a word from php"}, content_type="application/json"
    )
    assert answer.status_code == 200
    admin = Actor(type="dispatcher", id=99, name="Admin", role="admin")
    accounts.set_password(actor=admin, user_id=2, password="another long word")
    stored = adopted.value("SELECT password FROM users WHERE id = 2")
    assert stored.startswith("$2y$")
    assert bcrypt.checkpw(b"another long word", stored.encode())


def test_the_older_system_goes_on_writing(older):
    adopt()
    older.run(PHP_WRITES)
    manager = User.objects.get(pk=2).actor
    assert [offer["id"] for offer in selectors.offer_dicts(list(Offer.objects.order_by("pk")), manager)] == [4, 7, 9]
    assert Message.objects.filter(conversation__driver_id=1).count() == 6
    assert Driver.objects.get(pk=2).status == "Loaded"


def test_it_needs_no_server_that_says_which_numbers_it_has_given(older, monkeypatch):
    monkeypatch.setattr(type(connection.features), "can_return_rows_from_bulk_insert", False)
    adopt()
    assert Conversation.objects.get(offer_id=4, driver_id=1).messages.count() == 6
    assert Proposal.objects.get(pk=11).rounds.count() == 2
