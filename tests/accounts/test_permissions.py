"""What follows from a role, in the one place that says so."""

import pytest
from django.contrib.auth import authenticate, get_user_model

from accounts.permissions import role_has_module, role_has_perm
from tests.accounts.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("perm", "roles"),
    [
        ("offers.view_offer", {"dispatcher", "manager", "admin"}),
        ("offers.change_offer", {"manager", "admin"}),
        ("drivers.view_driver", {"dispatcher", "manager", "admin"}),
        ("journal.view_entry", {"manager", "admin"}),
        ("accounts.view_user", {"manager", "admin"}),
        ("accounts.change_user", {"admin"}),
        ("accounts.add_user", {"admin"}),
        ("offers.delete_offer", {"admin"}),
    ],
)
def test_who_may_what(perm, roles):
    assert {role for role in ("dispatcher", "manager", "admin", "emperor", "") if role_has_perm(role, perm)} == roles


def test_modules_follow_from_permissions():
    assert role_has_module("dispatcher", "offers")
    assert not role_has_module("dispatcher", "journal")
    assert role_has_module("manager", "journal")
    assert not role_has_module("emperor", "offers")


def test_whoever_is_inactive_may_nothing():
    user = make_user("admin", is_active=False)
    assert not user.has_perm("offers.view_offer")
    assert not user.has_module_perms("offers")
    assert not user.is_staff
    assert not user.is_superuser


def test_people_are_known_by_name_and_password():
    user = make_user()
    assert authenticate(username=user.username, password=PASSWORD) == user
    assert authenticate(username=user.username, password="wrong") is None
    assert authenticate(username=user.username) is None
    assert authenticate(username="nobody\0", password="\0") is None


def test_inactive_people_are_not_known():
    user = make_user(is_active=False)
    assert authenticate(username=user.username, password=PASSWORD) is None


def test_the_table_has_no_column_that_the_older_system_does_not_know():
    columns = {field.column for field in get_user_model()._meta.local_fields}
    expected = "id username email password full_name mobile_number role is_active created_at"
    assert columns == set(expected.split())
