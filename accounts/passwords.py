"""Whether a password is right, at the same cost for every person and for a name that does not exist."""

from django.contrib.auth.hashers import check_password

from accounts.models import User

NO_HASH = "$"
"""What the hasher knows as its own, and compares with nothing."""


def is_right(password: str, user: User | None) -> bool:
    """Whether an active person has this password. None, a name that does not exist, takes as long as a wrong one."""
    known = check_password(password, NO_HASH if user is None else user.password)
    return known and user is not None and user.is_active
