"""Numbers that come in texts: no spelling of one breaks a page, the API or the administration."""

import ast
from pathlib import Path

import pytest
from django.test import Client

from tests.offers.scenes import Scene, browser_of

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]

WORST = ["9" * 5000, "9" * 30, "\x00", "½"]
ODD = [*WORST, "-1", "1e3", "1_000", "٣", "1" + "0" * 18]

READS_ITS_OWN = {
    "offers/pages/activity_lines.py": "ids of the journal",
    "offers/pages/desk_presenter.py": "pixels",
}
"""Modules where `int` reads what no client has written, or what has been measured before."""


def doors() -> list[Path]:
    return [
        path
        for pattern in (
            "*/pages/*.py",
            "*/admin.py",
            "*/views.py",
            "*/forms.py",
            "*/filters.py",
            "*/shapes.py",
            "*/shapes/*.py",
        )
        for path in ROOT.glob(pattern)
        if path.parts[len(ROOT.parts)]
        in ("accounts", "chat", "drivers", "journal", "offers", "offers_project", "presence")
    ]


def test_doors_read_numbers_in_one_way():
    """`int` takes what is no number to people, and breaks at more than 4,300 digits: `whole_number` is for that."""
    assert len(doors()) > 20
    bare = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in doors()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "int"
        if str(path.relative_to(ROOT)) not in READS_ITS_OWN
    ]
    assert bare == []


@pytest.fixture(scope="module")
def scene_of_the_module(for_the_module) -> Scene:
    return for_the_module(Scene)


@pytest.fixture
def scene(scene_of_the_module, db) -> Scene:
    return scene_of_the_module.copy()


def browsers_of(scene: Scene) -> dict[str, Client]:
    people = {"office": scene.olga, "manager": scene.mona, "driver": scene.dan}
    browsers = {name: browser_of(person.actor) for name, person in people.items()}
    for browser in browsers.values():
        browser.raise_request_exception = False
    return browsers


def filled(address: str, text: str) -> tuple[str, dict[str, str]]:
    """The path and the query of an address, with `text` where a number belongs."""
    path, _, query = address.partition("?")
    parts = [each.split("=") for each in query.split("&") if each]
    return path.format(text), {name: value.format(text) for name, value in parts}


PAGES = {
    "office": [
        "/offers/?offer={}", "/offers/?driver={}", "/offers/?offer=1&driver={}", "/trucks/?offer={}",
        "/trucks/?start={}",
        "/offers/{}/edit", "/offers/{}/send-to", "/offers/1/send-to?driver_ids={}", "/?start={}",
        "/admin/offers/offer/?owner={}", "/admin/offers/offer/?id={}", "/admin/offers/offer/{}/change/",
    ],
    "driver": ["/driver/?offer={}", "/driver/?offer=1&chat={}"],
    "manager": [
        "/admin/offers/offer/?owner={}", "/admin/offers/offer/?p={}", "/admin/offers/offer/?o={}",
        "/admin/offers/offer/?q={}",
        "/admin/offers/offer/?pk={}", "/admin/offers/offer/?pk__exact={}", "/admin/offers/offer/?created_at__gte={}",
        "/admin/offers/offer/?status__isnull={}", "/admin/offers/offer/{}/change/", "/admin/offers/offer/{}/history/",
        "/admin/offers/proposal/?offer__id={}", "/admin/offers/proposal/?q={}", "/admin/offers/booking/?driver_id={}",
        "/admin/drivers/driver/?assigned_dispatcher__id__exact={}", "/admin/drivers/driver/?is_active__exact={}",
        "/admin/accounts/authsession/?pk={}", "/admin/accounts/authsession/{}/change/", "/admin/accounts/user/?q={}",
        "/admin/accounts/authsession/?q={}", "/admin/chat/message/?q={}", "/admin/journal/entry/?at__year={}",
        "/admin/journal/entry/?q={}", "/admin/presence/streamevent/?actor_id={}", "/admin/r/{}/1/", "/admin/r/1/{}/",
    ],
}  # fmt: skip
API = [
    "offers?owner={}", "offers?search={}", "offers?limit={}", "offers?offset={}", "offers/{}", "proposals?offer_id={}",
    "drivers?dispatcher={}", "drivers?limit={}", "drivers/by-ids?ids={}", "drivers/by-ids?ids=1,{}", "drivers/{}",
    "drivers/by-location?lat={}&lon=1", "drivers/by-location?near=75201&radius_miles={}", "activity?limit={}",
    "places?q={}",
    "offers/1/chat/{}", "offers/1/chat/1?before={}", "offers/1/chat/1?after={}",
    "conversations?offer_id={}",
    "events?after={}",
    "events?wait={}", "drivers?min_weight={}", "drivers?dimensions={}",
]  # fmt: skip


@pytest.mark.parametrize("text", WORST, ids=lambda text: ascii(text[:12]))
def test_no_number_in_an_address_breaks_a_page(scene, text):
    browsers = browsers_of(scene)
    for who, addresses in PAGES.items():
        for address in addresses:
            path, query = filled(address, text)
            assert browsers[who].get(path, query_params=query).status_code < 500, (who, address)


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text[:12]))
def test_no_number_in_an_address_breaks_the_api(scene, text):
    for person in (scene.olga, scene.dan):
        caller = scene.by(person)
        caller.raise_request_exception = False
        for address in API:
            path, query = filled(address, text)
            assert caller.get(f"/api/{path}", query_params=query).status_code < 500, address


@pytest.mark.parametrize("text", WORST, ids=lambda text: ascii(text[:12]))
def test_no_number_in_a_form_breaks_a_page(scene, text):
    browsers = browsers_of(scene)
    forms = [
        ("office", f"/offers/{scene.offer.pk}/send-to", {"driver_ids": text}),
        ("office", f"/offers/{scene.offer.pk}/send", {"driver_ids": text, "minutes": text}),
        ("office", f"/offers/{scene.offer.pk}/edit", {"version": text}),
        ("manager", "/admin/offers/offer/", {"action": "complete", "_selected_action": text, "index": text}),
        ("manager", "/admin/offers/offer/", {"action": "hand_over", "new_owner": text, "_selected_action": "1"}),
        ("manager", "/admin/accounts/authsession/", {"action": "end", "_selected_action": text}),
        ("manager", "/admin/drivers/driver/", {"action": "activate", "_selected_action": text}),
        ("manager", "/admin/chat/message/", {"action": "remove", "_selected_action": text}),
        (
            "manager",
            f"/admin/offers/offer/{scene.offer.pk}/change/",
            {"version": text, "proposed_rate": text, "pieces": text},
        ),
        (
            "manager",
            f"/admin/drivers/driver/{scene.dan.pk}/change/",
            {"rate": text, "latitude": text, "assigned_dispatcher": text},
        ),
    ]
    for who, path, data in forms:
        answer = browsers[who].post(path, data)
        assert answer.status_code < 500, (path, data.keys())
    assert scene.proposal(scene.dan).status == "sent"


@pytest.mark.parametrize("text", WORST, ids=lambda text: ascii(text[:12]))
def test_no_number_breaks_the_door_of_a_stranger(text):
    client = Client(raise_request_exception=False)
    for path, data in (("/driver/sign-in", {"contact": text}), ("/sign-in", {"username": text, "password": text})):
        assert client.post(path, data).status_code < 500, path
