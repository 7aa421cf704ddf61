"""Hashes of secrets that rows keep instead of the secrets."""

import hashlib


def hash_of_secret(secret: str) -> str:
    """64 hex digits for a secret that we made, such as a token.

    SHA-256 without a key or a salt is enough: such a secret is random, and too long to be guessed. A password or a code
    of six digits is not: `accounts.hashers`, `drivers.services.codes`.
    """
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
