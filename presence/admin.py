"""Who is here and what has been told, for looking at."""

from django.contrib import admin

from journal.admin import ReadOnlyAdmin
from presence.models import Attendance, SocketSession, StreamEvent, StreamHead


@admin.register(Attendance)
class AttendanceAdmin(ReadOnlyAdmin):
    list_display = ("actor_type", "actor_id", "online", "last_seen")
    list_filter = ("online", "actor_type")
    search_fields = ("=actor_id",)
    ordering = ("-last_seen",)


@admin.register(SocketSession)
class SocketSessionAdmin(ReadOnlyAdmin):
    list_display = ("actor_type", "actor_id", "connected_at", "expires_at", "process")
    list_filter = ("actor_type",)
    search_fields = ("=actor_id",)
    ordering = ("-connected_at",)


@admin.register(StreamHead)
class StreamHeadAdmin(ReadOnlyAdmin):
    list_display = ("actor_type", "actor_id", "seq", "floor")
    list_filter = ("actor_type",)
    search_fields = ("=actor_id",)
    ordering = ("actor_type", "actor_id")


@admin.register(StreamEvent)
class StreamEventAdmin(ReadOnlyAdmin):
    list_display = ("actor_type", "actor_id", "seq", "kind", "object_id", "detail", "at")
    list_filter = ("actor_type", "kind")
    search_fields = ("=actor_id",)
    ordering = ("-pk",)
