"""Whether a sign-in still stands: the one check behind tokens, browser sessions, tickets and open connections."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models.functions import Now

from accounts import kinds
from accounts.models import AuthSession
from offers_project.kernel.actors import Actor, ActorKey


class SignIn(NamedTuple):
    """A person, and the session they signed in with; None for a token of the older system, which has no session."""

    key: ActorKey
    auth_session_id: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who somebody is, by which session, and until when without showing anything new."""

    actor: Actor
    auth_session_id: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A sign-in that stands; `session` is None for a token of the older system."""

    actor: Actor
    session: AuthSession | None


def standing(sign_ins: Collection[SignIn]) -> dict[SignIn, Standing]:
    """Those that still stand, with the person as they are now. Three queries for one kind of actor, however many.

    A sign-in stands while the person is active, the session neither ended nor expired, and what the session depends on
    (the driver's phone and mail, the password) unchanged.
    """
    sessions = _living({sign_in.auth_session_id for sign_in in sign_ins if sign_in.auth_session_id})
    people = kinds.actors({sign_in.key for sign_in in sign_ins})
    prints = kinds.fingerprints({ActorKey(each.actor_type, each.actor_id) for each in sessions.values()})
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
            found[sign_in] = Standing(actor, session)
    return found


def standing_one(key: ActorKey, auth_session_id: str | None) -> Standing | None:
    sign_in = SignIn(key, auth_session_id)
    return standing([sign_in]).get(sign_in)


def _living(ids: set[str]) -> dict[str, AuthSession]:
    known = {uuid for each in ids if (uuid := _uuid(each))}
    if not known:
        return {}
    rows = AuthSession.objects.filter(pk__in=known, ended_at=None, expires_at__gt=Now())
    return {str(row.pk): row for row in rows}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
