"""What this process counts about itself, for `/metrics`. Nothing here says who wrote what to whom."""

from collections.abc import Iterator
from functools import cache

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily


class LoopCounter:
    """A counter for the event loop alone: without the lock, it takes a tenth of the time, and frames are many."""

    def __init__(self, name: str, documentation: str) -> None:
        self.value = 0
        self._described = name, documentation
        REGISTRY.register(self)

    def collect(self) -> Iterator[CounterMetricFamily]:
        yield CounterMetricFamily(*self._described, value=self.value)


CONNECTIONS = Gauge("live_connections", "Open live connections")
OPENED = Counter("live_opened_total", "Live connections that became ready", ["recovered"])
CLOSED = Counter("live_closed_total", "Live connections closed by the server", ["code"])
FRAMES_IN = Counter(
    "live_frames_in_total", "Frames that clients sent; `unread` and `unknown` are no commands", ["type"]
)
frames_in = cache(FRAMES_IN.labels)
"""The counter of one type: looking it up costs more than counting. To be asked only for types that there are."""
ERRORS = Counter("live_errors_total", "Error frames sent", ["code"])
FRAMES_OUT = LoopCounter("live_frames_out_total", "Frames sent to clients")
DROPPED = Counter("live_dropped_total", "Frames that were not sent", ["reason"])
BATCHES = Histogram(
    "live_batch_size",
    "Calls done together in one transaction",
    ["command"],
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
)
DATABASE_WAITING = Gauge("live_database_waiting", "Calls of the live connection that wait for a database thread")
PUBLISHED = Counter("doorbell_published_total", "Batches handed to the channel layer")
PUBLISH_FAILURES = Counter("doorbell_publish_failures_total", "Batches the channel layer did not take", ["reason"])
DELIVERY = Histogram(
    "live_delivery_seconds",
    "From the commit to the hand-over to the connections of a process",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
DOORBELL_WAITING = Gauge("doorbell_waiting", "Batches that wait for the channel layer")
POLLS = Histogram(
    "live_poll_seconds",
    "Requests for events, with their wait for some",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30),
)
GAPS = Counter("live_gaps_filled_total", "Times that a number was missing which no doorbell brought in time")
REPLAYED = Counter("live_replayed_total", "Events sent from the rows")
UNKNOWN_KINDS = Counter(
    "live_unknown_kinds_total", "Events read from the rows whose kind no room knows: shown as `redacted`"
)
BEHIND = Counter("live_found_behind_total", "People whom the look at the heads found behind")
QUEUED = Gauge("live_queued_frames", "Frames waiting for readers")
# An alarm can only watch what is there before it has ever happened.
for _reason in ("passing", "closed", "gone"):
    DROPPED.labels(_reason)
for _code in (4001, 4005, 4008, 4010, 4500, 4501, 4503):
    CLOSED.labels(str(_code))
TASK_FAILURES = Counter("live_task_failures_total", "Periodic tasks that failed", ["task"])


def exposition() -> tuple[bytes, str]:
    """Everything counted, as Prometheus reads it, and the content type of that."""
    return generate_latest(), CONTENT_TYPE_LATEST
