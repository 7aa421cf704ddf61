"""The command that makes demo data: repeatable, of any size, and not among real people."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from chat.models import Conversation, Message
from drivers.models import Driver
from offers.demo.people import real_people
from offers.models import Booking, Offer, Proposal

pytestmark = pytest.mark.django_db

SIZE = {"trucks": 60, "offers": 12, "messages": 320}


def seed(**options) -> str:
    said = io.StringIO()
    call_command("seed_demo", stdout=said, **({"password": "one long road"} | SIZE | options))
    return said.getvalue()


def picture() -> list[object]:
    """What there is, without numbers and times that differ from one database to the next."""
    return [
        list(
            Driver.objects.order_by("pk").values_list("truck_number", "driver_name", "cell_phone", "status", "latitude")
        ),
        list(
            Offer.objects.order_by("pk").values_list(
                "reference", "pickup_location", "proposed_rate", "status", "version"
            )
        ),
        list(Proposal.objects.order_by("pk").values_list("driver__truck_number", "status", "agreed_rate", "version")),
        list(Message.objects.order_by("conversation_id", "seq").values_list("sender_name", "message_type")),
    ]


def test_one_seed_makes_the_same_again_and_another_something_else():
    pictures = []
    for number in (7, 7, 8):
        seed(trucks=25, offers=7, messages=120, seed=number)
        pictures.append(picture())
        for model in (Booking, Proposal, Offer, Conversation, Driver, User):
            model.objects.all().delete()
    assert pictures[0] == pictures[1]
    assert pictures[0] != pictures[2]


def test_real_users_are_not_mixed_with_it():
    User.objects.create(username="boss", email="boss@carrier.example", password="x")
    with pytest.raises(CommandError, match="boss"):
        seed()
    assert (User.objects.count(), Driver.objects.count(), Offer.objects.count()) == (1, 0, 0)
    seed(force=True, trucks=5, offers=1, messages=0)
    assert Driver.objects.count() == 5
    assert User.objects.get(username="boss").password == "x"


def test_somebody_of_the_same_name_is_not_ours():
    User.objects.create(username="maria", email="maria@carrier.example", password="x")
    assert real_people() == ["maria"]
    seed(force=True, trucks=5, offers=1, messages=0)
    assert User.objects.get(username="maria").password == "x"


def test_once_more_adds_more_and_keeps_the_people():
    seed(trucks=10, offers=2, messages=30)
    people = User.objects.count()
    seed(trucks=10, offers=2, messages=30, password="another road")
    assert (User.objects.count(), Driver.objects.count(), Offer.objects.count()) == (people, 20, 4)
    assert Client().post("/sign-in", {"username": "maria", "password": "another road"}).status_code == 302


@pytest.mark.parametrize(
    "sizes", [{"trucks": 0}, {"offers": 0}, {"messages": 0}, {"trucks": 0, "offers": 0, "messages": 0}]
)
def test_any_size_will_do(sizes):
    seed(**({"trucks": 5, "offers": 3, "messages": 10} | sizes))


def test_less_than_nothing_is_refused():
    with pytest.raises(CommandError, match="--offers"):
        seed(offers=-1)
    assert not User.objects.exists()


def test_a_password_is_made_up_and_never_the_same():
    passwords = {re.search(r"password +(\S+)", seed(password=None, trucks=0, offers=0))[1] for _ in range(2)}
    assert len(passwords) == 2


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_who_waits_sees_how_far_it_has_come_and_a_log_does_not():
    terminal, log = Terminal(), io.StringIO()
    little = {"trucks": 25, "offers": 7, "messages": 120}
    seed(stderr=terminal, **little)
    shares = [int(share) for share in re.findall(r"(\d+)%", terminal.getvalue())]
    assert len(shares) > 1
    assert shares == sorted(shares)
    assert shares[-1] == 100
    seed(stderr=log, **little)
    assert log.getvalue() == ""
