"""A connection that carries requests and loses their answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Request, Route

CHANGING = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Call:
    """A request that would change something; `key` is what makes it the same one when it comes again."""

    method: str
    path: str
    key: str

    @classmethod
    def of(cls, request: Request) -> "Call":
        said = parse_qs(request.post_data or "") if request.headers.get("hx-request") else {}
        key = request.headers.get("idempotency-key") or said.get("request_key", [""])[0]
        return cls(request.method, urlsplit(request.url).path, key)


@dataclass
class Losses:
    """While `on`, what would change something reaches the server, and its answer does not come back.

    With `cut` nothing else is answered either: what the page shows stays as it was. `lost` and `passed` are the calls
    that went without an answer and those that are to have one.
    """

    page: Page
    on: bool = False
    cut: bool = False
    lost: list[Call] = field(default_factory=list)
    passed: list[Call] = field(default_factory=list)

    @classmethod
    def of(cls, page: Page) -> "Losses":
        losses = cls(page)
        page.route("**/*", losses._carry)
        return losses

    def start(self, *, cut: bool = False) -> None:
        self.on, self.cut = True, cut
        self.lost.clear()

    def end(self) -> None:
        self.on = self.cut = False
        self.passed.clear()

    def _carry(self, route: Route) -> None:
        request = route.request
        if request.method not in CHANGING:
            if self.cut and request.resource_type in ("fetch", "xhr"):
                route.abort("connectionreset")
            else:
                route.fallback()
        elif not self.on:
            route.fallback()
            self.passed.append(Call.of(request))
        else:
            route.fetch(max_redirects=0)
            self.lost.append(Call.of(request))
            route.abort("connectionreset")

    def until_lost(self, number: int = 1, path: str = "/") -> None:
        """Waits until that many answers have been lost, of calls with `path` in theirs."""
        self.until(lambda: len([call for call in self.lost if path in call.path]) >= number)

    def until_passed(self, call: Call) -> None:
        """Waits until this call has come again, and goes through."""
        self.until(lambda: call in self.passed)

    def until(self, condition: Callable[[], bool]) -> None:
        """Waits for what a page whose policy forbids `eval` cannot wait for itself."""
        for _ in range(600):
            if condition():
                return
            self.page.wait_for_timeout(25)
        raise AssertionError(f"lost: {self.lost}, passed: {self.passed}")
