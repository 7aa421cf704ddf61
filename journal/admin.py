"""The base of every room's admin, and the journal itself."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import DataError
from django.db.models import Field, IntegerField, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal.models import Entry, IdempotencyKey
from journal.selectors import entries
from kernel.actors import Actor
from kernel.bidi import isolated
from kernel.errors import Refusal
from kernel.ids import LARGEST_ID
from kernel.search import holds, numbered, terms_of

SEARCH_MAX = 500
"""Letters of a search."""


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

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """What may stand in the address of a list: what its filters write there, and exact values of what is searched.

        Django lets any column through: a user who may see the list could read, letter by letter, what it hides.
        """
        filters = self.list_filter if request is None else self.get_list_filter(request)
        names = {_name_of(each) for each in filters} | {self.date_hierarchy or "pk", "pk"}
        written = {f"{name}{ending}" for name in names for ending in FILTERS_WRITE}
        written |= {f"{name}__{key}__exact" for name in names if (key := _target_of(self.model, name))}
        searched = {name.lstrip("^=@") for name in self.get_search_fields(request)} if request else set()
        return lookup in written | searched | {f"{name}__exact" for name in searched}

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list that is asked for; a value that no column can have leads to the list without filters."""
        try:
            return super().get_changelist_instance(request)
        except (DataError, OverflowError, ValidationError, ValueError) as error:
            if not request.GET:
                raise  # Nothing was asked, so the fault is ours.
            raise IncorrectLookupParameters(error) from error

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Do the chosen action to the chosen rows; to none where one of them cannot be the key of a row."""
        key = self.opts.pk
        while key.remote_field is not None:
            key = key.target_field
        try:
            for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
                key.clean(chosen, None)
        except ValidationError:
            self.message_user(request, _("There are no such rows. Nothing was changed."), messages.ERROR)
            return None
        return super().response_action(request, queryset)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Words are found as everywhere else: each of them in any of the `search_fields`, or, of a field with `=`, as
        all that it says. A text that is longer than any search finds nothing: databases refuse long patterns.
        """
        if len(search_term) > SEARCH_MAX:
            return queryset.none(), False
        fields = list(self.get_search_fields(request))
        texts = [name.lstrip("^@") for name in fields if not name.startswith("=")]
        exact = [name.removeprefix("=") for name in fields if name.startswith("=")]
        words = search_term.split()
        # A dash or `&` between words is no word, as everywhere else.
        for word in [word for word in words if terms_of(word)] or words:
            condition = holds(word, *texts) if texts else Q(pk__in=[])
            for name in exact:
                condition |= self._says(name, word)
            queryset = queryset.filter(condition)
        return queryset, False

    def _says(self, name: str, word: str) -> Q:
        """That the field is what the word says: a number with or without `#`."""
        *path, last = name.split("__")
        model: Any = self.model
        for step in path:
            model = model._meta.get_field(step).related_model
        field = model._meta.pk if last == "pk" else model._meta.get_field(last)
        while field.is_relation:
            field = field.target_field
        if not isinstance(field, IntegerField):
            return Q(**{f"{name}__iexact": word})
        terms = terms_of(word)
        number = numbered(terms[0], most=LARGEST_ID) if len(terms) == 1 else None
        return Q(pk__in=[]) if number is None else Q(**{name: number})

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
    """A model that is not edited here, but that has actions for people who may change it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        hidden = self.get_exclude(request, obj) or ()
        return [field.name for field in self.opts.concrete_fields if field.name not in hidden]


FILTERS_WRITE = ("", "__exact", "__isnull", "__gte", "__lt", "__year", "__month", "__day")
"""How Django's filters by choice, by yes or no, by date and by what is pointed at end a name."""


def _name_of(list_filter: Any) -> str:
    """The column or the parameter that a filter of a list is about."""
    named = list_filter[0] if isinstance(list_filter, list | tuple) else list_filter
    return named if isinstance(named, str) else getattr(named, "parameter_name", "pk")


def _target_of(model: type[Model], name: str) -> str | None:
    """The key of what a column points at; None for a column that points at nothing, or none at all."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field.target_field.name if isinstance(field, Field) and field.remote_field is not None else None


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
    """The answer may hold a token: it is not shown."""
