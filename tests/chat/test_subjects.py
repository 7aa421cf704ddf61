"""A conversation is about an offer and a driver, or about something else that has both: each subject has its own."""

import pytest
from django.db import IntegrityError, connection, transaction

from chat import selectors, services
from chat.enums import ConversationStatus, MemberRole
from chat.models import Address, Conversation, Member
from chat.services import locking
from kernel import clock
from presence.doorbell import topics
from tests.chat import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def trip(people, conversation):
    """A conversation of the same people about the same offer, on another subject."""
    trip = Conversation.objects.create(
        offer_id=conversation.offer_id, driver_id=conversation.driver_id, subject_kind="trip_link", subject_id=7,
        created_at=clock.now(),
    )  # fmt: skip
    for actor, role in ((people.owner, MemberRole.OWNER), (people.driver, MemberRole.DRIVER)):
        Member.objects.create(
            conversation=trip, actor_type=actor.type, actor_id=actor.id, role=role, joined_at=trip.created_at
        )
    return trip


def test_the_offer_is_the_subject_unless_another_is_named(conversation, trip):
    assert conversation.subject == ("offer", conversation.offer_id)
    assert conversation.address == Address(conversation.offer_id, conversation.driver_id)
    assert trip.subject == ("trip_link", 7)
    assert trip.address == Address(conversation.offer_id, conversation.driver_id, "trip_link", 7)


def test_servers_of_the_version_before_go_on_writing(people, conversation):
    """They name no subject when they open a conversation, and rely on there being one for each pair."""
    columns = "offer_id, driver_id, status, last_seq, created_at"
    at = connection.ops.adapt_datetimefield_value(clock.now())

    def insert(offer_id: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO conversations ({columns}) VALUES (%s, %s, 'open', 0, %s)",
                [offer_id, people.driver.id, at],
            )

    insert(77)
    opened = services.open_conversations(offer_id=77, driver_ids=[people.driver.id], office={})
    assert opened[people.driver.id].pk == Conversation.objects.get(offer_id=77).pk
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(77)


def test_what_is_said_about_an_offer_stays_there(people, conversation, trip, told):
    factories.send(people.driver, conversation, "About the offer")
    services.mark_read(actor=people.owner, offer_id=conversation.offer_id, driver_id=conversation.driver_id, seq=1)
    conversation.refresh_from_db()
    trip.refresh_from_db()
    assert (conversation.last_seq, trip.last_seq) == (1, 0)
    assert selectors.conversation_for(people.driver, conversation.offer_id, conversation.driver_id) == conversation
    assert not trip.members.filter(read_seq__gt=0).exists()


def test_opening_and_closing_what_is_about_the_offer_leaves_others(people, conversation, trip, told):
    services.set_office_members(offer_id=conversation.offer_id, office={people.other.key: MemberRole.OWNER})
    services.close_conversations(conversation_ids=[conversation.pk])
    opened = services.open_conversations(
        offer_id=conversation.offer_id, driver_ids=[conversation.driver_id], office={people.owner.key: MemberRole.OWNER}
    )
    assert [each.pk for each in opened.values()] == [conversation.pk]
    assert trip.members.filter(left_at=None).count() == 2
    assert Conversation.objects.get(pk=trip.pk).status == ConversationStatus.OPEN


def test_each_is_locked_by_its_own_address(people, conversation, trip):
    """The offer's is remembered by its address, and is not what the other's finds."""
    for each in (conversation, trip, conversation):
        with transaction.atomic():
            (found,) = locking.locked_at({each.address: [people.owner.key]}).conversations
        assert (found.pk, found.subject) == (each.pk, each.subject)
    assert locking.conversations_at([conversation.address, trip.address]) == {
        conversation.address: conversation, trip.address: trip,
    }  # fmt: skip


def test_each_has_its_own_topic_among_those_of_the_offer(conversation, trip):
    mine, other = topics.of_chat(*conversation.address), topics.of_chat(*trip.address)
    assert mine == f"chat:{conversation.offer_id}:{conversation.driver_id}"
    assert other != mine
    for topic in (mine, other):
        assert topic.startswith(topics.of_offer_chats(conversation.offer_id))
        assert topics.driver_of(topic) == ("driver", conversation.driver_id)
