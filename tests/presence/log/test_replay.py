"""Streams are read back as the reader may see them now; what is old is pruned at the front."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel import clock
from presence import services
from presence.doorbell import wire
from presence.log import epochs, replay
from presence.log.replay import Cursor, Head, Wish
from presence.models import StreamEvent, StreamHead
from tests.presence import notes
from tests.presence.factories import key, make_user

pytestmark = pytest.mark.django_db


def test_many_are_read_in_a_few_queries():
    people = [key(make_user()) for _ in range(30)]
    notes.write(to=people, number=5, times=3)

    def queries_of(wishes):
        with CaptureQueriesContext(connection) as captured:
            pages = replay.read_many(wishes)
        return len(captured), pages

    few, _pages = queries_of([Wish(people[0], 0)])
    many, pages = queries_of([Wish(who, number % 3) for number, who in enumerate(people)])
    assert few == many
    assert [[shown.seq for shown in page] for page in pages[:3]] == [[1, 2, 3], [2, 3], [3]]


def test_two_devices_of_one_person_are_read_from_where_each_is():
    who = key(make_user())
    notes.write(to=[who], number=5, times=replay.PAGE + 5)
    behind, ahead = replay.read_many([Wish(who, 0), Wish(who, replay.PAGE + 2)])
    assert [shown.seq for shown in behind] == list(range(1, replay.PAGE + 1))
    assert [shown.seq for shown in ahead] == [replay.PAGE + 3, replay.PAGE + 4, replay.PAGE + 5]


def test_same_data_for_all_is_encoded_once():
    olga, other = key(make_user()), key(make_user())
    notes.write(to=[olga, other], number=notes.HIDDEN)
    notes.write(to=[olga], number=5)
    (mine, theirs) = replay.read_many([Wish(olga, 0), Wish(other, 0)])
    assert wire.read(mine[0].frame) == {"type": "redacted", "seq": 1}
    assert wire.read(theirs[0].frame) == {"type": "redacted", "seq": 1}
    assert wire.read(mine[1].frame)["data"] == {"id": 5, "for": olga.id}


def test_somebody_who_may_not_act_any_more_sees_nothing():
    user = make_user()
    notes.write(to=[key(user)], number=5)
    user.is_active = False
    user.save()
    (page,) = replay.read_many([Wish(key(user), 0)])
    assert wire.read(page[0].frame) == {"type": "redacted", "seq": 1}


@pytest.mark.parametrize(
    ("cursor", "served"),
    [
        (Cursor("e", 10), True),
        (Cursor("e", 4), True),
        (Cursor("e", 3), False),
        (Cursor("e", 11), False),
        (Cursor("f", 10), False),
        (None, False),
    ],
)
def test_cursor_is_served_between_floor_and_head(cursor, served):
    assert replay.can_serve(cursor, epoch="e", head=Head(10, floor=4)) is served


def test_cursor_too_far_behind_is_not_served(settings):
    settings.PRESENCE = settings.PRESENCE | {"REPLAY_MAX": 5}
    assert replay.can_serve(Cursor("e", 5), epoch="e", head=Head(10))
    assert not replay.can_serve(Cursor("e", 4), epoch="e", head=Head(10))


@pytest.mark.parametrize(
    "data", [None, [], "x", {}, {"epoch": "e"}, {"epoch": 5, "seq": 5}, {"epoch": "e", "seq": True}]
)
def test_what_is_no_cursor_is_none(data):
    assert Cursor.read(data) is None


def test_pruning_cuts_streams_at_the_front(settings):
    olga, other = key(make_user()), key(make_user())
    notes.write(to=[olga, other], number=5, times=5)
    old = clock.now() - timedelta(days=settings.PRESENCE["KEEP_EVENTS_DAYS"], minutes=1)
    StreamEvent.objects.filter(actor_id=olga.id, seq__in=[1, 3]).update(at=old)
    assert services.prune() == 3
    assert services.prune() == 0
    assert list(StreamEvent.objects.filter(actor_id=olga.id).values_list("seq", flat=True)) == [4, 5]
    assert replay.heads({olga, other}) == {olga: Head(5, 3), other: Head(5, 0)}
    notes.write(to=[olga], number=5)
    assert StreamHead.objects.get(actor_id=olga.id).seq == 6


def test_epoch_is_begun_once_and_again_by_command(capsys):
    epoch = epochs.current()
    assert epochs.current() == epoch
    call_command("new_epoch")
    assert epochs.current() != epoch
    assert epochs.current() in capsys.readouterr().out
