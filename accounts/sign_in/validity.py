"""Whether a sign-in is still valid: the one check behind tokens, browser sessions, tickets and open connections."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from accounts import kinds
from accounts.models import AuthSession
from kernel.actors import Actor, ActorKey

NEVER = datetime.max.replace(tzinfo=UTC)


class SignIn(NamedTuple):
    """A person, and the session they signed in with; None for a token of the older system, which has no session."""

    key: ActorKey
    auth_session_id: str | None


class Claim(NamedTuple):
    """What a client has shown: the sign-in it belongs to, and until when it can be shown; None for as long as that
    sign-in lasts.
    """

    sign_in: SignIn
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person who has signed in, by which session, and until when without showing anything new."""

    actor: Actor
    auth_session_id: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ValidSignIn:
    """A valid sign-in: its person as they are now, and its end; None for a token of the older system, which says it."""

    actor: Actor
    expires_at: datetime | None


def valid_sign_ins(sign_ins: Collection[SignIn]) -> dict[SignIn, ValidSignIn]:
    """The sign-ins that are still valid, with the current name and role. Three queries for one kind of actor.

    A sign-in is valid while the person is active, the session neither ended nor expired, and what the session depends
    on (the driver's phone and mail, the password) unchanged.
    """
    sessions = _living({sign_in.auth_session_id for sign_in in sign_ins if sign_in.auth_session_id})
    people = kinds.actors({sign_in.key for sign_in in sign_ins})
    prints = kinds.fingerprints({session.key for session in sessions.values()})
    found = {}
    for sign_in in sign_ins:
        actor = people.get(sign_in.key)
        if actor is None:
            continue
        if sign_in.auth_session_id is None:
            found[sign_in] = ValidSignIn(actor, None)
            continue
        session = sessions.get(sign_in.auth_session_id)
        if session and session.key == sign_in.key and prints.get(sign_in.key) == session.fingerprint:
            found[sign_in] = ValidSignIn(actor, session.expires_at)
    return found


def signed_in(claims: Sequence[Claim]) -> list[SignedIn | None]:
    """The person behind each of the claims, in their order; None where the sign-in is not valid. Queries as above."""
    valid = valid_sign_ins({claim.sign_in for claim in claims})
    return [_signed_in(claim, valid.get(claim.sign_in)) for claim in claims]


def signed_in_by(claim: Claim | None) -> SignedIn | None:
    """The person behind one claim; None without a claim, and where its sign-in is not valid."""
    return signed_in([claim])[0] if claim else None


def _signed_in(claim: Claim, valid: ValidSignIn | None) -> SignedIn | None:
    if valid is None:
        return None
    expires_at = claim.expires_at or valid.expires_at
    return SignedIn(valid.actor, claim.sign_in.auth_session_id, expires_at) if expires_at else None


class _Session(NamedTuple):
    key: ActorKey
    fingerprint: str
    expires_at: datetime


def _living(ids: set[str]) -> dict[str, _Session]:
    known = {uuid for each in ids if (uuid := _uuid(each))}
    if not known:
        return {}
    living = AuthSession.objects.filter(pk__in=known, ended_at=None, expires_at__gt=Now())
    rows = living.filter(still_young()).values_list(
        "pk", "actor_type", "actor_id", "fingerprint", "expires_at", "created_at"
    )
    return {
        str(pk): _Session(ActorKey(type_, id_), fingerprint, min(expires_at, last_moment(created_at)))
        for pk, type_, id_, fingerprint, expires_at, created_at in rows
    }


def last_moment(created_at: datetime) -> datetime:
    """When a sign-in ends however much it is used, so that a stolen cookie or token ends too."""
    longest: timedelta = settings.SIGN_IN_MAX_LIFETIME
    return created_at + longest if longest else NEVER


def still_young() -> Q:
    """The condition for sign-ins whose last moment has not come."""
    longest: timedelta = settings.SIGN_IN_MAX_LIFETIME
    return Q(created_at__gt=Now() - longest) if longest else Q()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
