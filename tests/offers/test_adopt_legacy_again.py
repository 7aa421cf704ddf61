"""Taking over beside an older system: done again, cut off half way, and refused."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from chat.models import Conversation, Message
from offers.legacy import adopting, making_room
from offers.models import Offer, Proposal
from tests.offers.older_system import SCHEMA, Database, adopt, database


@pytest.fixture
def older(django_db_blocker) -> Iterator[Database]:
    """The older system's database with rows, not adopted yet."""
    with database(django_db_blocker) as here:
        yield here


@pytest.mark.services
def test_a_second_run_has_nothing_to_do(older):
    adopt()
    before = older.everything()
    assert adopt() == "Nothing to do.\n"
    assert adopt("--check") == "Nothing to do.\n"
    assert older.everything() == before


@pytest.mark.services
def test_check_changes_nothing(older):
    before = older.everything()
    said = adopt("--check")
    assert "Would set `offers` aside as `legacy_offers`." in said
    assert "Would copy 7 rows of `chat_messages`" in said
    assert older.everything() == before


@pytest.mark.services
def test_what_points_nowhere_is_counted_and_stays(older):
    older.run(
        "SET FOREIGN_KEY_CHECKS = 0;\n"
        "INSERT INTO offers (id, created_by, pickup_location, delivery_location) VALUES (50, 99, 'Austin', 'Waco');\n"
        "INSERT INTO offer_proposals (offer_id, driver_id) VALUES (50, 1), (4, 88), (60, 1);\n"
        "INSERT INTO chat_messages (offer_id, driver_id, sender_type, sender_id, message) VALUES"
        " (50, 1, 'driver', 1, 'lost?'), (4, 88, 'driver', 88, 'lost?');\n"
        "SET FOREIGN_KEY_CHECKS = 1;\n"
    )
    for said in (adopt(), adopt()):
        assert "1 rows of `legacy_offers` could not be copied: their user is gone." in said
        assert "3 rows of `legacy_offer_proposals` could not be copied: their offer or driver is gone." in said
        assert "2 rows of `legacy_chat_messages` could not be copied: their offer or driver is gone." in said
    assert "Nothing to do." in said
    assert older.value("SELECT COUNT(*) FROM legacy_chat_messages") == 9
    assert Message.objects.count() == 7


@pytest.mark.services
def test_of_two_proposals_of_one_pair_the_accepted_one_counts(older):
    older.run(
        "SET FOREIGN_KEY_CHECKS = 0;\n"
        "ALTER TABLE offer_proposals DROP KEY unique_offer_driver;\n"
        "INSERT INTO offer_proposals (id, offer_id, driver_id, status) VALUES (30, 7, 1, 'sent'),"
        " (31, 4, 2, 'viewed');\n"
        "SET FOREIGN_KEY_CHECKS = 1;\n"
    )
    for said in (adopt(), adopt(), adopt("--check")):
        assert "2 rows of `legacy_offer_proposals` could not be copied: their offer and driver have other ones." in said
    assert "Nothing to do." in said
    assert Proposal.objects.get(offer_id=7, driver_id=1).pk == 13
    assert Proposal.objects.get(offer_id=4, driver_id=2).pk == 31


@pytest.mark.services
def test_numbers_below_1_are_said_to_stay(older):
    older.run("UPDATE chat_messages SET id = 0 WHERE id = 22;\nUPDATE offer_proposals SET id = -1 WHERE id = 11;\n")
    said = adopt()
    assert "1 rows of `legacy_chat_messages` could not be copied: their number is below 1." in said
    assert "1 rows of `legacy_offer_proposals` could not be copied: their number is below 1." in said
    assert list(Message.objects.filter(conversation__offer_id=4).values_list("seq", flat=True)[:2]) == [1, 2]


@pytest.mark.services
def test_statuses_and_kinds_are_known_however_they_are_spelled(older):
    older.run(
        "ALTER TABLE offers MODIFY status VARCHAR(40);\nALTER TABLE offer_proposals MODIFY status VARCHAR(40);\n"
        "ALTER TABLE chat_messages MODIFY sender_type VARCHAR(40), MODIFY message_type VARCHAR(40);\n"
        "UPDATE offers SET status = 'Canceled' WHERE id = 9;\nUPDATE offers SET status = 'COMPLETED ' WHERE id = 7;\n"
        "UPDATE offer_proposals SET status = 'Counter-Offered' WHERE id = 11;\n"
        "UPDATE offer_proposals SET status = 'Accepted' WHERE id = 13;\n"
        "UPDATE offer_proposals SET status = 'whatever' WHERE id = 12;\n"
        "UPDATE chat_messages SET sender_type = 'Driver', message_type = 'Rate Proposal' WHERE id = 24;\n"
        "UPDATE chat_messages SET message_type = 'a kind that is longer than ours' WHERE id = 25;\n"
    )
    adopt()
    assert list(Offer.objects.order_by("pk").values_list("status", flat=True)) == ["active", "completed", "cancelled"]
    assert dict(Proposal.objects.filter(pk__in=[11, 12, 13]).values_list("pk", "status")) == {
        11: "counter_offered",
        12: "sent",
        13: "awarded",
    }
    spelled = Message.objects.get(pk=24)
    assert (spelled.sender_type, spelled.sender_name, spelled.message_type) == ("driver", "Al", "rate_proposal")
    assert Message.objects.get(pk=25).message_type == "text"


@pytest.mark.services
def test_messages_without_a_time_come_first_and_are_no_younger_than_the_others(older):
    older.run(
        "UPDATE chat_messages SET created_at = NULL WHERE id = 26;\n"
        "UPDATE offers SET created_at = '2026-02-01 00:00:00' WHERE id = 4;\n"
    )
    adopt()
    shown = list(Message.objects.filter(conversation__offer_id=4, conversation__driver_id=1).order_by("seq"))
    assert [message.pk for message in shown][:2] == [26, 22]
    assert [message.created_at for message in shown] == sorted(message.created_at for message in shown)


STEPS = ["set_aside", "drop_leftovers", "count_as_done", "migrate", "let_go", "keep_ids_free"]


class Cut(Exception):
    """The process has died here."""


@pytest.mark.services
def test_a_run_that_is_cut_off_after_any_step_is_taken_up_again(older, monkeypatch):
    for step in STEPS:
        real = getattr(making_room, step)

        def die_after(*args: Any, real: Any = real) -> None:
            real(*args)
            raise Cut

        with monkeypatch.context() as dying:
            dying.setattr(making_room, step, die_after)
            with pytest.raises(Cut):
                adopt()
    adopt()
    assert (Offer.objects.count(), Proposal.objects.count(), Message.objects.count()) == (3, 6, 7)
    assert adopt() == "Nothing to do.\n"


@pytest.mark.services
def test_a_run_that_was_cut_off_while_copying_is_taken_up_again(older, monkeypatch):
    monkeypatch.setattr(adopting, "copy_talks", lambda **_: (_ for _ in ()).throw(Cut))
    with pytest.raises(Cut):
        adopt()
    assert Offer.objects.count() == 3
    monkeypatch.undo()
    monkeypatch.setattr("offers.legacy.talk_copies.OFFERS_AT_ONCE", 1)
    real, calls = Message.objects.bulk_create, []

    def die_at_the_second(*args: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise Cut
        return real(*args, **options)

    monkeypatch.setattr(Message.objects, "bulk_create", die_at_the_second)
    with pytest.raises(Cut):
        adopt()
    assert set(Conversation.objects.values_list("offer_id", flat=True)) == {4}
    monkeypatch.undo()
    adopt()
    assert (Proposal.objects.count(), Message.objects.count(), Conversation.objects.count()) == (6, 7, 7)


@pytest.mark.services
def test_a_migration_that_was_cut_off_half_way_is_made_again(older, monkeypatch):
    monkeypatch.setattr(making_room, "migrate", lambda: call_command("migrate", "chat", verbosity=0))
    monkeypatch.setattr(making_room, "keep_ids_free", lambda names: (_ for _ in ()).throw(Cut))
    with pytest.raises(Cut):
        adopt()
    monkeypatch.undo()
    older.run("DELETE FROM django_migrations WHERE app = 'chat';\nDROP TABLE chat_messages;\n")
    assert "Would make `conversations` again" in adopt("--check")
    adopt()
    assert Message.objects.count() == 7


@pytest.mark.services
@pytest.mark.parametrize("absent", [("offers", "offer_proposals", "socket_sessions"), ("chat_messages",)])
def test_each_of_the_four_may_be_absent(older, absent):
    older.run("SET FOREIGN_KEY_CHECKS = 0;\n" + "".join(f"DROP TABLE {name};\n" for name in absent))
    said = adopt()
    assert adopt().startswith("Nothing to do.\n")
    assert ("legacy_chat_messages" in said) == ("chat_messages" not in absent)
    # Messages without their offers could not be copied, and are said to stay.
    assert Message.objects.count() == 0
    assert ("7 rows of `legacy_chat_messages` could not be copied" in said) == ("offers" in absent)
    assert Proposal.objects.count() == (0 if "offer_proposals" in absent else 6)


@pytest.mark.services
def test_more_columns_than_expected_are_said_and_kept(older):
    older.run("ALTER TABLE offers ADD COLUMN broker VARCHAR(20) DEFAULT 'B';\n")
    assert "`offers` also has broker: not copied, it stays in `legacy_offers`." in adopt()
    assert older.value("SELECT broker FROM legacy_offers LIMIT 1") == "B"


@pytest.mark.services
def test_an_empty_database_is_made_as_migrations_make_it(django_db_blocker):
    with database(django_db_blocker, "") as here:
        adopt()
        adopted = {name: made for name, (made, _rows) in here.everything().items()}
        assert adopt() == "Nothing to do.\n"
    with database(django_db_blocker, "") as here:
        call_command("migrate", verbosity=0)
        migrated = {name: made for name, (made, _rows) in here.everything().items()}
    assert _without_numbers(adopted) == _without_numbers(migrated)


def _without_numbers(tables: dict[str, str]) -> dict[str, str]:
    return {name: re.sub(r" AUTO_INCREMENT=\d+", "", made) for name, made in tables.items()}


REFUSED = {
    "no trucks": ("DROP TABLE Trucks;\n", "no `Trucks`"),
    "no users": ("RENAME TABLE users TO people;\n", "no `users`"),
    "neither": ("RENAME TABLE users TO people, Trucks TO vans;\n", "neither `users` nor `Trucks`"),
    "a column of users": ("ALTER TABLE users DROP COLUMN role;\n", "`users` has no column role"),
    "a column of Trucks": ("ALTER TABLE Trucks DROP COLUMN isActive;\n", "`Trucks` has no column isactive"),
    "a column of offers": ("ALTER TABLE offers DROP COLUMN notes;\n", "`offers` is neither ours"),
    "a table of ours": ("CREATE TABLE conversations (id INT);\n", "table `conversations` already"),
    "a view": ("CREATE VIEW places AS SELECT 1 AS one;\n", "table `places` already"),
    "set aside before": ("CREATE TABLE legacy_offers LIKE offers;\n", "both `offers` and `legacy_offers`"),
    "aside is another": ("CREATE TABLE legacy_offers (id INT);\n", "`legacy_offers` already"),
}


@pytest.mark.services
@pytest.mark.parametrize(("change", "words"), REFUSED.values(), ids=REFUSED)
def test_where_it_cannot_go_on_it_says_so_and_changes_nothing(older, change, words):
    older.run("SET FOREIGN_KEY_CHECKS = 0;\n" + change)
    tables = {name: older.made(name) for (name,) in older.rows("SHOW TABLES")}
    for options in (("--check",), ()):
        with pytest.raises(CommandError, match=words.replace("`", "`")):
            adopt(*options)
    assert {name: older.made(name) for (name,) in older.rows("SHOW TABLES")} == tables


@pytest.mark.services
def test_a_database_that_could_not_keep_every_message_is_refused(django_db_blocker):
    with database(django_db_blocker, SCHEMA, charset="latin1"), pytest.raises(CommandError, match="latin1"):
        adopt()


@contextmanager
def as_somebody_with(rights: str, name: str) -> Iterator[None]:
    """The default connection as a database user who has these rights on this database."""
    settings_dict, user = connection.settings_dict, f"test_{uuid4().hex[:12]}"
    before = {key: settings_dict[key] for key in ("USER", "PASSWORD")}
    with connection.cursor() as cursor:
        for host in ("localhost", "127.0.0.1", "%"):
            cursor.execute(f"CREATE USER '{user}'@'{host}' IDENTIFIED BY 'a password'")
            cursor.execute(f"GRANT {rights} ON `{name}`.* TO '{user}'@'{host}'")
    connection.close()
    settings_dict |= {"USER": user, "PASSWORD": "a password"}
    try:
        yield
    finally:
        connection.close()
        settings_dict |= before
        with connection.cursor() as cursor:
            for host in ("localhost", "127.0.0.1", "%"):
                cursor.execute(f"DROP USER '{user}'@'{host}'")


NEEDED = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES"


@pytest.mark.services
@pytest.mark.parametrize("missing", NEEDED.split(", ")[1:])
def test_a_database_user_who_lacks_a_right_is_told_before_anything_is_done(older, missing):
    before = older.everything()
    rights = ", ".join(right for right in NEEDED.split(", ") if right != missing)
    with as_somebody_with(rights, older.name):
        for options in (("--check",), ()):
            with pytest.raises(CommandError, match=rf"lacks {missing} on .* GRANT {missing} ON `{older.name}`"):
                adopt(*options)
    assert older.everything() == before


@pytest.mark.services
def test_a_database_user_with_just_these_rights_can_do_it(older):
    with as_somebody_with(NEEDED, older.name):
        adopt("--check")
        adopt()
        assert Message.objects.count() == 7
    with as_somebody_with("SELECT, INSERT, UPDATE, DELETE", older.name):
        assert adopt() == "Nothing to do.\n"


@pytest.mark.services
def test_tables_that_others_hold_are_not_waited_for_for_ever(older, monkeypatch):
    monkeypatch.setattr(adopting, "LOCK_SECONDS", 1)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT COUNT(*) FROM offers")
            before = older.everything()
            with pytest.raises(CommandError, match="Something else is using the tables"):
                adopt()
        assert older.everything() == before
    finally:
        other.close()
    adopt()


@pytest.mark.services
def test_two_do_not_run_at_once(older):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT GET_LOCK(CONCAT(%s, ':', MD5(DATABASE())), 0)", [adopting.LOCK])
        with pytest.raises(CommandError, match="Another adopt_legacy"):
            adopt()
    finally:
        other.close()


@pytest.mark.services
def test_a_refusal_is_a_sentence_and_exit_1(django_db_blocker):
    with database(django_db_blocker, "CREATE TABLE users (id INT);\n") as here:
        address = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{here.name}"
        done = subprocess.run(
            [sys.executable, "manage.py", "adopt_legacy", "--check"],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": address},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "no `Trucks`" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("options", [(), ("--check",)])
def test_elsewhere_than_on_mysql_it_refuses(options):
    if connection.vendor == "mysql":
        pytest.skip("this is MySQL")
    with pytest.raises(CommandError, match="Only a MySQL or MariaDB database"):
        adopt(*options)
