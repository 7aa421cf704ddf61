"""What rooms declare is registered."""

from importlib import import_module
from importlib.util import find_spec

import pytest
from django.apps import apps
from django.conf import settings

from jobs import schedules
from jobs.enums import State
from jobs.models import Job
from jobs.worker import Worker
from kernel import in_process, limits
from presence.log import renderers

ROOMS = [app.name for app in apps.get_app_configs() if find_spec(f"{app.name}.enums")]
TASKS = [import_module(f"{app.name}.tasks") for app in apps.get_app_configs() if find_spec(f"{app.name}.tasks")]
ENUMS = {name: import_module(f"{name}.enums") for name in ROOMS}


@pytest.mark.parametrize(
    "kind", [kind for enums in ENUMS.values() for kind in getattr(enums, "EventKind", ())], ids=str
)
def test_every_durable_kind_can_be_told(kind):
    assert renderers.require(kind) == kind.value


@pytest.mark.parametrize(
    "kind", [kind for enums in ENUMS.values() for kind in getattr(enums, "PassingKind", ())], ids=str
)
def test_every_passing_kind_can_be_passed_on(kind):
    assert renderers.require_passing(kind) == kind.value


def test_rooms_were_found():
    assert {"chat", "offers", "presence"} <= set(ROOMS)


def declared(name):
    return [each for module in TASKS for each in getattr(module, name, [])]


def test_every_schedule_is_registered_under_a_name_of_its_own():
    assert sorted(declared("SCHEDULES"), key=str) == sorted(schedules.registered(), key=str)
    assert len(schedules.registered()) > 6


def test_what_processes_do_again_and_again_is_registered():
    expected = [limits.IN_PROCESS, *declared("IN_PROCESS")]
    assert sorted(expected, key=str) == sorted(in_process.registered(), key=str)
    assert len(in_process.registered()) == 4


@pytest.mark.django_db
def test_every_scheduled_job_can_be_done():
    for schedule in schedules.registered():
        schedule.task.enqueue()
    Worker(settings.JOBS["QUEUES"]).do_all()
    assert set(Job.objects.values_list("state", flat=True)) == {State.DONE}
    assert Job.objects.count() == len(schedules.registered())
