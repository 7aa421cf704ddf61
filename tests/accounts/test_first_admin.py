import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from journal.models import Entry
from kernel.errors import Invalid

pytestmark = pytest.mark.django_db
FIRST = {"username": "boss", "email": "boss@example.com", "interactive": False}


def test_the_first_admin_comes_from_the_command_line(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery")
    call_command("createsuperuser", verbosity=0, **FIRST)
    user = User.objects.get()
    assert (user.username, user.role, user.is_superuser) == ("boss", "admin", True)
    assert user.password.startswith("$2y$")
    assert user.check_password("correct horse battery")
    assert Entry.objects.get().actor_type == "system"


def test_the_first_admin_needs_a_good_password(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "password")
    with pytest.raises((Invalid, CommandError)):
        call_command("createsuperuser", verbosity=0, **FIRST)
    assert not User.objects.exists()
    assert not Entry.objects.exists()
