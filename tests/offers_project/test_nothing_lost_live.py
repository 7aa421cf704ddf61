"""Cut off in the middle of a lively negotiation, with doorbells lost: everybody has everything, once, in one order."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

import pytest

from accounts.models import User
from drivers.models import Driver
from offers.models import Proposal
from presence.log import epochs
from presence.log.streams import of_keys
from presence.models import StreamEvent
from tests.client import Device, Frame
from tests.offers.scenes import Scene
from tests.presence.factories import token_of
from tests.servers import Server, serving

pytestmark = pytest.mark.django_db(transaction=True)

FAULTY = "tests.offers_project.faulty:application"
TOGETHER = 5
"""How many messages a side says before it waits for answers."""
CUTS = 4
"""How often each device is cut off."""
PATIENCE = 90


class Progress:
    """How many messages have been acknowledged, so that whoever is cut off stays away while others go on."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._count = 0
        self._changed = threading.Condition()

    def add(self, count: int) -> None:
        with self._changed:
            self._count += count
            self._changed.notify_all()

    def wait_for_more(self, count: int, patience: float) -> None:
        with self._changed:
            enough = min(self.total, self._count + count)
            assert self._changed.wait_for(lambda: self._count >= enough, timeout=patience)


class Line:
    """One device of a person. Cut off, it connects again, to the next server, and goes on from where it has come to."""

    def __init__(self, person: User | Driver, addresses: Iterator[str], cursor: Frame, patience: float) -> None:
        self.key = person.actor.key
        self.patience = patience
        self.acked: dict[str, int] = {}
        """Which message each `client_id` is."""
        self.countered: set[str] = set()
        """The rates of counter-offers that were acknowledged."""
        self._faults: list[str] = []
        self._token = token_of(person.actor)
        self._addresses = addresses
        self._before: list[Frame] = []
        self._connect(cursor)

    def _connect(self, cursor: Frame) -> None:
        self.device = Device(next(self._addresses), token=self._token, cursor=cursor)
        assert self.device.ready is not None
        assert self.device.ready["recovered"]

    def cut(self) -> None:
        self.device.cut()
        self._before = self.heard
        self._faults += self.device.faults

    def come_again(self) -> None:
        assert self.device.cursor is not None
        self._connect(self.device.cursor)

    @property
    def heard(self) -> list[Frame]:
        return self._before + self.device.durable

    @property
    def faults(self) -> list[str]:
        return self._faults + self.device.faults

    def wait_until_heard(self, seq: int) -> None:
        self.device.wait_until(lambda it: it.head >= seq, timeout=self.patience)

    # --- what people do ---------------------------------------------------------------------------------------------

    def talk(self, chat: Frame, proposal_id: int, words: int, progress: Progress) -> None:
        """Say so many messages, several at a time, read what has come, and haggle; be cut off between words and acks,
        and say them again.
        """
        groups = [range(first, min(first + TOGETHER, words)) for first in range(0, words, TOGETHER)]
        cuts = {len(groups) * cut // (CUTS + 1) for cut in range(1, CUTS + 1)}
        for place, group in enumerate(groups):
            said = {f"{self.key.type}-{number}": f"Message {number} 👍" for number in group}
            self._say(chat, said)
            if place in cuts:
                self.cut()
                self.come_again()
                self._say(chat, said)
            self._await_acks(said)
            progress.add(len(said))
            self._read(chat)
            self._counter(proposal_id, rate=f"{1000 + place}.{50 + len(self.key.type)}", is_cut=place in cuts)

    def listen(self, progress: Progress) -> None:
        """Hear only, and be cut off again and again while the others talk."""
        for cut in range(1, CUTS + 1):
            self.wait_until_heard(progress.total * cut // (CUTS + 1))
            self.cut()
            progress.wait_for_more(progress.total // 10, self.patience)
            self.come_again()

    def _say(self, chat: Frame, said: dict[str, str]) -> None:
        for client_id, message in said.items():
            self.device.say(type="send_message", ref=client_id, client_id=client_id, message=message, **chat)

    def _await_acks(self, client_ids: Iterable[str]) -> None:
        for client_id in client_ids:
            answer = self.answer_to(client_id)
            assert answer["type"] == "ack", answer
            self.acked[client_id] = answer["data"]["id"]

    def answer_to(self, ref: str) -> Frame:
        frames = self.device.frames
        return self.device.wait(
            lambda: next((frame for frame in frames if frame.get("ref") == ref), None), ref, timeout=self.patience
        )

    def _read(self, chat: Frame) -> None:
        seq = max((event["data"]["seq"] for event in self.heard if event["type"] == "new_message"), default=1)
        self.device.ask("mark_message_read", seq=seq, **chat)

    def _counter(self, proposal_id: int, *, rate: str, is_cut: bool) -> None:
        """Counter what this device has heard last, where it is this side's turn; the other side may be faster."""
        proposal = [event["data"] for event in self.heard if event["type"] == "proposal_updated"][-1]
        if (proposal["status"] == "counter_offered") == (self.key.type == "driver"):
            return
        answer = {"proposal_id": proposal_id, "action": "counter", "version": proposal["version"], "rate": rate}
        self.device.say(type="driver_proposal", ref=rate, **answer)
        if is_cut:
            self.cut()
            self.come_again()
            self.device.say(type="driver_proposal", ref=rate, **answer)
        told = self.answer_to(rate)
        if told["type"] == "error":
            assert told["code"] in ("stale_version", "conflict"), told
            now = told.get("current", {})
        else:
            now = told["data"]
        if rate in [each["rate"] for each in now.get("rounds", ())]:
            self.countered.add(rate)


def negotiate(servers: Sequence[Server], *, messages: int, patience: float = PATIENCE) -> None:
    """Owner and driver say so many messages; they and a follower hear it on several devices, all of them cut off."""
    scene = Scene()
    proposal = scene.proposal(scene.dan)
    chat = {"offer_id": scene.offer.pk, "driver_id": scene.dan.pk}
    addresses = cycle([server.socket_url for server in servers])
    beginning = {"epoch": epochs.current(), "seq": 0}
    people = (scene.olga, scene.dan, scene.olga, scene.dan, scene.finn, scene.finn)
    lines = [Line(person, addresses, beginning, patience) for person in people]
    talkers, listeners = lines[:2], lines[2:]
    progress = Progress(messages)
    for line in talkers:
        line.wait_until_heard(StreamEvent.objects.filter(of_keys([line.key])).count())

    with ThreadPoolExecutor(len(lines)) as pool:
        working = [pool.submit(line.talk, chat, proposal.pk, messages // 2, progress) for line in talkers]
        working += [pool.submit(line.listen, progress) for line in listeners]
        for future in working:
            future.result()

    for line in lines:
        has_everything_once_in_order(line, proposal)
    for line in talkers:
        (client_id, message_id), *_others = line.acked.items()
        line.device.say(type="send_message", ref="again", client_id=client_id, message="Again", **chat)
        assert line.answer_to("again")["data"]["id"] == message_id
    what_was_acknowledged_is_stored(talkers, proposal, messages)
    for line in lines:
        line.device.close()
        assert line.faults == []


def has_everything_once_in_order(line: Line, proposal: Proposal) -> None:
    """What a device has heard is what the database holds for its person, and the chat in the order of its numbers."""
    stored = list(StreamEvent.objects.filter(of_keys([line.key])).order_by("seq").values_list("seq", "kind"))
    assert [seq for seq, _kind in stored] == list(range(1, len(stored) + 1))
    line.wait_until_heard(len(stored))
    assert [(event["seq"], event["type"]) for event in line.heard] == stored
    told = [event["data"] for event in line.heard if event["type"] == "new_message"]
    heard = [(each["seq"], each["id"]) for each in told if each["conversation_id"] == proposal.conversation_id]
    assert heard == list(proposal.conversation.messages.order_by("seq").values_list("seq", "pk"))
    assert [seq for seq, _pk in heard] == list(range(1, len(heard) + 1))


def what_was_acknowledged_is_stored(talkers: Sequence[Line], proposal: Proposal, messages: int) -> None:
    acked = {client_id: message_id for line in talkers for client_id, message_id in line.acked.items()}
    said = proposal.conversation.messages.exclude(client_id=None).values_list("client_id", "pk")
    assert len(said) == len(acked) == messages
    assert dict(said) == acked
    countered = [str(rate) for rate in proposal.rounds.filter(action="counter").values_list("rate", flat=True)]
    assert sorted(countered) == sorted(rate for line in talkers for rate in line.countered)
    assert countered


@pytest.fixture
def serve(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers whose people may talk without end, with faults."""
    with ExitStack() as stack:

        def start(kind: str = "uvicorn", **faults: str) -> Server:
            given = {"MESSAGES_PER_SECOND": "0", "HEADS_SECONDS": "0.5"} | faults
            return stack.enter_context(serving(tmp_path, kind=kind, application=FAULTY, **given))

        yield start


@pytest.mark.parametrize("lost", ["0", "0.3"])
def test_cut_off_in_the_middle_everybody_has_everything_once_in_order(serve, lost):
    negotiate([serve(LOST_DOORBELLS=lost)], messages=120)


@pytest.mark.services
@pytest.mark.parametrize("lost", ["0", "0.3"])
def test_the_same_from_one_process_to_another(serve, lost):
    negotiate([serve(LOST_DOORBELLS=lost), serve("daphne", LOST_DOORBELLS=lost)], messages=500)


def test_lost_doorbells_would_be_missed_if_nobody_looked_at_the_rows(serve):
    """All of them are lost: of a few, none might be told after everybody has come again for the last time."""
    server = serve(LOST_DOORBELLS="1", FILL_NO_GAPS="1", HEADS_SECONDS="600")
    with pytest.raises(AssertionError, match="Waited in vain"):
        negotiate([server], messages=60, patience=3)
