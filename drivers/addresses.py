"""Phone numbers and mail addresses as people write them into one free-text column, and as they are compared."""

import hashlib
import re
import unicodedata

_PHONE = re.compile(
    r"""
    (?<![0-9])(?:
        (?P<abroad> \+ (?!1) [0-9] (?:[\s().-]*[0-9]){6,13} )
      | (?: \+?1 [\s.-]* )? \(? (?P<area>[2-9][0-9]{2}) \)? [\s./-]* (?P<exchange>[0-9]{3}) [\s.-]* (?P<line>[0-9]{4})
      | (?P<local_exchange>[0-9]{3}) [\s.-]* (?P<local_line>[0-9]{4})
    )(?![0-9])
    """,
    re.VERBOSE,
)
_MAIL = re.compile(r"[^\s<>(),;|/\"]+@[^\s<>(),;|/\"@]+\.[^\s<>(),;|/\"@.]+")
TEXT_MAX = 200


def phones(text: str | None) -> list[str]:
    """Every number in a text, as `+15555550123`: `(555) 555-0123 / 555-0199` has two, in one area."""
    found: list[str] = []
    area = ""
    for match in _PHONE.finditer(unicodedata.normalize("NFKC", text or "")[:TEXT_MAX]):
        if match["abroad"]:
            number = "+" + re.sub(r"[^0-9]", "", match["abroad"])
        elif match["area"]:
            area = match["area"]
            number = f"+1{area}{match['exchange']}{match['line']}"
        elif area:
            number = f"+1{area}{match['local_exchange']}{match['local_line']}"
        else:
            continue
        if number not in found:
            found.append(number)
    return found


def mails(text: str | None) -> list[str]:
    """Every mail address in a text, in lower case."""
    return list(dict.fromkeys(mail.rstrip(".") for mail in _MAIL.findall((text or "")[:TEXT_MAX].lower())))


def fingerprint(phone_text: str | None, mail_text: str | None) -> str:
    """Changes when the phone or the mail does, not when they are merely written in another way."""
    parts = [*(phones(phone_text) or [(phone_text or "").strip()]), *(mails(mail_text) or [(mail_text or "").strip()])]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
