"""Who may read and who may write, and what may be written.

Owner, followers and driver are in a conversation by their membership; managers by their role, whether they are members
or not; where every dispatcher sees every offer, the other office people may look. A new kind of actor begins here and
in `chat.sides`: who is neither a member nor named here has no part in any conversation.
"""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from chat.enums import ConversationStatus
from chat.errors import ConversationClosed
from chat.models import Membership, Message
from kernel.actors import DISPATCHER, Actor
from kernel.errors import Invalid, MessageTooLong, NotFound, PermissionDenied
from kernel.limits import DeferredBucket
from kernel.text import is_storable

CLIENT_ID_MAX_LENGTH = 64


def reads_every_conversation(actor: Actor) -> bool:
    """May read every conversation, a member or not; where they mark something as read, they become a guest."""
    return actor.is_manager or (actor.type == DISPATCHER and settings.DISPATCHERS_SEE == "all")


def writes_everywhere(actor: Actor) -> bool:
    """May write in every open conversation; where they do, they become a guest, and are told what happens there."""
    return actor.is_manager


def removes_any_message(actor: Actor) -> bool:
    return actor.is_manager


def can_read(actor: Actor, member: Membership | None) -> bool:
    """`member` is the actor's own membership, if there is one."""
    return reads_every_conversation(actor) or (member is not None and member.gives_access)


def can_write(actor: Actor, member: Membership | None) -> bool:
    """As far as the person goes; the conversation must be open, too."""
    return writes_everywhere(actor) or (member is not None and member.gives_access)


def require_can_read(actor: Actor, member: Membership | None) -> None:
    if not can_read(actor, member):
        raise NotFound()


def require_can_write(actor: Actor, status: str, member: Membership | None) -> None:
    """`status` is the conversation's."""
    require_can_read(actor, member)
    if not can_write(actor, member):
        raise PermissionDenied()
    if status == ConversationStatus.CLOSED:
        raise ConversationClosed()


def can_remove(actor: Actor, message: Message) -> bool:
    """Its sender, and who removes any. The conversation must be one that the actor may read, too."""
    return removes_any_message(actor) or actor.key == (message.sender_type, message.sender_id)


def require_can_remove(actor: Actor, message: Message) -> None:
    if not can_remove(actor, message):
        raise PermissionDenied()


def require_sendable(message: object, client_id: object) -> None:
    """Refuse a text or a client id that cannot be kept. `client_id` may be None: then nothing is recognised again."""
    if not isinstance(message, str) or not is_storable(message):
        raise Invalid.field("message", _("This has characters that cannot be kept."))
    if not message.strip():
        raise Invalid.field("message", _("Write something."))
    limit = settings.MESSAGE_MAX_LENGTH
    if len(message) > limit:
        words = ngettext_lazy("At most %(limit)d character.", "At most %(limit)d characters.", limit) % {"limit": limit}
        raise MessageTooLong(fields={"message": [words]})
    if client_id is None:
        return
    # MySQL takes "a" and "a " for the same key.
    if not isinstance(client_id, str) or not is_storable(client_id) or client_id != client_id.strip() or not client_id:
        raise Invalid.field("client_id", _("This cannot be used to know the message by."))
    if len(client_id) > CLIENT_ID_MAX_LENGTH:
        raise Invalid.field("client_id", _("This is too long."))


def message_limit() -> DeferredBucket:
    """How many messages a person may send, by whatever door; what they say along with an answer is one, too."""
    return DeferredBucket("messages", burst=settings.MESSAGES_BURST, per_second=settings.MESSAGES_PER_SECOND)
