"""What becomes of the demo's loads: each offer a story of its dispatcher, each proposal one of its driver."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from accounts.models import User
from drivers.models import Driver, Place
from kernel.actors import Actor
from offers.demo import words
from offers.demo.loads import make_load
from offers.demo.market import Market
from offers.demo.positions import Positions
from offers.demo.stage import Stage, Story
from offers.enums import Action, AwardMode, FallOffReason, OfferStatus
from offers.models import Offer, Proposal

FATES = (
    "active", "assigned", "completed", "active", "draft", "cancelled", "expired", "active", "fallen_off", "active",
    "completed", "active", "assigned", "active", "completed", "active", "expired", "active", "assigned", "cancelled",
)  # fmt: skip
"""What becomes of the first offer, the second, and so on, over again: of seven there is one in every status."""

BEGAN = {
    "draft": (0.2, 3), "active": (0.4, 7), "assigned": (4, 28), "completed": (50, 330), "cancelled": (10, 200),
    "expired": (26, 240), "fallen_off": (8, 30),
}  # fmt: skip
"""Between how many hours ago an offer of each fate was made."""

PLANS = (
    (("view", "counter", "haggle"), 22),
    (("view", "counter"), 14),
    (("view", "accept"), 20),
    (("view", "reject"), 16),
    (("view",), 12),
    (("view", "accept", "retract"), 4),
    ((), 12),
)
"""What a driver does after an offer has come, and how many of a hundred do so."""
SURE = ("view", "accept")

NEAREST = 30
"""Drivers are picked from so many of the nearest that are free."""


@dataclass
class Cast:
    """Who plays, and on which stage."""

    rng: Random
    stage: Stage
    market: Market
    dispatchers: list[User]
    trucks: list[Driver]
    places: list[Place]
    sent: Callable[[Offer], None]
    """Told of every offer that has been put to drivers."""
    offers: list[Offer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._by_id = {truck.pk: truck for truck in self.trucks}
        self._positions = Positions(self.trucks)

    def minutes(self, least: float, most: float) -> timedelta:
        return timedelta(seconds=round(self.rng.uniform(least, most) * 60))

    def begin(self, number: int) -> None:
        """Let the story of the `number`th offer begin, so long ago as its fate takes."""
        fate = FATES[number % len(FATES)]
        began = self.stage.end - timedelta(seconds=round(self.rng.uniform(*BEGAN[fate]) * 3600))
        self.stage.begin(_OfferStory(self, fate, self.dispatchers[number % len(self.dispatchers)]).tell(began))

    def free_near(self, offer: Offer, number: int) -> list[Driver]:
        """Some of the trucks that could take it, as they are now."""
        lat, lon = float(offer.pickup_lat or 0), float(offer.pickup_lon or 0)
        nearest = self._positions.nearest(lat, lon, NEAREST, self._is_free)
        return [self._by_id[pk] for pk in self.rng.sample(nearest, min(number, len(nearest)))]

    def take_to(self, driver_id: int, status: str) -> None:
        self.market.take_to(driver_id, status)
        self._by_id[driver_id].status = status

    def driver(self, driver_id: int) -> Actor:
        return self._by_id[driver_id].actor

    def _is_free(self, driver_id: int) -> bool:
        truck = self._by_id[driver_id]
        return truck.is_active and truck.status == Driver.AVAILABLE


class _OfferStory:
    """What a dispatcher does with one load."""

    def __init__(self, cast: Cast, fate: str, owner: User) -> None:
        self.cast, self.rng, self.market, self.fate = cast, cast.rng, cast.market, fate
        self.owner, self.actor = owner, owner.actor
        self.offer = Offer()

    def tell(self, began: datetime) -> Story:
        yield began
        self._make(began)
        if self.fate == "draft":
            return
        at = began + self.cast.minutes(1, 6)
        yield at
        self._send(at)
        yield from {
            "assigned": self._cover,
            "completed": self._complete,
            "fallen_off": self._fall_off,
            "cancelled": self._cancel,
            "expired": self._expire,
            "active": self._amend,
        }[self.fate](at)

    def _make(self, at: datetime) -> None:
        load = make_load(self.rng, self.cast.places, at)
        # An active offer stands for a good while yet, so that the demo is alive tomorrow too.
        over = self.cast.stage.end + self.cast.minutes(8 * 60, 48 * 60)
        if self.fate == "expired":
            over = at + self.cast.minutes(20, 120)
        load.fields["expires_at"] = over
        load.fields["status"] = OfferStatus.DRAFT if self.fate == "draft" else OfferStatus.ACTIVE
        if self.fate == "assigned" and self.rng.random() < 0.3:
            load.fields["award_mode"] = AwardMode.FIRST_ACCEPT
        self.offer = self.market.make(self.actor, load)
        self.cast.offers.append(self.offer)
        others = [user for user in self.cast.dispatchers if user.pk != self.owner.pk]
        if others and self.rng.random() < 0.3:
            self.market.follow(self.actor, self.offer, [self.rng.choice(others).pk])

    def _send(self, at: datetime, number: int | None = None) -> None:
        chosen = self.cast.free_near(self.offer, number or self.rng.randint(3, 8))
        if not chosen:
            return
        sent = self.market.send(self.actor, self.offer, chosen, self.rng.choice(words.OPENERS))
        self.cast.sent(self.offer)
        is_to_be_covered = self.fate in ("assigned", "completed", "fallen_off")
        for place, proposal in enumerate(sent):
            if self.fate == "expired":
                plan: tuple[str, ...] = self.rng.choice(((), ("view",), ("view", "reject")))
            elif is_to_be_covered and place == 0:
                plan = SURE
            else:
                plan = self.rng.choices([steps for steps, _ in PLANS], [weight for _, weight in PLANS])[0]
            story = _DriverStory(self.cast, proposal, self.actor, plan)
            self.cast.stage.begin(story.tell(at))

    def _cover(self, at: datetime) -> Iterator[datetime]:
        """Award it to somebody who has said yes, within the hour or two."""
        for _ in range(8):
            at += self.cast.minutes(20, 35)
            yield at
            if self._winner() is not None:
                return
            if (proposal := self.market.accepted_of(self.offer)) is not None:
                self.market.award(self.actor, self.offer, proposal)
                self.cast.take_to(proposal.driver_id, self.rng.choice(("Loaded", "In Transit", "Enroute")))
                return

    def _complete(self, at: datetime) -> Iterator[datetime]:
        yield from self._cover(at)
        if (winner := self._winner()) is not None:
            yield self.offer.delivery_until or at
            self.market.set_status(self.actor, self.offer, OfferStatus.COMPLETED)
            self.cast.take_to(winner.driver_id, Driver.AVAILABLE)

    def _fall_off(self, at: datetime) -> Iterator[datetime]:
        """The truck breaks down, and the load is put to others."""
        yield from self._cover(at)
        if (winner := self._winner()) is None:
            return
        at = (winner.awarded_at or at) + self.cast.minutes(30, 150)
        yield at
        note = self.rng.choice(("Blown turbo, waiting for a tow.", "Se ponchó una llanta 😞"))
        self.market.fall_off(self.cast.driver(winner.driver_id), self.offer, FallOffReason.BREAKDOWN, note)
        self.cast.take_to(winner.driver_id, "Out of Service")
        at += self.cast.minutes(3, 9)
        yield at
        self._send(at, number=4)

    def _cancel(self, at: datetime) -> Iterator[datetime]:
        yield at + self.cast.minutes(25, 200)
        self.market.set_status(self.actor, self.offer, OfferStatus.CANCELLED)

    def _expire(self, at: datetime) -> Iterator[datetime]:
        yield (self.offer.expires_at or at) + timedelta(seconds=3)
        self.market.expire_due()

    def _amend(self, at: datetime) -> Iterator[datetime]:
        """Now and then somebody is taken back, or the rate goes up."""
        what = self.rng.choice(("amend", "withdraw", None, None))
        yield at + self.cast.minutes(15, 90)
        if what == "amend":
            self.market.raise_rate(self.actor, self.offer, Decimal(50))
        elif what == "withdraw":
            waiting = self.market.waiting_of(self.offer)
            self.market.withdraw(self.actor, self.offer, [each.driver_id for each in waiting[:1]])

    def _winner(self) -> Proposal | None:
        return self.market.winner_of(self.offer)


class _DriverStory:
    """What one driver does with one offer, and what the dispatcher says to it."""

    def __init__(self, cast: Cast, proposal: Proposal, owner: Actor, plan: tuple[str, ...]) -> None:
        self.cast, self.rng, self.market = cast, cast.rng, cast.market
        self.proposal, self.owner, self.plan = proposal, owner, plan
        self.driver = cast.driver(proposal.driver_id)

    def tell(self, at: datetime) -> Story:
        for step in self.plan:
            at += self.cast.minutes(0.5, 9)
            yield at
            if step == "haggle":
                at = yield from self._haggle(at)
            else:
                self._do(step)

    def _do(self, step: str) -> None:
        match step:
            case "view":
                self._answer(self.driver, Action.VIEW)
            case "accept":
                self._answer(self.driver, Action.ACCEPT)
            case "retract":
                self._answer(self.driver, Action.RETRACT, note="Sorry, the shop called.")
            case "reject":
                reason, note = self.rng.choice(words.DECLINES)
                self._answer(self.driver, Action.REJECT, reason=reason, note=note)
            case "counter":
                note = self.rng.choice(words.COUNTER_NOTES)
                self._answer(self.driver, Action.COUNTER, rate=self._dearer(), note=note)

    def _haggle(self, at: datetime) -> Generator[datetime, None, datetime]:
        """The dispatcher takes the counter, refuses it, or meets the driver half-way, who takes that or does not."""
        match self.rng.choice(("accept", "reject", "half-way", "half-way")):
            case "accept":
                self._answer(self.owner, Action.ACCEPT)
            case "reject":
                self._answer(self.owner, Action.REJECT, note="That's over what we have in it.")
            case "half-way":
                proposal = self._proposal()
                middle = (proposal.offered_rate + (proposal.driver_proposed_rate or 0)) / 2
                self._answer(self.owner, Action.COUNTER, rate=_in_fives(middle), note="Best I can do.")
                at += self.cast.minutes(1, 8)
                yield at
                self._do(self.rng.choice(("accept", "accept", "counter", "reject")))
        return at

    def _answer(
        self, who: Actor, action: Action, *, rate: Decimal | None = None, reason: str = "", note: str = ""
    ) -> None:
        self.market.respond(who, self.proposal, action, rate=rate, reason=reason, note=note)

    def _proposal(self) -> Proposal:
        return self.market.current(self.proposal)

    def _dearer(self) -> Decimal:
        return _in_fives(self._proposal().offered_rate * Decimal(str(round(self.rng.uniform(1.05, 1.3), 3))))


def _in_fives(amount: Decimal) -> Decimal:
    return Decimal(round(amount / 5) * 5)
