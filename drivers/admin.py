"""Trucks in the administration. Every change is a call of a service, so that it is written down and told."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from drivers import services
from drivers.forms import TruckForm
from drivers.models import Driver, Place, SignInCode, SignInLink
from drivers.rules import can_change_trucks
from journal.admin import ActionsOnlyAdmin, JournaledAdmin, ReadOnlyAdmin
from offers_project.kernel.bidi import isolated


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
        "assigned_dispatcher",
        "is_active",
        "updated_at",
    )
    list_select_related = ("assigned_dispatcher",)
    list_filter = ("is_active", "status", "assigned_dispatcher")
    search_fields = ("truck_number", "driver_name", "cell_phone", "email", "city_state_zip")
    ordering = ("truck_number", "pk")
    actions = ("send_link", "make_link", "revoke_links", "deactivate", "activate")

    def save_model(self, request: HttpRequest, obj: Driver, form: Any, change: bool) -> None:
        actor, changes = self.actor(request), form.changes()
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
    list_display = ("address", "created_at", "expires_at", "tries", "used_at")
    search_fields = ("address",)
    ordering = ("-created_at",)
    fields = ("address", "created_at", "expires_at", "tries", "used_at")


@admin.register(Place)
class PlaceAdmin(ReadOnlyAdmin):
    list_display = ("city", "state", "zip_code", "time_zone", "latitude", "longitude", "weight")
    list_filter = ("state",)
    search_fields = ("^city", "=zip_code")
    ordering = ("state", "city", "zip_code")
