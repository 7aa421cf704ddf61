"""The figures of many people, counted together, equal a count of each person's rows one by one."""

import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from statistics import median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.models import Conversation, Member, Message
from kernel import clock
from offers import selectors
from offers.enums import OfferStatus, ProposalStatus
from offers.models import Follower, Offer, Proposal
from offers.rules.transitions import OPEN
from offers.selectors import figures
from presence.models import Attendance
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver

pytestmark = pytest.mark.django_db


class Market:
    """Rows at random: offers with owners and followers, proposals, conversations with messages, people here or not."""

    def __init__(self, seed: int, *, people: int = 4, offers: int = 40) -> None:
        self.chance = random.Random(seed)
        self.now = clock.now()
        self.office = [make_user() for _ in range(people)] + [make_user("manager"), make_user("admin")]
        self.drivers = [make_driver() for _ in range(people)]
        for _ in range(offers):
            self._offer()
        everyone = [each.actor for each in (*self.office, *self.drivers)]
        Attendance.objects.bulk_create(
            Attendance(actor_type=each.type, actor_id=each.id, online=self.chance.random() < 0.6) for each in everyone
        )

    def _offer(self) -> None:
        owner = self.chance.choice(self.office)
        sent = self._moment(60)
        offer = Offer.objects.create(
            created_by=owner,
            owner=owner,
            status=self.chance.choice(OfferStatus.values),
            proposed_rate=Decimal(800),
            currency="USD",
            created_at=self.now,
            updated_at=self.now,
            first_sent_at=sent,
            first_answered_at=self._after(sent),
            covered_at=self._after(sent),
        )
        for user in self.chance.sample(self.office, 2):  # The owner among them, now and then.
            Follower.objects.create(offer=offer, user=user, created_at=self.now)
        for driver in self.chance.sample(self.drivers, 2):
            self._proposal(offer, driver)

    def _proposal(self, offer: Offer, driver) -> None:
        conversation = Conversation.objects.create(offer_id=offer.pk, driver_id=driver.pk, created_at=self.now)
        sent = self._moment(60) or self.now
        Proposal.objects.create(
            offer=offer,
            driver=driver,
            conversation=conversation,
            status=self.chance.choice(ProposalStatus.values),
            offered_rate=Decimal(800),
            currency="USD",
            sent_at=sent,
            first_answered_at=self._after(sent),
        )
        members = [driver.actor, offer.owner.actor]
        for each, role in zip(members, ("driver", "owner"), strict=True):
            Member.objects.create(
                conversation=conversation, actor_type=each.type, actor_id=each.id, role=role, joined_at=self.now,
                read_seq=self.chance.randrange(4),
            )  # fmt: skip
        for seq in range(1, 4):
            sender = self.chance.choice(members)
            Message.objects.create(
                conversation=conversation, seq=seq, sender_type=sender.type, sender_id=sender.id,
                sender_name=sender.name, sender_role=sender.role, message="Hello", created_at=self.now,
            )  # fmt: skip

    def _moment(self, days: int):
        return self.now - timedelta(seconds=self.chance.randrange(days * 86400)) if self.chance.random() < 0.9 else None

    def _after(self, start):
        """A time after `start`; before it, now and then, as when an offer was sent again; or none."""
        if start is None or self.chance.random() < 0.3:
            return None
        return start + timedelta(milliseconds=self.chance.randrange(-1_000_000, 9_000_000))


def recount(actor) -> dict:
    """One person's figures, each row looked at by itself."""
    since = clock.now() - timedelta(days=figures.MEASURED_DAYS)
    proposals = list(Proposal.objects.all())
    followed = set(Follower.objects.values_list("offer_id", "user_id"))
    offers = {
        offer.pk: offer
        for offer in Offer.objects.all()
        if actor.is_manager or (actor.is_office and (offer.owner_id == actor.id or (offer.pk, actor.id) in followed))
    }
    times = [(each.first_sent_at, each.first_answered_at, each.covered_at) for each in offers.values()]
    here = {(each.actor_type, each.actor_id) for each in Attendance.objects.filter(online=True)}
    if actor.is_driver:
        proposals = [each for each in proposals if each.driver_id == actor.id]
        times = [(each.sent_at, each.first_answered_at, None) for each in proposals]
        offers = {each.offer_id: each.offer for each in proposals if each.status in OPEN}
        owners = {("dispatcher", offer.owner_id) for offer in offers.values()}
        here &= owners | {actor.key}
    else:
        proposals = [each for each in proposals if each.offer_id in offers]
    recent = [each for each in times if each[0] and each[0] >= since]
    kinds = Counter(type_ for type_, _id in here)
    return {
        "offers": dict(Counter(each.status for each in offers.values())),
        "proposals": dict(Counter(each.status for each in proposals)),
        "unread": sum(
            message.seq > member.read_seq and (message.sender_type, message.sender_id) != member.key
            for member in Member.objects.filter(actor_type=actor.type, actor_id=actor.id)
            for message in member.conversation.messages.all()
        ),
        "online": {"drivers": kinds["driver"], "dispatchers": kinds["dispatcher"]},
        "median_first_answer_s": middle((start, answered) for start, answered, _covered in recent),
        "median_cover_s": middle((start, covered) for start, _answered, covered in recent),
    }


def middle(times):
    seconds = [(end - start).total_seconds() for start, end in times if end and end >= start]
    return pytest.approx(median(seconds), abs=0.051) if seconds else None


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("see", ["own", "all"])
def test_figures_equal_a_recount_for_each_person(seed, see, settings):
    market = Market(seed)
    people = [each.actor for each in (*market.office, *market.drivers, make_user(), make_driver())]
    settings.DISPATCHERS_SEE = see
    counted = selectors.stats_of(people)
    assert counted.keys() == {actor.key for actor in people}
    for actor in people:
        at = counted[actor.key].pop("at")
        assert at.endswith("Z")
        expected = recount(actor)
        if see == "all" and actor.is_office:
            manager = next(each.actor for each in market.office if each.role == "manager")
            expected = recount(manager) | {"unread": expected["unread"]}
        assert counted[actor.key] == expected


def test_medians_are_over_the_latest_offers_only(monkeypatch):
    monkeypatch.setattr(figures, "MEASURED_OFFERS", 3)
    owner, manager = make_user(), make_user("manager")
    now = clock.now()
    for hours, seconds in ((1, 10), (2, 20), (3, None), (4, 4000), (5, 5000)):
        sent = now - timedelta(hours=hours)
        Offer.objects.create(
            created_by=owner, owner=owner, proposed_rate=Decimal(800), currency="USD", created_at=now, updated_at=now,
            first_sent_at=sent, first_answered_at=sent + timedelta(seconds=seconds) if seconds else None,
        )  # fmt: skip
    for person in (owner, manager):
        stats = selectors.stats_for(person.actor)
        assert stats["median_first_answer_s"] == 15.0
        assert stats["median_cover_s"] is None


def test_figures_for_fifty_take_as_many_statements_as_for_one():
    taken = []
    for people in (1, 50):
        market = Market(people, people=max(people, 2), offers=people)
        some = [*market.office[:people], *market.office[-1:], *market.drivers[:people]]
        with CaptureQueriesContext(connection) as statements:
            assert len(selectors.stats_of([each.actor for each in some])) == len(some)
        taken.append(len(statements))
    assert taken[0] == taken[1]
