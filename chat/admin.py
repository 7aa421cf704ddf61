"""Conversations for whoever looks after them: read here, changed by nothing but the services."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chat import rules, services
from chat.models import Conversation, Member, Message
from journal.admin import ReadOnlyAdmin


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ("id", "offer_id", "driver_id", "subject_kind", "status", "last_seq", "last_message_at")
    list_filter = ("status", "subject_kind")
    search_fields = ("=offer_id", "=driver_id")
    search_help_text = _("The number of an offer or a driver.")
    list_per_page = 50


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    list_display = ("id", "conversation", "actor_type", "actor_id", "role", "read_seq", "delivered_seq", "left_at")
    list_filter = ("role", "actor_type", "has_written")
    list_select_related = ("conversation",)
    search_fields = ("=actor_id", "=conversation__offer_id", "=conversation__driver_id")
    search_help_text = _("The number of a person, an offer or a driver.")
    list_per_page = 50


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("id", "conversation", "seq", "sender_name", "message_type", "message", "created_at", "removed_at")
    list_filter = ("message_type", "sender_type")
    list_select_related = ("conversation",)
    search_fields = ("=conversation__offer_id", "=conversation__driver_id", "sender_name", "message")
    search_help_text = _("The number of an offer or a driver, a sender, or words of the message.")
    list_per_page = 50
    actions = ("remove",)

    @admin.action(description=_("Remove the chosen messages"), permissions=["remove"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        self.each(
            request, queryset, lambda each: services.remove_message(actor=self.actor(request), message_id=each.pk)
        )

    def has_remove_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return rules.removes_any_message(self.actor(request))
