"""What is said in the demo's chats, beside what answers and awards say there themselves.

Many conversations go on at once, each by a line now and then: what is said in the same moment is sent together, and
read together.
"""

from bisect import bisect_left
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from random import Random

from chat.services import Receipt
from kernel.actors import Actor
from offers.demo import words
from offers.demo.market import Market, Read, Words
from offers.demo.stage import Story
from offers.models import Offer

LOOK_EVERY = 20
"""How often it is read anew which conversations are open. What closes in between is refused, as it is to people."""
AT_ONCE, MOMENTS = 80, 1000
"""How many conversations go on by one line in the same moment; more where that would take more than so many moments."""
MARKED_AT_ONCE = 80
LIVELY = timedelta(hours=3)
"""How long after it was made an offer is talked about most."""
LAST_WORDS = timedelta(minutes=45)
"""What is still to be said is said within so long before the end."""


def at_once(messages: int) -> int:
    return max(AT_ONCE, messages // MOMENTS)


@dataclass
class _Thread:
    """One conversation as it goes on."""

    talk: Hashable
    began: datetime
    driver: Actor
    owner: Actor
    language: str
    lines: list[tuple[str, str]] = field(default_factory=list)

    def next_line(self, rng: Random) -> tuple[Actor, str]:
        if not self.lines:
            self.lines = list(reversed(rng.choice(words.DIALOGUES[self.language])))
        who, text = self.lines.pop()
        return (self.driver if who == "driver" else self.owner), text


_began = attrgetter("began")


class Talking:
    """Lets people talk until `messages` have been said in all, as far as there is anybody to talk to."""

    def __init__(
        self,
        rng: Random,
        market: Market,
        *,
        drivers: dict[int, Actor],
        owners: dict[int, Actor],
        spanish: Collection[int],
        messages: int,
        end: datetime,
    ) -> None:
        """`drivers` and `owners` by their ids; `spanish`, the ids of those drivers who speak it."""
        self.rng, self.market, self.messages, self.end = rng, market, messages, end
        self._drivers, self._owners, self._spanish = drivers, owners, spanish
        self._at_once = at_once(messages)
        self._threads: dict[Hashable, _Thread] = {}
        self._open: list[_Thread] = []
        self._looked = 0

    def hear_of(self, offer: Offer) -> None:
        """An offer has been put to drivers: its conversations are there."""
        for talk in self.market.talks_of(offer):
            if talk.key not in self._threads:
                language = "es" if talk.driver_id in self._spanish else "en"
                driver, owner = self._drivers[talk.driver_id], self._owners[offer.owner_id]
                self._threads[talk.key] = _Thread(talk.key, offer.created_at, driver, owner, language)

    def tell(self, moments: Collection[datetime], share: int) -> Story:
        """Say about `share` messages spread over `moments`."""
        left = share
        for index, moment in enumerate(sorted(moments)):
            yield moment
            wanted = -(-left // (len(moments) - index))
            left -= self._go_on(self._lively_threads(moment), wanted)

    def finish(self) -> Iterator[datetime]:
        """The last words, up to the number of messages there should be, and what of it all is read by now."""
        missing = self.messages - self.market.said()
        alive = self._open_threads()
        if alive and missing > 0:
            rounds = -(-missing // min(self._at_once, len(alive)))
            pause = min(LAST_WORDS / (rounds + 1), timedelta(minutes=4))
            for number in range(rounds, 0, -1):
                moment = self.end - pause * number
                yield moment
                missing -= self._go_on(alive, missing)
        yield self.end
        self._read_up()

    def _go_on(self, threads: list[_Thread], wanted: int) -> int:
        """Let up to `wanted` of these conversations go on by a line each; says how many did."""
        chosen = self.rng.sample(threads, min(max(0, wanted), self._at_once, len(threads)))
        if not chosen:
            return 0
        last = self.market.last_seqs([thread.talk for thread in chosen])
        said = [Words(thread.talk, *thread.next_line(self.rng)) for thread in chosen]
        # Who writes has read what was said before.
        self.market.mark([Read(each.talk, each.who, Receipt.READ, last[each.talk]) for each in said if last[each.talk]])
        return self.market.say(said)

    def _read_up(self) -> None:
        """Most has been read by both sides; some has only reached the other, and the latest of some neither."""
        reads = []
        last = self.market.last_seqs(list(self._threads))
        for thread in self._threads.values():
            seq = last[thread.talk]
            for who in (thread.driver, thread.owner):
                chance = self.rng.random()
                if seq and chance < 0.7:
                    reads.append(Read(thread.talk, who, Receipt.READ, seq))
                elif seq and chance < 0.9:
                    reads.append(Read(thread.talk, who, Receipt.DELIVERED, seq))
        for start in range(0, len(reads), MARKED_AT_ONCE):
            self.market.mark(reads[start : start + MARKED_AT_ONCE])

    def _open_threads(self) -> list[_Thread]:
        return [self._threads[talk] for talk in self.market.open_talks()]

    def _lively_threads(self, moment: datetime) -> list[_Thread]:
        """What is talked about at that moment: what has been sent lately, if anything has."""
        if self._looked % LOOK_EVERY == 0:
            self._open = sorted(self._open_threads(), key=_began)
        self._looked += 1
        return self._open[bisect_left(self._open, moment - LIVELY, key=_began) :] or self._open
