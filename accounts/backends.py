"""Authenticates office people by user name and password, for code that asks Django.

The doors call `services.identify`, which counts wrong passwords; nothing counts them here.
"""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from accounts import passwords
from accounts.models import User
from accounts.selectors import user_named


class RoleBackend(BaseBackend):
    """Knows active rows of `users`. What they may do follows from their role (`accounts.permissions`)."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        if username is None or password is None:
            return None
        user = user_named(username)
        return user if passwords.is_right(password, user) else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
