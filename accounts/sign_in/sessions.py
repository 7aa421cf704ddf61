"""Sign-in sessions and their refresh tokens.

A refresh token reads `<session>.<family>.<secret>`. The family part stays for the life of the session, the secret is
new each time, and only their hashes are kept. A right family with a used secret proves that the token has been in two
hands: the session ends. A wrong family proves nothing, and changes nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.utils.crypto import constant_time_compare

import journal.services
from accounts import facts, kinds
from accounts.enums import SignInVerb
from accounts.models import AuthSession, User
from accounts.rules import can_end_sign_ins
from accounts.sign_in.tokens import access_token
from accounts.sign_in.validity import last_moment
from kernel import addresses, clock
from kernel.actors import DISPATCHER, SYSTEM, Actor, ActorKey
from kernel.errors import NotAuthenticated, PermissionDenied
from kernel.facts import publish
from kernel.hashing import hash_of_secret
from kernel.unit_of_work import service

KEEP_ENDED = timedelta(days=90)
"""Ended sessions stay this long, so that one can see how they ended."""

REUSED = "reused"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client signs in with: an access token, and the refresh token that gets the next one."""

    access: str
    refresh: str
    actor: Actor
    auth_session_id: UUID

    def as_dict(self) -> dict[str, Any]:
        return {"access": self.access, "refresh": self.refresh, "user": self.actor.as_dict()}


def begin_session(*, actor: Actor, way: str, user_agent: str = "", address: str = "") -> Tokens:
    """Sign `actor` in, whatever kind they are. `way` says how: `password`, `code`, `link`.

    Of the client's network `address` only the network is kept.
    """
    session, family, secret = _opened(actor, way, user_agent, address)
    return _tokens(session, actor, family, secret)


def open_session(*, actor: Actor, way: str, user_agent: str = "", address: str = "") -> AuthSession:
    """Sign `actor` in where a cookie stands for them: a session whose refresh token is given to no client."""
    session, _family, _secret = _opened(actor, way, user_agent, address)
    return session


def refresh(*, refresh: str) -> Tokens:
    """A new pair for a refresh token, which is used up by it. Of two at the same time one gets it.

    A used one ends its whole family; both that and any other bad token raise `NotAuthenticated`.
    """
    tokens = _rotated(refresh)
    if tokens is None:
        raise NotAuthenticated()
    return tokens


@service
def renew_session(*, auth_session_id: UUID) -> None:
    """Put off the end of a session that is in use."""
    now = clock.now()
    AuthSession.objects.filter(pk=auth_session_id, ended_at=None, expires_at__gt=now).update(
        used_at=now, expires_at=now + settings.REFRESH_TOKEN_LIFETIME
    )


@service
def end_session(*, auth_session_id: UUID, key: ActorKey, because: str, by: Actor | None = None) -> None:
    """End one sign-in of one person. Ending it again changes nothing. `by` is who does it, if not the person.

    Raises `PermissionDenied` where `by` may not do it to this person.
    """
    _require_can_end(key, by)
    session = (
        AuthSession.objects.select_for_update()
        .filter(pk=auth_session_id, actor_type=key.type, actor_id=key.id, ended_at=None)
        .first()
    )
    if session is not None:
        _end(session, because, by)


@service
def end_session_of(*, refresh: str, because: str) -> ActorKey | None:
    """End the sign-in that a refresh token belongs to, used or not. Returns its person; None for a bad token."""
    session, _secret = _locked_family(refresh)
    if session is None:
        return None
    if session.ended_at is None:
        _end(session, because)
    return session.key


@service
def end_sessions(*, key: ActorKey, because: str, by: Actor | None = None, keep: UUID | None = None) -> None:
    """End all sign-ins of a person on all devices, except the session `keep`. `by` is who does it, if not the person.

    Raises `PermissionDenied` where `by` may not do it to this person.
    """
    _require_can_end(key, by)
    theirs = AuthSession.objects.filter(actor_type=key.type, actor_id=key.id, ended_at=None)
    if keep is not None:
        theirs = theirs.exclude(pk=keep)
    sessions = list(theirs.select_for_update().order_by("pk"))
    AuthSession.objects.filter(pk__in=[session.pk for session in sessions]).update(
        ended_at=clock.now(), ended_because=because
    )
    if sessions:
        journal.services.record(
            by or kinds.actor(key) or SYSTEM,
            SignInVerb.END_SESSIONS,
            object_type=key.type,
            object_id=key.id,
            after={"ended": len(sessions), "because": because},
        )
    if keep is None:
        publish(facts.SessionsEnded(key))
    else:
        for session in sessions:
            publish(facts.SessionsEnded(key, str(session.pk)))


def can_end(*, key: ActorKey, by: Actor) -> bool:
    """Whether `by` may end the sign-ins of this person."""
    return by.key == key or can_end_sign_ins(by, _role_of(key))


def _require_can_end(key: ActorKey, by: Actor | None) -> None:
    if by is not None and not can_end(key=key, by=by):
        raise PermissionDenied()


def _role_of(key: ActorKey) -> str:
    """The role in the row, of those too who may not act now; for who is not of the office, their kind."""
    if key.type != DISPATCHER:
        return key.type
    return User.objects.filter(pk=key.id).values_list("role", flat=True).first() or ""


def prune_sessions() -> int:
    """Delete sessions that ended or expired more than `KEEP_ENDED` ago. Returns how many."""
    long_ago = clock.now() - KEEP_ENDED
    count, _ = AuthSession.objects.filter(expires_at__lt=long_ago).delete()
    ended, _ = AuthSession.objects.filter(ended_at__lt=long_ago).delete()
    return count + ended


@service
def _opened(actor: Actor, way: str, user_agent: str, address: str) -> tuple[AuthSession, str, str]:
    now = clock.now()
    family, secret = _random(16), _random(32)
    session = AuthSession.objects.create(
        id=uuid4(),
        actor_type=actor.key.type,
        actor_id=actor.key.id,
        family_hash=hash_of_secret(family),
        refresh_hash=hash_of_secret(secret),
        fingerprint=kinds.fingerprints({actor.key}).get(actor.key, ""),
        way=way,
        user_agent=user_agent[:200],
        network=addresses.network(address) or None,
        created_at=now,
        used_at=now,
        expires_at=now + settings.REFRESH_TOKEN_LIFETIME,
    )
    journal.services.record(
        actor, SignInVerb.SIGN_IN, object_type=actor.key.type, object_id=actor.key.id, after={"way": way}
    )
    return session, family, secret


@service
def _rotated(refresh: str) -> Tokens | None:
    session, secret = _locked_family(refresh)
    now = clock.now()
    if (
        session is None
        or session.ended_at is not None
        or min(session.expires_at, last_moment(session.created_at)) <= now
    ):
        return None
    if not constant_time_compare(session.refresh_hash, hash_of_secret(secret)):
        _end(session, REUSED)
        return None
    actor = kinds.actor(session.key)
    if actor is None or kinds.fingerprints({session.key}).get(session.key) != session.fingerprint:
        _end(session, "person changed")
        return None
    fresh = _random(32)
    session.refresh_hash = hash_of_secret(fresh)
    session.used_at = now
    session.expires_at = now + settings.REFRESH_TOKEN_LIFETIME
    session.save(update_fields=["refresh_hash", "used_at", "expires_at"])
    _id, family, _used = refresh.split(".")
    return _tokens(session, actor, family, fresh)


def _locked_family(refresh: str) -> tuple[AuthSession | None, str]:
    """The session that a refresh token proves to belong to, locked, and the token's secret."""
    try:
        session_id, family, secret = refresh.split(".")
        uuid = UUID(session_id)
    except ValueError:
        return None, ""
    session = AuthSession.objects.select_for_update().filter(pk=uuid).first()
    if session is None or not constant_time_compare(session.family_hash, hash_of_secret(family)):
        return None, ""
    return session, secret


def _end(session: AuthSession, because: str, by: Actor | None = None) -> None:
    session.ended_at, session.ended_because = clock.now(), because
    session.save(update_fields=["ended_at", "ended_because"])
    journal.services.record(
        by or kinds.actor(session.key) or SYSTEM,
        SignInVerb.END_SESSION,
        object_type=session.actor_type,
        object_id=session.actor_id,
        after={"because": because, "way": session.way},
    )
    publish(facts.SessionsEnded(session.key, str(session.pk)))


def _tokens(session: AuthSession, actor: Actor, family: str, secret: str) -> Tokens:
    return Tokens(
        access=access_token(actor, str(session.pk)),
        refresh=f"{session.pk.hex}.{family}.{secret}",
        actor=actor,
        auth_session_id=session.pk,
    )


def _random(size: int) -> str:
    return secrets.token_urlsafe(size)
