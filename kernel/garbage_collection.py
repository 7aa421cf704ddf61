"""Excludes what a server process has loaded at its start from garbage collection.

Python's collector looks for cycles among all objects; with everything that Django and the rooms load, that took a tenth
of a second each time, in which nothing was answered. Frozen objects are left out. The objects of requests are collected
less often, since reference counts free nearly all of them.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.urls import get_resolver

YOUNG = 20_000
"""The youngest objects are collected when this many more were made than freed. Python's own 700 is about one page."""


def freeze_startup_objects() -> None:
    """Exclude every object there is now from collection. To be called once, when everything is loaded."""
    len(get_resolver().url_patterns)  # They are loaded when they are asked for first.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no cycles within: for what makes hundreds of thousands of objects and keeps them until it ends, where
    each look goes through all of them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
