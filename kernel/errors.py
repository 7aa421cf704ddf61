"""Refusals: what a service raises when it will not do a thing, and what every door turns into its own kind of answer.

A refusal is a class with a code. Rooms add their own beside the general ones here.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

FIELDS_MAX = 20
"""So many fields an answer names, and so many words it has for each."""
NAME_MAX = 64
WORD_MAX = 200


class Refusal(Exception):
    """The base of every named refusal.

    `fields` names the fields at fault with the words for each; `extra` is put beside the code in the answer;
    `retryable` tells a client that the same request may do later.
    """

    code: ClassVar[str] = "conflict"
    status: ClassVar[int] = 409
    retryable: ClassVar[bool] = False
    default_message: Any = _("That cannot be done now.")

    def __init__(
        self,
        message: Any = None,
        *,
        fields: Mapping[str, Sequence[Any]] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.message = message or self.default_message
        self.fields = {name: list(words) for name, words in (fields or {}).items()}
        self.extra = dict(extra or {})
        super().__init__(str(self.message))

    def as_dict(self) -> dict[str, Any]:
        """`{code, message, fields?, …extra}` in the language that is active now."""
        answer: dict[str, Any] = {"code": self.code, "message": str(self.message)}
        if self.fields:
            answer["fields"] = brief(self.fields)
        return answer | self.extra


def brief(fields: Mapping[str, Sequence[Any]]) -> dict[str, list[str]]:
    """The first few fields with the first few words of each, none of them long.

    Names and words may come from what was sent: an answer must not grow with it.
    """
    return {
        shortened(name, NAME_MAX): [shortened(str(word), WORD_MAX) for word in words[:FIELDS_MAX]]
        for name, words in islice(fields.items(), FIELDS_MAX)
    }


def shortened(text: str, most: int) -> str:
    """The text, with an ellipsis at its end where it has more than `most` letters."""
    return text if len(text) <= most else text[: most - 1] + "…"


class Invalid(Refusal):
    """Input that cannot be taken; `fields` says where."""

    code, status = "validation_error", 400
    default_message = _("Some of what was sent cannot be used.")

    @classmethod
    def field(cls, name: str, *words: Any) -> "Invalid":
        return cls(fields={name: words})


class MalformedJson(Refusal):
    code, status = "malformed_json", 400
    default_message = _("This is not JSON.")


class MessageTooLong(Refusal):
    code, status = "message_too_long", 400
    default_message = _("The message is too long.")


class NotAuthenticated(Refusal):
    code, status = "not_authenticated", 401
    default_message = _("Sign in first.")


class PermissionDenied(Refusal):
    code, status = "permission_denied", 403
    default_message = _("You may not do this.")


class NotFound(Refusal):
    code, status = "not_found", 404
    default_message = _("There is nothing here.")


class Conflict(Refusal):
    code, status = "conflict", 409


class StaleVersion(Refusal):
    """Another change came first; `current` is the object as it is now."""

    code, status = "stale_version", 409
    default_message = _("This has changed meanwhile.")

    def __init__(self, current: Mapping[str, Any], message: Any = None) -> None:
        super().__init__(message, extra={"current": current})


class TooLarge(Refusal):
    code, status = "too_large", 413
    default_message = _("This is too large.")


class UnsupportedMediaType(Refusal):
    code, status = "unsupported_media_type", 415
    default_message = _("Send JSON.")


class RateLimited(Refusal):
    """Too many in too short a time; `retry_after` is in seconds."""

    code, status, retryable = "rate_limited", 429, True
    default_message = _("Too many at once. Wait a moment.")

    def __init__(self, retry_after: float, message: Any = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class Unavailable(Refusal):
    """Something that is needed does not answer; nothing was changed."""

    code, status, retryable = "unavailable", 503, True
    default_message = _("This is not available right now. Nothing was changed.")


class Busy(Unavailable):
    """Too many want the same at once, and the line is full; `retry_after` is in seconds."""

    default_message = _("Too many are signing in right now. Try again in a few seconds.")

    def __init__(self, retry_after: float, message: Any = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)
