"""Whether a sign-in still stands: the one check behind tokens, browser sessions, tickets and open connections."""

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
    """What somebody has shown: the sign-in it belongs to, and until when it can be shown; None for as long as that
    sign-in lasts.
    """

    sign_in: SignIn
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who somebody is, by which session, and until when without showing anything new."""

    actor: Actor
    auth_session_id: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A sign-in that stands, and until when; None for a token of the older system, which says that itself."""

    actor: Actor
    expires_at: datetime | None


def standing(sign_ins: Collection[SignIn]) -> dict[SignIn, Standing]:
    """Those that still stand, with the person as they are now. Three queries for one kind of actor, however many.

    A sign-in stands while the person is active, the session neither ended nor expired, and what the session depends on
    (the driver's phone and mail, the password) unchanged.
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
            found[sign_in] = Standing(actor, None)
            continue
        session = sessions.get(sign_in.auth_session_id)
        if session and session.key == sign_in.key and prints.get(sign_in.key) == session.fingerprint:
            found[sign_in] = Standing(actor, session.expires_at)
    return found


def signed_in(claims: Sequence[Claim]) -> list[SignedIn | None]:
    """Who stands behind each of the claims now, in their order; None where nobody does. Queries as for `standing`."""
    stand = standing({claim.sign_in for claim in claims})
    return [_signed_in(claim, stand.get(claim.sign_in)) for claim in claims]


def signed_in_by(claim: Claim | None) -> SignedIn | None:
    return signed_in([claim])[0] if claim else None


def _signed_in(claim: Claim, stands: Standing | None) -> SignedIn | None:
    if stands is None:
        return None
    expires_at = claim.expires_at or stands.expires_at
    return SignedIn(stands.actor, claim.sign_in.auth_session_id, expires_at) if expires_at else None


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
    """When a sign-in is over however much it is used: a cookie or a token in other hands is good no longer either."""
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
