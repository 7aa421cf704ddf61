"""The rows that sending reads and writes without models are those of the models."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat import services
from chat.enums import MessageType
from chat.models import Conversation, Message
from chat.rows import ConversationRow, Draft
from chat.services import Line, Send
from chat.shapes.reading import MessageOut, message_dict
from kernel.rows import columns_of
from tests.chat import factories

CONVERSATION = ConversationRow(5, 1, 2, "offer", 0, "open", 3)


def test_a_draft_has_every_column_of_a_message(people):
    draft = Draft(CONVERSATION, people.driver, "Words", client_id="c-1", seq=4)
    kept = dict(zip(Draft.COLUMNS, draft.row("now"), strict=True))
    new = Message(
        conversation_id=5, seq=4, message="Words", client_id="c-1", created_at="now", sender_type="driver",
        sender_id=people.driver.id, sender_name=people.driver.name, sender_role="driver",
    )  # fmt: skip
    assert kept == {field.attname: getattr(new, field.attname) for field in Message._meta.fields if field.name != "id"}


def test_a_draft_keeps_nothing_that_there_is_no_column_for(people):
    with pytest.raises(TypeError, match="colour"):
        Draft(CONVERSATION, people.driver, "Words", colour="red")


def test_a_row_that_is_no_row_of_the_model_is_noticed_when_it_is_loaded():
    @dataclass
    class Misspelt:
        pk: int
        offer_idd: int

    with pytest.raises(FieldDoesNotExist, match="offer_idd"):
        columns_of(Misspelt, Conversation)
    assert ConversationRow.COLUMNS[:3] == ("id", "offer_id", "driver_id")


def test_what_is_said_is_read_back_as_it_was_shown(people, conversation, told):
    draft, plain = services.say(
        lines=[
            Line(conversation.pk, "850", people.driver, MessageType.RATE_PROPOSAL, Decimal("850"), "USD"),
            Line(conversation.pk, "Sent."),
        ]
    )
    for each in (draft, plain):
        assert message_dict(each) == message_dict(Message.objects.get(pk=each.pk))
    assert (message_dict(draft)["proposed_rate"], message_dict(draft)["currency"]) == ("850.00", "USD")
    assert (message_dict(plain)["proposed_rate"], message_dict(plain)["currency"]) == (None, None)


def test_a_message_is_shown_as_its_shape_says(people, conversation, told):
    factories.send(people.driver, conversation, "Words", client_id="c")
    at = datetime(2026, 11, 28, 12, 0, 0, 5000, tzinfo=UTC)
    Message.objects.update(created_at=at)
    message = Message.objects.get()
    shown = message_dict(message)
    assert list(shown) == list(MessageOut().fields)
    assert shown == dict(MessageOut(message).data) | {
        "sender": people.driver.as_dict(), "created_at": "2026-11-28T12:00:00.005Z", "currency": None,
    }  # fmt: skip


def test_a_batch_of_messages_takes_the_same_few_statements(people, told):
    many = [factories.conversation(owner=people.owner, driver=people.driver) for _number in range(10)]

    def statements(number: int) -> int:
        sends = [Send(people.driver, each.offer_id, each.driver_id, "Words") for each in many[:number]]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            services.send_messages(sends=sends)
        return len(captured)

    statements(10)  # From now on they have written there, and it is known which conversations they are.
    assert statements(1) == statements(10) <= 10
