"""Conversations are opened, closed and reopened; people come into them, change their part, and leave."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from accounts import kinds
from chat import rules
from chat.enums import SPEAKING_ROLES, ConversationStatus, MemberRole
from chat.models import Conversation, Member
from chat.services.locking import audiences, locked_conversations, members_of
from chat.services.receipts import count_earlier_reading
from chat.services.unread import unread_changes
from chat.sides import Side, side_of
from kernel import clock
from kernel.actors import DRIVER, ActorKey
from kernel.unit_of_work import service
from presence.doorbell import topics
from presence.log.telling import stop_listening


@service
def open_conversations(
    *, offer_id: int, driver_ids: Collection[int], office: Mapping[ActorKey, MemberRole]
) -> dict[int, Conversation]:
    """Have a conversation about the offer open with each driver, with `office` in it. Gives them by driver id.

    Missing ones are made, closed ones reopened. Call it under the offer's lock.
    """
    found = _locked_of(offer_id, driver_ids)
    now = clock.now()
    if missing := sorted(set(driver_ids) - found.keys()):
        Conversation.objects.bulk_create(
            [Conversation(offer_id=offer_id, driver_id=driver_id, created_at=now) for driver_id in missing]
        )
        # Not every database tells the keys of what it has inserted.
        found = _locked_of(offer_id, driver_ids)
    _set_status(found.values(), ConversationStatus.OPEN)
    _set_members(found.values(), {Side.OFFICE: office}, now)
    return found


@service
def set_office_members(*, offer_id: int, office: Mapping[ActorKey, MemberRole]) -> None:
    """Let exactly `office` be the office people of all conversations of an offer, guests aside.

    Who is new comes in, who is missing leaves and hears no more of it, who becomes the owner counts as such.
    """
    conversations = list(_locked_of(offer_id).values())
    _set_members(conversations, {Side.OFFICE: office}, clock.now())


@service
def lock_conversations(*, offer_id: int) -> None:
    """Lock all conversations of an offer, in the order of everywhere: before a unit of work writes to some of them, and
    then to others. Call it under the offer's lock, which keeps new ones from coming.
    """
    locked_conversations(_ids_of(offer_id))


@service
def close_conversations(*, conversation_ids: Collection[int]) -> None:
    """Everybody goes on reading, nobody writes but the system."""
    _set_status(locked_conversations(conversation_ids).values(), ConversationStatus.CLOSED)


@service
def reopen_conversations(*, conversation_ids: Collection[int]) -> None:
    _set_status(locked_conversations(conversation_ids).values(), ConversationStatus.OPEN)


def _locked_of(offer_id: int, driver_ids: Collection[int] | None = None) -> dict[int, Conversation]:
    """The conversations about an offer, or those with some drivers, locked. Gives them by driver id."""
    locked = locked_conversations(_ids_of(offer_id, driver_ids))
    return {conversation.driver_id: conversation for conversation in locked.values()}


def _ids_of(offer_id: int, driver_ids: Collection[int] | None = None) -> list[int]:
    """Looked up first: asked for by their offer, rows are locked in the order of that index, which is the drivers'."""
    mine = Conversation.objects.about_offers().filter(offer_id=offer_id)
    if driver_ids is not None:
        mine = mine.filter(driver_id__in=driver_ids)
    return list(mine.values_list("pk", flat=True))


def _set_status(conversations: Iterable[Conversation], status: ConversationStatus) -> None:
    changing = [conversation for conversation in conversations if conversation.status != status]
    for conversation in changing:
        conversation.status = status
    if changing:
        Conversation.objects.filter(pk__in=[each.pk for each in changing]).update(status=status)


def _set_members(
    conversations: Collection[Conversation], sides: Mapping[Side, Mapping[ActorKey, MemberRole]], now: datetime
) -> None:
    """Let exactly these people be in each conversation for their sides, beside its driver; other sides stay as they
    are, and so do guests. The conversations are locked.
    """
    members = members_of(conversations)
    new, changed, left, promoted = [], [], [], []
    wanted_everywhere = {key: role for wanted in sides.values() for key, role in wanted.items()}
    for conversation in conversations:
        present = members[conversation.pk]
        wanted = {**wanted_everywhere, ActorKey(DRIVER, conversation.driver_id): MemberRole.DRIVER}
        for key, role in wanted.items():
            member = present.get(key)
            if member is None:
                member = Member(
                    conversation=conversation, actor_type=key.type, actor_id=key.id, role=role, joined_at=now
                )
                new.append(member)
            elif member.role != role or member.left_at is not None:
                if not member.counts and role in SPEAKING_ROLES:
                    promoted.append(member)
                member.role, member.left_at = role, None
                changed.append(member)
        for key, member in present.items():
            if side_of(key.type) in sides and key not in wanted and member.gives_access:
                member.left_at = now
                changed.append(member)
                left.append(member)
    Member.objects.bulk_create(new)
    if changed:
        Member.objects.bulk_update(changed, ["role", "left_at"])
    _count_for_their_side(promoted, conversations, now)
    _unsubscribe_former_members(left, conversations)
    unread_changes((member.key, member.conversation_id) for member in [*new, *changed])


def _count_for_their_side(promoted: Collection[Member], conversations: Collection[Conversation], now: datetime) -> None:
    """What a new owner has read as a follower is from now on read by the office."""
    if promoted:
        readers = kinds.actors({member.key for member in promoted})
        count_earlier_reading(
            [(member, readers[member.key]) for member in promoted if member.key in readers],
            {conversation.pk: conversation for conversation in conversations},
            audiences(members_of(conversations)),
            now,
        )


def _unsubscribe_former_members(left: Collection[Member], conversations: Collection[Conversation]) -> None:
    """Take those who have left out of what passes in the conversations, unless their role lets them read it."""
    if left:
        people = kinds.actors({member.key for member in left})
        offer_ids = {conversation.offer_id for conversation in conversations}
        for key in {member.key for member in left}:
            if key not in people or not rules.reads_every_conversation(people[key]):
                for offer_id in offer_ids:
                    stop_listening(key, topics_beginning=topics.of_offer_chats(offer_id))
