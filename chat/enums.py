from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from journal.enums import Verb


class EventKind(StrEnum):
    """The durable events of this room; `chat.events` says what each shows."""

    NEW_MESSAGE = "new_message"
    MESSAGE_UPDATED = "message_updated"
    MESSAGE_READ = "message_read"
    MESSAGE_DELIVERED = "message_delivered"


class PassingKind(StrEnum):
    """The events of this room that are not kept."""

    USER_TYPING = "user_typing"
    USER_STOPPED_TYPING = "user_stopped_typing"
    UNREAD_CHANGED = "unread_changed"


class MessageVerb(Verb):
    REMOVE = "remove_message"


class MessageType(models.TextChoices):
    """More may come; clients pass over what they do not know."""

    TEXT = "text", _("text")
    RATE_PROPOSAL = "rate_proposal", _("rate proposal")
    SYSTEM = "system", _("system line")


COUNTED_TYPES = (MessageType.TEXT, MessageType.RATE_PROPOSAL)
"""What counts as unread; system lines do not."""


class ConversationStatus(models.TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class SubjectKind(models.TextChoices):
    """What conversations about an offer and a driver are about. More may come, each with members of its own."""

    OFFER = "offer", _("offer")


class MemberRole(models.TextChoices):
    OWNER = "owner", _("owner")
    FOLLOWER = "follower", _("follower")
    GUEST = "guest", _("guest")
    """A manager who looks in. Their reading counts for the office only once they have written."""
    DRIVER = "driver", _("driver")


SPEAKING_ROLES = (MemberRole.OWNER, MemberRole.DRIVER)
"""Who reads for their side from the beginning; others of their side do so once they have written."""
