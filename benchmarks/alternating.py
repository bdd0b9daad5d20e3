"""Times of two calls that run in turn, so that other load on the machine affects both equally."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

__all__ = ["in_turn", "seconds"]


def in_turn(ours: Callable[[], Any], theirs: Callable[[], Any], *, least: int, most: int, during: float) -> float:
    """Median ratio of the times of two calls, which run alternately after a warm-up.

    Parameters
    ----------
    ours, theirs : callable
    least, most : int
        Number of ratios.
    during : float
        Seconds after which no more than `least` ratios are taken.
    """
    ours(), theirs()
    ratios: list[float] = []
    started = time.perf_counter()
    while len(ratios) < least or (len(ratios) < most and time.perf_counter() - started < during):
        ratios.append(seconds(ours) / seconds(theirs))
    return median(ratios)


def seconds(call: Callable[[], Any]) -> float:
    """Wall-clock time of a call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
