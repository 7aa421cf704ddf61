"""A room of the tests' own: notes that people tell each other, so that the live connection is tested without the rooms
that stand above it. `live` serves with it, and with what `FAULTS` in the environment takes away.
"""

import os
import random
import threading
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import UNSET, UnsetType

from kernel.actors import DISPATCHER, ActorKey
from kernel.errors import Conflict, Refusal
from kernel.frames import Frame, Text, Whole
from kernel.unit_of_work import service
from presence.doorbell import bus, topics
from presence.doorbell.bus import Passing
from presence.live import commands, hub
from presence.live.commands import Answer, Call, Command
from presence.log import renderers
from presence.log.renderers import Wanted
from presence.log.telling import pass_on, tell


class EventKind(StrEnum):
    NOTE_WRITTEN = "note_written"


class PassingKind(StrEnum):
    HUMMING = "humming"
    HUMMING_ENDED = "humming_ended"


KIND = EventKind.NOTE_WRITTEN
HIDDEN = 13
"""A note with this number is nobody's to see."""
TOPIC = topics.of_chat(1, 2)

together: list[int] = []
"""How many notes were written in each transaction."""


def show(wanted: Sequence[Wanted]) -> list[dict[str, Any] | None]:
    return [None if each.object_id == HIDDEN else {"id": each.object_id, "for": each.viewer.id} for each in wanted]


@service
def write(*, to: Collection[ActorKey], number: int, times: int = 1, data: Mapping[str, Any] | None = None) -> None:
    for _ in range(times):
        tell(KIND, object_id=number, detail=random.getrandbits(40), to=to, data=data)


@service
def write_many(*, calls: Sequence[Call]) -> list[Answer | Refusal]:
    together.append(len(calls))
    answers: list[Answer | Refusal] = []
    for call in calls:
        number = call.data["number"]
        if number < 0:
            answers.append(Conflict())
            continue
        if number == 666:
            raise ZeroDivisionError
        tell(KIND, object_id=number, detail=random.getrandbits(40), to=[call.actor.key])
        answers.append({"together": len(calls)})
    return answers


class Note(Frame):
    number: Whole
    to: Whole | UnsetType = UNSET
    text: Text | UnsetType = UNSET


class Words(Frame):
    text: Text | UnsetType = UNSET


class Nothing(Frame):
    pass


def note(call: Call) -> Answer:
    number, text = call.data["number"], call.data.get("text")
    to = ActorKey(DISPATCHER, call.data.get("to", call.actor.key.id))
    write(to=[to], number=number, data={"id": number, "text": text} if text else None)
    return {"by": call.actor.name}


def stumble(call: Call) -> Answer:
    raise ZeroDivisionError


def refuse(call: Call) -> Answer:
    raise Conflict(extra={"current": {"version": 3}})


def listen(call: Call) -> Answer:
    call.join(TOPIC)
    return None


def hush(call: Call) -> Answer:
    call.leave(TOPIC)
    return None


def hum(call: Call) -> Answer:
    """Hums for as long as it is said again in time."""
    pass_on(PassingKind.HUMMING, {"by": call.actor.id}, to=[TOPIC], but=[call.actor.key])
    call.hold("hum", Passing(PassingKind.HUMMING_ENDED, {"by": call.actor.id}, (TOPIC,), (call.actor.key,)), seconds=1)
    return None


def stop_humming(call: Call) -> Answer:
    call.release("hum")
    return None


def register() -> None:
    renderers.register({KIND: show})
    renderers.register_passing(PassingKind)
    commands.register(
        Command("note", Note, run=note),
        Command("note_together", Note, run_many=lambda calls: write_many(calls=calls)),
        Command("stumble", Nothing, run=stumble),
        Command("refuse", Words, run=refuse),
        Command("listen", Nothing, run=listen),
        Command("hush", Nothing, run=hush),
        Command("hum", Nothing, run=hum),
        Command("stop_humming", Nothing, run=stop_humming),
    )


def lose_doorbells(rate: float) -> None:
    """Lose some of what commits ring, as a channel layer may."""
    lock, chance = threading.Lock(), random.Random(7)

    def ring_or_not(batch: bus.Batch) -> None:
        with lock:
            lost = chance.random() < rate
        if not lost:
            hub.ring(batch)

    bus.subscribe(ring_or_not)


def apply_faults() -> None:
    if rate := os.environ.get("LOST_DOORBELLS"):
        lose_doorbells(float(rate))
