import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.accounts.factories import bearer
from tests.drivers.factories import make_driver

pytestmark = pytest.mark.django_db


def test_the_link_is_printed(driver, capsys, settings):
    settings.PUBLIC_URL = "https://offers.example.com"
    call_command("driver_link", driver.pk)
    url = capsys.readouterr().out.strip()
    assert url.startswith("https://offers.example.com/d/")
    assert Client().post(url.removeprefix("https://offers.example.com"))["Location"] == "/driver/"


def test_json_has_a_sign_in_too(driver, capsys):
    call_command("driver_link", driver.pk, json=True)
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {"url", "access", "refresh"}
    assert Client(headers=bearer(said["access"])).get(f"/api/drivers/{driver.pk}").status_code == 200


@pytest.mark.parametrize("fields", [None, {"is_active": False}])
def test_there_is_no_such_driver(fields):
    driver_id = make_driver(**fields).pk if fields else 999_999
    with pytest.raises(CommandError, match=str(driver_id)):
        call_command("driver_link", driver_id)
