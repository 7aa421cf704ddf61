"""Trucks are changed by whoever may, in the journal, and with what follows from it."""

import pytest

from accounts.facts import SessionsEnded
from accounts.models import AuthSession
from accounts.sign_in.tokens import actor_of
from drivers import rules, selectors, services
from drivers.errors import NoPhone, NotActive
from drivers.models import Driver, SignInCode, SignInLink
from drivers.shapes import TruckShape
from journal.models import Entry
from kernel import clock
from kernel.actors import SYSTEM
from kernel.errors import Invalid, NotFound, PermissionDenied
from kernel.shapes import read_shape
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return make_user("manager").actor


def nothing_happened(published) -> bool:
    return not published and not Entry.objects.exclude(verb="sign_in").exists()


def test_a_change_is_written_and_recorded(manager, published):
    driver = make_driver(status="Loaded", rate="1.90")
    services.update_driver(actor=manager, driver_id=driver.pk, changes={"status": "Available", "rate": "1.90"})
    entry = Entry.objects.get()
    assert (entry.verb, entry.object_type, entry.object_id) == ("update", "driver", str(driver.pk))
    assert (entry.before, entry.after) == ({"status": "Loaded"}, {"status": "Available"})
    driver.refresh_from_db()
    assert (driver.status, driver.rate) == ("Available", "1.90")
    assert published == []


def test_only_what_is_changed_is_written(manager, django_assert_max_num_queries):
    driver = make_driver(status="Loaded")
    with django_assert_max_num_queries(20) as queries:
        services.update_driver(actor=manager, driver_id=driver.pk, changes={"status": "Available"})
    (update,) = [each["sql"] for each in queries.captured_queries if each["sql"].startswith("UPDATE")]
    assert "DriverName" not in update
    assert "CellPhone" not in update


def test_changing_nothing_says_nothing(manager, published):
    driver = make_driver()
    before = driver.updated_at
    services.update_driver(actor=manager, driver_id=driver.pk, changes={"status": driver.status, "is_active": True})
    driver.refresh_from_db()
    assert driver.updated_at == before
    assert nothing_happened(published)


@pytest.mark.parametrize(
    "call",
    [
        lambda actor, pk: services.update_driver(actor=actor, driver_id=pk, changes={"status": "Loaded"}),
        lambda actor, pk: services.deactivate_driver(actor=actor, driver_id=pk),
        lambda actor, pk: services.update_driver(actor=actor, driver_id=pk, changes={"assigned_dispatcher_id": None}),
        lambda actor, pk: services.create_link(actor=actor, driver_id=pk),
        lambda actor, pk: services.revoke_links(actor=actor, driver_id=pk),
    ],
)
def test_trucks_are_the_managers_business(call, published):
    driver = make_driver()
    SignInLink.objects.create(driver_id=driver.pk, token_hash="x", created_at=clock.now(), expires_at=clock.now())
    for actor in (make_user().actor, driver.actor, make_driver().actor):
        with pytest.raises(PermissionDenied):
            call(actor, driver.pk)
    assert Driver.objects.get(pk=driver.pk).status == "Available"
    assert SignInLink.objects.get().revoked_at is None
    assert nothing_happened(published)


def test_there_is_no_such_truck(manager):
    with pytest.raises(NotFound):
        services.update_driver(actor=manager, driver_id=999_999, changes={"status": "Loaded"})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": "x" * 51}, "status"), ({"driver_name": "a\x00b"}, "driver_name"),
        ({"driver_name": "\ud800"}, "driver_name"), ({"longitude": -180.5}, "longitude"),
        ({"latitude": 91}, "latitude"), ({"longitude": "NaN"}, "longitude"), ({"latitude": None}, "latitude"),
        ({"latitude": 1e400}, "latitude"), ({"is_active": "yes"}, "is_active"), ({"is_active": None}, "is_active"),
        ({"assigned_dispatcher_id": 999_999}, "assigned_dispatcher_id"), ({"id": 7}, "id"), ({"wheels": 18}, "wheels"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_table_is_refused_by_name(manager, published, changes, field):
    driver = make_driver()
    with pytest.raises(Invalid) as refusal:
        services.update_driver(actor=manager, driver_id=driver.pk, changes=changes)
    assert set(refusal.value.fields) == {field}
    assert nothing_happened(published)


@pytest.mark.parametrize(
    ("name", "value"),
    [("driver_name", 5), ("longitude", True), ("latitude", "NaN"), ("is_active", 1), ("assigned_dispatcher_id", "7"),
     ("wheels", 18), ("status", "x" * 51), ("rate", "a\x00b")],
)  # fmt: skip
def test_the_door_takes_no_other_kind_of_value(name, value):
    with pytest.raises(Invalid) as refusal:
        read_shape(TruckShape, {name: value}, partial=True)
    assert set(refusal.value.fields) == {name}


def test_the_door_takes_what_may_be_written():
    assert tuple(TruckShape().fields) == rules.COLUMNS


@pytest.mark.parametrize("name", ["<b>Ana</b>", "مرحبا", "🚚", "Muñoz‮"])
def test_names_are_kept_as_people_write_them(manager, name):
    driver = make_driver()
    services.update_driver(actor=manager, driver_id=driver.pk, changes={"driver_name": name})
    assert Driver.objects.get(pk=driver.pk).driver_name == name


def test_a_position_is_kept_to_the_tables_precision(manager):
    driver = make_driver()
    position = {"latitude": 41.878113611111, "longitude": "-87.6"}
    services.update_driver(actor=manager, driver_id=driver.pk, changes=position)
    driver.refresh_from_db()
    assert (float(driver.latitude), float(driver.longitude)) == (41.87811361, -87.6)


def test_deactivating_signs_the_driver_out(manager, published):
    driver = make_driver()
    tokens = sign_in(driver)
    services.deactivate_driver(actor=manager, driver_id=driver.pk)
    assert published == [SessionsEnded(driver.actor.key)]
    assert AuthSession.objects.get().ended_because == "deactivated"
    assert actor_of(tokens.access) is None
    services.deactivate_driver(actor=manager, driver_id=driver.pk)
    assert len(published) == 1
    services.activate_driver(actor=manager, driver_id=driver.pk)
    assert actor_of(tokens.access) is None
    verbs = Entry.objects.filter(verb__contains="activate").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["deactivate", "activate"]


def test_a_new_number_is_a_new_person(manager, published):
    driver = make_driver(cell_phone="(212) 555-0142")
    tokens = sign_in(driver)
    services.update_driver(actor=manager, driver_id=driver.pk, changes={"cell_phone": "212.555.0142"})
    assert actor_of(tokens.access) is not None
    assert published == []
    services.update_driver(actor=manager, driver_id=driver.pk, changes={"cell_phone": "212 555 0143"})
    assert actor_of(tokens.access) is None
    assert published == [SessionsEnded(driver.actor.key)]


def test_a_truck_is_given_to_a_dispatcher(manager):
    driver, dispatcher = make_driver(), make_user()
    services.update_driver(actor=manager, driver_id=driver.pk, changes={"assigned_dispatcher_id": dispatcher.pk})
    assert Driver.objects.get(pk=driver.pk).assigned_dispatcher_id == dispatcher.pk
    assert Entry.objects.get().verb == "assign"
    with pytest.raises(Invalid):
        services.update_driver(
            actor=manager, driver_id=driver.pk, changes={"assigned_dispatcher_id": make_user(is_active=False).pk}
        )
    services.update_driver(actor=manager, driver_id=driver.pk, changes={"assigned_dispatcher_id": None})
    assert Driver.objects.get(pk=driver.pk).assigned_dispatcher_id is None


# --- links -------------------------------------------------------------------------------------------------------


def test_a_link_is_not_kept_readable(manager):
    url = services.create_link(actor=manager, driver_id=make_driver().pk)
    assert url.rsplit("/", 1)[-1] not in str(SignInLink.objects.values().get())


def test_a_link_goes_to_the_drivers_own_phone(texts, django_capture_on_commit_callbacks):
    driver = make_driver(cell_phone="(212) 555-0142 / 555-0199")
    with django_capture_on_commit_callbacks(execute=True):
        services.send_link(actor=make_user().actor, driver_id=driver.pk)
    ((phone, text),) = texts
    assert phone == "+12125550142"
    assert "/d/" in text
    assert Entry.objects.get().verb == "send_link"


def test_a_link_needs_somewhere_to_go_and_a_truck_in_use(texts):
    actor = make_user().actor
    with pytest.raises(NoPhone):
        services.send_link(actor=actor, driver_id=make_driver(cell_phone="ask").pk)
    with pytest.raises(NotActive):
        services.send_link(actor=actor, driver_id=make_driver(is_active=False).pk)
    with pytest.raises(NotFound):
        services.send_link(actor=actor, driver_id=999_999)
    with pytest.raises(PermissionDenied):
        services.send_link(actor=make_driver().actor, driver_id=make_driver().pk)
    assert texts == []
    assert not SignInLink.objects.exists()
    assert not Entry.objects.exists()


def test_a_link_is_revoked_once(manager):
    services.create_link(actor=manager, driver_id=make_driver().pk)
    link = SignInLink.objects.get()
    services.revoke_link(actor=manager, link_id=link.pk)
    revoked_at = SignInLink.objects.get().revoked_at
    assert revoked_at is not None
    services.revoke_link(actor=manager, link_id=link.pk)
    assert SignInLink.objects.get().revoked_at == revoked_at
    assert Entry.objects.filter(verb="revoke_link").count() == 1
    with pytest.raises(NotFound):
        services.revoke_link(actor=manager, link_id=999_999)


def test_what_ran_out_long_ago_is_forgotten():
    driver, now = make_driver(), clock.now()
    for number, age in enumerate((0, 2, 100)):
        then = now - services.upkeep.KEEP_CODES * age
        SignInCode.objects.create(address="+1", code_hash="x", created_at=then, expires_at=then)
        SignInLink.objects.create(driver_id=driver.pk, token_hash=str(number), created_at=then, expires_at=then)
    assert services.prune() == 3
    assert (SignInCode.objects.count(), SignInLink.objects.count()) == (1, 2)


# --- readings ----------------------------------------------------------------------------------------------------


def test_statuses_are_those_of_the_settings_and_of_the_data(settings):
    settings.TRUCK_STATUSES = ["Available", "Loaded"]
    for status in ("Home", "Available", "", None, "Home"):
        make_driver(status=status)
    assert selectors.statuses() == ["Available", "Loaded", "Home"]


def test_positions_come_from_coordinates_or_else_from_the_place():
    placed, named, lost = make_driver(), make_driver(latitude=None), make_driver(latitude=None, city_state_zip="?")
    found = selectors.positions([placed, named, lost])
    assert found[placed.pk] == (32.7904, -96.8044)
    assert found[named.pk] == pytest.approx((32.79, -96.80), abs=0.1)
    assert lost.pk not in found


def test_everybody_may_know_what_they_may():
    driver, other = make_driver(), make_driver(is_active=False)
    assert set(selectors.drivers_for(make_user().actor)) == {driver, other}
    assert set(selectors.drivers_for(driver.actor)) == {driver}
    assert set(selectors.drivers_for(SYSTEM)) == {driver, other}


def test_a_status_is_read_whatever_its_letters(settings):
    settings.IN_TRANSIT_STATUSES = ["In Transit"]
    assert rules.is_available(Driver(status="available "))
    assert not rules.is_available(Driver(status="Loaded"))
    assert rules.is_in_transit(Driver(status="IN TRANSIT"))
    assert not rules.is_in_transit(Driver(status=None))
