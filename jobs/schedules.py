"""What is done by the clock, once for the installation: rooms declare schedules, every worker looks what is due.

A tick moves the schedule on and writes its job in one transaction, and only the worker that has moved it writes.
Ticks that were missed while nothing ran are made up for by one.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django_tasks.base import Task

from jobs import backend, waking
from jobs.enums import State
from jobs.models import NAME_MAX, SPEC_MAX, Job, ScheduleState
from kernel import clock
from kernel.unit_of_work import in_transaction

logger = logging.getLogger(__name__)

SET_BACK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A task without arguments, done `every` so many seconds or as `cron` says in `zone`, the office's unless given.

    `only_if` is asked when a tick is due. As long as it says that there is nothing to do, no job is written, and it is
    asked again.
    """

    name: str
    task: Task[[], Any]
    every: float = 0
    cron: str = ""
    zone: str = ""
    only_if: Callable[[], bool] | None = None

    def __post_init__(self) -> None:
        if bool(self.every) == bool(self.cron) or self.every < 0:
            raise ValueError(f"{self.name} needs either `every` or `cron`.")
        if len(self.name) > NAME_MAX or len(self.spec) > SPEC_MAX:
            raise ValueError(f"{self.name}: its name or what it says is too long to be kept.")
        self.after(datetime(2026, 1, 1, tzinfo=UTC))  # What cannot be read is found when it is declared.

    @property
    def spec(self) -> str:
        return f"{self.cron} {self._zone()}" if self.cron else f"every {self.every:g} s"

    def after(self, moment: datetime) -> datetime:
        """The first tick after a moment. Those of an interval are its multiples, the same for every worker."""
        if self.cron:
            # In the hour that comes twice, the first tick that it gives may lie before the moment.
            ticks = (tick.astimezone(UTC) for tick in CronSim(self.cron, moment.astimezone(ZoneInfo(self._zone()))))
            return next(tick for tick in ticks if tick > moment)
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
    """Write the jobs of the schedules that are due. Any number of workers may call it at once. Gives how many.

    One that cannot be written keeps no other from being done. Raises `OperationalError` or `InterfaceError` when the
    database is away.
    """
    declared = {each.name: each for each in (registered() if schedules is None else schedules)}
    now = clock.now()
    known = {state.name: state for state in ScheduleState.objects.filter(pk__in=declared)}
    ticked = 0
    for name, schedule in declared.items():
        try:
            ticked += _look(schedule, known.get(name), now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("the schedule %s could not be looked at", name)
    return ticked


def _look(schedule: Schedule, state: ScheduleState | None, now: datetime) -> bool:
    if state is None or state.spec != schedule.spec or _was_ahead(schedule, state, now):
        _begin(schedule, state, now)
        return False
    return state.next_at <= now and _has_work(schedule) and _tick(schedule, state, now)


def _has_work(schedule: Schedule) -> bool:
    """Whether there is something to do. Where that cannot be said, the job will say what is wrong."""
    if schedule.only_if is None:
        return True
    try:
        return schedule.only_if()
    except Exception:
        logger.exception("whether the schedule %s has something to do could not be found out", schedule.name)
        return True


def _was_ahead(schedule: Schedule, state: ScheduleState, now: datetime) -> bool:
    """Whether the clock has been set back since: else nothing would be done until it is as late again.

    Another worker may have moved the schedule on since `now`, so a little does not count.
    """
    return state.next_at > now + SET_BACK and state.next_at > schedule.after(now) + SET_BACK


def _begin(schedule: Schedule, state: ScheduleState | None, now: datetime) -> None:
    """A schedule that is new, or says something else than before; or the clock does."""
    fresh = ScheduleState(name=schedule.name, spec=schedule.spec, next_at=schedule.after(now))
    if state is None:
        ScheduleState.objects.bulk_create([fresh], ignore_conflicts=True)
    else:
        same = ScheduleState.objects.filter(pk=state.pk, spec=state.spec, next_at=state.next_at)
        same.update(spec=fresh.spec, next_at=fresh.next_at)


def _tick(schedule: Schedule, state: ScheduleState, now: datetime) -> bool:
    job = _written(schedule, state, now)
    if job is not None:
        waking.wake(job.queue)
    return job is not None


@in_transaction
def _written(schedule: Schedule, state: ScheduleState, now: datetime) -> Job | None:
    """The job of a tick, for the one worker that has moved the schedule on."""
    same = ScheduleState.objects.filter(pk=state.pk, next_at=state.next_at)
    if not same.update(next_at=schedule.after(now), last_at=state.next_at):
        return None
    # One that no worker has taken yet does for this tick as well. A running one does not: it may hang, or be lost.
    if state.last_job_id and Job.objects.filter(pk=state.last_job_id, state=State.WAITING, tries=0).exists():
        return None
    # Where the clock was set back, that moment has been before.
    is_again = Job.objects.filter(schedule=schedule.name, tick_at=state.next_at).exists()
    job = backend.new_job(schedule.task)
    job.schedule, job.tick_at = schedule.name, now if is_again else state.next_at
    job.save(force_insert=True)
    ScheduleState.objects.filter(pk=state.pk).update(last_job_id=job.pk)
    return job
