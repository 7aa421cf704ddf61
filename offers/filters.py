"""How lists are narrowed and ordered. What cannot be understood is refused by name, never passed over."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from chat import selectors as chat
from offers.enums import OfferStatus, ProposalStatus
from offers.models import Offer, Proposal
from offers.rules.transitions import CLOSED
from offers.shapes.fields import BIGGEST_ID, BIGGEST_LEGACY_ID
from offers_project.kernel.actors import Actor
from offers_project.kernel.errors import Invalid

SEARCH_LENGTH = 100
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
"""Drivers search in what they see before the award: a hit must not tell them what the rest says."""

ORDERINGS = (
    "id",
    "created_at",
    "updated_at",
    "pickup_from",
    "delivery_from",
    "proposed_rate",
    "distance_miles",
    "expires_at",
    "status",
)
YES_NO = [("true", "true"), ("false", "false")]


class Statuses(filters.BaseInFilter, filters.ChoiceFilter):
    """One status, or several with commas between them."""


class WholeNumberFilter(filters.Filter):
    field_class = forms.IntegerField


class ActorFilterSet(filters.FilterSet):
    """Filters for one actor's reading."""

    def __init__(self, *, params: Any, queryset: QuerySet, actor: Actor) -> None:
        super().__init__(data=params, queryset=queryset)
        self.actor = actor

    def found(self) -> QuerySet:
        """The rows that fit, or `Invalid` naming the parameters at fault."""
        empty = [name for name in self.filters if name != "search" and self.data.get(name) == ""]
        if empty:
            raise Invalid(fields={name: [_("Give a value, or leave this out.")] for name in empty})
        if not self.is_valid():
            raise Invalid(fields={name: [str(word) for word in words] for name, words in self.errors.items()})
        return self.qs


class OfferFilters(ActorFilterSet):
    status = Statuses(method="in_status", choices=OfferStatus.choices)
    owner = WholeNumberFilter(min_value=1, max_value=BIGGEST_LEGACY_ID)
    search = filters.CharFilter(method="searched", max_length=SEARCH_LENGTH)
    pickup_after = filters.IsoDateTimeFilter(field_name="pickup_from", lookup_expr="gte")
    pickup_before = filters.IsoDateTimeFilter(field_name="pickup_from", lookup_expr="lte")
    unread = filters.ChoiceFilter(method="with_unread", choices=YES_NO)
    ordering = filters.OrderingFilter(fields=[(name, name) for name in ORDERINGS])

    class Meta:
        model = Offer
        fields: list[str] = []

    def searched(self, offers: QuerySet[Offer], name: str, value: str) -> QuerySet[Offer]:
        fields = SEARCHED if self.actor.is_office else SEARCHED_BY_DRIVERS
        condition = Q()
        for field in fields:
            condition |= Q(**{f"{field}__icontains": value})
        if value.isascii() and value.isdigit() and int(value) <= BIGGEST_ID:
            condition |= Q(id=int(value))
        return offers.filter(condition)

    def in_status(self, offers: QuerySet[Offer], name: str, values: list[str]) -> QuerySet[Offer]:
        """The status that is shown: where a driver sees an offer as last seen, that one."""
        if not self.actor.is_driver:
            return offers.filter(status__in=values)
        theirs = Proposal.objects.filter(driver_id=self.actor.id)
        frozen = theirs.filter(status__in=CLOSED, last_seen_offer__isnull=False)
        as_seen = frozen.filter(last_seen_offer__status__in=values)
        live = theirs.exclude(pk__in=frozen.values("pk"))
        return offers.filter(
            Q(pk__in=as_seen.values("offer_id")) | Q(pk__in=live.values("offer_id"), status__in=values)
        )

    def with_unread(self, offers: QuerySet[Offer], name: str, value: str) -> QuerySet[Offer]:
        waiting = chat.with_unread(chat.conversations_for(self.actor), self.actor).values("offer_id")
        return offers.filter(pk__in=waiting) if value == "true" else offers.exclude(pk__in=waiting)

    def filter_queryset(self, queryset: QuerySet[Offer]) -> QuerySet[Offer]:
        queryset = super().filter_queryset(queryset)
        # Rows that are alike in what is ordered by keep one order from page to page.
        return queryset.order_by(*(queryset.query.order_by or ()), "-id")


class ProposalFilters(ActorFilterSet):
    offer_id = WholeNumberFilter(field_name="offer_id", min_value=1, max_value=BIGGEST_ID)
    status = Statuses(choices=ProposalStatus.choices)

    class Meta:
        model = Proposal
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        return super().filter_queryset(queryset).order_by("-id")
