"""By the clock: each tick once, whatever the number of workers, in a time zone."""

from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, OperationalError, transaction

from jobs import claiming, outcomes, schedules
from jobs.enums import State
from jobs.models import Job, ScheduleState
from jobs.schedules import Schedule
from kernel import clock
from tests.jobs.examples import tick
from tests.races import at_once

pytestmark = pytest.mark.django_db

EVERY = Schedule(name="every", task=tick, every=2)
CHICAGO = ZoneInfo("America/Chicago")


def moment(text, zone=UTC):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def fail(fault):
    raise fault


def begun(schedule, at):
    with clock.standing_at(at):
        assert schedules.tick([schedule]) == 0
    return ScheduleState.objects.get(pk=schedule.name)


def test_an_interval_ticks_at_its_multiples():
    assert EVERY.after(moment("2026-11-28T12:00:00.5")) == moment("2026-11-28T12:00:02")
    assert EVERY.after(moment("2026-11-28T12:00:02")) == moment("2026-11-28T12:00:04")


def test_cron_is_read_in_its_zone_summer_and_winter():
    nightly = Schedule(name="n", task=tick, cron="30 3 * * *", zone="America/Chicago")
    winter, summer = moment("2026-01-10T12:00"), moment("2026-07-10T12:00")
    assert nightly.after(winter) == moment("2026-01-11T03:30", CHICAGO) == moment("2026-01-11T09:30")
    assert nightly.after(summer) == moment("2026-07-11T08:30")


def test_cron_ticks_once_a_day_when_the_clock_is_set(settings):
    settings.OFFICE_TIME_ZONE = "America/Chicago"
    nightly = Schedule(name="n", task=tick, cron="30 2 * * *")
    for start, days in (("2026-03-06T12:00", 4), ("2026-10-30T12:00", 4)):
        at, ticks = moment(start), []
        while at < moment(start) + timedelta(days=days):
            at = nightly.after(at)
            ticks.append(at.astimezone(CHICAGO).date())
        assert len(set(ticks)) == len(ticks)


CRONS = ["30 1 * * *", "30 2 * * *", "0 * * * *", "*/10 * * * *", "*/15 1-3 * * *", "0 1,2 * * 0"]


@pytest.mark.parametrize("cron", CRONS)
@pytest.mark.parametrize("night", ["2026-03-08", "2026-11-01"])
def test_the_next_tick_is_never_before_now_in_a_night_in_which_the_clock_is_set(cron, night):
    schedule = Schedule(name="n", task=tick, cron=cron, zone="America/Chicago")
    for minutes in range(0, 24 * 60, 5):
        at = moment(night) + timedelta(minutes=minutes)
        assert at < schedule.after(at) <= at + timedelta(days=7, hours=1)


def test_one_that_is_new_in_the_hour_that_comes_twice_ticks_the_next_day():
    nightly = Schedule(name="n", task=tick, cron="30 1 * * *", zone="America/Chicago")
    second_time = moment("2026-11-01T07:10")
    begun(nightly, second_time)
    for minutes in range(120):
        with clock.standing_at(second_time + timedelta(minutes=minutes)):
            assert schedules.tick([nightly]) == 0
    with clock.standing_at(moment("2026-11-02T07:30:01")):
        assert schedules.tick([nightly]) == 1


WRONG = [
    {},
    {"every": 2, "cron": "* * * * *"},
    {"every": -2},
    {"cron": "61 * * * *"},
    {"cron": "never"},
    {"every": 2, "name": "n" * 65},
    {"cron": f"{','.join(map(str, range(60)))} * * * *"},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_read_or_kept_is_found_when_it_is_declared(wrong):
    with pytest.raises(Exception, match=r"needs either|Bad|Wrong|too long"):
        Schedule(**{"name": "wrong", "task": tick, **wrong})


@pytest.mark.parametrize("back", [{"seconds": 90}, {"hours": 1}, {"days": 365}])
@pytest.mark.parametrize("how", [{"every": 2}, {"cron": "* * * * *"}])
def test_a_clock_that_is_set_back_stops_no_schedule(back, how):
    schedule = Schedule(name="s", task=tick, **how)
    late = moment("2026-11-28T12:00:00")
    begun(schedule, late - timedelta(minutes=5))
    ahead = range(-240, 1)
    for start in (late, late - timedelta(**back)):
        for seconds in ahead:
            with clock.standing_at(start + timedelta(seconds=seconds)):
                schedules.tick([schedule])
            Job.objects.update(state=State.DONE)
    after = Job.objects.filter(created_at__gt=late - timedelta(**back) - timedelta(minutes=1)).count()
    ticks = 60 / how.get("every", 60)
    assert Job.objects.count() >= 2 * 2.5 * ticks
    assert after >= ticks


def test_a_schedule_that_cannot_be_written_keeps_no_other_from_being_done(monkeypatch, caplog):
    first, second = (Schedule(name=name, task=tick, every=2) for name in ("first", "second"))
    for schedule in (first, second):
        begun(schedule, moment("2026-11-28T12:00:00.5"))
    real = schedules.backend.new_job
    faults = [ValueError("x")]
    monkeypatch.setattr(schedules.backend, "new_job", lambda task: real(task) if not faults else fail(faults.pop()))
    with clock.standing_at(moment("2026-11-28T12:00:02.1")):
        assert schedules.tick([first, second]) == 1
        assert Job.objects.get().schedule == "second"
        assert schedules.tick([first, second]) == 1
    assert "the schedule first" in caplog.text


def test_a_database_that_is_away_is_told_to_the_worker(monkeypatch):
    begun(EVERY, moment("2026-11-28T12:00:00.5"))
    monkeypatch.setattr(schedules, "_tick", lambda *_: fail(OperationalError("away")))
    with clock.standing_at(moment("2026-11-28T12:00:02.1")), pytest.raises(OperationalError):
        schedules.tick([EVERY])


def test_nothing_is_due_when_a_schedule_is_new():
    state = begun(EVERY, moment("2026-11-28T12:00:00.5"))
    assert state.next_at == moment("2026-11-28T12:00:02")
    assert not Job.objects.exists()


def test_a_tick_is_one_job():
    begun(EVERY, moment("2026-11-28T12:00:00.5"))
    with clock.standing_at(moment("2026-11-28T12:00:02.1")):
        assert schedules.tick([EVERY]) == 1
        assert schedules.tick([EVERY]) == 0
    job = Job.objects.get()
    assert (job.schedule, job.tick_at, job.queue) == ("every", moment("2026-11-28T12:00:02"), "clock")
    assert ScheduleState.objects.get().next_at == moment("2026-11-28T12:00:04")


def test_missed_ticks_are_made_up_for_by_one():
    begun(EVERY, moment("2026-11-28T12:00:00.5"))
    with clock.standing_at(moment("2026-11-30T12:00:01")):
        assert schedules.tick([EVERY]) == 1
        assert schedules.tick([EVERY]) == 0
    assert ScheduleState.objects.get().next_at == moment("2026-11-30T12:00:02")


def test_a_job_that_no_worker_has_taken_does_for_the_next_tick_and_a_running_one_does_not():
    begun(EVERY, moment("2026-11-28T12:00:00.5"))
    for second, ticked in ((2, 1), (4, 0)):
        with clock.standing_at(moment(f"2026-11-28T12:00:0{second}.1")):
            assert schedules.tick([EVERY]) == ticked
    with clock.standing_at(moment("2026-11-28T12:00:06.1")):
        claiming.claim("clock", worker="a", most=1)
        assert schedules.tick([EVERY]) == 1
        # One that went wrong waits for its next try, perhaps for an hour: the ticks go on.
        (job,) = claiming.claim("clock", worker="a", most=1)
        assert outcomes.went_wrong(job, "x", wait=timedelta(hours=1))
    with clock.standing_at(moment("2026-11-28T12:00:08.1")):
        assert schedules.tick([EVERY]) == 1


def test_a_schedule_that_says_something_else_begins_anew():
    begun(EVERY, moment("2026-11-28T12:00:00.5"))
    other = Schedule(name="every", task=tick, every=3600)
    state = begun(other, moment("2026-11-28T12:10"))
    assert (state.spec, state.next_at) == ("every 3600 s", moment("2026-11-28T13:00"))


def test_the_database_has_each_tick_once():
    begun(EVERY, moment("2026-11-28T12:00:00.5"))
    with clock.standing_at(moment("2026-11-28T12:00:02.1")):
        schedules.tick([EVERY])
    job = Job.objects.get()
    job.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        job.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_workers_that_look_at_once_tick_once(repetitions):
    each = [Schedule(name=f"s{number}", task=tick, every=2) for number in range(3)]
    begun_at = moment("2026-01-01T12:00:00.5")
    for schedule in each:
        begun(schedule, begun_at)
    for number in range(1, repetitions + 1):
        Job.objects.update(state=State.DONE)
        ScheduleState.objects.update(next_at=begun_at + timedelta(hours=number))
        ticked = at_once([partial(schedules.tick, each)] * 12)
        assert sum(ticked) == 3
    assert Job.objects.count() == 3 * repetitions


def test_where_there_is_nothing_to_do_no_job_is_written_until_there_is():
    there_is = []
    schedule = Schedule(name="every", task=tick, every=2, only_if=lambda: bool(there_is))
    begun(schedule, moment("2026-11-28T12:00"))
    for second in (3, 5):
        with clock.standing_at(moment(f"2026-11-28T12:00:0{second}")):
            assert schedules.tick([schedule]) == 0
    assert not Job.objects.exists()
    there_is.append(True)
    with clock.standing_at(moment("2026-11-28T12:00:05")):
        assert [schedules.tick([schedule]) for _each in range(2)] == [1, 0]
    assert ScheduleState.objects.get(pk="every").next_at == moment("2026-11-28T12:00:06")


def test_it_is_not_asked_before_a_tick_is_due():
    schedule = Schedule(name="every", task=tick, every=2, only_if=lambda: fail(AssertionError("asked")))
    begun(schedule, moment("2026-11-28T12:00"))
    with clock.standing_at(moment("2026-11-28T12:00:01")):
        assert schedules.tick([schedule]) == 0


def test_where_it_cannot_be_found_out_whether_there_is_something_to_do_the_job_is_written(caplog):
    broken = Schedule(name="broken", task=tick, every=2, only_if=lambda: fail(OperationalError(1969, "too long")))
    behind = Schedule(name="behind", task=tick, every=2)
    with clock.standing_at(moment("2026-11-28T12:00")):
        assert schedules.tick([broken, behind]) == 0
    with clock.standing_at(moment("2026-11-28T12:00:03")):
        assert schedules.tick([broken, behind]) == 2
    assert "the schedule broken" in caplog.text
