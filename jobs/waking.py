"""Wakes this process's own worker, when it has one: what was enqueued here need not wait for the next look."""

from threading import Event

_events: dict[str, list[Event]] = {}


def listen(queue: str) -> Event:
    """The event that is set when a job was enqueued in this process."""
    event = Event()
    _events.setdefault(queue, []).append(event)
    return event


def forget(queue: str, event: Event) -> None:
    _events.get(queue, []).remove(event)


def wake(queue: str) -> None:
    for event in _events.get(queue, ()):
        event.set()
