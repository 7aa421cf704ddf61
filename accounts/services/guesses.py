"""The limits of wrong passwords: a guess takes from them before it is checked, and gives back when it was right.

Three limits hold beside each other: a name from one address, an address over all names, and a name over all addresses.
The first two refuse. The third only slows down: otherwise a stranger could lock a person out. An account has one limit
however its name is written, and a name that no account has is counted in the same way, so that a limit tells nothing.
"""

import hashlib
import logging
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache

import journal.services
from accounts.enums import SignInVerb
from accounts.metrics import SIGN_IN_FAILED, SIGN_IN_LIMITED
from accounts.models import AuthSession, User
from kernel import addresses
from kernel.actors import DISPATCHER, SYSTEM
from kernel.errors import RateLimited
from kernel.limits import Bucket
from kernel.text import readable, words
from kernel.unit_of_work import service

logger = logging.getLogger(__name__)

NAME_LETTERS_LOGGED = 3
"""People type their password into the wrong field now and then."""


class Slowly(Exception):
    """This name has been guessed at from everywhere: the guess is looked at after a while, and nothing is taken yet."""


class Limit(NamedTuple):
    name: str
    bucket: Bucket
    who: tuple[str, ...]


class Guess:
    """One password shown for one name from one address, before it is known whether it is right."""

    def __init__(self, *, user: User | None, username: str, address: str) -> None:
        self.user, self.username, self.address = user, username, address
        spelling = f"name:{_digest(''.join(words(username)))}"
        names = (spelling,) if user is None else (spelling, f"user:{user.pk}")
        here = tuple(f"{name}@{address}" for name in names)
        self._name = Limit("name", _for_name_at_address(), here)
        self._address = Limit("address", _for_address(), (address,))
        self._account = Limit("account", _for_account(), names[-1:])
        self._taken: list[Limit] = []

    def take(self, *, has_waited: bool) -> None:
        """Take from every limit, or from none. Raises `RateLimited`, or `Slowly` unless that `has_waited`."""
        try:
            for limit in (self._name, self._address):
                self._take(limit)
            try:
                self._take(self._account)
            except RateLimited:
                if not has_waited and not self._comes_from_where_they_are():
                    raise Slowly from None
        except (RateLimited, Slowly):
            self.give_back()
            raise

    def give_back(self) -> None:
        """The guess does not count: it was right, or was not looked at."""
        for limit in self._taken:
            limit.bucket.give(*limit.who)
        self._taken.clear()

    def was_wrong(self, way: str) -> None:
        """What was taken stays taken, and the operator sees it."""
        SIGN_IN_FAILED.labels(way).inc()
        logger.info("sign-in failed: %s %s", way, self._described)

    def _take(self, limit: Limit) -> None:
        try:
            limit.bucket.take_each(limit.who)
        except RateLimited:
            SIGN_IN_LIMITED.labels(limit.name).inc()
            self._note(limit)
            raise
        self._taken.append(limit)

    def _comes_from_where_they_are(self) -> bool:
        """Whether the person has signed in from this network lately: they are not slowed down by strangers."""
        if self.user is None:
            return False
        theirs = AuthSession.objects.filter(actor_type=DISPATCHER, actor_id=self.user.pk)
        network = addresses.network(self.address)
        return bool(network) and theirs.filter(network=network).exists()

    def _note(self, limit: Limit) -> None:
        """Write down that a limit is used up, once until it is full again."""
        whose = self.address if limit is self._address else self._account.who[0]
        until_full = int(limit.bucket.burst / limit.bucket.per_second) + 1
        if not cache.add(f"used-up:{limit.name}:{whose}", 1, timeout=until_full):
            return
        logger.warning("too many wrong passwords: limit of the %s, %s", limit.name, self._described)
        if self.user is None or limit is self._address:
            return
        _record(self.user, limit=limit.name, network=addresses.network(self.address))

    @property
    def _described(self) -> str:
        account = "no account" if self.user is None else f"dispatcher:{self.user.pk}"
        return f"{_cut(self.username)}… ({account}) from {addresses.network(self.address) or 'nowhere'}"


@service
def _record(user: User, **after: str) -> None:
    journal.services.record(SYSTEM, SignInVerb.LIMIT_PASSWORDS, object_type=DISPATCHER, object_id=user.pk, after=after)


def _cut(username: str) -> str:
    return readable(username)[:NAME_LETTERS_LOGGED]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


def _for_name_at_address() -> Bucket:
    return Bucket("wrong-password", settings.PASSWORDS_BURST, settings.PASSWORDS_PER_MINUTE / 60)


def _for_address() -> Bucket:
    return Bucket(
        "wrong-password-address", settings.PASSWORDS_ADDRESS_BURST, settings.PASSWORDS_ADDRESS_PER_MINUTE / 60
    )


def _for_account() -> Bucket:
    return Bucket(
        "wrong-password-account", settings.PASSWORDS_ACCOUNT_BURST, settings.PASSWORDS_ACCOUNT_PER_MINUTE / 60
    )
