"""Demo data is believable, and as true as what the services make: its rules are looked at one by one."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.db.models import Count, Max, Q
from django.test import Client

from accounts.models import User
from chat import selectors as chat
from chat.enums import ConversationStatus, MessageType
from chat.models import Conversation, Member, Message
from drivers import dimensions
from drivers.models import Driver
from journal.models import Entry
from kernel import clock
from kernel.actors import ActorKey
from kernel.errors import Conflict
from offers.demo.stage import Stage
from offers.enums import OfferStatus, ProposalStatus
from offers.management.commands import seed_demo
from offers.models import SCOPE, Booking, Offer, Proposal, Round
from offers.rules.transitions import CLOSED, Side, driver_access, next_status
from offers.selectors import offer_dicts
from presence.models import StreamEvent
from tests.offers.test_seed_demo import seed


@pytest.fixture(scope="module", params=[1000, 0], ids=["by the services", "in memory"])
def said(request, django_db_setup, django_db_blocker) -> Iterator[str]:
    """What the command said; its data, made once for all tests here, is gone after the last."""
    told = partial(seed_demo.seed, by_services=request.param)
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(seed_demo, "seed", told)
        yield seed()
        transaction.set_rollback(True)


def side_of(step: Round) -> Side:
    return {"driver": Side.DRIVER, "dispatcher": Side.OFFICE, "system": Side.SYSTEM}[step.actor_type]


def is_answer(step: Round) -> bool:
    return step.actor_type == "driver" and step.action not in ("view", "fall_off")


def test_there_is_as_much_as_was_asked_for(said):
    assert "60 trucks, 12 offers, 320 messages" in said
    assert (Driver.objects.count(), Offer.objects.count(), Message.objects.count()) == (60, 12, 320)


def test_offers_are_in_every_status_and_proposals_in_most(said):
    assert set(Offer.objects.values_list("status", flat=True)) == set(OfferStatus)
    assert len(set(Proposal.objects.values_list("status", flat=True))) >= 6


def test_trucks_look_like_trucks(said):
    trucks = list(Driver.objects.all())
    assert all(re.search(r"[0-9]{3}\D*555\D*01[0-9]{2}", truck.cell_phone) for truck in trucks)
    assert all(truck.email.endswith("@example.com") for truck in trucks)
    assert all(dimensions.of_truck(truck.dimensions).length for truck in trucks)
    assert len({truck.city_state_zip for truck in trucks}) > 20
    assert len({truck.truck_number for truck in trucks}) == 60
    now = clock.now()
    assert all(truck.updated_at <= now for truck in trucks)


def test_signs_in_with_what_it_says(said):
    password = re.search(r"password +(\S.*)", said)[1]
    names = re.findall(r"^  (\w+) +.+ \((?:dispatcher|manager|admin)\)$", said, re.MULTILINE)
    assert {User.objects.get(username=name).role for name in names} == {"dispatcher", "manager", "admin"}
    for name in names:
        assert Client().post("/sign-in", {"username": name, "password": password}).status_code == 302
    drivers = re.findall(r"driver_link (\d+)", said)
    assert drivers
    assert Proposal.objects.filter(driver_id__in=drivers, offer__status=OfferStatus.ACTIVE).count() >= len(drivers)


def test_every_negotiation_followed_the_table(said):
    for proposal in Proposal.objects.prefetch_related("rounds"):
        status = ""
        for step in proposal.rounds.all():
            if status:
                status = next_status(side_of(step), step.action, status)
                assert status is not None, (proposal.pk, step.action)
            else:
                assert step.action == "send"
                status = ProposalStatus.SENT
        assert status == proposal.status
        versions = [step.version for step in proposal.rounds.all()]
        assert versions == sorted(versions)
        assert proposal.version >= versions[-1]


def test_exactly_one_has_each_load(said):
    covered = (OfferStatus.ASSIGNED, OfferStatus.COMPLETED)
    for offer in Offer.objects.annotate(won=Count("proposals", filter=Q(proposals__status="awarded"))):
        assert offer.won == (offer.status in covered)
        assert Proposal.objects.filter(won_offer=offer).count() == offer.won
    held = dict(Booking.objects.exclude(offer=None).values_list("offer_id", "driver_id"))
    winners = Proposal.objects.filter(won_offer__status=OfferStatus.ASSIGNED)
    assert held == dict(winners.values_list("offer_id", "driver_id"))
    assert not Driver.objects.filter(pk__in=held.values(), status="Available").exists()


def test_nothing_happens_before_it_could_or_after_now(said):
    now = clock.now()
    for offer in Offer.objects.prefetch_related("proposals"):
        assert offer.created_at <= offer.updated_at <= now
        assert offer.pickup_from > offer.created_at
        assert offer.delivery_from > offer.pickup_from
        if offer.status == OfferStatus.ACTIVE:
            assert offer.expires_at > now + timedelta(hours=7)
        for proposal in offer.proposals.all():
            assert offer.created_at <= proposal.sent_at <= now
            assert (proposal.status in CLOSED) == (proposal.closed_at is not None)
            assert (proposal.status in CLOSED) == (proposal.last_seen_offer is not None)


def test_conversations_are_numbered_marked_and_closed_as_they_should_be(said):
    for proposal in Proposal.objects.select_related("offer", "conversation"):
        writes = driver_access(proposal.status, proposal.offer.status).writes
        assert (proposal.conversation.status == ConversationStatus.OPEN) == writes
    for conversation in Conversation.objects.all():
        messages = list(conversation.messages.all())
        assert [message.seq for message in messages] == list(range(1, conversation.last_seq + 1))
        assert [message.created_at for message in messages] == sorted(message.created_at for message in messages)
        assert messages[0].message_type == MessageType.SYSTEM
        assert conversation.last_message_at == messages[-1].created_at
        assert conversation.members.filter(role="driver", actor_id=conversation.driver_id).count() == 1
        assert conversation.members.filter(role="owner").count() == 1
        assert (conversation.members.aggregate(read=Max("read_seq"))["read"] or 0) <= conversation.last_seq
    assert not Message.objects.filter(read_at__isnull=False, delivered_at=None).exists()


def test_marks_are_no_farther_than_what_was_said_and_stand_on_the_messages(said):
    for conversation in Conversation.objects.prefetch_related("members", "messages"):
        sides = {member.actor_type: member for member in conversation.members.all() if member.role != "follower"}
        for member in sides.values():
            assert member.read_seq <= member.delivered_seq <= conversation.last_seq
            assert (member.read_seq > 0) == (member.read_at is not None)
            assert (member.delivered_seq > 0) == (member.delivered_at is not None)
        for message in conversation.messages.all():
            readers = [member for kind, member in sides.items() if message.sender_type not in ("system", kind)]
            assert (message.read_at is not None) == any(each.read_seq >= message.seq for each in readers)
            assert (message.delivered_at is not None) == any(each.delivered_seq >= message.seq for each in readers)
        wrote = {message.sender_type for message in conversation.messages.all()} - {"system"}
        assert {kind for kind, member in sides.items() if member.has_written} == wrote


def test_what_is_counted_is_what_there_is(said):
    people = [*(user.actor for user in User.objects.all()), *(driver.actor for driver in Driver.objects.all())]
    unread: Counter[ActorKey] = Counter()
    for conversation in Conversation.objects.prefetch_related("members", "messages"):
        for member in conversation.members.all():
            unread[member.key] += sum(
                message.seq > member.read_seq
                and message.message_type != MessageType.SYSTEM
                and (message.sender_type, message.sender_id) != member.key
                for message in conversation.messages.all()
            )
    assert chat.unread_totals([who.key for who in people]) == {key: number for key, number in unread.items() if number}
    for offer in offer_dicts(list(Offer.objects.all()), User.objects.get(username="manager").actor):
        statuses = Counter(Proposal.objects.filter(offer_id=offer["id"]).values_list("status", flat=True))
        assert offer["counts"] == statuses


def test_the_funnel_has_the_times_of_the_rounds(said):
    for offer in Offer.objects.prefetch_related("proposals__rounds"):
        rounds = [step for proposal in offer.proposals.all() for step in proposal.rounds.all()]
        sent = [step.at for step in rounds if step.action == "send"]
        answers = [
            step.at for step in rounds if step.actor_type == "driver" and step.action not in ("view", "fall_off")
        ]
        awards = [step.at for step in rounds if step.action == "award"]
        assert offer.first_sent_at == min(sent, default=None)
        assert offer.first_answered_at == min(answers, default=None)
        covered = offer.status in (OfferStatus.ASSIGNED, OfferStatus.COMPLETED)
        assert offer.covered_at == (max(awards) if covered else None)
        for proposal in offer.proposals.all():
            steps = list(proposal.rounds.all())
            assert proposal.first_answered_at == min((step.at for step in steps if is_answer(step)), default=None)
            assert proposal.sent_at == max(step.at for step in steps if step.action == "send")
            assert proposal.closed_at == (steps[-1].at if proposal.status in CLOSED else None)


def test_the_journal_has_every_step(said):
    entries = list(Entry.objects.filter(scope__startswith=SCOPE).order_by("pk"))
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    steps = Counter((str(step.proposal_id), step.action, step.actor_name, step.at) for step in Round.objects.all())
    about = [entry for entry in entries if entry.object_type == "proposal"]
    assert Counter((entry.object_id, entry.verb, entry.actor_name, entry.at) for entry in about) == steps
    for offer in Offer.objects.all():
        own = [entry for entry in entries if (entry.object_type, entry.object_id) == ("offer", str(offer.pk))]
        assert [entry.verb for entry in own].count("create") == 1
        assert own[0].after["route"] == offer.route
        assert [entry.after["status"] for entry in own if "status" in entry.after][-1] == offer.status
        assert own[-1].at == offer.updated_at
        assert len(own) == offer.version
    for proposal in Proposal.objects.all():
        own = [entry for entry in about if entry.object_id == str(proposal.pk)]
        assert (own[-1].after["status"], len(own)) == (proposal.status, proposal.version)


def test_some_of_it_is_unread_some_in_spanish_and_some_smiles(said):
    assert Member.objects.filter(role="owner", read_seq=0).exists()
    assert Message.objects.filter(message__startswith="¿").exists()
    assert (
        Message.objects.filter(message__contains="👍").exists()
        or Message.objects.filter(message__contains="🙏").exists()
    )
    senders = Counter(Message.objects.values_list("sender_type", flat=True))
    assert set(senders) == {"dispatcher", "driver", "system"}


def test_nobody_is_told_of_the_past(said):
    assert not StreamEvent.objects.exists()


@pytest.mark.django_db
def test_stories_are_told_in_the_order_of_time_and_end_with_the_stage():
    now = clock.now()
    heard = []

    def story(name, *minutes):
        for minute in minutes:
            yield now + timedelta(minutes=minute)
            heard.append((name, minute, clock.now() - now))
            if name == "refused":
                raise Conflict()

    stage = Stage(end=now + timedelta(minutes=5))
    for each in (story("a", 1, 4), story("b", 2, 3, 9), story("refused", 2, 3)):
        stage.begin(each)
    stage.run()
    assert [(name, minute) for name, minute, _ in heard] == [("a", 1), ("b", 2), ("refused", 2), ("b", 3), ("a", 4)]
    assert all(at == timedelta(minutes=minute) for _, minute, at in heard)
