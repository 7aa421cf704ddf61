"""What a connection can listen to, beside its person's own stream."""

from kernel.actors import DRIVER, ActorKey

OFFICE = "office"
"""Every connection of every office person."""

MANAGERS = "managers"
"""Every connection of the people who see everything."""

OFFER = "offer"
"""The subject of the chats that need no other name."""


def of_actor(key: ActorKey) -> str:
    """All connections of one person."""
    return f"actor:{key}"


def of_chat(offer_id: int, driver_id: int, subject_kind: str = OFFER, subject_id: int = 0) -> str:
    """The connections that have joined one chat: that about an offer itself, or one about another subject beside it."""
    about = f"chat:{offer_id}:{driver_id}"
    return about if subject_kind == OFFER else f"{about}:{subject_kind}:{subject_id}"


def of_offer_chats(offer_id: int) -> str:
    """The beginning that the topics of all chats of one offer share."""
    return f"chat:{offer_id}:"


def person_of(topic: str) -> ActorKey | None:
    """Whose connections a topic of `of_actor` means; None for any other topic."""
    kind, _colon, rest = topic.partition(":")
    if kind != "actor":
        return None
    type_, _colon, id_ = rest.partition(":")
    return ActorKey(type_, int(id_))


def driver_of(topic: str) -> ActorKey | None:
    """The driver that a chat's topic is about; None for any other topic."""
    parts = topic.split(":")
    return ActorKey(DRIVER, int(parts[2])) if parts[0] == "chat" else None
