"""People in the administration. Every change is a call of a service, so that it is written down and told."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.forms import PersonForm
from accounts.models import AuthSession, Preferences, User
from accounts.rules import can_manage_people
from accounts.services.people import DETAILS
from journal.admin import ActionsOnlyAdmin, JournaledAdmin, ReadOnlyAdmin
from kernel.actors import DISPATCHER

admin.site.unregister(Group)  # What people may do follows from their role alone.


@admin.register(User)
class UserAdmin(JournaledAdmin):
    journal_type = DISPATCHER
    form = PersonForm
    list_display = ("username", "full_name", "email", "role", "is_active", "created_at")
    list_filter = ("role", "is_active")
    search_fields = ("username", "full_name", "email", "mobile_number")
    ordering = ("username",)
    actions = ("deactivate", "activate", "sign_out")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        actor, given = self.actor(request), form.cleaned_data
        details = {name: given[name] for name in DETAILS}
        if not change:
            obj.pk = services.create_user(actor=actor, password=given["new_password"], role=given["role"], **details).pk
            obj.refresh_from_db()
            return
        services.update_user(actor=actor, user_id=obj.pk, changes=details)
        services.change_role(actor=actor, user_id=obj.pk, role=given["role"])
        if given["new_password"]:
            services.set_password(actor=actor, user_id=obj.pk, password=given["new_password"])
        switch = services.activate_user if given["is_active"] else services.deactivate_user
        switch(actor=actor, user_id=obj.pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return can_manage_people(self.actor(request))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return can_manage_people(self.actor(request))

    @admin.action(description=_("Deactivate: they are signed out at once"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.each(request, queryset, lambda user: services.deactivate_user(actor=request.actor, user_id=user.pk))

    @admin.action(description=_("Activate"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.each(request, queryset, lambda user: services.activate_user(actor=request.actor, user_id=user.pk))

    @admin.action(description=_("Sign out everywhere"), permissions=["change"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.each(
            request,
            queryset,
            lambda user: services.end_sessions(
                key=user.actor.key, because="signed out by the office", by=request.actor
            ),
        )


@admin.register(AuthSession)
class AuthSessionAdmin(ActionsOnlyAdmin):
    list_display = (
        "actor_type",
        "actor_id",
        "way",
        "user_agent",
        "network",
        "created_at",
        "used_at",
        "ended_at",
        "ended_because",
    )
    list_filter = ("actor_type", "way", "ended_because")
    search_fields = ("=actor_id", "user_agent", "network")
    ordering = ("-used_at",)
    exclude = ("family_hash", "refresh_hash", "fingerprint")
    actions = ("end",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (not isinstance(obj, AuthSession) or services.can_end(key=obj.key, by=self.actor(request)))

    @admin.action(description=_("End these sign-ins"), permissions=["change"])
    def end(self, request: HttpRequest, queryset: QuerySet[AuthSession]) -> None:
        self.each(
            request,
            queryset,
            lambda session: services.end_session(
                auth_session_id=session.pk, key=session.key, because="ended by the office", by=request.actor
            ),
        )


@admin.register(Preferences)
class PreferencesAdmin(ReadOnlyAdmin):
    list_display = ("actor_type", "actor_id", "language", "time_zone", "quiet_from", "quiet_until", "not_now")
    list_filter = ("actor_type", "language", "not_now")
    search_fields = ("=actor_id",)
