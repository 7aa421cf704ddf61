"""Writing down what happened, and reading it."""

import pytest

from journal import services
from journal.models import Entry
from journal.selectors import entries
from kernel import request_id
from kernel.actors import SYSTEM, Actor, ActorKey

pytestmark = pytest.mark.django_db

DANA = Actor(type="dispatcher", id=1, name="Dana 👍", role="dispatcher")


def test_a_change_is_written_down_with_who_what_and_by_which_request():
    given = request_id.begin("request-of-a-test")
    services.record(
        DANA,
        "update",
        object_type="offer",
        object_id=5,
        scope="offer:5",
        before={"rate": "1.00"},
        after={"rate": "2.00"},
    )
    entry = Entry.objects.get()
    assert (entry.actor_type, entry.actor_id, entry.actor_name) == ("dispatcher", 1, "Dana 👍")
    assert (entry.verb, entry.object_type, entry.object_id, entry.scope) == ("update", "offer", "5", "offer:5")
    assert (entry.before, entry.after, entry.request_id) == ({"rate": "1.00"}, {"rate": "2.00"}, given)
    assert entry.at is not None


@pytest.mark.parametrize("number", [1, 30])
def test_many_are_written_at_once(number, django_assert_num_queries):
    made = [services.entry(SYSTEM, "expire", "proposal", id_) for id_ in range(number)]
    with django_assert_num_queries(2):
        services.record_all(made)
    assert Entry.objects.filter(actor_type="system", actor_id=None).count() == number
    assert len({entry.at for entry in Entry.objects.all()}) == 1


def test_entries_are_read_by_object_scope_and_actor_newest_first():
    for actor, verb, object_type, object_id, scope in (
        (DANA, "create", "offer", 5, "offer:5"),
        (SYSTEM, "expire", "proposal", 5, "offer:5"),
        (DANA, "update", "offer", 6, "offer:6"),
    ):
        services.record(actor, verb, object_type=object_type, object_id=object_id, scope=scope)

    def verbs(**wanted):
        return [entry.verb for entry in entries(**wanted)]

    assert verbs() == ["update", "expire", "create"]
    assert verbs(object_type="offer") == ["update", "create"]
    assert verbs(object_type="offer", object_id=5) == ["create"]
    assert verbs(scopes=["offer:5"]) == ["expire", "create"]
    assert verbs(scopes=[]) == []
    assert verbs(actor=ActorKey("dispatcher", 1)) == ["update", "create"]
