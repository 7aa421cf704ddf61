"""A conversation of more than two sides, and of more than one kind of actor on a side: the kinds are made up here."""

from collections.abc import Collection, Mapping

import pytest

from accounts import kinds
from accounts.kinds import ActorKind
from chat import selectors, services, sides
from chat.enums import MemberRole
from chat.models import Member
from chat.services import Line
from chat.sides import Side, own_senders, side_of
from kernel.actors import Actor
from presence.models import Attendance
from tests.chat import factories

pytestmark = pytest.mark.django_db

CUSTOMER = Actor(type="customer", id=1, name="Cora Customer", role="shipper")
PARTNER = Actor(type="partner", id=2, name="Pat Partner", role="partner")
VISITOR = Actor(type="visitor", id=3, name="Vera Visitor", role="visitor")
MADE_UP = {actor.type: actor for actor in (CUSTOMER, PARTNER, VISITOR)}


@pytest.fixture(autouse=True)
def made_up_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A customer is on a side of their own, a partner on the office's, a visitor on none."""

    def kind(actor: Actor) -> ActorKind:
        def load(ids: Collection[int]) -> Mapping[int, Actor]:
            return {actor.key.id: actor} if actor.id in ids else {}

        return ActorKind(type=actor.type, load=load, fingerprints=lambda ids: dict.fromkeys(ids, ""))

    for actor in MADE_UP.values():
        monkeypatch.setitem(kinds._kinds, actor.type, kind(actor))
    monkeypatch.setitem(sides.SIDES, "customer", "customer")
    monkeypatch.setitem(sides.SIDES, "partner", Side.OFFICE)


@pytest.fixture
def talk(people, conversation, told):
    """1 driver, 2 owner, 3 system; customer, partner and visitor were let in, and count for the side they read for."""
    factories.send(people.driver, conversation, "1")
    factories.send(people.owner, conversation, "2")
    services.say(lines=[Line(conversation.pk, "3")])
    for actor in MADE_UP.values():
        Member.objects.create(
            conversation=conversation, actor_type=actor.type, actor_id=actor.id, role=MemberRole.FOLLOWER,
            has_written=True, joined_at=conversation.created_at,
        )  # fmt: skip
    told.clear()
    return conversation


def read_by(conversation, actor):
    services.mark_read(actor=actor, offer_id=conversation.offer_id, driver_id=conversation.driver_id, seq=9)
    return [message.read_at is not None for message in conversation.messages.all()]


def test_kinds_are_on_the_side_that_they_speak_for():
    assert (side_of("dispatcher"), side_of("driver")) == (Side.OFFICE, Side.DRIVER)
    assert (side_of("partner"), side_of("customer"), side_of("system"), side_of("visitor")) == (
        Side.OFFICE, "customer", None, None,
    )  # fmt: skip
    assert own_senders("partner") == ["system", "dispatcher", "partner"]


def test_a_third_side_reads_for_the_others(people, talk):
    assert read_by(talk, CUSTOMER) == [True, True, False]


def test_another_kind_on_the_same_side_reads_for_its_side(people, talk):
    assert read_by(talk, PARTNER) == [True, False, False]
    assert read_by(talk, people.driver) == [True, True, False]


def test_the_first_of_the_other_sides_says_when_it_was_read(people, talk):
    read_by(talk, CUSTOMER)
    first = talk.messages.get(seq=2).read_at
    read_by(talk, people.driver)
    assert talk.messages.get(seq=2).read_at == first


def test_who_takes_no_side_reads_for_nobody(people, talk):
    assert read_by(talk, VISITOR) == [False, False, False]


def test_all_sides_are_told_and_have_unread_of_the_others(people, talk, told, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        factories.send(CUSTOMER, talk, "Where is it?")
    for actor in (CUSTOMER, PARTNER, people.owner, people.driver):
        assert [each["message"] for each in told.to(actor, "new_message")] == ["Where is it?"]
    assert selectors.unread_total(people.driver) == 2
    assert selectors.unread_total(CUSTOMER) == 2


@pytest.mark.parametrize(
    ("viewer", "here", "online"),
    [
        ("owner", "driver", True),
        ("owner", "customer", True),
        ("owner", "partner", False),
        ("driver", "partner", True),
        ("driver", "customer", True),
        ("driver", "driver", False),
        ("customer", "owner", True),
        ("customer", "driver", True),
    ],
)
def test_the_other_sides_are_shown_as_here(people, talk, viewer, here, online):
    def named(name: str) -> Actor:
        return MADE_UP.get(name) or people.named(name)

    Attendance.objects.create(actor_type=named(here).type, actor_id=named(here).id, online=True)
    (shown,) = selectors.conversation_dicts([talk], named(viewer))
    assert shown["online"] is online


def test_the_office_is_changed_and_other_sides_stay(people, talk):
    services.set_office_members(offer_id=talk.offer_id, office={people.other.key: MemberRole.OWNER})
    here = talk.members.filter(left_at=None).values_list("actor_type", "actor_id")
    assert set(here) == {
        tuple(people.other.key), tuple(people.driver.key), tuple(CUSTOMER.key), tuple(VISITOR.key),
    }  # fmt: skip
