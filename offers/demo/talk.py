"""What is said in the demo's chats, beside what answers and awards say there themselves.

Many conversations go on at once, each by a line now and then: what is said in the same moment is sent together, and
read together.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db.models import Sum

from accounts.models import User
from accounts.selectors import preferences
from chat import services as chat
from chat.enums import ConversationStatus
from chat.models import Conversation
from chat.services import Mark, Receipt, Send
from drivers.models import Driver
from kernel.actors import Actor
from offers.demo import words
from offers.demo.stage import Story
from offers.enums import OfferStatus
from offers.models import Offer

LOOK_EVERY = 20
"""How often it is read anew which conversations are open. What closes in between is refused, as it is to people."""
AT_ONCE = 80
"""How many conversations go on by one line in the same moment."""
LIVELY = timedelta(hours=3)
"""How long after it was sent an offer is talked about most."""
LAST_WORDS = timedelta(minutes=45)
"""What is still to be said is said within so long before the end."""


@dataclass
class _Thread:
    """One conversation as it goes on."""

    conversation_id: int
    offer_id: int
    driver: Actor
    owner: Actor
    language: str
    lines: list[tuple[str, str]] = field(default_factory=list)

    def next_line(self, rng: Random) -> tuple[Actor, str]:
        if not self.lines:
            self.lines = list(reversed(rng.choice(words.DIALOGUES[self.language])))
        who, text = self.lines.pop()
        return (self.driver if who == "driver" else self.owner), text

    def read_by(self, who: Actor, receipt: Receipt, seq: int) -> Mark:
        return Mark(receipt, who, self.offer_id, self.driver.key.id, seq=seq)


class Talk:
    """Lets people talk until `messages` have been said in all, as far as there is anybody to talk to."""

    def __init__(self, rng: Random, *, messages: int, end: datetime) -> None:
        self.rng, self.messages, self.end = rng, messages, end
        self._threads: dict[int, _Thread] = {}
        self._sent_at: dict[int, datetime] = {}
        self._open: list[_Thread] = []
        self._looked = 0

    def hear_of(self, offer: Offer) -> None:
        """An offer has been put to drivers: its conversations are there."""
        self._sent_at.setdefault(offer.pk, offer.first_sent_at or offer.created_at)
        talks = Conversation.objects.about_offers().filter(offer_id=offer.pk).order_by("pk")
        new = [each for each in talks if each.pk not in self._threads]
        drivers = Driver.objects.in_bulk([each.driver_id for each in new])
        owner = User.objects.get(pk=offer.owner_id).actor
        chosen = preferences({driver.actor.key for driver in drivers.values()})
        for each in new:
            driver = drivers[each.driver_id].actor
            language = "es" if chosen[driver.key].language == "es" else "en"
            self._threads[each.pk] = _Thread(each.pk, offer.pk, driver, owner, language)

    def tell(self, moments: Collection[datetime], share: int) -> Story:
        """Say about `share` messages spread over `moments`."""
        left = share
        for index, moment in enumerate(sorted(moments)):
            yield moment
            wanted = -(-left // (len(moments) - index))
            left -= self._go_on(self._lively_threads(moment), wanted)

    def finish(self) -> Iterator[datetime]:
        """The last words, up to the number of messages there should be, and what of it all is read by now."""
        missing = self.messages - self.said()
        alive = self._open_threads()
        if alive and missing > 0:
            rounds = -(-missing // min(AT_ONCE, len(alive)))
            pause = min(LAST_WORDS / (rounds + 1), timedelta(minutes=4))
            for number in range(rounds, 0, -1):
                moment = self.end - pause * number
                yield moment
                missing -= self._go_on(alive, missing)
        yield self.end
        self._read_up()

    def _go_on(self, threads: list[_Thread], wanted: int) -> int:
        """Let up to `wanted` of these conversations go on by a line each; says how many did."""
        chosen = self.rng.sample(threads, min(max(0, wanted), AT_ONCE, len(threads)))
        if not chosen:
            return 0
        last = self._last_seqs(chosen)
        said = [(thread, *thread.next_line(self.rng)) for thread in chosen]
        # Who writes has read what was said before.
        chat.mark_many(
            marks=[
                thread.read_by(who, Receipt.READ, last[thread.conversation_id])
                for thread, who, _text in said
                if last[thread.conversation_id]
            ]
        )
        answers = chat.send_messages(
            sends=[Send(who, thread.offer_id, thread.driver.key.id, text) for thread, who, text in said]
        )
        return sum(not isinstance(answer, Exception) for answer in answers)

    def _read_up(self) -> None:
        """Most has been read by both sides; some has only reached the other, and the latest of some neither."""
        marks = []
        last = self._last_seqs(self._threads.values())
        for thread in self._threads.values():
            seq = last[thread.conversation_id]
            for who in (thread.driver, thread.owner):
                chance = self.rng.random()
                if seq and chance < 0.7:
                    marks.append(thread.read_by(who, Receipt.READ, seq))
                elif seq and chance < 0.9:
                    marks.append(thread.read_by(who, Receipt.DELIVERED, seq))
        for start in range(0, len(marks), AT_ONCE):
            chat.mark_many(marks=marks[start : start + AT_ONCE])

    def _open_threads(self) -> list[_Thread]:
        """Where somebody may write now, and there is a load to talk about, in the order of their ids."""
        loads = Offer.objects.filter(pk__in=list(self._sent_at), status__in=(OfferStatus.ACTIVE, OfferStatus.ASSIGNED))
        rows = Conversation.objects.filter(offer_id__in=loads.values("pk"), status=ConversationStatus.OPEN)
        return [self._threads[pk] for pk in rows.order_by("pk").values_list("pk", flat=True)]

    def _lively_threads(self, moment: datetime) -> list[_Thread]:
        """What is talked about at that moment: what has been sent lately, if anything has."""
        if self._looked % LOOK_EVERY == 0:
            self._open = self._open_threads()
        self._looked += 1
        alive = self._open
        return [each for each in alive if moment - self._sent_at[each.offer_id] <= LIVELY] or alive

    def _last_seqs(self, threads: Collection[_Thread]) -> dict[int, int]:
        rows = Conversation.objects.filter(pk__in=[thread.conversation_id for thread in threads])
        return dict(rows.values_list("pk", "last_seq"))

    def said(self) -> int:
        """How many messages there are in all."""
        rows = Conversation.objects.filter(pk__in=list(self._threads))
        return rows.aggregate(said=Sum("last_seq"))["said"] or 0
