"""What the commands of this room take. What a text or a client id must be like is said once, by the service."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from chat.rules import CLIENT_ID_MAX_LENGTH
from kernel.frames import Frame, Id, Seq, Text, Verbatim


class Chat(Frame, frozen=True):
    offer_id: Id
    driver_id: Id


class Join(Chat, frozen=True):
    after: Seq | UnsetType | None = UNSET


class Message(Chat, frozen=True):
    message: Verbatim
    client_id: Annotated[Text, Meta(max_length=CLIENT_ID_MAX_LENGTH)]


class Mark(Chat, frozen=True):
    """Either `seq` or `message_id`."""

    seq: Seq | UnsetType = UNSET
    message_id: Id | UnsetType = UNSET
