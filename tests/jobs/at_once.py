"""Jobs that are done as soon as they are committed, for tests of what they do."""

import pytest

from jobs import schedules, waking
from jobs.worker import Worker


def do_jobs_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the thread that commits a job do it."""
    monkeypatch.setattr(schedules, "_schedules", {})
    monkeypatch.setattr(waking, "wake", lambda queue: Worker({queue: 1}).do_all())
