"""A message is taken back."""

from chat import rules, selectors
from chat.enums import EventKind, MessageVerb
from chat.models import Conversation, Message
from chat.services.locking import audiences, members_of
from chat.services.unread import unread_changes
from chat.shapes.reading import message_dict
from journal.services import record
from kernel import clock
from kernel.actors import Actor
from kernel.unit_of_work import service
from presence.log.telling import tell


@service
def remove_message(*, actor: Actor, message_id: int) -> Message:
    """Erase a message everywhere; its place and number stay. Its sender may, and managers. Again it changes nothing."""
    conversation_id = selectors.message_for(actor, message_id).conversation_id
    conversation = Conversation.objects.select_for_update().get(pk=conversation_id)
    members = members_of([conversation])
    rules.require_can_read(actor, members[conversation.pk].get(actor.key))
    message = Message.objects.get(pk=message_id)
    message.conversation = conversation
    rules.require_can_remove(actor, message)
    if message.removed_at is not None:
        return message
    message.message, message.proposed_rate, message.removed_at = "", None, clock.now()
    message.save(update_fields=["message", "proposed_rate", "removed_at"])
    record(
        actor,
        MessageVerb.REMOVE,
        object_type="message",
        object_id=message.pk,
        scope=f"offer:{conversation.offer_id}",
        after={"conversation_id": conversation.pk, "driver_id": conversation.driver_id, "seq": message.seq},
    )
    told = audiences(members)[conversation.pk]
    tell(EventKind.MESSAGE_UPDATED, object_id=message.pk, detail=message.seq, to=told, data=message_dict(message))
    unread_changes((key, conversation.pk) for key in told)
    return message
