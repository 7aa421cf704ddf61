"""Refusals of the live connection."""

from django.utils.translation import gettext_lazy as _

from kernel.errors import RateLimited, Refusal


class Flood(RateLimited):
    """More frames than anybody could mean."""


class MalformedFrame(Refusal):
    code, status = "malformed_frame", 400
    default_message = _("A frame is a JSON object with a type, as text.")


class UnknownCommand(Refusal):
    code, status = "unknown_command", 400
    default_message = _("There is no such command.")
