"""How things look on the wire: frames for clients, and batches for the other processes.

What an event shows is encoded once, here, however many people, connections and processes it goes to.
"""

import json
import math
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

import msgspec
import orjson

from kernel import clock
from kernel.actors import ActorKey
from kernel.api import json_bytes
from presence.doorbell.bus import Batch

BATCH = "presence.batch"
OUTSIDE = "outside"
"""Who sends from a process that serves no connections."""
SEARCHED_LENGTH, SEARCHED_TIMES = 64 * 1024, 8
"""So much of a frame that is no JSON, and so many places in it, are looked at for its `ref`."""
_REF = re.compile(r'"ref"\s*:\s*')
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_decoder = json.JSONDecoder()
NOTHING = -1
"""Stands where an event has nothing to show."""

Packed = dict[str, Any]
"""A batch of texts, numbers, bytes and lists of them."""
Envelope = dict[str, Any]
"""What the channel layer carries: who sends, and batches that only those decode who do not know them already."""
_encode, _decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Packed).decode


def frame(kind: str, **fields: Any) -> str:
    """A frame with everything at its top level: `ready`, `ack`, `error`, `pong`."""
    whole = {"type": kind} | fields
    try:
        return json_bytes(whole).decode()
    except TypeError:
        return json.dumps(whole, default=str)  # A `ref` with half a character or very many digits comes back as it was.


def passing_frame(kind: str, data: bytes) -> str:
    return f'{{"type":"{kind}","data":{data.decode()}}}'


def durable_frame(kind: str, seq: int, at: str, data: bytes | None) -> str:
    """One durable event; without data it tells only that there was one."""
    if data is None:
        return f'{{"type":"redacted","seq":{seq}}}'
    return f'{{"type":"{kind}","seq":{seq},"at":"{at}","data":{data.decode()}}}'


def read(text: str) -> Any:
    """What a client has sent. Raises `ValueError` for what is no JSON."""
    return orjson.loads(text)


def ref_of(text: str) -> Any:
    """The `ref` of a frame that cannot be read as a whole, as far as there is one; otherwise None.

    Who sent it waits for an answer, and knows the frame by nothing else: JSON with half a character or NaN somewhere
    in it, nested too deeply, broken off, or with something after its end.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = _refs_beside_faults(text) if len(text) <= SEARCHED_LENGTH else None
    ref = found.get("ref") if isinstance(found, dict) else None
    return ref if is_answerable(ref) else None


def is_answerable(ref: Any) -> bool:
    """Whether a frame can be written with this `ref`."""
    try:
        json_bytes(ref)
    except TypeError:
        return isinstance(ref, str | int)
    return not (isinstance(ref, float) and not math.isfinite(ref))


def _refs_beside_faults(text: str) -> dict[str, Any]:
    """`{"ref": …}` where a frame that is no JSON has one at its top level; as in JSON, the last one counts."""
    found: dict[str, Any] = {}
    for place in islice(_REF.finditer(text), SEARCHED_TIMES):
        before = _STRING.sub("", text[: place.start()])
        depth = sum(map(before.count, "{[")) - sum(map(before.count, "}]"))
        if depth == 1 and '"' not in before:
            with suppress(ValueError, RecursionError):
                found["ref"], _end = _decoder.raw_decode(text, place.end())
    return found


class Encoder:
    """Encodes each mapping once; the same one again gives the same place."""

    def __init__(self) -> None:
        self.encoded: list[bytes] = []
        self._places: dict[int, int] = {}

    def place(self, data: Mapping[str, Any] | None) -> int:
        if data is None:
            return NOTHING
        if (place := self._places.get(id(data))) is None:
            place = self._places[id(data)] = len(self.encoded)
            self.encoded.append(json_bytes(data))
        return place


def pack(batch: Batch, *, sender: str) -> Packed:
    """The batch, its data encoded once; `sender` names the process, which does not need to hear itself."""
    encoder = Encoder()
    moments = {moment: clock.iso(moment) for moment in {event.at for event in batch.events}}  # Mostly one for all.
    return {
        "from": sender,
        "rung": time.time(),
        "events": [
            [*event.to, event.seq, event.kind, moments[event.at], encoder.place(event.data)] for event in batch.events
        ],
        "passing": [
            [passing.kind, encoder.place(passing.data), list(passing.to), [list(key) for key in passing.but]]
            for passing in batch.passing
        ],
        "controls": [[control.action, *control.key, control.argument] for control in batch.controls],
        "data": encoder.encoded,
    }


def envelope(batches: Sequence[Packed]) -> Envelope:
    """Batches of one sender, in their order, for the channel layer."""
    return {"type": BATCH, "from": batches[0]["from"], "batches": [_encode(each) for each in batches]}


def opened(message: Envelope) -> list[Packed]:
    """The batches of an envelope. Raises `msgspec.DecodeError` for what is none."""
    return [_decode(each) for each in message["batches"]]


def keys(pairs: list[list[Any]]) -> frozenset[ActorKey]:
    return frozenset(ActorKey(*pair) for pair in pairs)
