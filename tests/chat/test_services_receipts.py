"""Receipts: whose reading counts for whom, who is told, and that marks only move on."""

import pytest

from accounts.models import User
from chat import selectors, services
from chat.enums import MemberRole
from chat.models import Member, Message
from chat.services import Line, Mark
from chat.services.receipts import Receipt
from kernel.errors import Invalid, NotFound, Refusal
from tests.chat import factories

pytestmark = pytest.mark.django_db


def pair(conversation):
    return {"offer_id": conversation.offer_id, "driver_id": conversation.driver_id}


def stamps(conversation, what="read_at"):
    return [getattr(message, what) is not None for message in conversation.messages.all()]


@pytest.fixture
def talk(people, conversation, told):
    """1 system, 2 driver, 3 owner, 4 driver."""
    services.say(lines=[Line(conversation.pk, "A load.")])
    factories.send(people.driver, conversation, "2")
    factories.send(people.owner, conversation, "3")
    factories.send(people.driver, conversation, "4")
    told.clear()
    return conversation


@pytest.mark.parametrize(
    ("reader", "writes_first", "read"),
    [
        ("owner", False, [False, True, False, True]),
        ("follower", False, [False, False, False, False]),
        ("follower", True, [False, True, False, True]),
        ("manager", False, [False, False, False, False]),
        ("manager", True, [False, True, False, True]),
        ("driver", False, [False, False, True, False]),
    ],
)
@pytest.mark.parametrize("receipt", list(Receipt))
def test_whose_reading_counts(
    people, talk, told, reader, writes_first, read, receipt, django_capture_on_commit_callbacks
):
    actor = people.named(reader)
    if writes_first:
        factories.send(actor, talk, "5")
        read = [*read, False]
    counts = any(read)
    mark = services.mark_read if receipt == Receipt.READ else services.mark_delivered
    told.clear()
    with django_capture_on_commit_callbacks(execute=True):
        answer = mark(actor=actor, **pair(talk), seq=4)

    assert answer == {"conversation_id": talk.pk, **pair(talk), "seq": 4}
    assert stamps(talk, "read_at") == (read if receipt == Receipt.READ else [False] * len(read))
    assert stamps(talk, "delivered_at") == read
    listening = {people.owner.key, people.follower.key, people.driver.key} | ({actor.key} if writes_first else set())
    assert {event.to for event in told.events} == (listening if counts else {actor.key})
    assert {event.kind for event in told.events} == {str(receipt)}
    (shown,) = told.to(actor)
    at = shown.pop("at")
    assert shown == {"conversation_id": talk.pk, **pair(talk), "reader": actor.as_dict(), "seq": 4}
    assert at.endswith("Z")


def test_a_mark_only_moves_on_and_again_changes_nothing(people, talk, told, django_capture_on_commit_callbacks):
    services.mark_read(actor=people.owner, **pair(talk), seq=4)
    before = list(Message.objects.values()), list(Member.objects.values())
    with django_capture_on_commit_callbacks(execute=True):
        for seq in (4, 2, 0):
            assert services.mark_read(actor=people.owner, **pair(talk), seq=seq)["seq"] == 4
            assert services.mark_delivered(actor=people.owner, **pair(talk), seq=seq)["seq"] == 4
    assert (list(Message.objects.values()), list(Member.objects.values())) == before
    assert not told


def test_the_first_reading_of_a_side_stays(people, talk):
    services.mark_read(actor=people.owner, **pair(talk), seq=2)
    first = Message.objects.get(conversation=talk, seq=2).read_at
    factories.send(people.follower, talk, "5")
    services.mark_read(actor=people.follower, **pair(talk), seq=4)
    assert Message.objects.get(conversation=talk, seq=2).read_at == first
    assert stamps(talk) == [False, True, False, True, False]


def test_a_mark_ends_at_the_last_message(people, talk):
    assert services.mark_read(actor=people.driver, **pair(talk), seq=10**30)["seq"] == 4
    factories.send(people.owner, talk, "5")
    assert selectors.unread(people.driver, [talk.pk]) == {talk.pk: 1}


def test_a_message_can_be_named_by_its_id(people, talk):
    message = Message.objects.get(conversation=talk, seq=2)
    assert services.mark_read(actor=people.owner, **pair(talk), message_id=message.pk)["seq"] == 2
    assert stamps(talk) == [False, True, False, False]


def test_a_message_of_another_conversation_is_not_found(people, talk, told):
    elsewhere = factories.conversation(owner=people.owner, driver=people.other_driver)
    message = factories.send(people.owner, elsewhere)
    with pytest.raises(NotFound):
        services.mark_read(actor=people.driver, **pair(talk), message_id=message["id"])
    assert not any([*stamps(talk), *stamps(elsewhere)])


@pytest.mark.parametrize("named", [{}, {"seq": 1, "message_id": 1}])
def test_exactly_one_of_seq_and_message_id_is_named(people, talk, named):
    with pytest.raises(Invalid) as refused:
        services.mark_read(actor=people.driver, **pair(talk), **named)
    assert list(refused.value.fields) == ["seq"]


@pytest.mark.parametrize("who", ["other", "other_driver"])
def test_who_may_not_see_it_marks_nothing(people, talk, told, who):
    with pytest.raises(NotFound):
        services.mark_read(actor=people.named(who), **pair(talk), seq=4)
    assert not any(stamps(talk))
    assert not told
    assert Member.objects.filter(conversation=talk).count() == 3


def test_what_a_follower_has_read_counts_once_they_write(people, talk, told, django_capture_on_commit_callbacks):
    services.mark_read(actor=people.follower, **pair(talk), seq=2)
    assert not any(stamps(talk))
    with django_capture_on_commit_callbacks(execute=True):
        factories.send(people.follower, talk, "5")
    assert stamps(talk) == [False, True, False, False, False]
    assert [each["seq"] for each in told.to(people.driver, "message_read")] == [2]


def test_what_a_follower_has_read_counts_once_they_own_the_offer(
    people, talk, told, django_capture_on_commit_callbacks
):
    services.mark_read(actor=people.follower, **pair(talk), seq=2)
    with django_capture_on_commit_callbacks(execute=True):
        services.set_office_members(offer_id=talk.offer_id, office={people.follower.key: MemberRole.OWNER})
    assert stamps(talk) == [False, True, False, False]
    assert told.to(people.driver, "message_read")[0]["reader"] == people.follower.as_dict()


def test_writing_marks_nothing_of_others_as_read(people, talk):
    factories.send(people.owner, talk, "5")
    assert not any(stamps(talk))
    assert selectors.unread(people.owner, [talk.pk]) == {talk.pk: 2}


def test_two_readers_of_one_batch_are_both_told(people, talk, told, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answers = services.mark_many(
            marks=[
                Mark(Receipt.READ, people.driver, talk.offer_id, talk.driver_id, seq=3),
                Mark(Receipt.READ, people.other_driver, talk.offer_id, talk.driver_id, seq=3),
                Mark(Receipt.DELIVERED, people.driver, talk.offer_id, talk.driver_id, seq=4),
                Mark(Receipt.READ, people.owner, talk.offer_id, talk.driver_id, seq=3),
                Mark(Receipt.READ, people.driver, talk.offer_id, talk.driver_id, seq=4),
            ]
        )
    assert [answer.code if isinstance(answer, Refusal) else answer["seq"] for answer in answers] == [
        3,
        "not_found",
        4,
        3,
        4,
    ]
    reads = [(each["reader"]["type"], each["seq"]) for each in told.to(people.follower, "message_read")]
    assert reads == [("driver", 4), ("dispatcher", 3)]
    assert stamps(talk) == [False, True, True, False]


def test_a_batch_of_marks_takes_the_same_few_statements(django_assert_max_num_queries):
    def marks(number):
        drivers = [factories.driver() for _ in range(number)]
        found = []
        for each in drivers:
            owner = factories.office_person()
            conversation = factories.conversation(owner=owner, driver=each)
            factories.send(owner, conversation)
            factories.send(each, conversation)
            found.append(Mark(Receipt.READ, each, conversation.offer_id, each.id, seq=1))
        return found

    one, many = marks(1), marks(30)
    # Conversations, members locked, the time, members and messages written; the time, heads, events, heads;
    # two of a savepoint in tests.
    with django_assert_max_num_queries(11):
        services.mark_many(marks=one)
    with django_assert_max_num_queries(11):
        services.mark_many(marks=many)


def test_receipts_look_the_same_when_they_are_replayed(people, talk, told, django_capture_on_commit_callbacks):
    from chat.events import RENDERERS
    from presence.log.renderers import Wanted
    from presence.models import StreamEvent

    with django_capture_on_commit_callbacks(execute=True):
        services.mark_read(actor=people.owner, **pair(talk), seq=4)
    row = StreamEvent.objects.get(kind="message_read", actor_type="driver")

    def replayed(viewer):
        (shown,) = RENDERERS["message_read"]([Wanted(viewer, row.object_id, row.detail, row.at)])
        return shown

    assert replayed(people.driver) == told.to(people.driver)[0]
    assert replayed(people.other_driver) is None
    User.objects.filter(pk=people.owner.id).update(is_active=False)
    assert replayed(people.driver)["reader"] == {"type": "dispatcher", "id": people.owner.id, "name": "", "role": ""}
