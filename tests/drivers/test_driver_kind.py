"""Drivers are one kind of actor: those in use, as they are now."""

import pytest

from accounts import kinds
from drivers.driver_kind import KIND
from kernel.actors import ActorKey
from tests.drivers.factories import make_driver

pytestmark = pytest.mark.django_db


def test_those_in_use_act(django_assert_num_queries):
    driver, gone = make_driver(), make_driver(is_active=False)
    with django_assert_num_queries(1):
        assert KIND.load([driver.pk, gone.pk, 999_999]) == {driver.pk: driver.actor}
    assert kinds.actor(ActorKey("driver", driver.pk)) == driver.actor


def test_their_sign_ins_depend_on_phone_and_mail():
    driver = make_driver()
    before = KIND.fingerprints([driver.pk])[driver.pk]
    driver.email = "new@example.com"
    driver.save()
    assert KIND.fingerprints([driver.pk])[driver.pk] != before
