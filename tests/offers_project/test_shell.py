"""Template tags and addresses that every page stands on."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from kernel.actors import Actor
from offers_project.templatetags import shell

NOON = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


@pytest.fixture
def page_request():
    request = RequestFactory().get("/offers/?q=1")
    request.csp_nonce = "abc"
    request.actor = None
    return request


def rendered(text: str, **context) -> str:
    return Template("{% load shell %}" + text).render(Context(context))


@pytest.mark.parametrize(("name", "letters"), [("Dana Whitfield", "DW"), ("José", "J"), ("", ""), ("a b c", "AC")])
def test_initials_are_of_the_first_and_the_last_word(name, letters):
    assert shell.initials(name) == letters


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (None, "Sat Nov 21, 12:00 PM CST"),
        (NOON + timedelta(hours=2), "Sat Nov 21, 12:00–2:00 PM CST"),
        ("2026-11-22T19:30:00.000Z", "Sat Nov 21, 12:00 PM – Sun Nov 22, 1:30 PM CST"),
        (NOON, "Sat Nov 21, 12:00 PM CST"),
    ],
)
def test_window_is_told_in_the_zone_of_the_place(until, words):
    assert shell.window(NOON, until, "America/Chicago") == words


def test_window_across_noon_names_both_halves():
    assert shell.window(NOON - timedelta(hours=2), NOON, "America/Chicago") == "Sat Nov 21, 10:00 AM–12:00 PM CST"


def test_window_in_an_unknown_zone_is_told_in_ours():
    assert shell.window(NOON, None, "Mars/Olympus").endswith("UTC")
    assert shell.window(None) == ""


def test_import_map_names_every_module_and_carries_the_nonce(page_request):
    script = rendered("{% import_map %}", request=page_request)
    found = re.fullmatch(r'<script type="importmap" nonce="abc">(.*)</script>', script)
    addresses = json.loads(found.group(1))["imports"]
    assert addresses["shared/socket.js"] == "/static/shared/socket.js"
    assert addresses["htmx"] == "/static/vendor/htmx.js"
    assert addresses["@hotwired/stimulus"] == "/static/vendor/stimulus.js"


def test_import_map_needs_a_request():
    assert rendered("{% import_map %}") == ""


def test_look_takes_only_what_it_knows_from_cookies(page_request):
    page_request.COOKIES = {"theme": "dark", "density": '"><script>'}
    assert rendered("{% look %}", request=page_request) == ' data-theme="dark"'
    page_request.COOKIES = {}
    assert rendered("{% look %}", request=page_request) == ""


def test_icon_is_silent_unless_it_has_a_label():
    assert rendered('{% icon "i-x" "s" %}') == '<svg class="i i--s" aria-hidden="true"><use href="#i-x"/></svg>'
    labelled = rendered('{% icon "st-lost" kind="lost" label=word %}', word='"<b>')
    assert 'role="img" aria-label="&quot;&lt;b&gt;"' in labelled
    assert 'class="i st" data-st="lost"' in labelled


@pytest.mark.parametrize(
    "status",
    [
        "sent",
        "viewed",
        "counter_offered",
        "accepted",
        "awarded",
        "rejected",
        "expired",
        "withdrawn",
        "lost",
        "fallen_off",
        "delivered",
        "typing",
    ],
)
def test_state_is_a_shape_and_a_word(status):
    html = render_to_string("shared/_state.html", {"status": status, "amount": "1240.00"})
    assert f'href="#st-{status}"' in html
    word = re.search(r"<span>\s*([A-Z][a-z ]+) \$1,240\s*</span>", html)
    assert word
    assert word.group(1) != status


def test_partials_show_text_as_text():
    hostile = "<img src=x onerror=alert(1)>"
    for template, context in [
        ("shared/_state.html", {"status": "lost", "word": hostile}),
        ("shared/_empty.html", {"title": hostile, "words": hostile}),
        ("shared/_error_zone.html", {"what": hostile, "code": hostile}),
        ("shared/_avatar.html", {"name": hostile}),
    ]:
        assert "<img" not in render_to_string(template, context)


@pytest.mark.parametrize("template", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_pages_need_no_request(template):
    html = render_to_string(template)
    assert "<h1>" in html
    assert "importmap" not in html


def test_error_pages_speak_spanish_when_the_person_does(page_request, client):
    with translation.override("en"):  # The language of a request stays active after it.
        response = client.get("/no-such-page", headers={"Accept-Language": "es"})
    assert response.status_code == 404
    assert '<html lang="es"' in response.content.decode()


def test_office_shell_knows_who_is_there_and_where_the_stream_was(page_request):
    page_request.actor = Actor(type="dispatcher", id=7, name="Dana <Whitfield>", role="dispatcher")
    html = render_to_string("base.html", {"page": "offers", "cursor": {"epoch": "e1", "seq": 4}}, page_request)
    assert re.search(r'data-actor="dispatcher:7"\s+data-epoch="e1"\s+data-seq="4"', html)
    assert re.search(r'href="/offers/" aria-current="page"', html)
    assert "<Whitfield>" not in html
    assert "/admin/" not in html


def test_managers_are_led_to_the_administration(page_request):
    page_request.actor = Actor(type="dispatcher", id=8, name="Mona Ray", role="manager")
    assert 'href="/admin/"' in render_to_string("base.html", {}, page_request)


def test_manifest_starts_where_its_people_belong(client):
    office, driver = client.get("/manifest.webmanifest"), client.get("/driver.webmanifest")
    assert office["Content-Type"] == "application/manifest+json"
    assert (office.json()["start_url"], driver.json()["start_url"]) == ("/", "/driver/")
    assert {icon.get("purpose") for icon in office.json()["icons"]} == {None, "maskable"}


def test_words_of_scripts_come_from_our_own_address(client):
    response = client.get("/jsi18n/")
    assert response.status_code == 200
    assert b"gettext" in response.content


@pytest.mark.django_db
def test_policy_lets_the_import_map_in_and_nothing_else_inline(client):
    response = client.get("/sign-in")
    directives = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    (nonce,) = re.findall(r'<script type="importmap" nonce="([^"]+)">', response.content.decode())
    assert sorted(directives["script-src"].split()) == [f"'nonce-{nonce}'", "'self'"]
    assert directives["style-src"] == "'self'"
    assert directives["default-src"] == "'none'"
    again = client.get("/sign-in")
    assert nonce not in again["Content-Security-Policy"]


def test_icon_is_found_without_a_page(client):
    response = client.get("/favicon.ico")
    assert (response.status_code, response["Location"]) == (302, "/static/shared/app/mark.svg")
