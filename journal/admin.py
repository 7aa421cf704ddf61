"""The base of every room's admin, and the journal itself."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal.models import Entry, IdempotencyKey
from journal.selectors import entries
from offers_project.kernel.actors import Actor
from offers_project.kernel.bidi import isolated
from offers_project.kernel.errors import Refusal


class JournaledAdmin(admin.ModelAdmin):
    """A model whose changes go through services, which write the journal; its history is read from there.

    `journal_type` is the kind of object that the journal knows it by. Subclasses that let people change something
    override `save_model` with calls of services; a `Refusal` is shown as a message, and nothing is changed.
    """

    journal_type: str = ""
    show_full_result_count = False

    def journal_id(self, obj: Model) -> object:
        return obj.pk

    def actor(self, request: HttpRequest) -> Actor:
        """Who does what is done here: what services are called with."""
        return request.actor

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            self.message_user(request, words_of(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        kind = self.journal_type or self.opts.model_name
        pages = Paginator(entries(object_type=kind, object_id=self.journal_id(obj)), 50)
        page = pages.get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change history: %s") % isolated(str(obj)),
            "subtitle": None,
            "opts": self.opts,
            "object": obj,
            "module_name": str(self.opts.verbose_name_plural),
            "page": page,
            "lines": [(entry, self._worded(entry.before), self._worded(entry.after)) for entry in page],
            **(extra_context or {}),
        }
        return TemplateResponse(request, "journal/history.html", context)

    def _worded(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the journal keeps of the object, a state by the word that the rest of the pages have for it."""
        choices = {field.name: dict(field.flatchoices) for field in self.opts.concrete_fields if field.choices}
        return {name: choices[name].get(value, value) if name in choices else value for name, value in values.items()}

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The service has written the journal."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The service has written the journal."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """The service has written the journal."""

    def each(self, request: HttpRequest, queryset: QuerySet[Any], verb: Callable[[Any], object]) -> None:
        """Do `verb`, a call of a service, to each chosen row, and say what became of it."""
        done = 0
        for obj in queryset:
            try:
                verb(obj)
                done += 1
            except Refusal as refusal:
                self.message_user(request, f"{isolated(str(obj))}: {words_of(refusal)}", messages.ERROR)
        if done:
            self.message_user(request, ngettext("%d done.", "%d done.", done) % done, messages.SUCCESS)


class ReadOnlyAdmin(JournaledAdmin):
    """A model that is looked at here, and changed nowhere but by its services."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ActionsOnlyAdmin(JournaledAdmin):
    """A model that nobody edits here, but that has actions for whoever may change it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        hidden = self.get_exclude(request, obj) or ()
        return [field.name for field in self.opts.concrete_fields if field.name not in hidden]


def words_of(refusal: Refusal) -> str:
    """A refusal in one line, with what it says of each field."""
    said = [f"{name}: {word}" for name, words in refusal.fields.items() for word in words]
    return " ".join([str(refusal.message), *said])


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor_name", "verb", "object_type", "object_id", "scope")
    list_filter = ("at", "object_type", "verb", "actor_type")
    search_fields = ("=object_id", "=scope", "actor_name", "=request_id")
    search_help_text = gettext_lazy("An object's id, what it is about (offer:12), a name, or a request's id.")
    list_per_page = 50


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "actor", "path", "status")
    search_fields = ("=key", "=actor", "path")
    fields = ("created_at", "actor", "key", "path", "status")
    """The answer may hold a token: it is shown to nobody."""
