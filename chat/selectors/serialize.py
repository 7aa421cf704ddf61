"""How conversations and messages look to somebody, many at once in a fixed number of queries."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from chat import context
from chat.lookups import Among
from chat.models import Conversation, Member, Message
from chat.selectors.access import conversations_for
from chat.selectors.counting import backlogs, with_unread
from chat.shapes.reading import ConversationOut, message_dict
from chat.sides import side_of
from kernel.actors import Actor, ActorKey
from kernel.ids import LARGEST_ID
from kernel.presenting import presenter
from kernel.search import Holds, Term, holds_each, numbered
from presence.here.online import online

_conversation = presenter(
    ConversationOut, beside=("offer", "driver", "last_message", "last_read_seq", "unread", "online")
)


def found_conversations(
    actor: Actor, *, offer_id: int | None = None, unread: bool | None = None, search: str = ""
) -> QuerySet[Conversation]:
    """Those that `actor` may read, the latest first: about one offer, with or without something unread, or with every
    word of a text in what they are about or in what was said. A number is that of an offer or of a conversation, too.
    """
    found: QuerySet[Conversation] = conversations_for(actor)
    if offer_id is not None:
        found = found.filter(offer_id=offer_id)
    if unread is not None:
        found = with_unread(found, actor, unread)
    if search:
        found = found.filter(_named(search, actor))
    return found.order_by(F("last_message_at").desc(nulls_last=True), "-pk")


def _named(text: str, actor: Actor) -> Q:
    def holding(terms: Sequence[Term]) -> Q:
        condition = Q()
        for term in terms:
            said = Message.objects.filter(Holds([term], ["message"]), conversation_id=OuterRef("pk"))
            condition &= context.search(term.text, actor) | Q(Exists(said))
        return condition

    def alone(term: Term) -> Q | None:
        number = numbered(term, most=LARGEST_ID)
        return None if number is None else Q(pk=number) | Q(offer_id=number)

    return holds_each(text, holding, alone=alone)


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
    unread = backlogs(viewer, ids)
    members = list(Member.objects.filter(conversation_id__in=ids, left_at=None))
    others: dict[int, list[ActorKey]] = {id_: [] for id_ in ids}
    for member in members:
        if member.gives_access and side_of(member.actor_type) is not side_of(viewer.type):
            others[member.conversation_id].append(member.key)
    here = online({key for keys in others.values() for key in keys})
    return [
        _conversation(
            conversation,
            **about[conversation.offer_id, conversation.driver_id],
            last_message=last.get(conversation.pk),
            last_read_seq=_read_up_to(conversation, unread),
            unread=unread[conversation.pk][0] if conversation.pk in unread else 0,
            online=any(here[key].online for key in others[conversation.pk] if key in here),
        )
        for conversation in conversations
    ]


def _last_messages(conversations: Iterable[Conversation]) -> dict[int, dict[str, Any]]:
    by_id = {conversation.pk: conversation for conversation in conversations}
    places = sorted((conversation.pk, conversation.last_seq) for conversation in by_id.values())
    found = Message.objects.filter(Among(("conversation_id", "seq"), places)).order_by()
    for message in found:
        message.conversation = by_id[message.conversation_id]
    return {message.conversation_id: message_dict(message) for message in found}


def _read_up_to(conversation: Conversation, unread: dict[int, tuple[int, int]]) -> int:
    """Up to where nothing is unread: one's own words and the system's lines want no reading, so it never goes back."""
    return unread[conversation.pk][1] - 1 if conversation.pk in unread else conversation.last_seq
