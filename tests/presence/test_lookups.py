"""What streams hold within some numbers, for many people at once."""

import pytest

from kernel import clock
from kernel.actors import ActorKey
from presence.lookups import Within
from presence.models import StreamEvent

pytestmark = pytest.mark.django_db

ANA, BEN, OLGA = ActorKey("driver", 1), ActorKey("driver", 2), ActorKey("dispatcher", 1)


@pytest.fixture
def events():
    now = clock.now()
    StreamEvent.objects.bulk_create(
        StreamEvent(actor_type=key.type, actor_id=key.id, seq=seq, kind="note", object_id=0, detail=0, at=now)
        for key in (ANA, BEN, OLGA)
        for seq in range(1, 6)
    )


def found(*spans):
    within = StreamEvent.objects.filter(Within(spans)).order_by("actor_type", "actor_id", "seq")
    return [(ActorKey(type_, id_), seq) for type_, id_, seq in within.values_list("actor_type", "actor_id", "seq")]


def test_each_person_has_bounds_of_their_own(events):
    assert found((ANA, 3, 9), (OLGA, 1, 3)) == [(OLGA, 2), (OLGA, 3), (ANA, 4), (ANA, 5)]
    assert found((BEN, 5, 9)) == []


def test_it_is_one_condition_among_others(events):
    within = StreamEvent.objects.filter(Within([(ANA, 0, 2), (BEN, 0, 2)]))
    assert within.filter(actor_id=2).count() == 2
    assert StreamEvent.objects.exclude(Within([(ANA, 0, 2)])).count() == 13


def test_nobody_has_nothing(events):
    assert found() == []
