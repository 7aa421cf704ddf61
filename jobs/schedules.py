"""What is done by the clock, once for the installation: rooms declare schedules, every worker looks what is due.

A tick moves the schedule on and writes its job in one transaction, and only the worker that has moved it writes.
Ticks that were missed while nothing ran are made up for by one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim
from django.conf import settings
from django.db import transaction
from django_tasks.base import Task

from jobs import backend, waking
from jobs.enums import State
from jobs.models import Job, ScheduleState
from kernel import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A task without arguments, done `every` so many seconds or as `cron` says in `zone`, the office's unless given."""

    name: str
    task: Task[[], Any]
    every: float = 0
    cron: str = ""
    zone: str = ""

    def __post_init__(self) -> None:
        if bool(self.every) == bool(self.cron):
            raise ValueError(f"{self.name} needs either `every` or `cron`.")
        self.after(datetime(2026, 1, 1, tzinfo=UTC))  # What cannot be read is found when it is declared.

    @property
    def spec(self) -> str:
        return f"{self.cron} {self._zone()}" if self.cron else f"every {self.every:g} s"

    def after(self, moment: datetime) -> datetime:
        """The first tick after a moment. Those of an interval are its multiples, the same for every worker."""
        if self.cron:
            return next(CronSim(self.cron, moment.astimezone(ZoneInfo(self._zone())))).astimezone(UTC)
        passed = int(moment.timestamp() // self.every)
        return datetime.fromtimestamp((passed + 1) * self.every, UTC)

    def _zone(self) -> str:
        return self.zone or settings.OFFICE_TIME_ZONE


_schedules: dict[str, Schedule] = {}


def register(*schedules: Schedule) -> None:
    _schedules.update({schedule.name: schedule for schedule in schedules})


def registered() -> list[Schedule]:
    return list(_schedules.values())


def tick(schedules: Iterable[Schedule] | None = None) -> int:
    """Write the jobs of the schedules that are due. Any number of workers may call it at once. Gives how many."""
    declared = {each.name: each for each in (registered() if schedules is None else schedules)}
    now = clock.now()
    known = {state.name: state for state in ScheduleState.objects.filter(pk__in=declared)}
    ticked = 0
    for name, schedule in declared.items():
        state = known.get(name)
        if state is None or state.spec != schedule.spec:
            _begin(schedule, state, now)
        elif state.next_at <= now:
            ticked += _tick(schedule, state, now)
    return ticked


def _begin(schedule: Schedule, state: ScheduleState | None, now: datetime) -> None:
    """A schedule that is new, or says something else than before."""
    fresh = ScheduleState(name=schedule.name, spec=schedule.spec, next_at=schedule.after(now))
    if state is None:
        ScheduleState.objects.bulk_create([fresh], ignore_conflicts=True)
    else:
        ScheduleState.objects.filter(pk=state.pk, spec=state.spec).update(spec=fresh.spec, next_at=fresh.next_at)


def _tick(schedule: Schedule, state: ScheduleState, now: datetime) -> bool:
    with transaction.atomic():
        same = ScheduleState.objects.filter(pk=state.pk, next_at=state.next_at)
        if not same.update(next_at=schedule.after(now), last_at=state.next_at):
            return False
        # One that no worker has taken yet does for this tick as well. A running one does not: it may hang, or be lost.
        if state.last_job_id and Job.objects.filter(pk=state.last_job_id, state=State.WAITING, tries=0).exists():
            return False
        job = backend.new_job(schedule.task)
        job.schedule, job.tick_at = schedule.name, state.next_at
        job.save(force_insert=True)
        ScheduleState.objects.filter(pk=state.pk).update(last_job_id=job.pk)
    waking.wake(job.queue)
    return True
