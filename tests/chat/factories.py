"""People and conversations for the tests of this room."""

from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import uuid4

from accounts.models import User
from chat import services
from chat.enums import MemberRole
from chat.models import Conversation
from drivers.models import Driver
from kernel.actors import Actor

_numbers = count(1)


def office_person(role: str = "dispatcher", **fields: Any) -> Actor:
    name = fields.pop("username", f"{role}-{uuid4().hex[:8]}")
    return User.objects.create(username=name, email=f"{name}@example.com", password="!", role=role, **fields).actor


def driver(**fields: Any) -> Actor:
    return Driver.objects.create(**{"driver_name": "Dee Driver", "is_active": True} | fields).actor


def conversation(
    *, owner: Actor, driver: Actor, followers: Sequence[Actor] = (), offer_id: int | None = None
) -> Conversation:
    office = {owner.key: MemberRole.OWNER} | {follower.key: MemberRole.FOLLOWER for follower in followers}
    opened = services.open_conversations(
        offer_id=offer_id or 1000 + next(_numbers), driver_ids=[driver.id], office=office
    )
    return opened[driver.id]


def send(actor: Actor, conversation: Conversation, message: str = "Hello", **more: Any) -> dict[str, Any]:
    """Send one message, or raise what it is refused with."""
    (answer,) = services.send_messages(
        sends=[services.Send(actor, conversation.offer_id, conversation.driver_id, message, **more)]
    )
    if isinstance(answer, Exception):
        raise answer
    return dict(answer.message)
