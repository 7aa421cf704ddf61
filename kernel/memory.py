"""What a server process has loaded stays, so that nobody has to look through it again and again.

Python looks for cycles among all objects there are; with everything that Django and the rooms bring, that took a tenth
of a second every time, in which nothing was answered. Frozen, they are left out, and what comes and goes with requests
is looked through less often: nearly all of it needs no looking for.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.urls import get_resolver

YOUNG = 20_000
"""So many more objects made than dropped until the youngest are looked through; Python's own 700 is about one page."""


def settle() -> None:
    """To be called once, when everything is loaded."""
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
