"""The chat over the live connection: the same services and readings as by REST."""

from collections.abc import Callable, Sequence
from typing import Any

from chat import selectors, services
from chat.enums import PassingKind
from chat.models import Address, Conversation
from chat.services import Mark, Receipt, Send, Sent
from chat.shapes import frames
from kernel.errors import Refusal
from presence.doorbell import topics
from presence.doorbell.bus import Passing
from presence.live.commands import Answer, Call, Command
from presence.log.telling import pass_on

TYPING_SECONDS = 6


def join_offer_chat(call: Call) -> dict[str, Any]:
    """The conversation and a page of its messages: those next after `after`, or the newest. `has_more` says whether
    there are more in that direction.
    """
    conversation = _conversation(call)
    after = call.data.get("after")
    page = selectors.page_of(conversation, after=after)
    call.join(topics.of_chat(*conversation.address))
    (shown,) = selectors.conversation_dicts([conversation], call.actor)
    return {
        "conversation": shown,
        "messages": selectors.message_dicts(page.messages),
        "last_seq": conversation.last_seq,
        "has_more": (page.preceding if after is None else page.following) is not None,
    }


def leave_offer_chat(call: Call) -> dict[str, Any]:
    """Whoever may not see it any more may leave it all the same."""
    call.leave(topics.of_chat(*_address(call)))
    call.release(_typing(call))
    return {}


def send_messages(calls: Sequence[Call]) -> list[Answer | Refusal]:
    """One transaction for all. Whoever sends has stopped typing."""
    sent = services.send_messages(sends=[Send(actor=call.actor, **call.data) for call in calls])
    for call in calls:
        call.release(_typing(call))
    return [answer.message if isinstance(answer, Sent) else answer for answer in sent]


def typing_start(call: Call) -> dict[str, Any]:
    conversation = selectors.writable_conversation_for(call.actor, **call.data)
    passing_on: dict[str, Any] = {
        "data": conversation.names() | {"actor": call.actor.as_dict()},
        "to": (topics.of_chat(*conversation.address),),
        "but": (call.actor.key,),
    }
    pass_on(PassingKind.USER_TYPING, **passing_on)
    call.hold(_typing(call), Passing(kind=PassingKind.USER_STOPPED_TYPING, **passing_on), TYPING_SECONDS)
    return {}


def typing_stop(call: Call) -> dict[str, Any]:
    _conversation(call)
    call.release(_typing(call))
    return {}


def _marks(receipt: Receipt) -> Callable[[Sequence[Call]], list[Answer | Refusal]]:
    def mark(calls: Sequence[Call]) -> list[Answer | Refusal]:
        return [*services.mark_many(marks=[Mark(receipt, call.actor, **call.data) for call in calls])]

    return mark


def _conversation(call: Call) -> Conversation:
    return selectors.conversation_for(call.actor, call.data["offer_id"], call.data["driver_id"])


def _address(call: Call) -> Address:
    return Address(call.data["offer_id"], call.data["driver_id"])


def _typing(call: Call) -> str:
    return f"typing:{topics.of_chat(*_address(call))}"


COMMANDS = [
    Command(name="join_offer_chat", fields=frames.Join, run=join_offer_chat),
    Command(name="leave_offer_chat", fields=frames.Chat, run=leave_offer_chat),
    Command(name="send_message", fields=frames.Message, run_many=send_messages),
    Command(name="typing_start", fields=frames.Chat, run=typing_start),
    Command(name="typing_stop", fields=frames.Chat, run=typing_stop),
    Command(name="mark_message_delivered", fields=frames.Mark, run_many=_marks(Receipt.DELIVERED)),
    Command(name="mark_message_read", fields=frames.Mark, run_many=_marks(Receipt.READ)),
]
