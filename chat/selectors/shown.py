"""How conversations and messages look to somebody, many at once in a fixed number of queries."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from chat import context
from chat.lookups import Among
from chat.models import Conversation, Member, Message
from chat.selectors.access import conversations_for
from chat.selectors.counting import unread as unread_in
from chat.selectors.counting import with_unread
from chat.shapes.reading import message_dict
from offers_project.kernel.actors import DISPATCHER, DRIVER, Actor, ActorKey
from presence.selectors import online


def found_conversations(
    actor: Actor, *, offer_id: int | None = None, unread: bool | None = None, search: str = ""
) -> QuerySet[Conversation]:
    """Those that `actor` may read, the latest first: about one offer, with or without something unread, or with a text
    in what they are about or in what was said.
    """
    found = conversations_for(actor)
    if offer_id is not None:
        found = found.filter(offer_id=offer_id)
    if unread is not None:
        found = with_unread(found, actor, unread)
    if search:
        said = Message.objects.filter(conversation_id=OuterRef("pk"), message__icontains=search)
        found = found.filter(context.search(search, actor) | Exists(said))
    return found.order_by(F("last_message_at").desc(nulls_last=True), "-pk")


def message_dicts(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """The contract's Message, for messages that were read with their conversation."""
    return [message_dict(message) for message in messages]


def last_messages(conversation_ids: Collection[int], viewer: Actor) -> dict[int, dict[str, Any]]:
    """The newest message of each of the conversations that `viewer` may read; those without any are absent."""
    return _last_messages(conversations_for(viewer).filter(pk__in=conversation_ids))


def conversation_dicts(conversations: Sequence[Conversation], viewer: Actor) -> list[dict[str, Any]]:
    """The contract's conversation, for conversations that `viewer` may read."""
    about = context.describe([(each.offer_id, each.driver_id) for each in conversations], viewer)
    last = _last_messages(conversations)
    ids = [conversation.pk for conversation in conversations]
    numbers = unread_in(viewer, ids)
    members = list(Member.objects.filter(conversation_id__in=ids, left_at=None))
    read = {member.conversation_id: member.read_seq for member in members if member.key == viewer.key}
    others: dict[int, list[ActorKey]] = {id_: [] for id_ in ids}
    for member in members:
        if member.seated and member.actor_type == (DISPATCHER if viewer.is_driver else DRIVER):
            others[member.conversation_id].append(member.key)
    here = online({key for keys in others.values() for key in keys})
    return [
        {
            "id": conversation.pk,
            "offer_id": conversation.offer_id,
            "driver_id": conversation.driver_id,
            **about[conversation.offer_id, conversation.driver_id],
            "status": conversation.status,
            "last_message": last.get(conversation.pk),
            "last_seq": conversation.last_seq,
            "last_read_seq": _read_up_to(conversation, numbers, read),
            "unread": numbers.get(conversation.pk, 0),
            "online": any(here[key].online for key in others[conversation.pk] if key in here),
        }
        for conversation in conversations
    ]


def _last_messages(conversations: Iterable[Conversation]) -> dict[int, dict[str, Any]]:
    by_id = {conversation.pk: conversation for conversation in conversations}
    places = sorted((conversation.pk, conversation.last_seq) for conversation in by_id.values())
    found = Message.objects.filter(Among(("conversation_id", "seq"), places)).order_by()
    for message in found:
        message.conversation = by_id[message.conversation_id]
    return {message.conversation_id: message_dict(message) for message in found}


def _read_up_to(conversation: Conversation, numbers: dict[int, int], read: dict[int, int]) -> int:
    """What is left after somebody's mark may be their own words and system lines: then they have read everything."""
    return read.get(conversation.pk, 0) if numbers.get(conversation.pk) else conversation.last_seq
