"""Refusals of this room."""

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal


class ConversationClosed(Refusal):
    """Everybody goes on reading; nobody writes any more."""

    code = "conversation_closed"
    default_message = _("This conversation is closed.")
