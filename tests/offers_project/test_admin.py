"""Jobs in the administration: managers look, and run again what has failed; nothing secret is there to be seen."""

from datetime import timedelta

import pytest

from jobs import services
from jobs.enums import State
from jobs.errors import StillAtWork
from jobs.models import Job, ScheduleState
from journal.models import Entry
from kernel import clock
from kernel.actors import SYSTEM
from kernel.errors import NotFound, PermissionDenied
from tests.accounts.factories import browser_client, make_user
from tests.drivers.factories import make_driver
from tests.jobs.examples import faulty, hear

pytestmark = pytest.mark.django_db

LIST = "/admin/jobs/job/"


def failed_job():
    faulty.enqueue(7)
    Job.objects.update(state=State.FAILED, tries=3, last_error="ValueError at a.py:1", finished_at=clock.now())
    return Job.objects.get()


def run_again(client, job):
    return client.post(LIST, {"action": "run_again", "_selected_action": job.pk}, follow=True)


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_managers_see_a_failed_job_and_run_it_again(role):
    job, user = failed_job(), make_user(role=role)
    client = browser_client(user)
    assert "ValueError at a.py:1" in client.get(LIST).content.decode()
    assert client.get(f"{LIST}{job.pk}/change/").status_code == 200
    assert run_again(client, job).status_code == 200
    job.refresh_from_db()
    assert (job.state, job.tries, job.finished_at) == (State.WAITING, 0, None)
    assert job.due_at <= clock.now()
    entry = Entry.objects.get(object_type="job")
    assert (entry.verb, entry.object_id, entry.actor_id) == ("run_again", str(job.pk), user.pk)
    assert entry.before == {"state": "failed", "tries": 3, "last_error": "ValueError at a.py:1"}
    assert "run_again" in client.get(f"{LIST}{job.pk}/history/").content.decode()


def test_dispatchers_see_no_jobs_and_run_none():
    job, client = failed_job(), browser_client(make_user())
    assert client.get(LIST).status_code == 403
    assert run_again(client, job).status_code == 403
    job.refresh_from_db()
    assert job.state == State.FAILED


def test_a_job_cannot_be_edited():
    job, client = failed_job(), browser_client(make_user(role="admin"))
    client.post(f"{LIST}{job.pk}/change/", {"state": "done", "task": "os.getcwd"})
    job.refresh_from_db()
    assert (job.state, job.task) == (State.FAILED, "tests.jobs.examples.faulty")
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{job.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("actor", ["dispatcher", "driver", "system"])
def test_the_service_refuses_others(actor):
    job = failed_job()
    who = {"dispatcher": lambda: make_user().actor, "driver": lambda: make_driver().actor, "system": lambda: SYSTEM}
    with pytest.raises(PermissionDenied):
        services.run_again(actor=who[actor](), job_id=job.pk)
    assert Job.objects.get().state == State.FAILED
    assert not Entry.objects.filter(object_type="job").exists()


def test_a_running_job_is_not_run_again():
    hear.enqueue()
    Job.objects.update(state=State.RUNNING)
    actor = make_user(role="manager").actor
    with pytest.raises(StillAtWork):
        services.run_again(actor=actor, job_id=Job.objects.get().pk)
    with pytest.raises(NotFound):
        services.run_again(actor=actor, job_id=10**9)
    assert Job.objects.get().state == State.RUNNING


def test_what_the_clock_has_done_every_two_seconds_hides_nothing_else():
    hear.enqueue()
    plain = Job.objects.get()
    Job.objects.update(state=State.DONE)
    ticks = {}
    now = clock.now()
    for number, state in enumerate(State):
        hear.enqueue()
        ticks[state] = Job.objects.latest("id").pk
        tick_at = now - timedelta(seconds=number)
        Job.objects.filter(pk=ticks[state]).update(state=state, schedule="s", tick_at=tick_at)
    client = browser_client(make_user(role="manager"))

    def listed(**query):
        return {job.pk for job in client.get(LIST, query).context["cl"].result_list}

    assert listed() == {plain.pk, *ticks.values()} - {ticks[State.DONE]}
    assert listed(ticks="all") == {plain.pk, *ticks.values()}
    assert listed(state__exact="done") == {plain.pk}
    assert listed(ticks="all", state__exact="done") == {plain.pk, ticks[State.DONE]}
    assert "Without those that are done" in client.get(LIST).content.decode()


def test_schedules_are_looked_at():
    ScheduleState.objects.create(name="offers.expire_due", spec="every 2 s", next_at=clock.now())
    page = browser_client(make_user(role="manager")).get("/admin/jobs/schedulestate/").content.decode()
    assert "every 2 s" in page
