"""The modules of `static/` in a real browser, without a server: pages and answers come from the test itself."""

import json
import mimetypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, WebSocketRoute

from offers_project.templatetags.shell import module_names

STATIC = Path(settings.STATICFILES_DIRS[0])
ORIGIN = "http://offers.test"
PAGE = """<!doctype html><html lang="en"><head><meta name="csrf-token" content="token">
<script type="importmap">{import_map}</script></head><body data-actor="{actor}">
<div class="toasts"></div>
<script type="module">
import {{ socket }} from "shared/socket.js";
const seen = [];
const names = ["refetch", "ended", "outbox", "offer_updated", "new_message", "redacted",
  "user_typing", "user_stopped_typing"];
for (const name of names) socket.addEventListener(name, ({{ detail, seq }}) => seen.push([name, seq ?? null, detail]));
Object.assign(window, {{ socket, seen }});
if (window.name !== "still") socket.connect();
document.documentElement.dataset.loaded = "";
</script></body></html>"""


@dataclass
class Wire:
    """The server's side of the page's connections, played by the test."""

    page: Page
    connections: list[WebSocketRoute] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    answers: dict[tuple[str, str], Callable[[str], Any]] = field(default_factory=dict)
    held: list[Route] = field(default_factory=list)
    refuse_with: int | None = None
    """A close code for every connection, before it gets ready."""

    def connected(self, route: WebSocketRoute) -> None:
        self.connections.append(route)
        route.on_message(lambda text: self.heard(route, json.loads(text)))

    def heard(self, route: WebSocketRoute, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        if self.refuse_with and frame["type"] == "authenticate":
            route.close(code=self.refuse_with)

    def until(self, condition: Callable[[], Any], what: str = "it") -> Any:
        for _ in range(400):
            if found := condition():
                return found
            self.page.wait_for_timeout(25)
        raise AssertionError(f"{what} did not happen; frames: {self.frames}")

    def frame(self, kind: str, number: int = 1) -> dict[str, Any]:
        """The `number`-th frame of this type that the page has sent; waits for it."""
        found = self.until(lambda: [sent for sent in self.frames if sent["type"] == kind][number - 1 : number], kind)
        return found[0]

    def count(self, kind: str) -> int:
        return sum(sent["type"] == kind for sent in self.frames)

    def send(self, *frames: dict[str, Any]) -> None:
        for frame in frames:
            self.connections[-1].send(json.dumps(frame))

    def ready(self, head: int = 0, recovered: bool = False, epoch: str = "e1", actor: str = "driver:15") -> None:
        kind, number = actor.split(":")
        self.send(
            {
                "type": "ready",
                "connection_id": f"c{len(self.connections)}",
                "user": {"type": kind, "id": int(number)},
                "epoch": epoch,
                "head": head,
                "recovered": recovered,
                "heartbeat_interval": 25,
                "server_time": "2026-11-21T14:05:00.000Z",
            }
        )
        self.page.wait_for_function("['live', 'ended'].includes(socket.state)")

    def open(self, head: int = 0, number: int = 1, **ready: Any) -> None:
        """Waits for the page's `number`-th connection and takes it in."""
        self.frame("authenticate", number)
        self.ready(head, **ready)

    def seen(self, *names: str) -> list[Any]:
        everything = self.page.evaluate("seen")
        return [entry for entry in everything if not names or entry[0] in names]

    def wait_for_seen(self, name: str, count: int = 1) -> list[Any]:
        return self.until(lambda: len(self.seen(name)) >= count and self.seen(name), name)

    def answer(self, method: str, path: str, answer: Callable[[str], Any]) -> None:
        """`answer(url)` gives the JSON of a request, an int for a status without any, or None to let it wait."""
        self.answers[method, path] = answer

    def serve(self, route: Route) -> None:
        request = route.request
        path = request.url.removeprefix(ORIGIN).split("?")[0]
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file)[0])
        elif path.startswith("/api/"):
            self.requests.append((request.method, request.url.removeprefix(ORIGIN), request.post_data_json))
            answer = self.answers.get((request.method, path), lambda _: 404)(request.url)
            if isinstance(answer, int):
                route.fulfill(status=answer, json={"error": {"code": "not_found", "message": "No."}})
            elif answer is None:
                self.held.append(route)
            else:
                route.fulfill(json=answer)
        else:
            addresses = {name: f"/static/{file}" for name, file in module_names(STATIC).items()}
            body = PAGE.format(import_map=json.dumps({"imports": addresses}), actor="driver:15")
            route.fulfill(body=body, content_type="text/html")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "wire" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def wire(browser: Browser) -> Iterator[Wire]:
    """A driver's page with a socket, and the other end of its wire. No script of the page may fail."""
    context = browser.new_context()
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.clock.install()
    wire = Wire(page)
    page.route("**/*", wire.serve)
    page.route_web_socket(f"{ORIGIN.replace('http', 'ws')}/ws/", wire.connected)
    page.goto(f"{ORIGIN}/")
    page.wait_for_selector("[data-loaded]", state="attached")
    yield wire
    for route in wire.held:
        route.abort()
    context.close()
    assert faults == []
