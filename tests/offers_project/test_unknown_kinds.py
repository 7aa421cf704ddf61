"""A kind of actor that no room knows gets nothing: not as the system, not as the office, not as a driver.

Every endpoint comes from the resolver and every command from the registry, so that a new one is tried here by itself.
What `test_authorization` says about an endpoint or a command is used as its body; without a word there, its body is
empty, and an answer that finds fault with the body has not asked who sends it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.urls import path
from rest_framework.response import Response

from accounts import kinds
from accounts.doors import ApiView
from accounts.kinds import ActorKind
from kernel.actors import SYSTEM, Actor
from kernel.errors import PermissionDenied, Refusal
from kernel.frames import Frame
from offers.models import Offer
from offers.rules.access import side_of
from offers.rules.transitions import Side
from offers.selectors import offer_dicts
from offers_project import urls
from presence import rules
from presence.live import commands
from presence.models import Attendance
from tests.offers.scenes import Caller, Scene, browser_of, nothing_changed
from tests.offers_project import test_authorization as doors

pytestmark = pytest.mark.django_db

OWN_AFFAIRS = {
    ("GET", "me"), ("PATCH", "me"), ("GET", "events"), ("GET", "attempts"), ("POST", "socket/auth"),
    ("POST", "auth/token"), ("POST", "auth/token/refresh"), ("POST", "auth/token/verify"), ("POST", "auth/logout"),
    ("POST", "auth/driver/code"), ("POST", "auth/driver/token"), ("GET", "schema"), ("GET", "docs"),
}  # fmt: skip
"""What is about one's own sign-in, or said to everybody, whatever kind one is of."""
ROOT = Path(__file__).resolve().parents[2]
SIGN_IN_PAGES = {"driver/sign-in", "driver/code", "d/<str:token>"}
TIMES = {"at"}


def make_scene() -> Scene:
    scene = Scene()
    scene.answer(scene.dan, "counter", rate="1111.11", note="I park behind the silo")
    doors.talk(scene, scene.dan, doors.WORDS_OF_DAN)
    here = [scene.olga.actor.key, scene.dan.actor.key]
    Attendance.objects.bulk_create(Attendance(actor_type=type_, actor_id=id_, online=True) for type_, id_ in here)
    return scene


@pytest.fixture(scope="module")
def scene_of_the_module(for_the_module) -> Scene:
    return for_the_module(make_scene)


@pytest.fixture
def scene(scene_of_the_module, db) -> Scene:
    return scene_of_the_module.copy()


@pytest.fixture(params=[("olga", "admin"), ("dan", "visitor")], ids=["as_the_owner", "as_the_driver"])
def visitor(request, scene, monkeypatch) -> Actor:
    """A person of a kind of its own, with the number of the offer's owner or of its driver, whatever role it claims."""
    like, role = request.param
    actor = Actor(type="visitor", id=getattr(scene, like).pk, name="Vera", role=role)

    def load(ids: Collection[int]) -> Mapping[int, Actor]:
        return {actor.key.id: actor} if actor.id in ids else {}

    def fingerprints(ids: Collection[int]) -> Mapping[int, str]:
        return dict.fromkeys(ids, "")

    monkeypatch.setitem(kinds._kinds, "visitor", ActorKind(type="visitor", load=load, fingerprints=fingerprints))
    return actor


def words(value: Any, key: str = "") -> Iterator[Any]:
    """Everything within an answer that says something."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from words(each, name)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from words(each, key)
    elif value and key not in TIMES:
        yield value


def is_refused(status: int, said: Any) -> bool:
    """Whether that tells nothing: 403, 404, or an answer with nothing in it."""
    return status in (403, 404) or (status == 200 and not list(words(said)))


def endpoints_that_answer(scene: Scene, visitor: Actor) -> list[Any]:
    """The endpoints at which a person of an unknown kind is not refused."""
    ids, caller, found = doors.ids_of(scene), Caller(visitor), []
    assert caller.read("me").json()["user"] == visitor.as_dict()
    for route, methods in doors.api_methods().items():
        for method in methods - {name for name, own in OWN_AFFAIRS if own == route}:
            attempt = doors.ENDPOINTS.get(route, {}).get(method, doors.NOBODY_S)
            path, query = doors.address(route, ids), doors.filled(attempt.query, ids)
            with nothing_changed():
                if method == "GET":
                    answer = caller.read(path, **query)
                else:
                    answer = caller.send(method, path, doors.filled(attempt.body, ids))
            if not is_refused(answer.status_code, answer.json()):
                found.append((method, path, answer.status_code, answer.content))
    return found


def commands_that_answer(scene: Scene, visitor: Actor) -> list[Any]:
    """The commands by which a person of an unknown kind is told something, or comes to hear something."""
    ids, found = doors.ids_of(scene), []
    for name, command in commands._commands.items():
        attempt = doors.COMMANDS.get(name, doors.Try({}, body={}))
        call = commands.Call(actor=visitor, data=command.read(doors.filled(attempt.body, ids)))
        with nothing_changed():
            try:
                answer: Any = command.run(call) if command.run else command.run_many([call])[0]
            except Refusal as refusal:
                answer = refusal
        said = answer.as_dict() if isinstance(answer, Refusal) else answer
        if not is_refused(answer.status if isinstance(answer, Refusal) else 200, said) or call.joined or call.held:
            found.append((name, said))
    return found


def test_every_endpoint(scene, visitor):
    assert endpoints_that_answer(scene, visitor) == []


def test_every_command(scene, visitor):
    assert commands_that_answer(scene, visitor) == []


class Careless(ApiView):
    def get(self, request: Any) -> Response:
        return Response({"count": Offer.objects.count() if not self.actor.is_driver else 0})


urlpatterns = [*urls.urlpatterns, path("api/careless", Careless.as_view())]


def test_a_new_endpoint_that_takes_strangers_for_the_office_is_found(scene, visitor, settings):
    settings.ROOT_URLCONF = __name__
    assert [(method, route) for method, route, *_ in endpoints_that_answer(scene, visitor)] == [("GET", "careless")]


def test_a_new_command_that_takes_strangers_for_the_office_is_found(scene, visitor, monkeypatch):
    def careless(call: commands.Call) -> dict[str, Any]:
        return {"side": "driver" if call.actor.is_driver else "office"}

    command = commands.Command(name="careless", fields=Frame, run=careless)
    monkeypatch.setitem(commands._commands, "careless", command)
    assert [name for name, _said in commands_that_answer(scene, visitor)] == ["careless"]


def test_every_page(scene, visitor):
    ids, wrong = doors.ids_of(scene), []
    for route, view in doors.routes():
        is_ours = view.__module__.startswith(("offers.", "drivers.", "chat."))
        if route.startswith("api/") or not is_ours or route in SIGN_IN_PAGES:
            continue
        path = "/" + doors.address(route, ids)
        browser = browser_of(visitor)
        with nothing_changed():
            answers = [browser.get(path), browser.post(path, {})]
        wrong += [(path, answer.status_code) for answer in answers if answer.status_code not in (403, 404, 405)]
    assert not wrong


@pytest.mark.parametrize("room", ["offers", "chat", "drivers", "presence"])
def test_rooms_ask_what_somebody_may_do_and_not_of_which_two_kinds_they_are(room):
    """The answers stand in each room's rules: a third kind is added there, and not looked for in a hundred places."""
    sources = [*(ROOT / room).rglob("*.py"), *(ROOT / "templates" / room).rglob("*.html")]
    asking = [path for path in sources if re.search(r"\.is_(office|driver)\b", path.read_text(encoding="utf-8"))]
    assert len(sources) > 5
    assert asking == []


def test_only_the_system_is_the_system(scene, visitor):
    assert side_of(SYSTEM) is Side.SYSTEM
    assert side_of(scene.olga.actor) is Side.OFFICE
    assert side_of(scene.dan.actor) is Side.DRIVER
    with pytest.raises(PermissionDenied):
        side_of(visitor)
    with pytest.raises(PermissionDenied):
        side_of(Actor(type="system", id=1, name="Driver Offers", role="system"))


def test_an_offer_is_not_shown_as_to_the_office(scene, visitor):
    """Code that passes an offer on to an unknown kind by mistake is refused, too."""
    with pytest.raises(PermissionDenied):
        offer_dicts(Offer.objects.all(), visitor)


def test_an_unknown_kind_hears_of_nobody_and_nobody_of_it(visitor):
    assert rules.own_topics(visitor) == []
    assert not rules.is_told_to_the_office(visitor.key)
    assert not rules.is_shown_in_chats(visitor.key)
