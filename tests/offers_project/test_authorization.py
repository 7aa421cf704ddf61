"""Nobody reaches what is not theirs: every endpoint and every command, tried with others' ids by others' tokens.

The endpoints come from the resolver and the commands from the registry, so that a new one fails here until somebody
has said what strangers get there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from chat.models import Message
from chat.services import Send, send_messages
from kernel.errors import Refusal
from offers import services
from presence.live import commands
from presence.live.commands import Call
from tests.offers import scenes
from tests.offers.scenes import LOAD, Scene, nothing_changed

pytestmark = pytest.mark.django_db

STRANGERS = ("eve", "fay", "otto")
"""A driver of the same offer, a driver of no offer, and a dispatcher who neither owns nor follows it."""

HIDDEN = {"eve": 404, "fay": 404, "otto": 404}
OFFICE_S = {"eve": 403, "fay": 404, "otto": 404}
OF_THE_OFFICE = {"eve": 403, "fay": 403, "otto": 200}
OWN = {"eve": 200, "fay": 200, "otto": 200}


@dataclass(frozen=True)
class Try:
    """What strangers get; `body` and `query` name things of others, `{…}` stands for their ids."""

    expected: dict[str, int]
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)


NOBODY_S = Try({})
"""It takes no id of anybody: what it gives is told by who asks, or by a secret that whoever has it may use."""

ENDPOINTS: dict[str, dict[str, Try]] = {
    "me": {"GET": Try(OWN), "PATCH": NOBODY_S},
    "schema": {"GET": NOBODY_S},
    "docs": {"GET": NOBODY_S},
    "auth/token": {"POST": NOBODY_S},
    "auth/token/refresh": {"POST": NOBODY_S},
    "auth/token/verify": {"POST": NOBODY_S},
    "auth/logout": {"POST": NOBODY_S},
    "auth/driver/code": {"POST": NOBODY_S},
    "auth/driver/token": {"POST": NOBODY_S},
    "socket/auth": {"POST": NOBODY_S},
    "attempts": {"GET": Try(OWN, query={"key": "k-1"})},
    "events": {"GET": Try(OWN)},
    "places": {"GET": Try(OWN, query={"q": "Dallas"})},
    "drivers": {"GET": Try(OWN)},
    "drivers/available": {"GET": Try(OF_THE_OFFICE)},
    "drivers/by-location": {"GET": Try(OF_THE_OFFICE, query={"near": "75201"})},
    "drivers/by-ids": {"GET": Try(OF_THE_OFFICE, query={"ids": "{dan}"})},
    "drivers/<int:driver_id>": {"GET": Try({"eve": 404, "fay": 404, "otto": 200})},
    "conversations": {"GET": Try(OWN, query={"offer_id": "{offer}"})},
    "offers/<int:offer_id>/chat/<int:driver_id>": {
        "GET": Try(HIDDEN),
        "POST": Try(HIDDEN, body={"message": "Let me in", "client_id": "stranger-1"}),
    },
    "chat/<int:message_id>/read": {"PUT": Try(HIDDEN)},
    "offers": {"GET": Try(OWN), "POST": Try({"eve": 403, "fay": 403}, body=LOAD)},
    "offers/<int:offer_id>": {
        "GET": Try({"eve": 200, "fay": 404, "otto": 404}),
        "PUT": Try(OFFICE_S, body=LOAD | {"version": 1}),
        "PATCH": Try(OFFICE_S, body={"version": 1, "notes": "Mine now"}),
        "DELETE": Try(OFFICE_S),
    },
    "offers/<int:offer_id>/send-to-drivers": {"POST": Try(OFFICE_S, body={"driver_ids": ["{fay}"]})},
    "offers/<int:offer_id>/proposals": {"GET": Try(OFFICE_S)},
    "offers/<int:offer_id>/award": {"POST": Try(OFFICE_S, body={"proposal_id": "{proposal}"})},
    "offers/<int:offer_id>/withdraw": {"POST": Try(OFFICE_S, body={"driver_ids": ["{dan}"]})},
    "offers/<int:offer_id>/fall-off": {"POST": Try(HIDDEN | {"eve": 409}, body={"reason": "other"})},
    "offers/<int:offer_id>/copy": {"POST": Try(OFFICE_S)},
    "offers/<int:offer_id>/handover": {"POST": Try(OFFICE_S, body={"owner": "{otto}"})},
    "offers/<int:offer_id>/followers": {"POST": Try(OFFICE_S, body={"user_ids": ["{otto}"]})},
    "proposals": {"GET": Try(OWN, query={"offer_id": "{offer}"})},
    "proposals/<int:proposal_id>": {"GET": Try(HIDDEN)},
    "proposals/<int:proposal_id>/respond": {"PUT": Try(HIDDEN, body={"action": "accept", "version": 1})},
    "activity": {"GET": Try(OWN)},
    "stats": {"GET": Try(OWN)},
}

CHAT = {"offer_id": "{offer}", "driver_id": "{dan}"}
COMMANDS: dict[str, Try] = {
    "join_offer_chat": Try(HIDDEN, body=CHAT),
    "leave_offer_chat": Try(OWN, body=CHAT),  # Leaving what one never joined does nothing.
    "send_message": Try(HIDDEN, body=CHAT | {"message": "Let me in", "client_id": "stranger-2"}),
    "typing_start": Try(HIDDEN, body=CHAT),
    "typing_stop": Try(HIDDEN, body=CHAT),
    "mark_message_delivered": Try(HIDDEN, body=CHAT | {"seq": 1}),
    "mark_message_read": Try(HIDDEN, body=CHAT | {"seq": 1}),
    "driver_proposal": Try(HIDDEN, body={"proposal_id": "{proposal}", "action": "accept", "version": 1}),
    "offer_status_change": Try(OFFICE_S, body={"offer_id": "{offer}", "status": "cancelled", "version": 1}),
    "get_offer_details": Try({"eve": 200, "fay": 404, "otto": 404}, body={"offer_id": "{offer}"}),
    "get_stats": Try(OWN, body={}),
    "get_activity": Try(OWN, body={}),
}

FORBIDDEN_KEYS = {"customer_name", "customer_rate", "rate_ceiling", "counts", "invited_driver_ids", "followers"}
OFFICE_SECRETS = (scenes.CUSTOMER, scenes.CUSTOMER_RATE, scenes.CEILING, "Finn Officeson")
ADDRESSES = (scenes.STREET, "99 Covert Dock", scenes.REFERENCE)
"""What comes with the award."""
WORDS_OF_DAN, RATE_OF_DAN, RATE_FOR_DAN = "I park behind the silo", "1111.11", "1010.10"


def make_scene() -> Scene:
    """Dan has countered, been countered and talked to; Eve has only been asked. Otto has an offer of his own."""
    scene = Scene()
    scene.answer(scene.dan, "counter", rate=RATE_OF_DAN, note=WORDS_OF_DAN)
    services.respond(
        actor=scene.olga.actor,
        proposal_id=scene.proposal(scene.dan).pk,
        action="counter",
        version=scene.proposal(scene.dan).version,
        rate=Decimal(RATE_FOR_DAN),
    )
    talk(scene, scene.dan, WORDS_OF_DAN)
    scene.send(scene.new_offer(scene.otto), scene.fay)
    return scene


@pytest.fixture(scope="module")
def scene_of_the_module(for_the_module) -> Scene:
    return for_the_module(make_scene)


@pytest.fixture
def scene(scene_of_the_module, db) -> Scene:
    return scene_of_the_module.copy()


def talk(scene: Scene, driver, words: str) -> None:
    send = Send(
        actor=driver.actor, offer_id=scene.offer.pk, driver_id=driver.pk, message=words, client_id=f"words-{driver.pk}"
    )
    send_messages(sends=[send])


def routes(patterns=None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def api_handlers() -> Iterator[tuple[str, str, Any]]:
    """Every route under /api/, and each method that is answered there with the function that answers it."""
    for route, view in routes():
        if route.startswith("api/"):
            view_class = getattr(view, "cls", None) or view.view_class
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                names = getattr(view, "actions", None) or {method.lower(): method.lower()}
                handler = getattr(view_class, names.get(method.lower(), ""), None)
                if handler is not None:
                    yield route.removeprefix("api/"), method, handler


def api_methods() -> dict[str, set[str]]:
    """Every route under /api/ with the methods that its view answers."""
    found: dict[str, set[str]] = {}
    for route, method, _handler in api_handlers():
        found.setdefault(route, set()).add(method)
    return found


def filled(value: Any, ids: dict[str, int]) -> Any:
    if isinstance(value, dict):
        return {name: filled(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, ids) for each in value]
    if isinstance(value, str) and value.startswith("{"):
        return ids[value.strip("{}")]
    return value


def ids_of(scene: Scene) -> dict[str, int]:
    message = Message.objects.get(message=WORDS_OF_DAN, message_type="text")
    return {
        "offer": scene.offer.pk,
        "proposal": scene.proposal(scene.dan).pk,
        "dan": scene.dan.pk,
        "fay": scene.fay.pk,
        "otto": scene.otto.pk,
        "message": message.pk,
    }


def address(route: str, ids: dict[str, int]) -> str:
    parts = {"offer_id": "offer", "driver_id": "dan", "proposal_id": "proposal", "message_id": "message"}
    for part, name in parts.items():
        route = route.replace(f"<int:{part}>", str(ids[name]))
    return route


TRIES = [(method, route) for route, methods in ENDPOINTS.items() for method in methods]


def test_no_endpoint_is_forgotten():
    assert {route: set(methods) for route, methods in ENDPOINTS.items()} == api_methods()


def test_no_command_is_forgotten():
    assert set(COMMANDS) == set(commands._commands)


@pytest.mark.parametrize("who", STRANGERS)
def test_strangers_at_every_endpoint(scene, who):
    ids, caller, wrong = ids_of(scene), scene.by(getattr(scene, who)), []
    for method, route in TRIES:
        attempt = ENDPOINTS[route][method]
        if who not in attempt.expected:
            continue
        path, query = address(route, ids), filled(attempt.query, ids)
        with nothing_changed():
            if method == "GET":
                answer = caller.read(path, **query)
            else:
                answer = caller.send(method, path, filled(attempt.body, ids))
        if answer.status_code != attempt.expected[who]:
            wrong.append((method, path, answer.status_code, answer.content))
        for secret in (WORDS_OF_DAN, RATE_OF_DAN, RATE_FOR_DAN):
            assert secret not in answer.content.decode(), (method, path)
    assert not wrong


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("name", COMMANDS)
def test_strangers_with_every_command(scene, who, name):
    attempt, person = COMMANDS[name], getattr(scene, who)
    with nothing_changed():
        answer = run(person, name, filled(attempt.body, ids_of(scene)))
    status = answer.status if isinstance(answer, Refusal) else 200
    assert status == attempt.expected[who], answer
    assert WORDS_OF_DAN not in str(answer)


def run(person, name: str, fields: dict[str, Any]) -> Any:
    command = commands._commands[name]
    call = Call(actor=person.actor, data=command.read(fields))
    try:
        return command.run(call) if command.run else command.run_many([call])[0]
    except Refusal as refusal:
        return refusal


def everything_told_to(scene: Scene, driver) -> Iterator[tuple[str, Any]]:
    """All that a driver can read by REST and by commands, and all that was ever told to them."""
    caller = scene.by(driver)
    ids = ids_of(scene) | {"dan": driver.pk, "proposal": scene.proposal(driver).pk}
    for route, methods in ENDPOINTS.items():
        if "GET" not in methods or methods["GET"] is NOBODY_S:
            continue
        answer = caller.read(address(route, ids), **filled(methods["GET"].query, ids))
        if answer.status_code == 200:
            yield route, answer.json()
    for name in ("join_offer_chat", "get_offer_details", "get_stats", "get_activity"):
        yield name, run(driver, name, filled(COMMANDS[name].body, ids))
    epoch = caller.read("events").json()["epoch"]
    told = caller.read("events", epoch=epoch, after=0).json()
    assert told["recovered"]
    assert told["events"]
    yield "events", told["events"]


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str, Any]]:
    """`(path, key, value)` of everything within."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield f"{path}.{key}", key, None
            yield from leaves(each, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from leaves(each, f"{path}[{index}]")
    else:
        yield path, "", value


def search(told: Iterator[tuple[str, Any]], secrets: tuple[Any, ...]) -> list[str]:
    found = []
    for where, answer in told:
        for path, key, value in leaves(answer, where):
            if key in FORBIDDEN_KEYS:
                found.append(path)
            found += [f"{path}: {value}" for secret in secrets if str(secret).lower() in str(value).lower()]
    return found


def identity(driver) -> tuple[Any, ...]:
    return (driver.driver_name, driver.cell_phone, driver.email, driver.truck_number)


@pytest.mark.parametrize("award", [False, True])
def test_a_driver_is_told_nothing_of_the_others(scene, award):
    if award:
        scene.answer(scene.dan, "accept")
        proposal = scene.proposal(scene.dan)
        services.award(actor=scene.olga.actor, offer_id=scene.offer.pk, proposal_id=proposal.pk)
    of_dan = (*identity(scene.dan), WORDS_OF_DAN, RATE_OF_DAN, RATE_FOR_DAN)
    secrets = (*OFFICE_SECRETS, *ADDRESSES, *of_dan, *identity(scene.fay))
    assert search(everything_told_to(scene, scene.eve), secrets) == []


def test_the_award_brings_the_addresses_and_nothing_more(scene):
    secrets = (*OFFICE_SECRETS, *identity(scene.eve), *identity(scene.fay))
    assert search(everything_told_to(scene, scene.dan), (*secrets, *ADDRESSES)) == []
    scene.answer(scene.dan, "accept")
    services.award(actor=scene.olga.actor, offer_id=scene.offer.pk, proposal_id=scene.proposal(scene.dan).pk)
    assert search(everything_told_to(scene, scene.dan), secrets) == []
    offer = scene.by(scene.dan).read(f"offers/{scene.offer.pk}").json()
    assert scenes.STREET in offer["pickup_location"]
    assert offer["reference"] == scenes.REFERENCE


def test_coordinates_are_coarse_until_the_award(scene):
    services.update_offer(
        actor=scene.olga.actor,
        offer_id=scene.offer.pk,
        version=scene.by(scene.olga).read(f"offers/{scene.offer.pk}").json()["version"],
        fields={"pickup_lat": "32.781234", "pickup_lon": "-96.798765"},
    )
    shown = scene.by(scene.eve).read(f"offers/{scene.offer.pk}").json()
    assert (shown["pickup_lat"], shown["pickup_lon"]) == (32.78, -96.8)
    assert shown["pickup_location"] == shown["pickup_place"]
    assert search(everything_told_to(scene, scene.eve), ("32.781", "96.7987")) == []
