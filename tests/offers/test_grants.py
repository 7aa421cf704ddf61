"""The rights of a server's database user: enough for everything that the product does, and no more."""

import io
import secrets
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client

from accounts import services as accounts
from accounts.models import User
from chat.models import Message
from drivers import services as drivers
from drivers.models import Driver, SignInCode
from jobs import schedules
from jobs import services as jobs
from jobs.models import Job
from jobs.worker import Worker
from journal import idempotency
from kernel import clock
from offers import services
from offers.grants import grants
from presence.models import StreamEvent
from tests.accounts.factories import PASSWORD, make_user
from tests.offers.scenes import Scene, browser_of

SAID = (
    "GRANT SELECT, INSERT, UPDATE (`username`, `email`, `full_name`, `mobile_number`, `password`, `role`, `is_active`)"
)


def test_the_older_systems_tables_are_changed_in_a_few_columns_and_never_emptied():
    said = {line.split("`")[-2]: line for line in grants("offers", "x@'%'")}
    assert said["users"] == f"{SAID} ON `offers`.`users` TO x@'%';"
    assert "DELETE" not in said["Trucks"]
    assert "`mail`" in said["Trucks"]
    assert "`assigned_dispatcher_id`" in said["Trucks"]
    assert "`isActive`" in said["Trucks"]
    assert "`ID`" not in said["Trucks"]
    assert said["journal"] == "GRANT SELECT, INSERT ON `offers`.`journal` TO x@'%';"
    assert said["django_migrations"].startswith("GRANT SELECT ON")
    assert said["offers"].startswith("GRANT SELECT, INSERT, UPDATE, DELETE ON")
    assert not any(word in line for line in said.values() for word in ("ALL", "CREATE", "ALTER", "DROP", "FILE"))


@pytest.mark.parametrize("user", ["a b", "x@y'; DROP", "`x`@y", "", "x@"])
def test_a_user_that_is_none_is_refused(user):
    with pytest.raises(CommandError):
        call_command("database_rights", user, stdout=io.StringIO())


@pytest.fixture
def with_few_rights(transactional_db) -> Iterator[None]:
    """This test's connection belongs to a user with the printed rights alone, until it ends."""
    if connection.vendor != "mysql":
        pytest.skip("SQLite has no users.")
    own = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    name, password = f"few_{secrets.token_hex(4)}", secrets.token_hex(8)
    printed = io.StringIO()
    call_command("database_rights", f"{name}@%", stdout=printed)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE USER '{name}'@'%' IDENTIFIED BY '{password}'")
        for statement in printed.getvalue().splitlines():
            cursor.execute(statement)
    try:
        connection.close()
        connection.settings_dict |= {"USER": name, "PASSWORD": password}
        with connection.cursor() as cursor:
            cursor.execute("SELECT CURRENT_USER()")
            assert cursor.fetchone()[0].startswith("few_")
        yield
    finally:
        connection.close()
        connection.settings_dict |= own
        with connection.cursor() as cursor:
            cursor.execute(f"DROP USER '{name}'@'%'")


@pytest.mark.services
def test_a_whole_day_goes_by_with_the_rights_of_a_server(with_few_rights):
    client = Client()
    admin = make_user("admin")
    assert client.get("/readyz").status_code == 200
    assert client.post("/sign-in", {"username": admin.username, "password": PASSWORD}).status_code == 302
    for page in ("/admin/", "/admin/accounts/user/", "/admin/journal/entry/", "/offers/", "/trucks/", "/"):
        assert client.get(page).status_code == 200, page

    # People and trucks of the older system's tables.
    actor = admin.actor
    person = accounts.create_user(actor=actor, username="nina", email="nina@example.com", password="a long enough word")
    accounts.update_user(actor=actor, user_id=person.pk, changes={"full_name": "Nina"})
    accounts.change_role(actor=actor, user_id=person.pk, role="manager")
    accounts.set_password(actor=actor, user_id=person.pk, password="another long enough word")
    accounts.deactivate_user(actor=actor, user_id=person.pk)
    accounts.activate_user(actor=actor, user_id=person.pk)
    truck = drivers.create_driver(actor=actor, fields={"driver_name": "Nell", "cell_phone": "214-555-0177"})
    drivers.update_driver(
        actor=actor,
        driver_id=truck.pk,
        changes={"status": "Available", "rate": "2.00", "email": "n@example.com", "latitude": 32.5, "longitude": -96.5}
        | {"truck_number": "T-9", "dimensions": "100x60x60", "city_state_zip": "Dallas, TX 75201"},
    )
    drivers.update_driver(actor=actor, driver_id=truck.pk, changes={"assigned_dispatcher_id": person.pk})
    drivers.deactivate_driver(actor=actor, driver_id=truck.pk)
    drivers.activate_driver(actor=actor, driver_id=truck.pk)

    # Signing in as a driver, and the trade.
    drivers.request_code(address="+12145550177", client="192.0.2.1")
    drivers.create_link(actor=actor, driver_id=truck.pk)
    scene = Scene()
    owner = scene.by(scene.olga)
    made = {
        "pickup_location": "Waco, TX",
        "delivery_location": "Tulsa, OK",
        "proposed_rate": "700",
    }
    for _ in range(2):
        assert owner.send("POST", "offers", made, headers={"Idempotency-Key": "k"}).status_code == 201
    address = f"offers/{scene.offer.pk}/chat/{scene.dan.pk}"
    assert scene.by(scene.dan).send("POST", address, {"message": "Hi", "client_id": "c1"}).status_code == 201
    message = Message.objects.order_by("-pk")[0]
    assert owner.send("PUT", f"chat/{message.pk}/read").status_code == 200
    scene.answer(scene.dan, "accept")
    services.award(actor=scene.olga.actor, offer_id=scene.offer.pk, proposal_id=scene.proposal(scene.dan).pk)
    services.fall_off(actor=scene.olga.actor, offer_id=scene.offer.pk, reason="other", note="")
    browser = browser_of(scene.mona.actor)
    assert browser.post("/admin/chat/message/", {"action": "remove", "_selected_action": message.pk}).status_code == 302

    # What goes on beside it.
    for schedule in schedules.registered():
        schedule.task.enqueue()
    assert Worker(settings.JOBS["QUEUES"]).do_all() == Job.objects.count() > len(schedules.registered())
    Job.objects.update(finished_at=clock.now() - timedelta(days=9))
    assert jobs.prune() > 0
    drivers.upkeep.prune()
    SignInCode.objects.update(expires_at=clock.now() - timedelta(days=9))
    assert drivers.upkeep.prune() > 0
    idempotency.prune()
    accounts.prune_sessions()
    assert StreamEvent.objects.exists()


@pytest.mark.services
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM users", "DELETE FROM Trucks", "UPDATE users SET id = 1", "UPDATE users SET created_at = NULL",
        "UPDATE Trucks SET ID = 1", "DROP TABLE offers", "ALTER TABLE users ADD x INT", "CREATE TABLE x (x INT)",
        "UPDATE journal SET verb = 'x'", "DELETE FROM journal", "DELETE FROM django_migrations", "TRUNCATE offers",
        "SELECT * FROM mysql.user", "SELECT 1 INTO OUTFILE '/tmp/x'",
    ],
)  # fmt: skip
def test_what_the_product_never_does_is_refused(with_few_rights, statement):
    assert User.objects.count() == Driver.objects.count() == 0
    with pytest.raises(DatabaseError) as refused, connection.cursor() as cursor:
        cursor.execute(statement)
    assert "denied" in str(refused.value)
