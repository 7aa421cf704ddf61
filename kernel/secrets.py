"""Keys that are made once on the machine that uses them, so that none is ever a constant in the repository."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

OURS_ALONE = 0o077
"""The umask of everything that we run: what it writes is for its own user, since it holds keys and hashes."""


def private_directory(path: Path) -> Path:
    """The directory, made for its own user alone where it is missing, and so its parents."""
    if not path.is_dir():
        private_directory(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
    return path


def generated_once(path: Path) -> str:
    """The key kept in `path`, made with 64 random bytes when there is none yet. Safe when processes start at once."""
    try:
        return _read(path)
    except FileNotFoundError:
        private_directory(path.parent)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(64))
    try:
        os.link(fresh, path)  # Fails when another process was first: a key is never replaced.
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return _read(path)


def installation_id(secret_key: str, database: Mapping[str, Any]) -> str:
    """A short name for an installation: the same for all of its processes, another one for any other installation.

    All machines of an installation have its secret key and its database, whatever address they reach that by. The key
    cannot be found out from the name.
    """
    name = str(database["NAME"])
    if database["ENGINE"].endswith("sqlite3"):
        name = str(Path(name).resolve())
    return hmac.new(secret_key.encode(), f"installation {name}".encode(), hashlib.sha256).hexdigest()[:16]


def _read(path: Path) -> str:
    return path.read_text().strip()
