"""How lists are narrowed and ordered. What cannot be understood is refused by name, never passed over."""

from datetime import UTC, datetime
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat import selectors as chat
from kernel.actors import Actor
from kernel.clock import iso
from kernel.errors import Invalid
from kernel.ids import LARGEST_ID, LARGEST_LEGACY_ID
from offers.enums import OfferStatus, ProposalStatus
from offers.models import Offer, Proposal
from offers.rules.access import is_asked, sees_whole_offers
from offers.seen_by_drivers import ORDERINGS, SEARCHED, SEARCHED_BY_DRIVERS, SortedAsSeen, where_shown, where_words_are

SEARCH_LENGTH = 100
EARLIEST, LATEST = "0", "9"
"""With what a driver has seen, moments are kept as texts; where there is none, it may read as `null`."""

YES, NO = ("true", "True", "1"), ("false", "False", "0")
YES_NO = [(word, word) for word in (*YES, *NO)]
"""As other lists take them too."""


class Statuses(filters.BaseInFilter, filters.ChoiceFilter):
    """One status, or several with commas between them."""


class MomentField(filters.fields.IsoDateTimeField):
    """A time as a body takes it: without an offset it is UTC, whatever zone its reader lives in."""

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(UTC):
            moment = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError as beyond_the_calendar:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from beyond_the_calendar


class MomentFilter(filters.Filter):
    field_class = MomentField


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
    owner = WholeNumberFilter(method="owned_by", min_value=1, max_value=LARGEST_LEGACY_ID)
    search = filters.CharFilter(method="searched", max_length=SEARCH_LENGTH)
    pickup_after = MomentFilter(method="picked_up_after")
    pickup_before = MomentFilter(method="picked_up_before")
    unread = filters.ChoiceFilter(method="with_unread", choices=YES_NO)
    ordering = filters.OrderingFilter(fields=[(name, name) for name in ORDERINGS])

    class Meta:
        model = Offer
        fields: list[str] = []

    def searched(self, offers: QuerySet[Offer], name: str, value: str) -> QuerySet[Offer]:
        fields = SEARCHED if sees_whole_offers(self.actor) else SEARCHED_BY_DRIVERS
        return where_words_are(offers, self.actor, value, fields)

    def owned_by(self, offers: QuerySet[Offer], name: str, value: int) -> QuerySet[Offer]:
        return self._shown(offers, Q(owner_id=value), Q(last_seen_offer__owner__id=value))

    def in_status(self, offers: QuerySet[Offer], name: str, values: list[str]) -> QuerySet[Offer]:
        return self._shown(offers, Q(status__in=values), Q(last_seen_offer__status__in=values))

    def picked_up_after(self, offers: QuerySet[Offer], name: str, value: datetime) -> QuerySet[Offer]:
        return self._shown(offers, _pickup("gte", value), _seen_pickup((iso(value), LATEST)))

    def picked_up_before(self, offers: QuerySet[Offer], name: str, value: datetime) -> QuerySet[Offer]:
        return self._shown(offers, _pickup("lte", value), _seen_pickup((EARLIEST, iso(value))))

    def _shown(self, offers: QuerySet[Offer], now: Q, seen: Q) -> QuerySet[Offer]:
        return where_shown(offers, self.actor, now, seen)

    def with_unread(self, offers: QuerySet[Offer], name: str, value: str) -> QuerySet[Offer]:
        waiting = chat.with_unread(chat.conversations_for(self.actor), self.actor).values("offer_id")
        return offers.filter(pk__in=waiting) if value in YES else offers.exclude(pk__in=waiting)

    def filter_queryset(self, queryset: QuerySet[Offer]) -> QuerySet[Offer]:
        queryset = super().filter_queryset(queryset)
        # Rows that are alike in what is ordered by keep one order from page to page.
        return queryset.order_by(*(queryset.query.order_by or ()), "-id")

    def found(self) -> Any:
        """For a driver who sorts, a sequence of offers in the order of what they see of them."""
        offers = super().found()
        by = self.form.cleaned_data.get("ordering")
        return SortedAsSeen(offers, self.actor, by) if is_asked(self.actor) and by else offers


def _pickup(lookup: str, value: datetime) -> Q:
    """Where the pickup begins; a window without a beginning is found by its end."""
    open_start = Q(pickup_from__isnull=True, **{f"pickup_until__{lookup}": value})
    return Q(**{f"pickup_from__{lookup}": value}) | open_start


def _seen_pickup(between: tuple[str | None, str | None]) -> Q:
    """The same of what a driver has seen."""
    open_start = Q(seen_pickup_from__isnull=True) | Q(seen_pickup_from="null")
    return Q(seen_pickup_from__range=between) | (open_start & Q(seen_pickup_until__range=between))


class ProposalFilters(ActorFilterSet):
    offer_id = WholeNumberFilter(field_name="offer_id", min_value=1, max_value=LARGEST_ID)
    status = Statuses(choices=ProposalStatus.choices)

    class Meta:
        model = Proposal
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        return super().filter_queryset(queryset).order_by("-id")
