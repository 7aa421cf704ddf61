"""A conversation with everybody that its rules tell apart, and what they are told."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chat.models import Conversation
from kernel.actors import Actor, ActorKey
from presence.doorbell import bus
from tests.chat import factories


@dataclass
class Told:
    """What was published, in its order."""

    events: list[bus.Event]
    passing: list[bus.Passing]
    controls: list[bus.Control]

    def to(self, actor: Actor, kind: str | None = None) -> list[Any]:
        return [each.data for each in self.events if each.to == actor.key and kind in (None, each.kind)]

    def kinds(self) -> dict[ActorKey, list[str]]:
        kinds: dict[ActorKey, list[str]] = {}
        for each in self.events:
            kinds.setdefault(each.to, []).append(each.kind)
        return kinds

    def clear(self) -> None:
        for what in (self.events, self.passing, self.controls):
            what.clear()

    def __bool__(self) -> bool:
        return bool(self.events or self.passing or self.controls)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Collects what is published instead of ringing anybody's bell."""
    collected = Told([], [], [])

    def publish(batch: bus.Batch) -> None:
        collected.events += batch.events
        collected.passing += batch.passing
        collected.controls += batch.controls

    monkeypatch.setattr(bus, "publish", publish)
    return collected


@dataclass
class People:
    owner: Actor
    follower: Actor
    other: Actor
    manager: Actor
    driver: Actor
    other_driver: Actor

    def named(self, name: str) -> Actor:
        return getattr(self, name)


@pytest.fixture
def people(db: None) -> Iterator[People]:
    return People(
        owner=factories.office_person(full_name="Olga Owner"),
        follower=factories.office_person(full_name="Fred Follower"),
        other=factories.office_person(full_name="Otto Other"),
        manager=factories.office_person("manager", full_name="Mia Manager"),
        driver=factories.driver(driver_name="Dee Driver"),
        other_driver=factories.driver(driver_name="Dan Driver"),
    )


@pytest.fixture
def conversation(people: People, told: Told) -> Conversation:
    return factories.conversation(owner=people.owner, driver=people.driver, followers=[people.follower])
