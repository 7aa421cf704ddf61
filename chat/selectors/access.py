"""What a person may see."""

from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from chat import rules
from chat.enums import MemberRole
from chat.lookups import Among
from chat.models import Conversation, ConversationQuerySet, Member, Message
from kernel.actors import Actor, ActorKey
from kernel.errors import NotFound


def conversations_for(actor: Actor) -> ConversationQuerySet:
    """The conversations that `actor` may read."""
    if rules.reads_every_conversation(actor):
        return Conversation.objects.all()
    mine = _memberships_with_access().filter(actor_type=actor.type, actor_id=actor.id)
    return Conversation.objects.filter(pk__in=mine.values("conversation_id"))


def conversation_for(actor: Actor, offer_id: int, driver_id: int) -> Conversation:
    """The conversation about the offer itself, or `NotFound` where there is none that `actor` may read."""
    conversation = conversations_for(actor).about_offers().filter(offer_id=offer_id, driver_id=driver_id).first()
    if conversation is None:
        raise NotFound()
    return conversation


def writable_conversation_for(actor: Actor, offer_id: int, driver_id: int) -> Conversation:
    """The conversation, or the refusal that a message would get there."""
    conversation = conversation_for(actor, offer_id, driver_id)
    rules.require_can_write(actor, conversation.status, _member(actor, conversation))
    return conversation


def message_for(actor: Actor, message_id: int) -> Message:
    """The message with its conversation, or `NotFound`."""
    messages = Message.objects.select_related("conversation").filter(conversation__in=conversations_for(actor))
    message = messages.filter(pk=message_id).first()
    if message is None:
        raise NotFound()
    return message


def pairs(conversation_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """The offer and driver that each conversation is about."""
    rows = Conversation.objects.filter(pk__in=conversation_ids).values_list("pk", "offer_id", "driver_id")
    return {pk: (offer_id, driver_id) for pk, offer_id, driver_id in rows}


def visible_places(wanted: Iterable[tuple[Actor, int]]) -> set[tuple[ActorKey, int]]:
    """Which of these people may read which of these conversations, asked all at once."""
    wanted = set(wanted)
    seen = {(viewer.key, id_) for viewer, id_ in wanted if rules.reads_every_conversation(viewer)}
    asked = {(id_, *viewer.key) for viewer, id_ in wanted if (viewer.key, id_) not in seen}
    taken = _memberships_with_access().filter(Among(("conversation_id", "actor_type", "actor_id"), sorted(asked)))
    rows = taken.values_list("conversation_id", "actor_type", "actor_id")
    return seen | {(ActorKey(type_, id_), conversation_id) for conversation_id, type_, id_ in rows}


def _memberships_with_access() -> QuerySet[Member]:
    """The memberships that give access; a guest's does not."""
    return Member.objects.filter(left_at=None).exclude(role=MemberRole.GUEST)


def _member(actor: Actor, conversation: Conversation) -> Member | None:
    return conversation.members.filter(actor_type=actor.type, actor_id=actor.id).first()
