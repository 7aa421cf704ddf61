"""The ASGI application, for Daphne and uvicorn alike."""

import asyncio
import os
from typing import Any

from django.core.asgi import get_asgi_application

from kernel.secrets import OURS_ALONE

os.umask(OURS_ALONE)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "offers_project.settings")
django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 -- needs the apps loaded
from django.conf import settings  # noqa: E402

from jobs import embedded  # noqa: E402
from kernel import body_size, database_timeouts, garbage_collection  # noqa: E402
from offers_project.routing import websocket_urls  # noqa: E402
from presence.live import drain, hub, long_poll  # noqa: E402

database_timeouts.shorten_for_servers()
garbage_collection.freeze_startup_objects()


async def lifespan(scope: Any, receive: Any, send: Any) -> None:
    """What uvicorn asks for and Daphne does not: there is nothing to do that the first request would not do as well.

    Jobs are finished or given back before the end, which with Daphne is seen to when Python ends.
    """
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await asyncio.to_thread(embedded.stop)
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


_by_protocol = ProtocolTypeRouter(
    {
        "http": long_poll.waiting(
            body_size.cut(django_application, most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE), path="/api/events"
        ),
        "websocket": URLRouter(websocket_urls),
        "lifespan": lifespan,
    }
)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Whatever comes first starts what goes on beside it."""
    drain.on_sigterm(hub.start())
    embedded.start()
    await _by_protocol(scope, receive, send)
