"""Answers for the operator: does the process live (`/healthz`), can it work (`/readyz`), and its `/metrics`."""

import asyncio
import hmac
import logging
from collections.abc import Callable

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from presence import metrics

logger = logging.getLogger(__name__)

DOORBELL_SECONDS = 2.0
"""Seconds after which a check has failed: it would wait for ever otherwise."""


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Everything that it needs answers too: 200, or 503 naming what does not."""
    checks = {"database": _works(_database), "doorbell": _works(_doorbell), "migrations": _works(_migrations)}
    ready = all(checks.values())
    words = {name: "ok" if works else "failing" for name, works in checks.items()}
    return JsonResponse({"status": "ok" if ready else "unavailable", "checks": words}, status=200 if ready else 503)


@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus text for clients that have `METRICS_TOKEN`; without one set, there is no such page."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token:
        return HttpResponseNotFound()
    if not hmac.compare_digest(given.encode(), token.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    body, content_type = metrics.exposition()
    return HttpResponse(body, content_type=content_type)


def _works(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # Whatever it raises, it does not work.
        logger.warning("not ready: %s", check.__name__, exc_info=True)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _doorbell() -> bool:
    async_to_sync(_ring)()
    return True


async def _ring() -> None:
    async with asyncio.timeout(DOORBELL_SECONDS):
        await get_channel_layer().group_send("readyz", {"type": "readyz"})


_is_migrated = False
"""What this process's code wants has been migrated once: it is not undone, and reading every migration takes long."""


def _migrations() -> bool:
    global _is_migrated
    if not _is_migrated:
        executor = MigrationExecutor(connection)
        _is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _is_migrated
