"""What has happened, for the rooms above."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class JobRunAgain:
    """An office person has had a job run again."""

    actor: Actor
    job_id: int
    task: str
    before: Mapping[str, Any]
