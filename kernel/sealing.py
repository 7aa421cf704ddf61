"""Secrets that wait in a row until they are sent: encrypted with a key made from SECRET_KEY, one for each purpose."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def seal(secret: str, *, purpose: str) -> str:
    """The secret, so that only `opened` with the same purpose and SECRET_KEY reads it."""
    return _fernet(purpose).encrypt(secret.encode()).decode()


def opened(sealed: str, *, purpose: str) -> str | None:
    """What was sealed; None where it was changed, or SECRET_KEY is another one by now."""
    try:
        return _fernet(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _fernet(purpose: str) -> Fernet:
    digest = hashlib.sha256(f"sealed {purpose}:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
