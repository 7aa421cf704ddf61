"""Where the live connection is."""

from typing import Any

from django.urls import path, re_path

from presence.live.consumer import LiveConsumer


async def nowhere(scope: Any, receive: Any, send: Any) -> None:
    """There is no live connection at any other address: the handshake is refused."""
    await receive()
    await send({"type": "websocket.close"})


websocket_urls = [
    path("ws/", LiveConsumer.as_asgi()),
    re_path("", nowhere),  # type: ignore[arg-type]  # Django knows views only; Channels routes ASGI applications.
]
