"""Many at once, with real threads: numbers without a gap, and never the same message twice."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections

from chat import services
from chat.enums import MemberRole
from chat.models import Conversation, Member, Message
from chat.services import Mark, Receipt, Send, Sent, locking
from kernel import rows
from kernel.errors import Refusal
from presence.models import StreamEvent, StreamHead
from tests.chat import factories

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 20


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Do all of them at the same moment, each with a connection of its own. Gives what they gave."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, call) for call in calls]]


def sending(actor, conversation, text, client_id=None):
    send = Send(actor, conversation.offer_id, conversation.driver_id, text, client_id)
    return lambda: services.send_messages(sends=[send])[0]


def test_messages_sent_at_once_are_numbered_without_a_gap(people, conversation, told, repetitions):
    many_send_at_once(people, conversation, repetitions)


@pytest.mark.services
def test_without_the_lock_of_their_conversation_two_messages_want_one_number(people, conversation, told, monkeypatch):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer and no row locks.")

    def not_locked(conversation_ids, *also, **more):
        found = opened(conversation_ids, *also, **more)
        time.sleep(0.03)  # Time enough for others to read the same.
        return found

    def reading_without(model, *args, lock=False, **more):
        return reading(model, *args, lock=lock and model is not Conversation, **more)

    opened, reading = locking.locked, rows.reading
    monkeypatch.setattr(locking, "locked", not_locked)
    monkeypatch.setattr(rows, "reading", reading_without)
    with pytest.raises((AssertionError, DatabaseError)):
        many_send_at_once(people, conversation, 3)


def many_send_at_once(people, conversation, repetitions):
    for repetition in range(repetitions):
        senders = [people.owner, people.driver, people.follower, people.manager]
        answers = at_once(*[sending(senders[n % 4], conversation, str(n), f"{repetition}-{n}") for n in range(THREADS)])
        assert all(isinstance(answer, Sent) and answer.created for answer in answers)
    total = THREADS * repetitions
    assert list(conversation.messages.values_list("seq", flat=True)) == list(range(1, total + 1))
    assert Conversation.objects.get().last_seq == total
    assert Member.objects.filter(role=MemberRole.GUEST).count() == 1
    for head in StreamHead.objects.all():
        seqs = StreamEvent.objects.filter(actor_type=head.actor_type, actor_id=head.actor_id).order_by("seq")
        assert list(seqs.values_list("seq", flat=True)) == list(range(1, head.seq + 1))
    heard = StreamEvent.objects.filter(kind="new_message", actor_type="driver").order_by("seq")
    assert list(heard.values_list("detail", flat=True)) == list(range(1, total + 1))


def test_one_client_id_from_many_threads_is_one_message(people, conversation, told, repetitions):
    for repetition in range(repetitions):
        answers = at_once(*[sending(people.driver, conversation, str(n), f"c-{repetition}") for n in range(THREADS)])
        assert sum(answer.created for answer in answers) == 1
        assert len({answer.message["id"] for answer in answers}) == 1
    assert Message.objects.count() == repetitions


def test_one_client_id_in_two_conversations_belongs_to_the_first(people, conversation, told, repetitions):
    elsewhere = factories.conversation(owner=people.owner, driver=people.driver)

    def with_a_neighbour(place, client_id):
        neighbour = Send(people.owner, place.offer_id, place.driver_id, "in the same batch")
        send = Send(people.driver, place.offer_id, place.driver_id, "m", client_id)
        return lambda: services.send_messages(sends=[neighbour, send])

    for repetition in range(repetitions):
        answers = at_once(
            *[with_a_neighbour(place, f"c-{repetition}") for place in [conversation, elsewhere] for _ in range(5)]
        )
        assert all(isinstance(first, Sent) for first, _second in answers)
        told_apart = [second.code if isinstance(second, Refusal) else second.created for _first, second in answers]
        assert told_apart.count(True) == 1
        assert told_apart.count("conflict") == 5
    assert Message.objects.filter(client_id__isnull=False).count() == repetitions
    for each in (conversation, elsewhere):
        numbers = list(each.messages.values_list("seq", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


def test_batches_over_the_same_conversations_in_any_order_all_succeed(people, told, repetitions):
    drivers = [factories.driver() for _ in range(8)]
    talks = [factories.conversation(owner=people.owner, driver=driver) for driver in drivers]

    def batch(order):
        sends = [Send(people.owner, each.offer_id, each.driver_id, "m") for each in order]
        marks = [Mark(Receipt.READ, people.owner, each.offer_id, each.driver_id, seq=10**6) for each in order]
        return lambda: (services.send_messages(sends=sends), services.mark_many(marks=marks))

    for _ in range(repetitions):
        answers = at_once(*[batch(talks[n:] + talks[:n]) for n in range(8)], *[batch(talks[::-1]) for _ in range(2)])
        assert not [each for sent, marked in answers for each in [*sent, *marked] if isinstance(each, Refusal)]
    for each in talks:
        assert list(each.messages.values_list("seq", flat=True)) == list(range(1, 10 * repetitions + 1))


def test_marks_at_once_end_at_the_furthest(people, conversation, told, repetitions):
    def reading(actor, seq):
        place = {"offer_id": conversation.offer_id, "driver_id": conversation.driver_id}
        return lambda: services.mark_read(actor=actor, **place, seq=seq)

    for repetition in range(repetitions):
        for _ in range(10):
            factories.send(people.owner, conversation)
        start = repetition * 10
        at_once(
            *[reading(people.driver, start + n) for n in [3, 10, 1, 7, 9, 2, 10, 5]],
            *[reading(people.manager, start + n) for n in range(1, 5)],
        )
        assert conversation.members.get(actor_type="driver").read_seq == start + 10
        assert conversation.members.get(role=MemberRole.GUEST).read_seq == start + 4
        assert not conversation.messages.filter(read_at=None).exists()
