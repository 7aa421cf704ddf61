"""Waiting for an answer that has events in it, outside of Django.

The view answers at once, through all middleware, in a thread. When it has nothing to say it leaves a wish in the
request's scope; then its answer is put aside, the client waits here at no cost, and the view is asked again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from kernel import http_metrics
from kernel.actors import ActorKey
from kernel.api import json_bytes, retry_after
from kernel.errors import RateLimited
from presence import metrics
from presence.engine import pool
from presence.live import hub
from presence.log import replay

LONGEST_SECONDS = 25
_WISH = "presence.live.long_poll"

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[..., Awaitable[None]]


class Wish(NamedTuple):
    """To be asked again as soon as this person's stream has come beyond `after`, at most `seconds` from now."""

    key: ActorKey
    after: int
    seconds: float


def wait_for(request: HttpRequest, key: ActorKey, *, after: int, seconds: float) -> None:
    """Ask that this request be answered later. Where nobody waits around the view, its answer stands."""
    scope = getattr(request, "scope", None)
    if scope is not None and seconds > 0:
        scope[_WISH] = Wish(key, after, min(seconds, LONGEST_SECONDS))


def waiting(application: Application, path: str) -> Application:
    """`application`, with those who ask for `path` kept waiting when it says so."""

    async def serve(scope: Any, receive: Receive, send: Send) -> None:
        if scope["path"] != path:
            await application(scope, receive, send)
            return
        deadline = None
        began = time.perf_counter()
        while True:
            asked = dict(scope) | {http_metrics.ASKED_AGAIN: True}
            answer = await _ask(application, asked)
            wish: Wish | None = asked.get(_WISH)
            now = asyncio.get_running_loop().time()
            deadline = deadline or now + (wish.seconds if wish else 0)
            if wish is None or now >= deadline or hub.start().is_draining:
                break
            if 0 < settings.PRESENCE["CONNECTIONS_MAX"] <= hub.start().waiters.count(wish.key):
                answer = _too_many(answer)
                break
            if not await _news(wish, deadline - now, receive):
                if asyncio.get_running_loop().time() < deadline:
                    return  # The client has gone.
                break
        metrics.POLLS.observe(time.perf_counter() - began)
        http_metrics.count(http_metrics.method_of(scope["method"]), path.removeprefix("/"), answer[0]["status"])
        for message in answer:
            await send(message)

    return serve


def _too_many(answer: Sequence[Message]) -> list[Message]:
    """The refusal of one more who waits, instead of the view's answer, and with the same headers."""
    given = {name.lower(): value for name, value in answer[0]["headers"]}
    refusal = RateLimited(retry_after=1.0)
    with translation.override(given.get(b"content-language", b"en").decode("latin-1")):
        error = refusal.as_dict() | {"request_id": given.get(b"x-request-id", b"").decode("latin-1")}
    body = json_bytes({"error": error})
    said = [*retry_after(refusal).items(), ("Content-Length", str(len(body)))]
    headers = (given | {name.lower().encode(): value.encode() for name, value in said}).items()
    return [
        {"type": "http.response.start", "status": refusal.status, "headers": [list(each) for each in headers]},
        {"type": "http.response.body", "body": body},
    ]


async def _ask(application: Application, scope: Any) -> list[Message]:
    """The application's whole answer to a request without a body."""
    answer: list[Message] = []
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()  # Until the application has no more interest.
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def keep(message: Message) -> None:
        answer.append(message)

    await application(scope, receive, keep)
    return answer


async def _news(wish: Wish, seconds: float, receive: Receive) -> bool:
    """Whether the stream has come further; False when the time is over or the client has gone."""
    the_hub = hub.start()
    waiter = the_hub.waiters.add(wish.key, wish.after)
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        # Between the view's look at the rows and now something may have come.
        heads = await pool.run(replay.heads, {wish.key})
        if heads.get(wish.key, replay.Head()).seq > wish.after:
            return True
        await asyncio.wait({waiter.future, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return waiter.future.done()
    finally:
        gone.cancel()
        the_hub.waiters.remove(wish.key, waiter)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
