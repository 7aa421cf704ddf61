"""The chat's commands, called as the live connection calls them."""

import pytest
from django.test import override_settings

from chat import services
from chat.models import Message
from kernel.errors import Invalid, Refusal
from presence.doorbell import topics
from presence.live import commands
from presence.models import StreamEvent
from tests.chat import factories

pytestmark = pytest.mark.django_db

NAMES = [
    "join_offer_chat",
    "leave_offer_chat",
    "send_message",
    "typing_start",
    "typing_stop",
    "mark_message_delivered",
    "mark_message_read",
]


def do(name, actor, conversation, **fields):
    """The answer and the call that got it; raises the refusal."""
    command = commands.find(name)
    data = command.read({"offer_id": conversation.offer_id, "driver_id": conversation.driver_id, **fields})
    call = commands.Call(actor=actor, data=data)
    if command.run is not None:
        return command.run(call), call
    (answer,) = command.run_many([call])
    if isinstance(answer, Refusal):
        raise answer
    return answer, call


def code(name, actor, conversation, **fields):
    try:
        do(name, actor, conversation, **fields)
    except Refusal as refusal:
        return refusal.code
    return "ok"


FIELDS = {
    "send_message": {"message": "m", "client_id": "c"},
    "mark_message_delivered": {"seq": 1},
    "mark_message_read": {"seq": 1},
}
LOOKING = ["join_offer_chat", "mark_message_delivered", "mark_message_read", "typing_stop"]
WRITING = ["send_message", "typing_start"]


@pytest.mark.parametrize("sees_all", [False, True])
@pytest.mark.parametrize("who", ["owner", "follower", "other", "manager", "driver", "other_driver"])
def test_who_may_do_what(people, conversation, told, who, sees_all):
    factories.send(people.owner, conversation)
    told.clear()
    before = StreamEvent.objects.count()
    actor = people.named(who)
    member = who in ("owner", "follower", "driver", "manager")
    looks = member or (sees_all and who == "other")
    with override_settings(DISPATCHERS_SEE="all" if sees_all else "own"):
        for name in LOOKING:
            assert code(name, actor, conversation, **FIELDS.get(name, {})) == ("ok" if looks else "not_found")
        for name in WRITING:
            expected = "ok" if member else "permission_denied" if looks else "not_found"
            assert code(name, actor, conversation, **FIELDS.get(name, {})) == expected
    if not looks:
        assert StreamEvent.objects.count() == before
        assert not told


@pytest.mark.parametrize(
    ("name", "fields", "field"),
    [
        ("send_message", {"message": "m"}, "client_id"),
        ("send_message", {"client_id": "c"}, "message"),
        ("send_message", {"message": "m", "client_id": "c", "more": 1}, "more"),
        ("join_offer_chat", {"after": -1}, "after"),
        ("join_offer_chat", {"driver_id": "7"}, "driver_id"),
        ("join_offer_chat", {"offer_id": 2**63}, "offer_id"),
        ("mark_message_read", {}, "seq"),
        ("mark_message_read", {"seq": 1, "message_id": 1}, "seq"),
        ("mark_message_delivered", {"seq": True}, "seq"),
        ("mark_message_delivered", {"message_id": 0}, "message_id"),
    ],
)
def test_fields_at_fault_are_named(people, conversation, name, fields, field):
    with pytest.raises(Invalid) as refused:
        do(name, people.driver, conversation, **fields)
    assert list(refused.value.fields) == [field]


def test_joining_gives_the_newest_page_and_the_topic(people, conversation):
    for number in range(60):
        factories.send(people.owner, conversation, str(number))
    answer, call = do("join_offer_chat", people.driver, conversation)
    assert call.joined == [topics.of_chat(conversation.offer_id, conversation.driver_id)]
    assert [each["seq"] for each in answer["messages"]] == list(range(11, 61))
    assert (answer["last_seq"], answer["has_more"]) == (60, True)
    assert answer["conversation"]["id"] == conversation.pk
    assert answer["conversation"]["unread"] == 60

    answer, _call = do("join_offer_chat", people.driver, conversation, after=5)
    assert [each["seq"] for each in answer["messages"]] == list(range(6, 56))
    assert answer["has_more"]
    answer, _call = do("join_offer_chat", people.driver, conversation, after=58)
    assert ([each["seq"] for each in answer["messages"]], answer["has_more"]) == ([59, 60], False)


def test_leaving_needs_no_access(people, conversation):
    _answer, call = do("leave_offer_chat", people.other_driver, conversation)
    assert call.left == [topics.of_chat(conversation.offer_id, conversation.driver_id)]


def test_sending_answers_the_message_and_ends_typing(people, conversation):
    answer, call = do("send_message", people.driver, conversation, message="Hi", client_id="c-1")
    again, _call = do("send_message", people.driver, conversation, message="Hi", client_id="c-1")
    assert answer == again
    assert answer["message"] == "Hi"
    _answer, typing = do("typing_start", people.driver, conversation)
    assert call.released == [typing.held[0].name]


def test_calls_that_come_together_are_answered_one_by_one(people, conversation):
    command = commands.find("send_message")
    place = {"offer_id": conversation.offer_id, "driver_id": conversation.driver_id}
    calls = [
        commands.Call(actor, command.read({**place, "message": "m", "client_id": f"c-{index}"}))
        for index, actor in enumerate([people.driver, people.other_driver, people.owner])
    ]
    answers = command.run_many(calls)
    assert [answer["seq"] if not isinstance(answer, Refusal) else answer.code for answer in answers] == [
        1,
        "not_found",
        2,
    ]


@override_settings(MESSAGES_BURST=3, MESSAGES_PER_SECOND=0.01)
def test_a_flood_is_refused_and_the_limit_is_the_same_as_by_rest(people, conversation):
    from tests.chat.test_api import Caller, address

    rest = Caller(people.driver).send("POST", address(conversation), {"message": "m", "client_id": "r"})
    assert rest.status_code == 201
    codes = [
        code("send_message", people.driver, conversation, message="m", client_id=str(number)) for number in range(4)
    ]
    assert codes == ["ok", "ok", "rate_limited", "rate_limited"]
    assert code("send_message", people.owner, conversation, message="m", client_id="1") == "ok"
    assert Message.objects.count() == 4


@override_settings(MESSAGES_BURST=0)
def test_no_limit_is_no_limit(people, conversation):
    codes = {code("send_message", people.driver, conversation, message="m", client_id=str(n)) for n in range(30)}
    assert codes == {"ok"}


def test_typing_is_passed_on_to_the_others_who_joined_and_held(
    people, conversation, told, django_capture_on_commit_callbacks
):
    _answer, call = do("typing_start", people.driver, conversation)
    (passing,) = told.passing
    assert passing.kind == "user_typing"
    assert passing.to == (topics.of_chat(conversation.offer_id, conversation.driver_id),)
    assert passing.but == (people.driver.key,)
    assert passing.data == {
        "conversation_id": conversation.pk,
        "offer_id": conversation.offer_id,
        "driver_id": conversation.driver_id,
        "actor": people.driver.as_dict(),
    }
    (hold,) = call.held
    assert hold.seconds == 6
    assert (hold.on_release.kind, hold.on_release.data, hold.on_release.to, hold.on_release.but) == (
        "user_stopped_typing",
        passing.data,
        passing.to,
        passing.but,
    )
    told.clear()
    _answer, call = do("typing_stop", people.driver, conversation)
    assert call.released == [hold.name]
    assert not told


def test_nobody_types_in_a_closed_conversation(people, conversation, told):
    services.close_conversations(conversation_ids=[conversation.pk])
    assert code("typing_start", people.driver, conversation) == "conversation_closed"
    assert not told


def test_marks_by_number_and_by_message(people, conversation):
    factories.send(people.owner, conversation, "1")
    second = factories.send(people.owner, conversation, "2")
    place = {"conversation_id": conversation.pk, "offer_id": conversation.offer_id, "driver_id": people.driver.id}
    assert do("mark_message_delivered", people.driver, conversation, seq=1)[0] == {**place, "seq": 1}
    assert do("mark_message_read", people.driver, conversation, message_id=second["id"])[0] == {**place, "seq": 2}
    assert all(message.read_at and message.delivered_at for message in Message.objects.all())


def test_all_commands_are_registered():
    assert [name for name in NAMES if commands.find(name) is None] == []
