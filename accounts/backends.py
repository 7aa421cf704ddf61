"""Who an office person is, by user name and password."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from accounts.models import User


class RoleBackend(BaseBackend):
    """Knows active rows of `users`. What they may do follows from their role (`accounts.permissions`)."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        if username is None or password is None:
            return None
        user = User.objects.filter(username=username).first()
        if user is None:
            make_password(password.replace("\0", ""))  # An unknown name takes as long as a wrong password.
            return None
        if not check_password(password, user.password) or not user.is_active:
            return None
        return user

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
