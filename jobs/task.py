"""What `@task` of django-tasks makes of a function here, and what may be said there beside its own options."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from django.utils.module_loading import import_string
from django_tasks.base import Task

from jobs.errors import UnknownTask
from kernel.text import is_storable

P = ParamSpec("P")
T = TypeVar("T")

KEY_MAX = 191
WAIT_MAX = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTask(Task[P, T]):
    """`@task(tries=3, first_wait=2.0, in_transaction=True, key=lambda driver_id: driver_id)`."""

    tries: int = 12
    """How often it is tried before it is given up, the tries lost with a killed worker included."""
    first_wait: float = 5.0
    """Seconds until the second try; each further wait is twice as long, up to an hour, give or take a half."""
    in_transaction: bool = False
    """The function runs in one transaction with the mark that it is done: what it does in the database is done once.

    Several may share a transaction, for a quarter of a second: for short work that locks little.
    """
    key: Callable[..., object] | None = None
    """Called with the arguments. Of one task and key there is one job at a time that has not ended."""

    def key_of(self, args: Any, kwargs: Any) -> str | None:
        if self.key is None:
            return None
        key = f"{self.module_path}:{self.key(*args, **kwargs)}"
        # MySQL takes "a" and "a " for the same; and what is no text that can be stored, a hash is.
        is_plain = len(key) <= KEY_MAX and key == key.rstrip() and is_storable(key)
        return key if is_plain else hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()

    def wait_after(self, tries: int) -> timedelta:
        """How long to wait after so many tries that went wrong. Jobs that failed together do not all come together."""
        seconds = min(self.first_wait * 2 ** min(tries - 1, 20), WAIT_MAX.total_seconds())
        return timedelta(seconds=seconds * random.uniform(0.5, 1.5))  # noqa: S311


def named(path: str) -> JobTask[..., Any]:
    """The task that a row names. Raises `UnknownTask` where there is none: a row decides about nothing else."""
    try:
        found = import_string(path)
    except Exception as error:  # Whatever a module raises while it is loaded, or a path that can be none.
        raise UnknownTask("There is no task of this name.") from error
    if not isinstance(found, JobTask):
        raise UnknownTask("What has this name is no task.")
    return found
