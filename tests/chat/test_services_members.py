"""Conversations open and close, people come and go."""

import pytest

from accounts.models import User
from chat import selectors, services
from chat.enums import ConversationStatus, MemberRole
from chat.models import Conversation
from kernel.errors import NotFound
from presence.doorbell import topics
from tests.chat import factories

pytestmark = pytest.mark.django_db


def roles(conversation):
    return {member.key: member.role for member in conversation.members.filter(left_at=None)}


def test_opening_makes_what_is_missing_and_reopens_what_is_closed(people, conversation):
    services.close_conversations(conversation_ids=[conversation.pk])
    office = {people.owner.key: MemberRole.OWNER, people.follower.key: MemberRole.FOLLOWER}
    opened = services.open_conversations(
        offer_id=conversation.offer_id, driver_ids=[people.driver.id, people.other_driver.id], office=office
    )
    assert opened.keys() == {people.driver.id, people.other_driver.id}
    assert opened[people.driver.id].pk == conversation.pk
    assert {each.status for each in Conversation.objects.all()} == {ConversationStatus.OPEN}
    for id_, each in opened.items():
        driver = people.driver if id_ == people.driver.id else people.other_driver
        assert roles(each) == {**office, driver.key: MemberRole.DRIVER}
        assert factories.send(driver, each)["seq"] == 1


def test_opening_for_many_drivers_takes_a_fixed_number_of_statements(people, django_assert_num_queries):
    def opened(offer_id, number):
        ids = [factories.driver().id for _ in range(number)]
        return lambda: services.open_conversations(
            offer_id=offer_id, driver_ids=ids, office={people.owner.key: MemberRole.OWNER}
        )

    one, many = opened(1, 1), opened(2, 30)
    # Looked for, the time, made, looked for again and locked; members looked for and made; two of a savepoint in tests.
    with django_assert_num_queries(9):
        one()
    with django_assert_num_queries(9):
        many()


def test_a_handover_changes_parts_in_all_conversations_of_the_offer(people, conversation, told):
    services.open_conversations(
        offer_id=conversation.offer_id,
        driver_ids=[people.other_driver.id],
        office={people.owner.key: MemberRole.OWNER, people.follower.key: MemberRole.FOLLOWER},
    )
    services.set_office_members(
        offer_id=conversation.offer_id,
        office={people.other.key: MemberRole.OWNER, people.follower.key: MemberRole.FOLLOWER},
    )
    for each in Conversation.objects.filter(offer_id=conversation.offer_id):
        office = {key: role for key, role in roles(each).items() if key.type == "dispatcher"}
        assert office == {people.other.key: MemberRole.OWNER, people.follower.key: MemberRole.FOLLOWER}


def test_who_leaves_hears_no_more_and_who_comes_back_hears_again(
    people, conversation, told, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        services.set_office_members(offer_id=conversation.offer_id, office={people.owner.key: MemberRole.OWNER})
        factories.send(people.driver, conversation, "without you")
    assert not told.to(people.follower)
    (control,) = told.controls
    assert (control.action, control.key, control.argument) == (
        "leave",
        people.follower.key,
        topics.of_offer_chats(conversation.offer_id),
    )
    with pytest.raises(NotFound):
        selectors.conversation_for(people.follower, conversation.offer_id, conversation.driver_id)
    with pytest.raises(NotFound):
        factories.send(people.follower, conversation)

    with django_capture_on_commit_callbacks(execute=True):
        services.set_office_members(
            offer_id=conversation.offer_id,
            office={people.owner.key: MemberRole.OWNER, people.follower.key: MemberRole.FOLLOWER},
        )
        factories.send(people.driver, conversation, "with you")
    assert [each["message"] for each in told.to(people.follower)] == ["with you"]


def test_a_manager_who_is_no_follower_any_more_goes_on_looking(
    people, conversation, told, django_capture_on_commit_callbacks
):
    office = {people.owner.key: MemberRole.OWNER}
    services.set_office_members(
        offer_id=conversation.offer_id, office={**office, people.manager.key: MemberRole.FOLLOWER}
    )
    with django_capture_on_commit_callbacks(execute=True):
        services.set_office_members(offer_id=conversation.offer_id, office=office)
        factories.send(people.driver, conversation, "unfollowed")
        assert {control.key for control in told.controls} <= {people.follower.key}
        assert not told.to(people.manager)
        factories.send(people.manager, conversation, "back as a guest")
    assert [each["message"] for each in told.to(people.manager)] == ["back as a guest"]
    assert roles(conversation)[people.manager.key] == MemberRole.GUEST


def test_guests_stay_when_the_office_changes(people, conversation):
    factories.send(people.manager, conversation)
    services.set_office_members(offer_id=conversation.offer_id, office={people.other.key: MemberRole.OWNER})
    assert roles(conversation)[people.manager.key] == MemberRole.GUEST


def test_somebody_deactivated_leaves_like_everybody(people, conversation, told, django_capture_on_commit_callbacks):
    User.objects.filter(pk=people.follower.id).update(is_active=False)
    with django_capture_on_commit_callbacks(execute=True):
        services.set_office_members(offer_id=conversation.offer_id, office={people.owner.key: MemberRole.OWNER})
    assert [control.key for control in told.controls] == [people.follower.key]


def test_closing_and_reopening_can_be_done_twice(people, conversation, django_assert_num_queries):
    for _ in range(2):
        services.close_conversations(conversation_ids=[conversation.pk])
        assert Conversation.objects.get().status == ConversationStatus.CLOSED
    for _ in range(2):
        services.reopen_conversations(conversation_ids=[conversation.pk])
        assert Conversation.objects.get().status == ConversationStatus.OPEN
    with django_assert_num_queries(2):
        services.close_conversations(conversation_ids=[])
