"""The market in the administration. Every change goes through a service, so that no rule is passed over."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from drivers.models import Driver
from journal.admin import ActionsOnlyAdmin, JournaledAdmin, ReadOnlyAdmin
from kernel.ids import LARGEST_LEGACY_ID, parse_id
from offers import selectors, services
from offers.enums import OfferStatus
from offers.models import Booking, Follower, Offer, Proposal, Round

PLAIN_FIELDS = (
    "reference",
    "customer_name",
    "customer_rate",
    "pickup_location",
    "pickup_place",
    "pickup_from",
    "pickup_until",
    "delivery_location",
    "delivery_place",
    "delivery_from",
    "delivery_until",
    "weight_lbs",
    "dimensions",
    "pieces",
    "proposed_rate",
    "rate_ceiling",
    "award_mode",
    "expires_at",
    "notes",
)
"""What may be edited in a form; everything else changes by an action, or by itself."""
SHOWN_FIELDS = ("id", "status", "owner_name", "maker_name", "distance_miles", "currency", "created_at", "updated_at")


class NamedChangeList(ChangeList):
    """Rows with the names of the people they point at, looked up beside them: some may have been deleted."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        for row_field, model in self.model_admin.names:
            ids = {getattr(row, row_field) for row in self.result_list}
            people = model.objects.in_bulk([id_ for id_ in ids if id_ is not None])
            for row in self.result_list:
                id_ = getattr(row, row_field)
                row.__dict__.setdefault("names", {})[row_field] = str(people.get(id_) or f"#{id_}")


def name_of(row_field: str, label: Any) -> Callable[[Any, Model], str]:
    @admin.display(description=label, ordering=row_field)
    def name(model_admin: Any, row: Model) -> str:
        return row.__dict__.get("names", {}).get(row_field) or _one_name(row, row_field)

    return name


def _one_name(row: Model, row_field: str) -> str:
    """Where one row is shown: the person that it points at, who may be gone."""
    try:
        person = getattr(row, row_field.removesuffix("_id"))
    except ObjectDoesNotExist:
        person = None
    return str(person.name) if person else f"#{getattr(row, row_field)}"


class Named:
    """For lists whose rows point at people: `names` are the columns and whose they are."""

    names: Sequence[tuple[str, type[Model]]] = ()
    list_per_page = 50

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamedChangeList


class OwnerFilter(admin.SimpleListFilter):
    title, parameter_name = _("owner"), "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        owners = User.objects.filter(pk__in=model_admin.get_queryset(request).order_by().values("owner_id").distinct())
        return [(str(user.pk), user.name) for user in owners.order_by("full_name", "username")[:100]]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet | None:
        value = self.value()
        if not value:
            return None
        owner_id = parse_id(value, most=LARGEST_LEGACY_ID)
        return queryset.none() if owner_id is None else queryset.filter(owner_id=owner_id)


class OfferForm(forms.ModelForm):
    """The plain fields, and the version they were shown at: an edit of something older is refused."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Offer
        fields = (*PLAIN_FIELDS, "version")

    def _post_clean(self) -> None:
        """The service checks, and it alone writes: the row in hand stays as it was read."""


class OfferActionForm(ActionForm):
    new_owner = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("full_name", "username"), required=False, label=_("hand over to")
    )


class RoundInline(admin.TabularInline):
    model = Round
    extra = 0
    can_delete = False
    fields = readonly_fields = ("at", "actor_name", "action", "rate", "note", "pressed_at", "version")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Offer)
class OfferAdmin(Named, JournaledAdmin):
    journal_type = "offer"
    form = OfferForm
    action_form = OfferActionForm
    names = (("owner_id", User),)
    list_display = (
        "id",
        "route_words",
        "status",
        "owner_name",
        "proposed_rate",
        "currency",
        "pickup_from",
        "created_at",
    )
    list_filter = ("status", "award_mode", OwnerFilter, "created_at", "pickup_from")
    search_fields = ("=id", "reference", "customer_name", "pickup_location", "delivery_location", "notes")
    ordering = ("-id",)
    actions = ("complete", "cancel", "withdraw", "hand_over")
    owner_name = name_of("owner_id", _("owner"))
    maker_name = name_of("created_by_id", _("made by"))

    readonly_fields = SHOWN_FIELDS

    @admin.display(description=_("route"))
    def route_words(self, offer: Offer) -> str:
        return offer.route

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        plain = (*SHOWN_FIELDS, *PLAIN_FIELDS)
        return (*plain, "version") if self.has_change_permission(request, obj) else plain

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Offer]:
        visible = selectors.offers_for(self.actor(request)).order_by().values("pk")
        return super().get_queryset(request).filter(pk__in=visible)

    def save_model(self, request: HttpRequest, obj: Offer, form: Any, change: bool) -> None:
        fields = {name: form.cleaned_data[name] for name in form.changed_data if name != "version"}
        if fields:
            services.update_offer(
                actor=self.actor(request), offer_id=obj.pk, version=form.cleaned_data["version"], fields=fields
            )

    @admin.action(description=_("Complete the chosen offers"), permissions=["change"])
    def complete(self, request: HttpRequest, offers: QuerySet[Offer]) -> None:
        self._set_status(request, offers, OfferStatus.COMPLETED)

    @admin.action(description=_("Cancel the chosen offers"), permissions=["change"])
    def cancel(self, request: HttpRequest, offers: QuerySet[Offer]) -> None:
        self._set_status(request, offers, OfferStatus.CANCELLED)

    @admin.action(description=_("Withdraw the chosen offers from all drivers"), permissions=["change"])
    def withdraw(self, request: HttpRequest, offers: QuerySet[Offer]) -> None:
        actor = self.actor(request)
        self.each(request, offers, lambda offer: services.withdraw(actor=actor, offer_id=offer.pk, driver_ids=None))

    @admin.action(description=_("Hand the chosen offers over"), permissions=["change"])
    def hand_over(self, request: HttpRequest, offers: QuerySet[Offer]) -> None:
        owner_id = parse_id(request.POST.get("new_owner", ""), most=LARGEST_LEGACY_ID)
        if owner_id is None:
            self.message_user(request, _("Choose who gets them."), level=messages.WARNING)
            return
        actor = self.actor(request)
        self.each(request, offers, lambda offer: services.handover(actor=actor, offer_id=offer.pk, owner_id=owner_id))

    def _set_status(self, request: HttpRequest, offers: QuerySet[Offer], status: OfferStatus) -> None:
        actor = self.actor(request)
        self.each(
            request,
            offers,
            lambda offer: services.set_status(actor=actor, offer_id=offer.pk, status=status, version=offer.version),
        )


@admin.register(Proposal)
class ProposalAdmin(Named, ActionsOnlyAdmin):
    journal_type = "proposal"
    names = (("driver_id", Driver),)
    list_display = ("id", "offer", "driver_name", "status", "offered_rate", "driver_proposed_rate", "sent_at")
    list_filter = ("status", "reason", "sent_at", "responded_at")
    list_select_related = ("offer",)
    search_fields = ("=id", "=offer__id", "=driver__id", "note", "offer__reference")
    ordering = ("-id",)
    actions = ("withdraw",)
    inlines = (RoundInline,)
    driver_name = name_of("driver_id", _("driver"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """Ids where a picked row could be gone, and not what is only kept for the machine."""
        hidden = {"driver", "won_offer", "last_seen_offer", "conversation"}
        return ["driver_id", *(field.name for field in Proposal._meta.fields if field.name not in hidden)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return self.get_fields(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        visible = selectors.proposals_for(self.actor(request)).order_by().values("pk")
        return super().get_queryset(request).filter(pk__in=visible)

    @admin.action(description=_("Withdraw the chosen proposals"), permissions=["change"])
    def withdraw(self, request: HttpRequest, proposals: QuerySet[Proposal]) -> None:
        actor = self.actor(request)

        def withdraw_one(proposal: Proposal) -> None:
            services.withdraw(actor=actor, offer_id=proposal.offer_id, driver_ids=[proposal.driver_id])

        self.each(request, proposals, withdraw_one)


@admin.register(Round)
class RoundAdmin(ReadOnlyAdmin):
    list_display = ("id", "proposal", "action", "rate", "actor_name", "at")
    list_filter = ("action", "actor_type", "at")
    list_select_related = ("proposal",)
    search_fields = ("=proposal__id", "=proposal__offer__id", "actor_name", "note")
    ordering = ("-id",)


@admin.register(Follower)
class FollowerAdmin(Named, ReadOnlyAdmin):
    names = (("user_id", User),)
    list_display = ("id", "offer", "user_name", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("offer",)
    search_fields = ("=offer__id", "=user__id")
    ordering = ("-id",)
    fields = ("offer", "user_id", "created_at")
    user_name = name_of("user_id", _("follower"))


@admin.register(Booking)
class BookingAdmin(Named, ReadOnlyAdmin):
    names = (("driver_id", Driver),)
    list_display = ("driver_id", "driver_name", "offer", "since")
    list_filter = ("since",)
    list_select_related = ("offer",)
    search_fields = ("=driver_id", "=offer__id")
    ordering = ("driver_id",)
    fields = ("driver_id", "offer", "since")
    driver_name = name_of("driver_id", _("driver"))
