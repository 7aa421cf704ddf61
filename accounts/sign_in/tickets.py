"""Tickets: what a page opens the live connection with. Each is good once, for half a minute."""

import re
import secrets
from datetime import datetime

from django.conf import settings
from django.core.cache import cache

from accounts.sign_in.validity import Claim, SignedIn, SignIn
from kernel.actors import ActorKey
from kernel.errors import Unavailable

_FORM = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes as `token_urlsafe` writes them.


def issue(signed_in: SignedIn) -> str:
    """A ticket for a person who is signed in; the connection it opens lasts no longer than that sign-in."""
    ticket = secrets.token_urlsafe(32)
    kept = [*signed_in.actor.key, signed_in.auth_session_id, signed_in.expires_at.isoformat()]
    cache.set(_key(ticket), kept, timeout=settings.SOCKET_TICKET_SECONDS)
    return ticket


def redeem(ticket: str) -> Claim | None:
    """What the ticket stands for, once; None ever after, and when it is too old."""
    if not _FORM.fullmatch(ticket):
        return None
    kept = cache.get(_key(ticket))
    if kept is None and getattr(cache, "is_away", False):
        raise Unavailable()  # Another process may have issued it: whether it is good cannot be found out now.
    # Of several who come at once, one alone removes it.
    if kept is None or not cache.delete(_key(ticket)):
        return None
    actor_type, actor_id, auth_session_id, expires_at = kept
    return Claim(SignIn(ActorKey(actor_type, actor_id), auth_session_id), datetime.fromisoformat(expires_at))


def _key(ticket: str) -> str:
    return f"socket-ticket:{ticket}"
