"""Signs office people in by name and password."""

from django.contrib.auth.hashers import get_hasher

from accounts.services.checking import person_by_password
from accounts.services.people import rehash_password
from kernel.actors import Actor


def identify(*, username: str, password: str, address: str) -> Actor:
    """The office person of this name, if the password is theirs; its hash is renewed where its cost is outdated.

    Raises `WrongPassword`, `RateLimited` after too many of them, or `Busy` when too many sign in at once.
    """
    user = person_by_password(username=username, password=password, address=address, way="password")
    if get_hasher().must_update(user.password):
        rehash_password(user_id=user.pk, password=password)
    return user.actor
