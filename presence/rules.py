"""Who is told that another is here. A new kind of actor begins here: it is told of none, and none is told of it."""

from kernel.actors import DISPATCHER, DRIVER, Actor, ActorKey
from presence.doorbell import topics

COUNTED = {DRIVER: "drivers", DISPATCHER: "dispatchers"}
"""Whose number is told in the figures, and by which name."""


def own_topics(actor: Actor) -> list[str]:
    """What every connection of this person hears from the beginning, beside what is for them alone."""
    office = [topics.OFFICE] if actor.type == DISPATCHER else []
    return [*office, topics.MANAGERS] if actor.is_manager else office


def is_told_to_the_office(key: ActorKey) -> bool:
    """Whether everybody of the office hears when this person comes and goes."""
    return key.type == DRIVER


def is_shown_in_chats(key: ActorKey) -> bool:
    """Whether the drivers of the chats that this person has joined hear when they come and go."""
    return key.type == DISPATCHER
