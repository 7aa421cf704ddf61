"""What the durable events of this room show: the message, or the receipt, as it is now."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from accounts import kinds
from chat import selectors
from chat.enums import EventKind
from chat.models import Member, Message
from chat.shapes.reading import message_dict
from kernel.actors import ActorKey
from kernel.clock import iso
from presence.log.renderers import Wanted

Shown = list[Mapping[str, Any] | None]


def show_messages(wanted: Sequence[Wanted]) -> Shown:
    """`object_id` is the message's."""
    # Many messages are of few conversations.
    ids = {each.object_id for each in wanted}
    found = Message.objects.prefetch_related("conversation").filter(pk__in=ids).order_by()
    conversation_ids = {message.pk: message.conversation_id for message in found}
    messages = {message.pk: message_dict(message) for message in found}
    visible = _visible(wanted, conversation_ids)
    return [
        messages[each.object_id] if (each.viewer.key, conversation_ids.get(each.object_id)) in visible else None
        for each in wanted
    ]


def show_read(wanted: Sequence[Wanted]) -> Shown:
    """`object_id` is the membership of whoever has read, `detail` how far."""
    return _show_receipts(wanted, "read")


def show_delivered(wanted: Sequence[Wanted]) -> Shown:
    return _show_receipts(wanted, "delivered")


def _show_receipts(wanted: Sequence[Wanted], what: str) -> Shown:
    found = Member.objects.select_related("conversation").in_bulk({each.object_id for each in wanted})
    visible = _visible(wanted, {pk: member.conversation_id for pk, member in found.items()})
    readers = _names({member.key for member in found.values()})
    receipts: dict[tuple, Mapping[str, Any]] = {}
    shown: Shown = []
    for each in wanted:
        member = found.get(each.object_id)
        if member is None or (each.viewer.key, member.conversation_id) not in visible:
            shown.append(None)
            continue
        is_latest = getattr(member, f"{what}_seq") == each.detail
        at = getattr(member, f"{what}_at") if is_latest else each.at
        receipt = {
            **member.conversation.names(),
            "reader": readers[member.key],
            "seq": each.detail,
            "at": iso(at),
        }
        shown.append(receipts.setdefault((member.pk, each.detail, at), receipt))
    return shown


def _visible(wanted: Sequence[Wanted], conversation_ids: Mapping[int, int]) -> set[tuple[ActorKey, int]]:
    return selectors.visible_places(
        (each.viewer, conversation_ids[each.object_id]) for each in wanted if each.object_id in conversation_ids
    )


def _names(keys: Collection[ActorKey]) -> dict[ActorKey, Mapping[str, Any]]:
    """Who has read. Somebody who is gone by now has no name any more."""
    people = kinds.actors(keys)
    return {
        key: people[key].as_dict() if key in people else {"type": key.type, "id": key.id, "name": "", "role": ""}
        for key in keys
    }


RENDERERS = {
    EventKind.NEW_MESSAGE: show_messages,
    EventKind.MESSAGE_UPDATED: show_messages,
    EventKind.MESSAGE_READ: show_read,
    EventKind.MESSAGE_DELIVERED: show_delivered,
}
