"""No more of a request's body is read than is let in.

Django writes a whole body into a file before any view, limit or middleware looks at it, however long it is.
"""

from collections.abc import Awaitable, Callable
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
Application = Callable[[Any, Any, Any], Awaitable[None]]


def cut(application: Application, *, most: int) -> Application:
    """The ASGI application, to which a body of more than `most` bytes ends one byte after them.

    That byte lets what reads the body see that it is too long, and refuse it.
    """

    async def reads_so_much(scope: Any, receive: Receive, send: Any) -> None:
        left, is_over = most + 1, False

        async def receive_some() -> dict[str, Any]:
            nonlocal left, is_over
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return message
                if is_over:
                    continue
                body = message.get("body", b"")[:left]
                left -= len(body)
                is_over = left == 0 or not message.get("more_body", False)
                return message | {"body": body, "more_body": not is_over}

        await application(scope, receive_some, send)

    return reads_so_much
