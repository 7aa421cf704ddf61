"""Waiting without a time: until the event loop has done what there is to be done already."""

import asyncio
from collections.abc import Callable
from typing import Any


def after(turns: int, callback: Callable[..., object], *args: Any) -> None:
    """Call back so many turns of the running loop later."""
    asyncio.get_running_loop().call_soon(_turn, turns - 1, callback, *args)


def _turn(left: int, callback: Callable[..., object], *args: Any) -> None:
    if left > 0:
        after(left, callback, *args)
    else:
        callback(*args)
