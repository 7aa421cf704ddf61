"""A kind of event that no room has registered is refused where it is told, and counted where a row still has it."""

from enum import StrEnum

import pytest

from kernel.actors import DISPATCHER, Actor, ActorKey
from kernel.unit_of_work import service
from presence import metrics
from presence.doorbell import wire
from presence.doorbell.bus import Passing
from presence.live.commands import Call
from presence.log import replay
from presence.log.replay import Wish
from presence.log.telling import pass_on, tell
from presence.models import StreamEvent
from tests.presence import notes
from tests.presence.factories import key, make_user


class Misspelt(StrEnum):
    NOTE_WRITTEN = "note_writen"
    HUMMING = "huming"


@pytest.mark.django_db
def test_a_kind_that_no_room_has_is_not_told(rung):
    @service
    def write(kind):
        tell(kind, object_id=1, to=[ActorKey(DISPATCHER, 1)], data={"id": 1})

    with pytest.raises(LookupError, match="note_writen"):
        write(Misspelt.NOTE_WRITTEN)
    with pytest.raises(LookupError, match="humming"):
        write(notes.PassingKind.HUMMING)
    assert not StreamEvent.objects.exists()
    assert rung == []


def test_a_passing_kind_that_no_room_has_is_not_passed_on(rung):
    with pytest.raises(LookupError, match="huming"):
        pass_on(Misspelt.HUMMING, {}, to=[notes.TOPIC])
    with pytest.raises(LookupError, match="note_written"):
        pass_on(notes.KIND, {}, to=[notes.TOPIC])
    assert rung == []


def test_nor_is_it_held():
    call = Call(actor=Actor(DISPATCHER, 1, "Olga", "dispatcher"), data={})
    with pytest.raises(LookupError, match="huming"):
        call.hold("hum", Passing(Misspelt.HUMMING, {}, (notes.TOPIC,)))
    assert call.held == []


@pytest.mark.django_db
def test_a_row_of_an_older_version_is_shown_as_redacted_and_counted(caplog):
    olga = key(make_user())
    notes.write(to=[olga], number=5, times=3)
    StreamEvent.objects.filter(seq__lt=3).update(kind="note_scribbled")
    before = metrics.UNKNOWN_KINDS._value.get()
    (page,) = replay.read_many([Wish(olga, 0)])
    assert [wire.read(shown.frame)["type"] for shown in page] == ["redacted", "redacted", "note_written"]
    assert metrics.UNKNOWN_KINDS._value.get() - before == 2
    assert "note_scribbled" in caplog.text
