"""What every list of the administration lets be asked, and how it takes nonsense."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.hashers import make_password
from django.db.models import Field, Model
from django.http import HttpRequest

from accounts.models import User
from drivers.models import Driver
from journal.admin import JournaledAdmin
from journal.models import Entry
from offers.models import Offer
from tests.accounts.factories import browser_client, make_user

pytestmark = pytest.mark.django_db

LOOKUPS = (
    *("", "__exact", "__iexact", "__startswith", "__istartswith", "__endswith", "__contains", "__icontains"),
    *("__regex", "__iregex", "__gt", "__gte", "__lt", "__lte", "__range", "__in", "__isnull", "__length"),
)
SECRET = {
    "password",
    "refresh_hash",
    "family_hash",
    "token_hash",
    "code_hash",
    "fingerprint",
    "answer",
    "last_seen_offer",
}
OURS = ("accounts", "chat", "drivers", "journal", "offers", "presence")


def registered() -> dict[type[Model], Any]:
    return {model: kept for model, kept in admin.site._registry.items() if model._meta.app_label in OURS}


def address(model: type[Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def asked_by_the_list(kept: Any) -> set[str]:
    """The names that its filters and its search are about."""
    filters = [each if isinstance(each, str) else each.parameter_name for each in kept.list_filter]
    return {*filters, *(name.lstrip("^=@") for name in kept.search_fields), "pk"}


def hidden(model: type[Model]) -> list[Field]:
    """The columns that the list does not ask for itself."""
    return [field for field in model._meta.concrete_fields if field.name not in asked_by_the_list(registered()[model])]


def test_every_list_stands_on_the_same_ground():
    assert len(registered()) > 15
    assert all(isinstance(kept, JournaledAdmin) for kept in registered().values())


def test_no_lookup_into_a_column_that_the_list_hides_is_let_through():
    refused = [
        kept.lookup_allowed(f"{name}{lookup}", "1", HttpRequest())
        for model, kept in registered().items()
        for field in hidden(model)
        for name in (field.name, field.attname)
        for lookup in LOOKUPS
    ]
    assert len(refused) > 2000
    assert not any(refused)


def test_no_pattern_or_part_is_let_through_where_the_list_does_ask():
    for kept in registered().values():
        for name in asked_by_the_list(kept):
            for lookup in ("__regex", "__startswith", "__contains", "__gt", "__foo", "__password__startswith"):
                assert not kept.lookup_allowed(f"{name}{lookup}", "(", HttpRequest()), (kept, name, lookup)


@pytest.mark.parametrize("role", ["manager", "dispatcher"])
def test_no_list_is_narrowed_by_what_it_hides(role):
    client = browser_client(make_user(role))
    for model in registered():
        seen = client.get(address(model)).status_code
        assert seen in (200, 403)
        for name in {field.name for field in hidden(model)} & SECRET:
            for lookup in ("", "__startswith", "__regex", "__gt"):
                answer = client.get(address(model), {f"{name}{lookup}": "("})
                assert answer.status_code == (400 if seen == 200 else 403), f"{address(model)}?{name}{lookup}"


def test_relations_lead_to_no_column_of_another_table():
    client = browser_client(make_user("manager"))
    make_user(username="target", password="a very long password")
    for name in (
        "assigned_dispatcher__password__startswith",
        "assigned_dispatcher__username",
        "assigned_dispatcher__email__gt",
    ):
        assert client.get("/admin/drivers/driver/", {name: "$"}).status_code == 400


def test_what_the_filters_of_a_list_write_is_taken():
    client = browser_client(make_user("manager"))
    for model in (Offer, Driver, Entry, User):
        for each in registered()[model].list_filter:
            name = each if isinstance(each, str) else each.parameter_name
            for query in ({name: "1"}, {f"{name}__exact": "1"}, {f"{name}__isnull": "True"}):
                if isinstance(each, str) or "__" not in next(iter(query)):
                    answer = client.get(address(model), query)
                    assert answer.status_code in (200, 302), f"{address(model)}?{query}"
    days = {"created_at__gte": "2026-11-01 00:00:00+00:00", "created_at__lt": "2026-12-01 00:00:00+00:00"}
    assert client.get("/admin/offers/offer/", days).status_code == 200
    assert client.get("/admin/drivers/driver/", {"assigned_dispatcher__id__exact": "1"}).status_code == 200


def test_every_link_of_every_filter_can_be_followed():
    client = browser_client(make_user("admin"))
    for model in (Offer, Driver, Entry, User):
        page = client.get(address(model))
        for spec in page.context["cl"].filter_specs:
            for choice in spec.choices(page.context["cl"]):
                assert client.get(address(model) + choice["query_string"]).status_code == 200, choice


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("offers/offer", {"owner": "9" * 30}),
        ("offers/offer", {"created_at__gte": "never"}),
        ("drivers/driver", {"assigned_dispatcher__id__exact": "x"}),
        ("drivers/driver", {"assigned_dispatcher__id__exact": "9" * 30}),
        ("accounts/authsession", {"pk": "no uuid"}),
        ("chat/member", {"actor_id": "9" * 30}),
        ("chat/member", {"conversation__offer_id": "x"}),
        ("journal/entry", {"at__gte": "9" * 5000}),
        ("journal/entry", {"at__isnull": "(", "object_type": "\x00"}),
    ],
)
def test_a_value_that_no_column_can_have_finds_nothing(path, query):
    client = browser_client(make_user("manager"))
    client.raise_request_exception = False
    assert client.get(f"/admin/{path}/", query).status_code in (200, 302)
    assert client.get(f"/admin/{path}/", query | {"e": "1"}).status_code in (200, 302)


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("accounts/authsession", "end"),
        ("offers/offer", "complete"),
        ("drivers/driver", "deactivate"),
        ("chat/message", "remove"),
    ],
)
@pytest.mark.parametrize("chosen", ["no key", "9" * 30, "9" * 5000, "\x00", ""])
def test_an_action_on_what_can_be_no_row_changes_nothing(path, action, chosen):
    client = browser_client(make_user("manager"))
    client.raise_request_exception = False
    answer = client.post(f"/admin/{path}/", {"action": action, "_selected_action": [chosen]}, follow=True)
    assert answer.status_code == 200
    assert "Nothing was changed" in answer.content.decode() or "items" in answer.content.decode().lower()


def test_a_hash_is_never_shown():
    person = make_user(password="one very long password")
    stored = make_password("one very long password").rsplit("$", 1)[0]
    for role in ("manager", "admin"):
        page = browser_client(make_user(role)).get(f"/admin/accounts/user/{person.pk}/change/").content.decode()
        assert person.password not in page
        assert stored not in page
