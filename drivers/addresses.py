"""Mail addresses as people write them into one free-text column, and what notices that a driver's addresses changed."""

import hashlib
import re

from drivers import phones

_MAIL = re.compile(r"[^\s<>(),;|/\"]+@[^\s<>(),;|/\"@]+\.[^\s<>(),;|/\"@.]+")
TEXT_MAX = 200


def mails(text: str | None) -> list[str]:
    """Every mail address in a text, in lower case."""
    return list(dict.fromkeys(mail.rstrip(".") for mail in _MAIL.findall((text or "")[:TEXT_MAX].lower())))


def fingerprint(phone_text: str | None, mail_text: str | None) -> str:
    """Changes when the phone or the mail does, not when they are merely written in another way."""
    numbers = phones.numbers(phone_text) or [(phone_text or "").strip()]
    parts = [*numbers, *(mails(mail_text) or [(mail_text or "").strip()])]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
