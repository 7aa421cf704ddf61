"""Knowing an office person by their password."""

import hashlib

from django.contrib.auth import authenticate
from django.contrib.auth.hashers import get_hasher

from accounts.errors import WrongPassword
from accounts.models import User
from accounts.services.people import rehash_password
from offers_project.kernel.actors import Actor
from offers_project.kernel.limits import Bucket

WRONG_PASSWORDS = Bucket("wrong-password", burst=10, per_second=1 / 30)
"""For one name from one address: an office behind one address is not shut out by one forgetful person."""

PASSWORD_MAX_LENGTH = 1000


def identify(*, username: str, password: str, address: str) -> Actor:
    """The office person of this name, who knows this password, at this network address.

    Raises `WrongPassword`, or `RateLimited` after too many of them.
    """
    who = hashlib.sha256(f"{username.strip().casefold()} {address}".encode(errors="replace")).hexdigest()
    WRONG_PASSWORDS.require(who)
    user = authenticate(username=username, password=password)
    if not isinstance(user, User):
        WRONG_PASSWORDS.take(who)
        raise WrongPassword()
    if get_hasher().must_update(user.password):
        rehash_password(user_id=user.pk, password=password)
    return user.actor
