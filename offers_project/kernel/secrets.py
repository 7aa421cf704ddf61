"""Keys that are made once on the machine that uses them, so that none is ever a constant in the repository."""

import os
import secrets
from pathlib import Path


def generated_once(path: Path) -> str:
    """The key kept in `path`, made with 64 random bytes when there is none yet. Safe when processes start at once."""
    try:
        return _read(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
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


def _read(path: Path) -> str:
    return path.read_text().strip()
