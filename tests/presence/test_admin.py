"""Who is here can be looked at in the administration, and changed nowhere there."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from presence import models
from presence.here import leases
from presence.here.leases import Lease
from tests.presence import notes
from tests.presence.factories import key, make_driver, make_user


@pytest.mark.django_db
@pytest.mark.parametrize("model", [models.Attendance, models.SocketSession, models.StreamHead, models.StreamEvent])
def test_lists_show_rows_and_change_nothing(model):
    olga, driver = make_user("admin"), make_driver()
    leases.begin(leases=[Lease("one", "p", key(driver), None)])
    notes.write(to=[key(driver)], number=5)
    model_admin = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user, request.actor = olga, olga.actor
    assert model_admin.get_queryset(request).count() == 1
    assert not model_admin.has_add_permission(request)
    assert not model_admin.has_change_permission(request)
    assert not model_admin.has_delete_permission(request)
