"""Jobs in the administration. They stand here, since the base of every admin is above the room of jobs."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jobs import services
from jobs.enums import State
from jobs.models import Job, ScheduleState
from journal.admin import ActionsOnlyAdmin, ReadOnlyAdmin


class TicksFilter(admin.SimpleListFilter):
    """What the clock has done every few seconds is left out, unless it is asked for: nothing else would be seen."""

    title = _("ticks of the clock")
    parameter_name = "ticks"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("With those that are done"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        return queryset if self.value() == "all" else queryset.exclude(~Q(schedule=""), state=State.DONE)

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Without those that are done")}
        yield from others


@admin.register(Job)
class JobAdmin(ActionsOnlyAdmin):
    journal_type = "job"
    list_display = ("id", "task", "state", "tries", "due_at", "last_error", "queue", "schedule", "finished_at")
    list_filter = (TicksFilter, "state", "queue", "task")
    search_fields = ("=id", "task", "=request_id")
    ordering = ("-id",)
    exclude = ("fence",)
    actions = ("run_again",)

    @admin.action(description=_("Run these jobs again"), permissions=["change"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        self.each(request, queryset, lambda job: services.run_again(actor=request.actor, job_id=job.pk))


@admin.register(ScheduleState)
class ScheduleStateAdmin(ReadOnlyAdmin):
    list_display = ("name", "spec", "last_at", "next_at", "last_job_id")
    search_fields = ("name",)
    ordering = ("name",)
