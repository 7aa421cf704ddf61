"""What rooms declare in their `tasks.py` is registered, all of it, and can be done."""

from importlib import import_module
from importlib.util import find_spec

import pytest
from django.conf import settings

from jobs import schedules
from jobs.enums import State
from jobs.models import Job
from jobs.worker import Worker
from offers_project.kernel import in_process
from tests.offers_project.test_layers import APPS

MODULES = [import_module(f"{app}.tasks") for app in APPS if find_spec(f"{app}.tasks")]


def declared(name):
    return [each for module in MODULES for each in getattr(module, name, [])]


def test_every_schedule_is_registered_under_a_name_of_its_own():
    assert sorted(declared("SCHEDULES"), key=str) == sorted(schedules.registered(), key=str)
    assert len(schedules.registered()) > 6


def test_what_processes_do_again_and_again_is_registered():
    assert sorted(declared("IN_PROCESS"), key=str) == sorted(in_process.registered(), key=str)
    assert len(in_process.registered()) == 3


@pytest.mark.django_db
def test_every_scheduled_job_can_be_done():
    for schedule in schedules.registered():
        schedule.task.enqueue()
    Worker(settings.JOBS["QUEUES"]).do_all()
    assert set(Job.objects.values_list("state", flat=True)) == {State.DONE}
    assert Job.objects.count() == len(schedules.registered())
