"""What conversations are about. This room knows offer and driver by their ids; a room above tells the rest."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from kernel.actors import Actor

Pair = tuple[int, int]
"""Offer id and driver id."""


@dataclass(frozen=True, slots=True)
class Provider:
    """`describe` gives `{"offer": {id, pickup_place, delivery_place, status}, "driver": …}` for each pair as the viewer
    may see them, in a fixed number of queries; a pair may be missing. `search` gives the condition on conversations
    (by `offer_id` and `driver_id`) that are about something with that text in it, as far as the viewer may know it.
    """

    describe: Callable[[Collection[Pair], Actor], Mapping[Pair, Mapping[str, Any]]]
    search: Callable[[str, Actor], Q]


def _nothing_known(pairs: Collection[Pair], viewer: Actor) -> Mapping[Pair, Mapping[str, Any]]:
    return {}


def _nothing_found(text: str, viewer: Actor) -> Q:
    return Q(pk__in=[])


_provider = Provider(describe=_nothing_known, search=_nothing_found)


def register(provider: Provider) -> None:
    global _provider
    _provider = provider


def describe(pairs: Collection[Pair], viewer: Actor) -> dict[Pair, dict[str, Any]]:
    """`offer` and `driver` of every pair; only their ids where nothing more is known."""
    known = _provider.describe(pairs, viewer) if pairs else {}
    return {
        (offer_id, driver_id): {"offer": {"id": offer_id}, "driver": {"id": driver_id}}
        | dict(known.get((offer_id, driver_id), {}))
        for offer_id, driver_id in pairs
    }


def search(text: str, viewer: Actor) -> Q:
    return _provider.search(text, viewer)
