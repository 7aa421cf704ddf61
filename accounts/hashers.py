"""Passwords as PHP's `password_hash` writes them, so that the older system reads ours and we read its."""

import re
from dataclasses import dataclass
from typing import Any

import bcrypt
from django.conf import settings
from django.contrib.auth.hashers import BasePasswordHasher, mask_hash
from django.utils.translation import gettext_lazy as _

PHP_LIMIT = 72
"""PHP reads no further into a password, and the library refuses more."""

COSTS = range(4, 32)
"""Those that bcrypt has."""

_BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})")


class _BeforeTheFirstDollar(str):
    """What Django takes for the name of the algorithm: in PHP's hashes nothing, yet Django wants a true value."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class _Parts:
    cost: int
    salt: str
    checksum: str


class PhpBcryptHasher(BasePasswordHasher):
    """Writes `$2y$12$…` plainly, without Django's prefix; reads `$2y$`, `$2a$` and `$2b$`."""

    algorithm = _BeforeTheFirstDollar()

    @property
    def rounds(self) -> int:
        return getattr(settings, "BCRYPT_ROUNDS", 12)

    def salt(self) -> str:
        return "$2y" + bcrypt.gensalt(self.rounds).decode()[3:]

    def encode(self, password: str, salt: str) -> str:
        return bcrypt.hashpw(_as_php_reads(password), salt.encode()).decode()

    def decode(self, encoded: str) -> Any:
        match = _BCRYPT.fullmatch(encoded)
        if match is None:
            raise ValueError("not a bcrypt hash")
        return _Parts(cost=int(match[1]), salt=match[2], checksum=match[3])

    def verify(self, password: str, encoded: str) -> bool:
        """Whether PHP would take this password. What cannot be compared takes as long as a wrong password."""
        octets, is_readable = _octets(password)
        if _cost(encoded) is not None:
            try:
                return bcrypt.checkpw(octets, encoded.encode()) and is_readable
            except ValueError:
                pass  # A salt that bcrypt does not make.
        bcrypt.hashpw(octets, bcrypt.gensalt(min(_cost(encoded) or self.rounds, self.rounds)))
        return False

    def must_update(self, encoded: str) -> bool:
        cost = _cost(encoded)
        return cost is not None and cost < self.rounds

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Spend the time that the dearer hash would have taken: 2ⁿ more for each step."""
        octets, _is_readable = _octets(password)
        for cost in range(_cost(encoded) or self.rounds, self.rounds):
            bcrypt.hashpw(octets, bcrypt.gensalt(cost))

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        parts = self.decode(encoded)
        return {
            _("algorithm"): "bcrypt",
            _("work factor"): parts.cost,
            _("salt"): mask_hash(parts.salt),
            _("checksum"): mask_hash(parts.checksum),
        }


def _as_php_reads(password: str) -> bytes:
    octets = password.encode()[:PHP_LIMIT]
    if b"\0" in octets:
        raise ValueError("PHP takes no password with a null byte")
    return octets


def _octets(password: str) -> tuple[bytes, bool]:
    """What is hashed in any case, and whether PHP would read this password at all."""
    try:
        return _as_php_reads(password), True
    except ValueError:  # A null byte, or half of a surrogate pair.
        return password.encode(errors="replace")[:PHP_LIMIT].replace(b"\0", b""), False


def _cost(encoded: str) -> int | None:
    """The cost of a hash, None for what is none."""
    match = _BCRYPT.fullmatch(encoded)
    return int(match[1]) if match and int(match[1]) in COSTS else None
