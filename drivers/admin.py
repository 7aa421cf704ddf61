"""Trucks in the administration. Every change is a call of a service, so that it is written down and told."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from drivers import lookup, phones, services
from drivers.forms import TruckForm
from drivers.models import Driver, Place, SignInCode, SignInLink
from drivers.rules import can_change_trucks
from drivers.shapes import TruckShape
from journal.admin import ActionsOnlyAdmin, JournaledAdmin, ReadOnlyAdmin
from kernel.bidi import isolated
from kernel.shapes import read_shape


class PhoneCanBeRead(admin.SimpleListFilter):
    """Trucks whose phone text holds no number that is sure: no link and no code can go there."""

    title = _("phone number")
    parameter_name = "phone_read"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Cannot be read")), ("none", _("Is missing"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Driver]) -> QuerySet[Driver]:
        match self.value():
            case "no":
                return queryset.filter(pk__in=lookup.with_unreadable_phone())
            case "none":
                return queryset.filter(lookup.NO_PHONE)
            case _:
                return queryset


@admin.register(Driver)
class DriverAdmin(JournaledAdmin):
    journal_type = "driver"
    form = TruckForm
    list_display = (
        "truck_number",
        "driver_name",
        "status",
        "city_state_zip",
        "dimensions",
        "cell_phone",
        "numbers",
        "assigned_dispatcher",
        "is_active",
        "updated_at",
    )
    list_select_related = ("assigned_dispatcher",)
    list_filter = ("is_active", PhoneCanBeRead, "status", "assigned_dispatcher")
    search_fields = ("truck_number", "driver_name", "cell_phone", "email", "city_state_zip")
    ordering = ("truck_number", "pk")
    actions = ("send_link", "make_link", "revoke_links", "deactivate", "activate")

    @admin.display(description=_("numbers read"))
    def numbers(self, driver: Driver) -> str:
        return ", ".join(phones.numbers(driver.cell_phone))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Driver], search_term: str
    ) -> tuple[QuerySet[Driver], bool]:
        """A telephone number in any spelling finds the trucks that have it; any other text is looked for as it is."""
        if (condition := lookup.by_number(search_term)) is not None:
            return queryset.filter(condition), False
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if (condition := lookup.by_digits(search_term)) is not None:
            found |= queryset.filter(condition)
        return found, may_repeat

    def save_model(self, request: HttpRequest, obj: Driver, form: Any, change: bool) -> None:
        actor, changes = self.actor(request), read_shape(TruckShape, form.changes(), partial=True)
        if change:
            services.update_driver(actor=actor, driver_id=obj.pk, changes=changes)
        else:
            obj.pk = services.create_driver(actor=actor, fields=changes).pk
        obj.refresh_from_db()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can_change_trucks(self.actor(request))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return can_change_trucks(self.actor(request))

    @admin.action(description=_("Send a sign-in link to the driver's phone"), permissions=["view"])
    def send_link(self, request: HttpRequest, queryset: QuerySet[Driver]) -> None:
        self.each(request, queryset, lambda driver: services.send_link(actor=request.actor, driver_id=driver.pk))

    @admin.action(description=_("Show a new sign-in link: whoever has it is the driver"), permissions=["change"])
    def make_link(self, request: HttpRequest, queryset: QuerySet[Driver]) -> None:
        def show(driver: Driver) -> None:
            url = services.create_link(actor=request.actor, driver_id=driver.pk)
            self.message_user(request, f"{isolated(driver.name)}: {url}")

        self.each(request, queryset, show)

    @admin.action(description=_("Revoke all sign-in links"), permissions=["change"])
    def revoke_links(self, request: HttpRequest, queryset: QuerySet[Driver]) -> None:
        self.each(request, queryset, lambda driver: services.revoke_links(actor=request.actor, driver_id=driver.pk))

    @admin.action(description=_("Deactivate: their drivers are signed out at once"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Driver]) -> None:
        self.each(
            request, queryset, lambda driver: services.deactivate_driver(actor=request.actor, driver_id=driver.pk)
        )

    @admin.action(description=_("Activate"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Driver]) -> None:
        self.each(request, queryset, lambda driver: services.activate_driver(actor=request.actor, driver_id=driver.pk))


@admin.register(SignInLink)
class SignInLinkAdmin(ActionsOnlyAdmin):
    list_display = ("driver_id", "created_by", "created_at", "expires_at", "used_at", "revoked_at")
    search_fields = ("=driver_id", "created_by")
    ordering = ("-created_at",)
    fields = ("driver_id", "created_by", "created_at", "expires_at", "used_at", "revoked_at")
    actions = ("revoke",)

    @admin.action(description=_("Revoke these links"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[SignInLink]) -> None:
        self.each(request, queryset, lambda link: services.revoke_link(actor=request.actor, link_id=link.pk))


@admin.register(SignInCode)
class SignInCodeAdmin(ReadOnlyAdmin):
    list_display = ("address", "created_at", "expires_at", "tries", "challenge_tries", "used_at")
    search_fields = ("address",)
    search_help_text = _("A phone number in any spelling, or an e-mail address.")
    ordering = ("-created_at",)
    fields = ("address", "created_at", "expires_at", "tries", "challenge_tries", "used_at")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SignInCode], search_term: str
    ) -> tuple[QuerySet[SignInCode], bool]:
        return super().get_search_results(request, queryset, phones.one_number(search_term) or search_term)


@admin.register(Place)
class PlaceAdmin(ReadOnlyAdmin):
    list_display = ("city", "state", "zip_code", "time_zone", "latitude", "longitude", "weight")
    list_filter = ("state",)
    search_fields = ("^city", "=zip_code")
    ordering = ("state", "city", "zip_code")
