"""Searches and sorts by what a driver sees of an offer: as it is now, or as it was when they were last in it.

A hit, or a place in a list, must not tell a driver what they may not see.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.fields.json import KT

from kernel.actors import Actor
from kernel.ids import LARGEST_ID
from kernel.search import Holds, Term, holds_each, numbered
from offers.models import Offer, Proposal
from offers.rules.access import is_asked
from offers.rules.transitions import CLOSED

SEARCHED = (
    "reference",
    "customer_name",
    "pickup_location",
    "pickup_place",
    "delivery_location",
    "delivery_place",
    "notes",
)
SEARCHED_BY_DRIVERS = ("pickup_place", "delivery_place")
"""Drivers search in what they see before the award."""
MOMENTS = ("created_at", "updated_at", "pickup_from", "delivery_from", "expires_at")
NARROWED = ("pickup_until",)
"""What is narrowed by beside all these: a window without a beginning is found by its end."""
NUMBERS = ("proposed_rate", "distance_miles")
ORDERINGS = ("id", *MOMENTS, *NUMBERS, "status")


def frozen_for(actor: Actor) -> QuerySet[Proposal]:
    """The driver's proposals that show an offer as it was last seen, with `seen_…` for each of its fields."""
    seen = (*SEARCHED_BY_DRIVERS, *MOMENTS, *NARROWED, *NUMBERS, "status")
    theirs = Proposal.objects.filter(driver_id=actor.key.id, status__in=CLOSED, last_seen_offer__isnull=False)
    return theirs.alias(**{f"seen_{name}": KT(f"last_seen_offer__{name}") for name in seen})


def where_shown(offers: QuerySet[Offer], actor: Actor, now: Q, seen: Q) -> QuerySet[Offer]:
    """Those where what is shown fits: the offer as it is `now`, or as a driver who is out of it has `seen` it."""
    if not is_asked(actor):
        return offers.filter(now)
    frozen = frozen_for(actor)
    live = Proposal.objects.filter(driver_id=actor.key.id).exclude(pk__in=frozen.values("pk"))
    as_seen = frozen.filter(seen).values("offer_id")
    return offers.filter(Q(pk__in=as_seen) | (Q(pk__in=live.values("offer_id")) & now))


def where_words_are(offers: QuerySet[Offer], actor: Actor, text: str, fields: Iterable[str]) -> QuerySet[Offer]:
    """Those in which every word of the text is found in one of the fields, or is the number of the offer."""
    fields = tuple(fields)

    def condition(number_field: str, prefix: str) -> Q:
        def holding(terms: Sequence[Term]) -> Q:
            return Q(Holds(terms, [f"{prefix}{field}" for field in fields]))

        def alone(term: Term) -> Q | None:
            number = numbered(term, most=LARGEST_ID)
            return None if number is None else Q(**{number_field: number})

        return holds_each(text, holding, alone=alone)

    return where_shown(offers, actor, condition("id", ""), condition("offer_id", "seen_"))


class SortedAsSeen:
    """A driver's offers, sorted by what they see of them. It is read once, and a page of it when that is asked for."""

    def __init__(self, offers: QuerySet[Offer], actor: Actor, by: Sequence[str]) -> None:
        self._offers = offers
        names = [name.removeprefix("-") for name in by]
        columns = ("pk", *ORDERINGS)
        rows = {row["pk"]: row for row in offers.order_by().values(*columns)}
        for offer_id, seen in _seen(actor, set(names) - {"id"}):
            if offer_id in rows:
                rows[offer_id] |= seen
        self._ids = sorted(rows, reverse=True)
        for name in reversed(by):
            field = name.removeprefix("-")
            # As the databases sort: what is not known comes first.
            self._ids.sort(key=lambda pk: _rank(rows[pk][field]), reverse=name.startswith("-"))

    def count(self) -> int:
        return len(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, part: slice) -> list[Offer]:
        ids = self._ids[part]
        found = self._offers.in_bulk(ids)
        return [found[pk] for pk in ids if pk in found]


def _seen(actor: Actor, names: set[str]) -> Iterable[tuple[int, dict[str, Any]]]:
    """Of each offer that the driver is out of, what they have seen in these fields."""
    columns = sorted(names)
    for offer_id, *texts in frozen_for(actor).values_list("offer_id", *(F(f"seen_{name}") for name in columns)):
        yield offer_id, {name: _value(name, text) for name, text in zip(columns, texts, strict=True)}


def _value(name: str, text: Any) -> Any:
    """A field of what was last seen, as the column has it: where there is none, MariaDB reads `null`."""
    if text is None or text == "null":
        return None
    if name in MOMENTS:
        return datetime.fromisoformat(text)
    return Decimal(str(text)) if name in NUMBERS else text


def _rank(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)
