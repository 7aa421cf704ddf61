"""Office people as a kind of actor (`accounts.kinds`): how they are looked up, and what ends their sign-ins."""

from collections.abc import Collection, Mapping

from django.utils.crypto import salted_hmac

from accounts.kinds import ActorKind
from accounts.models import User
from kernel.actors import DISPATCHER, Actor


def load(ids: Collection[int]) -> Mapping[int, Actor]:
    """The active ones, their role as it stands in the row."""
    rows = User.objects.filter(pk__in=ids, is_active=True).only("username", "full_name", "role")
    return {user.pk: user.actor for user in rows}


def fingerprints(ids: Collection[int]) -> Mapping[int, str]:
    """A sign-in ends when the password changes, even when the older system has changed it."""
    rows = User.objects.filter(pk__in=ids).values_list("pk", "password")
    return {pk: fingerprint(password) for pk, password in rows}


def fingerprint(password_hash: str) -> str:
    """A keyed hash of the stored password: a sign-in session keeps it, and ends when it is another."""
    return salted_hmac("accounts.office", password_hash, algorithm="sha256").hexdigest()


KIND = ActorKind(type=DISPATCHER, load=load, fingerprints=fingerprints)
