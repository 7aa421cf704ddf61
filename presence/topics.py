"""What a connection can listen to, beside its person's own stream."""

from offers_project.kernel.actors import ActorKey

OFFICE = "office"
"""Every connection of every office person."""

MANAGERS = "managers"
"""Every connection of the people who see everything."""


def of_actor(key: ActorKey) -> str:
    """All connections of one person."""
    return f"actor:{key}"


def of_chat(offer_id: int, driver_id: int) -> str:
    """The connections that have joined one chat."""
    return f"chat:{offer_id}:{driver_id}"


def of_offer_chats(offer_id: int) -> str:
    """The beginning that the topics of all chats of one offer share."""
    return f"chat:{offer_id}:"
