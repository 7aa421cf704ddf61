"""Races, on a database that has row locks; and each of them lost when its locks are taken out."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import DatabaseError, connection

from chat import services as chat
from chat.services import Send, Sent
from drivers.models import Driver
from kernel import clock, unit_of_work
from kernel.errors import Refusal
from offers import services
from offers.models import Booking, Offer, Proposal, Round
from offers.services import awarding, locking
from presence.models import StreamEvent, StreamHead
from tests.accounts.factories import make_user
from tests.conftest import REPETITIONS
from tests.drivers.factories import make_driver
from tests.offers.factories import answer, make_offer, owner_of, put_to
from tests.races import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

FEW = 3
MUTANT_TRIES = 8
MUTANT_SECONDS = 0.03


def accepting(proposal: Proposal) -> Callable[[], Proposal]:
    actor = Driver.objects.get(pk=proposal.driver_id).actor
    return partial(services.respond, actor=actor, proposal_id=proposal.pk, action="accept", version=proposal.version)


def awarding_to(proposal: Proposal) -> Callable[[], Offer]:
    return partial(services.award, actor=owner_of(proposal.offer), offer_id=proposal.offer_id, proposal_id=proposal.pk)


def history_is_whole(*offers: Offer) -> None:
    """Every change of a proposal has its version and its round, and every stream its numbers, without a gap."""
    for proposal in Proposal.objects.filter(offer__in=offers):
        versions = list(Round.objects.filter(proposal=proposal).order_by("pk").values_list("version", flat=True))
        assert versions == list(range(1, proposal.version + 1))
    for head in StreamHead.objects.all():
        seqs = StreamEvent.objects.filter(actor_type=head.actor_type, actor_id=head.actor_id).order_by("seq")
        assert list(seqs.values_list("seq", flat=True)) == list(range(head.floor + 1, head.seq + 1))


def exactly_one_wins() -> None:
    """100 accepts, two awards and a withdrawal of one of the two."""
    offer = make_offer()
    proposals = put_to(offer, *(make_driver() for _ in range(102)))
    one, two, *others = proposals
    for proposal in (one, two):
        answer(proposal, "accept")
    withdrawal = partial(services.withdraw, actor=owner_of(offer), offer_id=offer.pk, driver_ids=[one.driver_id])
    accepts = [accepting(proposal) for proposal in others]
    half = len(accepts) // 2
    # The two awards and the withdrawal lie among the first accepts, where all threads begin together.
    said = at_once([*accepts[:10], awarding_to(one), withdrawal, awarding_to(two), *accepts[10:half], *accepts[half:]])

    awards, taken_back = [said[10], said[12]], said[11][0]
    answers = [*said[:10], *said[13:]]
    (won,) = [each for each in awards if isinstance(each, Offer)]
    (refused,) = [each for each in awards if isinstance(each, Refusal)]
    assert refused.code in ("offer_already_taken", "conflict")
    offer.refresh_from_db()
    assert (offer.status, offer.version, won.pk) == ("assigned", 2, offer.pk)
    winner = Proposal.objects.get(won_offer=offer)
    assert winner.status == "awarded"
    assert list(Booking.objects.filter(offer=offer).values_list("driver_id", flat=True)) == [winner.driver_id]
    statuses = Counter(offer.proposals.values_list("status", flat=True))
    assert statuses == Counter({"awarded": 1, "lost": 100 + (not taken_back.ok), "withdrawn": int(taken_back.ok)})
    for proposal, answered in zip(others, answers, strict=True):
        accepted = proposal.rounds.filter(action="accept").exists()
        assert accepted == isinstance(answered, Proposal)
        assert accepted or answered.code == "offer_already_taken"
    history_is_whole(offer)


def accept_or_expire() -> None:
    """Drivers accept in the very moments in which the offer's time runs out and several processes sweep."""
    offer = make_offer(expires_at=clock.now() + timedelta(hours=1))
    proposals = put_to(offer, *(make_driver() for _ in range(20)))
    end = clock.now() + timedelta(seconds=0.25)
    Offer.objects.filter(pk=offer.pk).update(expires_at=end)
    Proposal.objects.filter(offer=offer).update(expires_at=end)

    def accept_after(delay: float, accept: Callable[[], Proposal]) -> Proposal:
        time.sleep(delay)
        return accept()

    def sweep() -> None:
        for _ in range(20):
            services.expire_due()
            time.sleep(0.02)

    accepts = [partial(accept_after, 0.18 + 0.005 * n, accepting(each)) for n, each in enumerate(proposals)]
    said = at_once([*accepts, sweep, sweep, sweep])[: len(accepts)]
    services.expire_due()
    for proposal, answered in zip(proposals, said, strict=True):
        proposal.refresh_from_db()
        assert proposal.status == ("accepted" if isinstance(answered, Proposal) else "expired")
        assert isinstance(answered, Proposal) or answered.code == "proposal_expired"
    offer.refresh_from_db()
    somebody = any(isinstance(each, Proposal) for each in said)
    assert offer.status == ("active" if somebody else "expired")
    history_is_whole(offer)


def accept_or_amend() -> None:
    """Nobody is bound to terms that they have not seen."""
    offer = make_offer()
    proposals = put_to(offer, *(make_driver() for _ in range(20)))
    fields = {"proposed_rate": Decimal("500")}
    amend = partial(services.update_offer, actor=owner_of(offer), offer_id=offer.pk, version=1, fields=fields)
    accepts = [accepting(proposal) for proposal in proposals]
    said = at_once([*accepts[:8], amend, *accepts[8:]])
    answers = [*said[:8], *said[9:]]
    assert isinstance(said[8], Offer)
    for proposal, answered in zip(proposals, answers, strict=True):
        proposal.refresh_from_db()
        assert (proposal.status, proposal.offered_rate, proposal.agreed_rate) == ("sent", Decimal("500"), None)
        assert proposal.rounds.filter(action="accept").exists() == isinstance(answered, Proposal)
        assert isinstance(answered, Proposal) or answered.code == "stale_version"
    history_is_whole(offer)


def one_driver_one_load() -> None:
    """Several dispatchers award one driver at once."""
    driver = make_driver()
    # Who has had a load before has a row; making the first one would itself put the others off.
    Booking.objects.create(driver_id=driver.pk)
    offers = [make_offer(make_user()) for _ in range(4)]
    proposals = [put_to(offer, driver)[0] for offer in offers]
    for proposal in proposals:
        answer(proposal, "accept")
    said = at_once([awarding_to(proposal) for proposal in proposals])
    (won,) = [each for each in said if isinstance(each, Offer)]
    assert all(each is won or each.code == "conflict" for each in said)
    services.expire_due()
    assert Booking.objects.get(driver_id=driver.pk).offer_id == won.pk
    for proposal in proposals:
        proposal.refresh_from_db()
        assert (proposal.status, proposal.reason) == (
            ("awarded", "") if proposal.offer_id == won.pk else ("lost", "booked_elsewhere")
        )
        assert Offer.objects.get(pk=proposal.offer_id).status == (
            "assigned" if proposal.offer_id == won.pk else "active"
        )
    history_is_whole(*offers)


RACES = (exactly_one_wins, accept_or_expire, accept_or_amend, one_driver_one_load)


@pytest.fixture(autouse=True)
def row_locks() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer and no row locks.")


@pytest.mark.parametrize("times", [FEW, pytest.param(REPETITIONS, marks=pytest.mark.long)])
@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_race(race, times):
    for _ in range(times):
        race()


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_without_its_locks_the_race_is_lost(race, monkeypatch):
    def unlocked(rows):
        """The rows as they were when they were read, and time enough for others to do the same."""
        found = list(rows.order_by("pk"))
        time.sleep(MUTANT_SECONDS)
        return found

    for module in (locking, awarding):
        monkeypatch.setattr(module, "lock", unlocked)
        monkeypatch.setattr(module, "still", lambda rows, **_: rows)

    def again_and_again():
        for _ in range(MUTANT_TRIES):
            race()

    with pytest.raises((AssertionError, ValueError, DatabaseError)) as lost:
        again_and_again()
    print(f"{race.__name__} was lost: {lost.value!r:.300}")


# --- the order of locks -----------------------------------------------------------------------------------------------

BIDDERS = 12
VERBS = ("award", "first_accept", "cancel", "fall_off", "expire", "amend_and_cancel", "send")


def verb_among(verb: str) -> tuple[list[Proposal], Callable[[], object]]:
    """The bidders of an offer, and something that happens to all of them. The one it begins with has the conversation
    with the highest id, and the drivers' ids fall while those of the conversations rise.
    """
    offer = make_offer(award_mode="first_accept" if verb == "first_accept" else "dispatcher")
    drivers = [make_driver() for _ in range(BIDDERS)][::-1]
    proposals = [put_to(offer, driver)[0] for driver in drivers]
    last, owner = proposals[-1], owner_of(offer)
    change = partial(services.update_offer, actor=owner, offer_id=offer.pk)
    match verb:
        case "award":
            answer(last, "accept")
            return proposals, awarding_to(last)
        case "first_accept":
            return proposals, accepting(last)
        case "cancel":
            return proposals, partial(
                services.set_status, actor=owner, offer_id=offer.pk, status="cancelled", version=None
            )
        case "fall_off":
            answer(last, "accept")
            awarding_to(last)()
            return proposals, partial(services.fall_off, actor=owner, offer_id=offer.pk, reason="hours")
        case "expire":
            Proposal.objects.filter(pk=last.pk).update(expires_at=clock.now())
            return proposals, services.expire_due
        case "amend_and_cancel":
            return proposals, partial(change, version=1, fields={"pieces": 7, "status": "cancelled"})
        case "send":
            services.withdraw(actor=owner, offer_id=offer.pk, driver_ids=None)
            again = [driver.pk for driver in drivers]
            return proposals, partial(services.send_offer, actor=owner, offer_id=offer.pk, driver_ids=again)
    raise ValueError(verb)


@pytest.mark.parametrize("verb", VERBS)
def test_what_happens_to_an_offer_and_batches_of_its_chats_never_deadlock(verb, repetitions):
    retried = unit_of_work.RETRIES._value.get()
    for _ in range(repetitions):
        proposals, happen = verb_among(verb)
        owner = owner_of(proposals[0].offer)
        sends = [Send(owner, each.offer_id, each.driver_id, "m") for each in proposals]
        batches = [partial(chat.send_messages, sends=sends)] * 10
        said = at_once([*batches, happen, *batches])
        assert not isinstance(said.pop(len(batches)), Refusal)
        codes = {each.code for batch in said for each in batch if not isinstance(each, Sent)}
        assert codes <= {"conversation_closed"}
    assert unit_of_work.RETRIES._value.get() == retried
