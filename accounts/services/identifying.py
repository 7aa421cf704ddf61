"""Knowing an office person by their password."""

from django.contrib.auth.hashers import get_hasher

from accounts.services.checking import person_by_password
from accounts.services.people import rehash_password
from kernel.actors import Actor


def identify(*, username: str, password: str, address: str) -> Actor:
    """The office person of this name, who knows this password, at this network address.

    Raises `WrongPassword`, `RateLimited` after too many of them, or `Busy` when too many sign in at once.
    """
    user = person_by_password(username=username, password=password, address=address, way="password")
    if get_hasher().must_update(user.password):
        rehash_password(user_id=user.pk, password=password)
    return user.actor
