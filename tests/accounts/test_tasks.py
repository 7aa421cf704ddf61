from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

from accounts.tasks import SCHEDULES
from tests.accounts.factories import browser_client, make_user


@pytest.mark.django_db
def test_what_has_lapsed_is_forgotten_and_the_rest_stays():
    kept, lapsed = browser_client(make_user()), browser_client(make_user())
    Session.objects.filter(pk=lapsed.cookies["sessionid"].value).update(expire_date=datetime.now(UTC) - timedelta(1))
    for _ in range(2):
        for schedule in SCHEDULES:
            schedule.task.call()
    assert [session.pk for session in Session.objects.all()] == [kept.cookies["sessionid"].value]
