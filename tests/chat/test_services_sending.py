"""Sending: what is kept, numbered and told, what is refused and alone, and how few statements it takes."""

import threading
import time
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from chat import facts, services
from chat.enums import MemberRole, MessageType
from chat.models import Conversation, Member, Message
from chat.services import Line, Send, Sent, locking, sending
from kernel import clock
from kernel import facts as kernel_facts
from kernel.actors import SYSTEM
from kernel.errors import NotFound, Refusal
from kernel.unit_of_work import service
from presence.models import StreamEvent, StreamHead
from tests.chat import factories


def send_of(actor, conversation, message="Hello", client_id=None):
    return Send(actor, conversation.offer_id, conversation.driver_id, message, client_id)


def codes(answers):
    return [answer.code if isinstance(answer, Refusal) else "sent" for answer in answers]


@pytest.mark.django_db
def test_a_message_is_kept_numbered_and_told_to_everybody_in_the_conversation(
    people, conversation, told, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        message = factories.send(people.driver, conversation, "On my way 👍", client_id="c-1")

    assert message == {
        "id": message["id"],
        "conversation_id": conversation.pk,
        "offer_id": conversation.offer_id,
        "driver_id": people.driver.id,
        "seq": 1,
        "sender": {"type": "driver", "id": people.driver.id, "name": "Dee Driver", "role": "driver"},
        "message": "On my way 👍",
        "message_type": "text",
        "proposed_rate": None,
        "currency": None,
        "client_id": "c-1",
        "created_at": message["created_at"],
        "delivered_at": None,
        "read_at": None,
        "removed_at": None,
    }
    for person in (people.owner, people.follower, people.driver):
        assert told.to(person, "new_message") == [message]
    assert {event.to for event in told.events} == {people.owner.key, people.follower.key, people.driver.key}
    conversation.refresh_from_db()
    assert conversation.last_seq == 1
    assert conversation.last_message_at == Message.objects.get().created_at


@pytest.mark.django_db
def test_one_batch_numbers_each_conversation_for_itself_and_keeps_the_order(people, conversation):
    other = factories.conversation(owner=people.owner, driver=people.other_driver)
    answers = services.send_messages(
        sends=[
            send_of(people.driver, conversation, "a1"),
            send_of(people.other_driver, other, "b1"),
            send_of(people.owner, conversation, "a2"),
            send_of(people.owner, other, "b2"),
            send_of(people.driver, conversation, "a3"),
        ]
    )
    assert [(answer.message["message"], answer.message["seq"]) for answer in answers] == [
        ("a1", 1),
        ("b1", 1),
        ("a2", 2),
        ("b2", 2),
        ("a3", 3),
    ]
    assert list(conversation.messages.values_list("seq", "message")) == [(1, "a1"), (2, "a2"), (3, "a3")]
    assert Conversation.objects.get(pk=conversation.pk).last_seq == 3
    assert Conversation.objects.get(pk=other.pk).last_seq == 2


@pytest.mark.django_db
def test_the_same_client_id_is_the_same_message_later_and_within_one_batch(people, conversation, told):
    send = send_of(people.driver, conversation, "once", "c-1")
    first, again = services.send_messages(sends=[send, send])
    told.clear()
    (later,) = services.send_messages(sends=[send_of(people.driver, conversation, "other words", "c-1")])

    assert (first.created, again.created, later.created) == (True, False, False)
    assert first.message == again.message == later.message
    assert Message.objects.count() == 1
    assert not told


@pytest.mark.django_db
def test_a_client_id_belongs_to_its_sender_and_to_one_conversation(people, conversation):
    elsewhere = factories.conversation(owner=people.owner, driver=people.driver)
    answers = services.send_messages(
        sends=[
            send_of(people.driver, conversation, "mine", "c-1"),
            send_of(people.owner, conversation, "theirs", "c-1"),
            send_of(people.driver, elsewhere, "in another", "c-1"),
            send_of(people.driver, elsewhere, "case tells apart", "C-1"),
        ]
    )
    assert codes(answers) == ["sent", "sent", "conflict", "sent"]
    assert answers[2].as_dict()["fields"].keys() == {"client_id"}
    assert codes(services.send_messages(sends=[send_of(people.driver, elsewhere, "later", "c-1")])) == ["conflict"]
    assert Message.objects.count() == 3


@pytest.mark.django_db
def test_a_message_that_is_known_answers_even_after_the_conversation_has_closed(people, conversation):
    message = factories.send(people.driver, conversation, client_id="c-1")
    services.close_conversations(conversation_ids=[conversation.pk])
    assert factories.send(people.driver, conversation, client_id="c-1") == message


@pytest.mark.django_db
def test_without_a_client_id_every_send_is_a_new_message(people, conversation):
    send = send_of(people.driver, conversation)
    assert [answer.created for answer in services.send_messages(sends=[send, send])] == [True, True]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "client_id", "code", "field"),
    [
        ("", "c", "validation_error", "message"),
        (" \n\t\u00a0", "c", "validation_error", "message"),
        ("null\x00byte", "c", "validation_error", "message"),
        ("half \ud83d of a pair", "c", "validation_error", "message"),
        (None, "c", "validation_error", "message"),
        (["list"], "c", "validation_error", "message"),
        ("x" * 4001, "c", "message_too_long", "message"),
        ("fine", "", "validation_error", "client_id"),
        ("fine", "padded ", "validation_error", "client_id"),
        ("fine", "x" * 65, "validation_error", "client_id"),
        ("fine", "nul\x00", "validation_error", "client_id"),
        ("fine", 7, "validation_error", "client_id"),
    ],
)
def test_what_cannot_be_sent_is_refused_alone_and_names_its_field(
    people, conversation, told, text, client_id, code, field
):
    good, bad = services.send_messages(
        sends=[send_of(people.owner, conversation, "good"), send_of(people.driver, conversation, text, client_id)]
    )
    assert isinstance(good, Sent)
    assert bad.code == code
    assert list(bad.as_dict()["fields"]) == [field]
    assert [message.message for message in Message.objects.all()] == ["good"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "x" * 4000,
        "👨‍👩‍👧‍👦" * 500,
        "مرحبا بك",
        "<script>alert(1)</script> & 'quotes' \"too\"",
        "  kept as\r\n written  ",
    ],
)
def test_text_is_kept_as_it_was_written(people, conversation, text):
    assert factories.send(people.driver, conversation, text)["message"] == text
    assert Message.objects.get().message == text


@pytest.mark.django_db
def test_who_may_not_write_is_refused_alone_and_nothing_of_theirs_is_told(
    people, conversation, told, django_capture_on_commit_callbacks
):
    closed = factories.conversation(owner=people.owner, driver=people.driver)
    services.close_conversations(conversation_ids=[closed.pk])
    with django_capture_on_commit_callbacks(execute=True):
        answers = services.send_messages(
            sends=[
                send_of(people.other_driver, conversation),
                send_of(people.other, conversation),
                Send(people.owner, 10**30, people.driver.id, "nowhere"),
                send_of(people.driver, closed),
                send_of(people.owner, conversation, "the good one"),
            ]
        )
    assert codes(answers) == ["not_found", "not_found", "not_found", "conversation_closed", "sent"]
    assert {event.data["message"] for event in told.events} == {"the good one"}
    assert Message.objects.count() == 1


@pytest.mark.django_db
@override_settings(DISPATCHERS_SEE="all")
def test_where_every_dispatcher_looks_only_members_and_managers_write(people, conversation, told):
    answers = services.send_messages(
        sends=[send_of(people.other, conversation), send_of(people.other_driver, conversation)]
    )
    assert codes(answers) == ["permission_denied", "not_found"]
    assert not Message.objects.exists()
    assert not Member.objects.filter(role=MemberRole.GUEST).exists()


@pytest.mark.django_db
def test_a_manager_who_writes_becomes_a_guest_who_is_told(
    people, conversation, told, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        first = factories.send(people.manager, conversation, "May I?")
        second = factories.send(people.driver, conversation, "Sure")
    assert conversation.members.get(actor_type="dispatcher", actor_id=people.manager.id).role == MemberRole.GUEST
    assert told.to(people.manager, "new_message") == [first, second]


@pytest.mark.django_db
def test_a_guest_who_is_no_manager_any_more_hears_nothing_and_writes_nothing(
    people, conversation, told, django_capture_on_commit_callbacks
):
    from accounts.models import User

    factories.send(people.manager, conversation)
    User.objects.filter(pk=people.manager.id).update(role="dispatcher")
    demoted = User.objects.get(pk=people.manager.id).actor
    with django_capture_on_commit_callbacks(execute=True):
        answers = services.send_messages(
            sends=[send_of(demoted, conversation), send_of(people.driver, conversation, "among us")]
        )
    assert codes(answers) == ["not_found", "sent"]
    assert not told.to(demoted)


@pytest.mark.django_db
def test_the_name_stays_as_it_was_when_the_message_was_sent(people, conversation):
    from drivers.models import Driver

    factories.send(people.driver, conversation)
    Driver.objects.filter(pk=people.driver.id).update(driver_name="Renamed")
    assert Message.objects.get().sender.name == "Dee Driver"


@pytest.mark.django_db
def test_lines_are_said_in_closed_conversations_too(people, conversation, told, django_capture_on_commit_callbacks):
    services.close_conversations(conversation_ids=[conversation.pk])
    with django_capture_on_commit_callbacks(execute=True):
        line, rate = services.say(
            lines=[
                Line(conversation.pk, "The load is covered."),
                Line(
                    conversation.pk,
                    "",
                    sender=people.driver,
                    message_type=MessageType.RATE_PROPOSAL,
                    proposed_rate=Decimal("950.00"),
                    currency="USD",
                ),
            ]
        )
    shown = told.to(people.owner, "new_message")
    assert [each["seq"] for each in shown] == [line.seq, rate.seq] == [1, 2]
    assert shown[0]["sender"] == SYSTEM.as_dict()
    assert (shown[1]["message_type"], shown[1]["proposed_rate"], shown[1]["currency"]) == (
        "rate_proposal",
        "950.00",
        "USD",
    )
    assert list(Message.objects.values_list("pk", flat=True)) == [line.pk, rate.pk]
    assert conversation.members.get(actor_type="driver").has_written


@pytest.mark.django_db
def test_a_line_for_no_conversation_is_refused_and_nothing_is_said(people, conversation, told):
    with pytest.raises(NotFound):
        services.say(lines=[Line(conversation.pk, "here"), Line(10**9, "nowhere")])
    assert not Message.objects.exists()
    assert not StreamEvent.objects.exists()


@pytest.mark.django_db
def test_what_was_sent_is_published_as_one_fact(people, conversation, monkeypatch):
    other = factories.conversation(owner=people.owner, driver=people.other_driver)
    heard = []
    monkeypatch.setitem(kernel_facts._answers, facts.MessagesSent, [heard.append])
    services.send_messages(
        sends=[
            send_of(people.owner, conversation),
            send_of(people.owner, other),
            send_of(people.other_driver, conversation),
        ]
    )
    assert heard == [facts.MessagesSent(frozenset({conversation.offer_id, other.offer_id}))]
    heard.clear()
    services.send_messages(sends=[send_of(people.other_driver, conversation)])
    assert heard == []


@pytest.mark.django_db
def test_a_batch_takes_the_same_few_statements_however_many_send(monkeypatch):
    monkeypatch.setitem(kernel_facts._answers, facts.MessagesSent, [])  # What rooms above add is theirs.

    def statements(number):
        drivers = [factories.driver() for _ in range(number)]
        conversations = [factories.conversation(owner=factories.office_person(), driver=each) for each in drivers]
        places = list(zip(drivers, conversations, strict=True))
        services.send_messages(sends=[send_of(*place, "the first") for place in places])
        sends = [send_of(*place, "the second", f"c-{place[1].pk}") for place in places]
        with CaptureQueriesContext(connection) as captured:
            services.send_messages(sends=sends)
        return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]

    # Conversations locked, members, client ids; conversations counted on, messages, where the database does
    # not tell them their keys; heads locked. To tell it: events, heads counted on. To MariaDB that is one trip, and one
    # with the commit.
    in_all = 8 if connection.features.can_return_rows_from_bulk_insert else 9
    expected = 1 if connection.vendor == "mysql" else in_all
    assert len(statements(1)) == expected
    assert len(statements(30)) == expected


@pytest.mark.django_db
def test_keys_are_read_again_where_the_database_does_not_tell_them(people, conversation, monkeypatch):
    monkeypatch.setattr(type(connection.features), "can_return_rows_from_bulk_insert", False)
    first, second = services.send_messages(
        sends=[send_of(people.owner, conversation, "1"), send_of(people.driver, conversation, "2")]
    )
    kept = list(Message.objects.values_list("pk", "message"))
    assert kept == [(first.message["id"], "1"), (second.message["id"], "2")]
    assert {event.object_id for event in StreamEvent.objects.filter(kind="new_message")} == {kept[0][0], kept[1][0]}


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
class TestEarlyLocks:
    """Where it is known who is told, messages and what tells of them are one trip with the commit."""

    @pytest.fixture(autouse=True)
    def known(self, people, conversation, monkeypatch):
        if connection.vendor != "mysql":
            pytest.skip("Other databases are asked statement by statement.")
        monkeypatch.setitem(kernel_facts._answers, facts.MessagesSent, [])
        factories.send(people.owner, conversation, "1")
        factories.send(people.driver, conversation, "2")

    def trips(self, sends):
        with CaptureQueriesContext(connection) as captured:
            answers = services.send_messages(sends=sends)
        return answers, [query["sql"] for query in captured]

    def told(self, seq):
        """Who was told of the message with this number, and by which id."""
        events = StreamEvent.objects.filter(kind="new_message", detail=seq)
        return {(event.actor_type, event.actor_id): event.object_id for event in events}

    def test_messages_go_with_the_commit_and_are_known_after_it(self, people, conversation):
        answers, trips = self.trips([send_of(people.driver, conversation, words) for words in ("3", "4")])
        assert len(trips) == 1
        for seq, answer in enumerate(answers, 3):
            key = Message.objects.get(seq=seq).pk
            assert answer.message["id"] == key
            assert self.told(seq) == {person.key: key for person in (people.owner, people.follower, people.driver)}

    def test_the_first_words_of_a_person_take_another_trip(self, people, conversation):
        _answers, trips = self.trips([send_of(people.follower, conversation, "3")])
        assert len(trips) > 2
        _answers, trips = self.trips([send_of(people.follower, conversation, "4")])
        assert len(trips) == 1

    def test_who_has_come_since_is_told_and_who_has_gone_is_not(self, people, conversation):
        office = {people.owner.key: MemberRole.OWNER, people.other.key: MemberRole.FOLLOWER}
        services.set_office_members(offer_id=conversation.offer_id, office=office)
        (answer,), _trips = self.trips([send_of(people.driver, conversation, "3")])
        assert self.told(answer.message["seq"]).keys() == {
            each.key for each in (people.owner, people.other, people.driver)
        }

    def test_a_conversation_that_is_not_known_yet_goes_the_long_way_with_the_others(self, people, conversation):
        another = factories.conversation(owner=people.owner, driver=people.other_driver)
        sends = [send_of(people.driver, conversation, "3"), send_of(people.other_driver, another, "new")]
        answers, trips = self.trips(sends)
        assert len(trips) > 2
        assert all(answer.message["id"] for answer in answers)

    def test_a_client_id_that_another_process_has_just_written_is_found(self, people, conversation, monkeypatch):
        again = send_of(people.driver, conversation, "3", "c-1")
        (first,), _trips = self.trips([again])
        tries, known = [], sending._known

        def not_seen_at_first(ids):
            tries.append(ids)
            return {} if len(tries) == 1 else known(ids)

        monkeypatch.setattr(sending, "_known", not_seen_at_first)
        (answer,) = services.send_messages(sends=[again])
        assert (answer.created, answer.message) == (False, first.message)
        assert len(tries) == 2

    def test_who_comes_back_takes_another_trip(self, people, conversation):
        """Their own row is written, and that comes before what is locked to tell."""
        factories.send(people.follower, conversation, "3")
        office = {people.owner.key: MemberRole.OWNER}
        services.set_office_members(offer_id=conversation.offer_id, office=office)
        factories.send(people.driver, conversation, "4")
        assert people.follower.key not in locking._usual[conversation.pk].writers

    def test_within_another_unit_of_work_it_is_told_by_the_right_id(self, people, conversation):
        @service
        def send_and_more():
            (answer,) = services.send_messages(sends=[send_of(people.driver, conversation, "3")])
            StreamHead.objects.create(actor_type="driver", actor_id=10**6)
            return answer

        answer = send_and_more()
        assert set(self.told(3).values()) == {Message.objects.get(seq=3).pk} == {answer.message["id"]}

    def test_the_time_is_that_after_the_locks_were_waited_for(self, people, conversation):
        may_go_on, is_locked = threading.Event(), threading.Event()

        def stand_in_the_way():
            with transaction.atomic():
                locking.locked_conversations([conversation.pk])
                is_locked.set()
                may_go_on.wait(20)
                time.sleep(0.3)
                connection.cursor().execute("SELECT 1")
                ends.append(clock.now())
            connection.close()

        ends = []
        standing = threading.Thread(target=stand_in_the_way)
        standing.start()
        is_locked.wait(20)
        may_go_on.set()
        services.send_messages(sends=[send_of(people.driver, conversation, "3")])
        standing.join()
        assert Message.objects.get(seq=3).created_at >= ends[0]
