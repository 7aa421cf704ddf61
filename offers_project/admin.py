"""Jobs in the administration. They stand here, since the base of every admin is above the room of jobs."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jobs import services
from jobs.models import Job, ScheduleState
from journal.admin import ActionsOnlyAdmin, ReadOnlyAdmin


@admin.register(Job)
class JobAdmin(ActionsOnlyAdmin):
    journal_type = "job"
    list_display = ("id", "task", "state", "tries", "due_at", "last_error", "queue", "schedule", "finished_at")
    list_filter = ("state", "queue", "task")
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
