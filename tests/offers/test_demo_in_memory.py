"""Demo data by the thousand is told in memory: it is what the services would have left, row for row, and goes on so."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from chat import services as chat
from chat.enums import ConversationStatus
from chat.models import Conversation, Message
from chat.services import Send
from drivers import places
from drivers.models import Place
from jobs.models import Job
from kernel import clock, rows
from kernel.actors import ActorKey
from offers import services
from offers.demo import seeding, words, writing
from offers.enums import Action, LostReason, OfferStatus, ProposalStatus
from offers.models import Offer, Proposal, Round
from presence.log import replay
from presence.log.replay import Cursor
from presence.models import StreamEvent
from tests.offers import demo_rows

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 15, 4, 5, tzinfo=UTC)
SIZE = {"trucks": 60, "offers": 34, "messages": 900}
TOLD = {Action(value) for value in Action.values}


def seed(number: int, *, by_services: int, **size: int) -> seeding.Seeded:
    with clock.standing_at(NOW):
        return seeding.seed(password="one long road", number=number, by_services=by_services, **(SIZE | size))


def test_every_row_is_as_the_services_would_have_left_it():
    """The seeds are such that everything happens that can."""
    actions, reasons, again = set(), set(), 0
    for number, size in ((1, {}), (2, {"trucks": 12}), (5, {"messages": 0, "offers": 40})):
        seed(number, by_services=1000, **size)
        by_services = demo_rows.picture()
        actions |= set(Round.objects.values_list("action", flat=True))
        reasons |= set(Proposal.objects.values_list("reason", flat=True)) & set(LostReason.values)
        again += Round.objects.filter(action=Action.SEND, version__gt=1).count()
        demo_rows.clear()
        seed(number, by_services=0, **size)
        in_memory = demo_rows.picture()
        assert in_memory.keys() == by_services.keys()
        for table, expected in by_services.items():
            assert in_memory[table] == expected, table
        demo_rows.clear()
    assert actions == TOLD
    assert reasons == set(LostReason.values)
    assert again


def test_where_the_database_tells_no_keys_it_is_the_same(monkeypatch):
    pictures = []
    for tells in (True, False):
        monkeypatch.setattr(rows, "can_tell", lambda tells=tells: tells)
        seed(3, by_services=0, offers=9, trucks=25, messages=60)
        pictures.append(demo_rows.picture())
        demo_rows.clear()
    assert pictures[0] == pictures[1]


def test_addresses_lie_where_loads_say_that_they_do():
    """The services look them up, thousands of stories do not."""
    for place in Place.objects.filter(zip_code__in=words.FREIGHT_ZIPS):
        assert places.find(f"100 Commerce St, {place.label}") == place


def test_few_offers_are_told_by_the_services_and_many_in_memory(monkeypatch):
    asked = []
    monkeypatch.setattr(services, "create_offer", lambda **_given: asked.append(1) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        seeding.seed(password="x", trucks=5, offers=seeding.BY_SERVICES, messages=0, number=1)
    made = seeding.seed(password="x", trucks=40, offers=seeding.BY_SERVICES + 1, messages=0, number=1)
    assert (len(asked), made.offers) == (1, seeding.BY_SERVICES + 1)


def test_once_more_adds_more_and_leaves_what_is_there():
    seed(1, by_services=0, offers=8, messages=100)
    first = {model: set(model.objects.values_list("pk", flat=True)) for model in (Offer, Proposal, Conversation)}
    before = demo_rows.picture()["Message"]
    seed(1, by_services=0, offers=8, messages=100)
    for model, keys in first.items():
        assert model.objects.count() == 2 * len(keys)
        assert model.objects.filter(pk__in=keys).count() == len(keys)
    former = Message.objects.filter(conversation__in=first[Conversation])
    assert former.count() == len(before) == Message.objects.count() / 2
    assert not Proposal.objects.exclude(offer_id__in=first[Offer]).filter(pk__in=first[Proposal]).exists()


def test_it_is_all_there_or_nothing_of_it(monkeypatch):
    monkeypatch.setattr(writing, "_write_statuses", lambda _statuses: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        seed(1, by_services=0)
    assert not any(model.objects.exists() for model in (User, *demo_rows.WRITTEN))


def test_the_product_goes_on_from_it():
    """Nothing is left to be done, who comes back has missed nothing, and the next word and event are numbered on."""
    seeding.seed(password="x", by_services=0, number=4, **SIZE)
    before = demo_rows.picture()
    assert services.expire_due() == 0
    assert demo_rows.picture() == before
    assert not Job.objects.exists()

    talk = Conversation.objects.filter(status=ConversationStatus.OPEN, last_seq__gt=2).latest("last_message_at")
    proposal = Proposal.objects.select_related("driver", "offer__owner").get(conversation=talk)
    people = [proposal.driver.actor, proposal.offer.owner.actor]
    for who in people:
        epoch, head = replay.place_of(who.key)
        assert replay.since(who.key, Cursor(epoch, 0)) == (epoch, 0, True, [])
        assert head.seq == 0
    (sent,) = chat.send_messages(sends=[Send(people[0], talk.offer_id, talk.driver_id, "One more")])
    assert sent.message["seq"] == talk.last_seq + 1
    chat.mark_read(actor=people[1], offer_id=talk.offer_id, driver_id=talk.driver_id, seq=talk.last_seq + 1)
    assert not Message.objects.filter(conversation=talk, sender_type="driver", read_at=None).exists()
    for who in people:
        numbers = StreamEvent.objects.filter(actor_type=who.type, actor_id=who.id).order_by("seq")
        epoch, _head = replay.place_of(who.key)
        _epoch, head, recovered, frames = replay.since(who.key, Cursor(epoch, 0))
        assert recovered
        assert list(numbers.values_list("seq", flat=True)) == list(range(1, len(frames) + 1)) == [*range(1, head + 1)]


def test_an_offer_of_it_is_awarded_like_any_other():
    seeding.seed(password="x", by_services=0, number=6, **SIZE)
    accepted = Proposal.objects.filter(status=ProposalStatus.ACCEPTED, offer__status=OfferStatus.ACTIVE).first()
    offer = Offer.objects.get(pk=accepted.offer_id)
    services.award(actor=offer.owner.actor, offer_id=offer.pk, proposal_id=accepted.pk)
    assert Proposal.objects.get(won_offer=offer).driver_key == ActorKey("driver", accepted.driver_id)
    assert Round.objects.filter(proposal=accepted).latest("pk").version == accepted.version + 1
