"""Checks passwords: within the limits, a few at once, at the same cost for every name."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep

from django.conf import settings
from django.db import connection

from accounts import passwords
from accounts.errors import WrongPassword
from accounts.models import User
from accounts.selectors import user_named
from accounts.services.guesses import Guess, Slowly
from kernel.addresses import one_client
from kernel.concurrency_limit import ConcurrencyLimit
from kernel.concurrent_requests import stepped_out

SLOWED_AT_ONCE = 20
"""How many threads of a process may be slowed down at once."""

_checking, _slowed = ConcurrencyLimit(), ConcurrencyLimit()


def person_by_password(*, username: str, password: str, address: str, way: str) -> User:
    """The active person of this name, if the password is theirs. `address` is the client's network address.

    Raises `WrongPassword`, `RateLimited` after too many of them, or `Busy` when too many are to be checked. It waits up
    to `PASSWORDS_LINE_SECONDS` for a turn, and `PASSWORDS_DELAY_SECONDS` for a name that is guessed at from
    everywhere: it must not be called in a transaction. `way` says in the figures what the password was shown for.
    """
    address = one_client(address)
    try:
        return _looked_at(username, password, address, way)
    except Slowly:
        # What waits here takes no turn from others.
        with _slowed.turn(address, at_once=SLOWED_AT_ONCE, line=0, seconds=0), _holding_nothing():
            sleep(settings.PASSWORDS_DELAY_SECONDS)
        return _looked_at(username, password, address, way, has_waited=True)


def _looked_at(username: str, password: str, address: str, way: str, *, has_waited: bool = False) -> User:
    line = {
        "at_once": settings.PASSWORDS_AT_ONCE,
        "line": settings.PASSWORDS_LINE,
        "seconds": settings.PASSWORDS_LINE_SECONDS,
    }
    with _checking.turn(address, **line, while_waiting=_holding_nothing):
        user = user_named(username)
        guess = Guess(user=user, username=username, address=address)
        guess.take(has_waited=has_waited)
        is_right = passwords.is_right(password, user)
        if user is None or not is_right:
            guess.was_wrong(way)
            raise WrongPassword()
        guess.give_back()
    return user


@contextmanager
def _holding_nothing() -> Iterator[None]:
    """Wait without a connection to the database and without a place among the requests that are answered at once."""
    if connection.in_atomic_block:
        yield
        return
    connection.close()
    with stepped_out():
        yield
