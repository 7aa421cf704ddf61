"""For every durable event: what a client held, changed by the events, is what it would read afresh."""

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from chat import services as chat
from kernel.errors import Refusal
from offers import services
from offers.models import Offer, Proposal
from offers.rules.transitions import UNAGREED
from presence.models import StreamEvent
from tests.offers.factories import run_out
from tests.offers.scenes import Scene, undone
from tests.offers_project.mirror import Mirror, fetch

RATES = ("900.00", "925.50", "1100.00")


class Market:
    """One offer, two drivers, an owner, a follower: everything that they can do to each other."""

    def __init__(self) -> None:
        self.scene = Scene()
        scene = self.scene
        people = (scene.olga, scene.finn, scene.dan, scene.eve, scene.fay)
        self.mirrors = [Mirror(person.actor.key, scene.by(person)) for person in people]
        self.offer_ids = [scene.offer.pk]

    def copy(self) -> "Market":
        """The same people with the same offer, and what they hold apart."""
        shared = (self.scene, *self.scene.callers.values())
        return deepcopy(self, {id(each): each for each in shared})

    def do(self, name: str, who: int, what: int) -> None:
        """One step; a refusal is no fault, but it must tell nobody anything."""
        before = StreamEvent.objects.count()
        try:
            STEPS[name](self, who, what)
        except Refusal:
            assert StreamEvent.objects.count() == before

    @property
    def offer(self) -> Offer:
        return Offer.objects.get(pk=self.offer_ids[-1])

    def driver(self, who: int):
        return (self.scene.dan, self.scene.eve, self.scene.fay)[who % 3]

    def colleague(self, who: int):
        return (self.scene.olga, self.scene.finn)[who % 2]

    def owner(self):
        return self.scene.olga if self.offer.owner_id == self.scene.olga.pk else self.scene.finn

    def proposal(self, who: int) -> Proposal:
        proposals = Proposal.objects.filter(offer=self.offer).order_by("pk")
        return proposals[who % proposals.count()]

    def answer(self, who: int, action: str, *, by_office: bool = False, **said: object) -> None:
        proposal = self.proposal(who)
        drivers = {each.pk: each for each in (self.scene.dan, self.scene.eve, self.scene.fay)}
        actor = self.owner().actor if by_office else drivers[proposal.driver_id].actor
        services.respond(actor=actor, proposal_id=proposal.pk, action=action, version=proposal.version, **said)

    def speak(self, who: int, what: int) -> None:
        proposal = self.proposal(what)
        drivers = {each.pk: each for each in (self.scene.dan, self.scene.eve, self.scene.fay)}
        actor = drivers[proposal.driver_id].actor if who % 2 else self.colleague(what).actor
        (answer,) = chat.send_messages(
            sends=[
                chat.Send(
                    actor=actor,
                    offer_id=proposal.offer_id,
                    driver_id=proposal.driver_id,
                    message=f"Words {what} 👍 ¿y usted?",
                    client_id=uuid4().hex,
                )
            ]
        )
        if isinstance(answer, Refusal):
            raise answer

    def hear(self, who: int, what: int, verb: Callable[..., object]) -> None:
        proposal = self.proposal(what)
        drivers = {each.pk: each for each in (self.scene.dan, self.scene.eve, self.scene.fay)}
        actor = drivers[proposal.driver_id].actor if who % 2 else self.colleague(what).actor
        last = proposal.conversation.last_seq
        seq = max(1, last - what % 2)
        verb(actor=actor, offer_id=proposal.offer_id, driver_id=proposal.driver_id, seq=seq)

    def change(self, **fields: object) -> None:
        services.update_offer(
            actor=self.owner().actor, offer_id=self.offer.pk, version=self.offer.version, fields=fields
        )

    def become(self, status: str) -> None:
        services.set_status(actor=self.owner().actor, offer_id=self.offer.pk, status=status, version=self.offer.version)

    def run_out(self, who: int) -> None:
        proposal = self.proposal(who)
        if proposal.status in UNAGREED:
            run_out(proposal)
            services.expire_due()

    def follow(self, what: int) -> None:
        other = self.scene.finn if self.owner() == self.scene.olga else self.scene.olga
        services.set_followers(
            actor=self.owner().actor, offer_id=self.offer.pk, user_ids=[other.pk] if what % 2 else []
        )

    def hand_over(self) -> None:
        other = self.scene.finn if self.owner() == self.scene.olga else self.scene.olga
        services.handover(actor=self.owner().actor, offer_id=self.offer.pk, owner_id=other.pk)

    def another(self) -> None:
        offer = self.scene.new_offer(self.owner())
        self.scene.send(offer, self.scene.dan)
        self.offer_ids.append(offer.pk)


STEPS: dict[str, Callable[[Market, int, int], object]] = {
    "send": lambda m, who, what: services.send_offer(
        actor=m.owner().actor, offer_id=m.offer.pk, driver_ids=[m.driver(who).pk], message="Hola" if what % 2 else ""
    ),
    "view": lambda m, who, what: m.answer(who, "view"),
    "accept": lambda m, who, what: m.answer(who, "accept"),
    "counter": lambda m, who, what: m.answer(who, "counter", rate=Decimal(RATES[what % 3]), note="More"),
    "reject": lambda m, who, what: m.answer(who, "reject", reason="too_far"),
    "retract": lambda m, who, what: m.answer(who, "retract"),
    "office accepts": lambda m, who, what: m.answer(who, "accept", by_office=True),
    "office counters": lambda m, who, what: m.answer(who, "counter", by_office=True, rate=Decimal(RATES[what % 3])),
    "office rejects": lambda m, who, what: m.answer(who, "reject", by_office=True),
    "amend": lambda m, who, what: m.change(proposed_rate=Decimal(RATES[what % 3])),
    "note": lambda m, who, what: m.change(notes=f"Call ahead {what}"),
    "award": lambda m, who, what: services.award(
        actor=m.owner().actor, offer_id=m.offer.pk, proposal_id=m.proposal(who).pk
    ),
    "fall off": lambda m, who, what: services.fall_off(
        actor=m.owner().actor, offer_id=m.offer.pk, reason="breakdown", note="Belt"
    ),
    "withdraw": lambda m, who, what: services.withdraw(
        actor=m.owner().actor, offer_id=m.offer.pk, driver_ids=[m.proposal(who).driver_id]
    ),
    "complete": lambda m, who, what: m.become("completed"),
    "cancel": lambda m, who, what: m.become("cancelled"),
    "reopen": lambda m, who, what: m.become("active"),
    "expire": lambda m, who, what: m.run_out(who),
    "speak": lambda m, who, what: m.speak(who, what),
    "read": lambda m, who, what: m.hear(who, what, chat.mark_read),
    "deliver": lambda m, who, what: m.hear(who, what, chat.mark_delivered),
    "follow": lambda m, who, what: m.follow(what),
    "hand over": lambda m, who, what: m.hand_over(),
    "another": lambda m, who, what: m.another(),
}
SMALL = st.integers(min_value=0, max_value=5)
STEP = st.tuples(st.sampled_from(sorted(STEPS)), SMALL, SMALL)
PARTS = 4
UNSHRUNK = frozenset(Phase) - {Phase.shrink, Phase.explain}
"""Each example takes a second or more: to make a failing one smaller takes longer than a test may."""


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.django_db
def test_state_changed_by_events_is_the_state_fetched_again(part):
    """In parts with examples of their own, which workers share, and none of which takes as long as a test may."""
    market = Market()

    @seed(part)
    @settings(max_examples=settings.default.max_examples // PARTS, phases=UNSHRUNK)
    @given(steps=st.lists(STEP, min_size=1, max_size=10))
    def state_follows_events(steps):
        with undone():
            follow(market.copy(), steps)

    state_follows_events()


def follow(market: Market, steps: list[tuple[str, int, int]]) -> None:
    for step in steps:
        market.do(*step)
        for mirror in market.mirrors:
            mirror.catch_up()
    for mirror in market.mirrors:
        assert mirror.state() == fetch(mirror.caller), mirror.key
