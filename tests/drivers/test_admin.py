"""The administration of trucks: through the services, and only for whoever may."""

import pytest
from django.urls import reverse

from accounts.models import AuthSession
from drivers import services
from drivers.models import Driver, Place, SignInCode, SignInLink
from journal.models import Entry
from kernel.actors import SYSTEM
from tests.accounts.factories import browser_client, make_user
from tests.drivers.factories import make_driver, sign_in

pytestmark = pytest.mark.django_db

LIST = "/admin/drivers/driver/"


@pytest.fixture
def manager():
    return browser_client(make_user("manager"))


@pytest.fixture
def dispatcher():
    return browser_client(make_user())


def form_of(driver: Driver, **changes) -> dict[str, object]:
    names = (
        "truck_number", "driver_name", "status", "cell_phone", "email", "city_state_zip", "latitude", "longitude",
        "dimensions", "rate",
    )  # fmt: skip
    fields = {name: getattr(driver, name) for name in names} | {"is_active": "on"} | changes
    return {name: "" if value is None else value for name, value in fields.items()}


def act(client, name: str, *drivers: Driver):
    return client.post(LIST, {"action": name, "_selected_action": [driver.pk for driver in drivers]}, follow=True)


@pytest.mark.parametrize("model", ["driver", "place", "signincode", "signinlink"])
def test_lists_open_and_search(manager, driver, model):
    services.create_link(actor=SYSTEM, driver_id=driver.pk)
    services.request_code(address="+12125550142", client="x")
    path = reverse(f"admin:drivers_{model}_changelist")
    assert manager.get(path).status_code == 200
    assert manager.get(path, {"q": "Dallas"}).status_code == 200


def test_one_truck_is_changed_through_the_service(manager):
    driver = make_driver(status="Loaded")
    answer = manager.post(f"{LIST}{driver.pk}/change/", form_of(driver, status="Available", driver_name="<b>Ana</b>"))
    assert answer.status_code == 302
    driver.refresh_from_db()
    assert (driver.status, driver.driver_name) == ("Available", "<b>Ana</b>")
    assert Entry.objects.get(verb="update").after == {"status": "Available", "driver_name": "<b>Ana</b>"}
    page = manager.get(f"{LIST}{driver.pk}/change/").content.decode()
    assert "<b>Ana</b>" not in page
    assert "update" in manager.get(f"{LIST}{driver.pk}/history/").content.decode()


def test_what_the_older_system_wrote_meanwhile_stays(manager):
    driver = make_driver(rate="1.90")
    given = form_of(driver, driver_name="Ana")
    Driver.objects.filter(pk=driver.pk).update(cell_phone="(212) 555-0188")
    manager.post(f"{LIST}{driver.pk}/change/", given | {"cell_phone": "(212) 555-0188"})
    driver.refresh_from_db()
    assert (driver.driver_name, driver.cell_phone) == ("Ana", "(212) 555-0188")


def test_a_status_is_one_that_is_in_use(manager):
    driver = make_driver(status="Home")
    page = manager.get(f"{LIST}{driver.pk}/change/").content.decode()
    assert '<option value="Home" selected>' in page
    assert '<option value="Out of Service">' in page
    manager.post(f"{LIST}{driver.pk}/change/", form_of(driver, status="Nonsense"))
    assert Driver.objects.get(pk=driver.pk).status == "Home"


def test_a_refusal_is_a_message_and_changes_nothing(manager):
    driver = make_driver()
    answer = manager.post(f"{LIST}{driver.pk}/change/", form_of(driver, latitude=""), follow=True)
    assert "latitude" in answer.content.decode()
    assert Driver.objects.get(pk=driver.pk).latitude == driver.latitude


def test_a_truck_is_added_and_none_deleted(manager, dispatcher, driver):
    manager.post(f"{LIST}add/", form_of(driver, truck_number="NEW-1"))
    assert Driver.objects.filter(truck_number="NEW-1").count() == 1
    assert Entry.objects.filter(verb="create", object_type="driver").exists()
    assert dispatcher.get(f"{LIST}add/").status_code == 403
    assert manager.post(f"{LIST}{driver.pk}/delete/", {"post": "yes"}).status_code == 403


def test_dispatchers_look_and_change_nothing(dispatcher, driver):
    assert dispatcher.get(LIST).status_code == 200
    assert dispatcher.get(f"{LIST}{driver.pk}/change/").status_code == 200
    assert dispatcher.post(f"{LIST}{driver.pk}/change/", form_of(driver, driver_name="Mine")).status_code == 403
    act(dispatcher, "deactivate", driver)
    act(dispatcher, "make_link", driver)
    driver.refresh_from_db()
    assert driver.is_active
    assert driver.driver_name != "Mine"
    assert not SignInLink.objects.exists()
    for model in ("place", "signincode", "signinlink"):
        assert dispatcher.get(reverse(f"admin:drivers_{model}_changelist")).status_code == 403


def test_drivers_do_not_come_in(driver):
    client = browser_client(make_user())
    url = services.create_link(actor=SYSTEM, driver_id=driver.pk)
    client.post("/d/" + url.rsplit("/", 1)[-1])
    assert client.get(LIST).status_code == 302


def test_actions_do_what_they_say(manager, driver, texts, django_capture_on_commit_callbacks):
    sign_in(driver)
    with django_capture_on_commit_callbacks(execute=True):
        act(manager, "send_link", driver)
    assert len(texts) == 1
    assert "/d/" in act(manager, "make_link", driver).content.decode()
    act(manager, "revoke_links", driver)
    assert not SignInLink.objects.filter(revoked_at=None).exists()
    act(manager, "deactivate", driver)
    assert AuthSession.objects.get(actor_type="driver").ended_at is not None
    act(manager, "activate", driver)
    assert Driver.objects.get(pk=driver.pk).is_active


def test_links_are_revoked_and_show_no_secret(manager, driver):
    services.create_link(actor=SYSTEM, driver_id=driver.pk)
    link = SignInLink.objects.get()
    path = reverse("admin:drivers_signinlink_changelist")
    assert link.token_hash not in manager.get(f"{path}{link.pk}/change/").content.decode()
    manager.post(path, {"action": "revoke", "_selected_action": [link.pk]})
    assert SignInLink.objects.get().revoked_at is not None


def test_codes_show_no_secret(manager):
    services.request_code(address="+12125550142", client="x")
    code = SignInCode.objects.get()
    page = manager.get(reverse("admin:drivers_signincode_change", args=[code.pk])).content.decode()
    assert "+12125550142" in page
    assert code.code_hash not in page


def test_places_are_only_looked_at(manager):
    place = Place.objects.get(zip_code="75201")
    path = f"/admin/drivers/place/{place.pk}/change/"
    assert manager.get(path).status_code == 200
    assert manager.post(path, {"city": "Elsewhere"}).status_code == 403
