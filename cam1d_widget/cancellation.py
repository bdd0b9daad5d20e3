"""Cooperative cancellation of long computations, checked between batches.

The thread that runs a job sets the event that cancels it; code that runs batches through a model only checks it.
"""

from __future__ import annotations

from concurrent.futures import CancelledError
from contextvars import ContextVar
from threading import Event

__all__ = ["CancelledError", "cancelled_by", "check_cancelled"]

_STOP: ContextVar[Event | None] = ContextVar("_STOP", default=None)


def cancelled_by(stop: Event) -> None:
    """Let an event cancel the computations of the current context."""
    _STOP.set(stop)


def check_cancelled() -> None:
    """Raise an error if the current computation has been cancelled; to be called between two batches.

    Raises
    ------
    CancelledError
    """
    stop = _STOP.get()
    if stop is not None and stop.is_set():
        raise CancelledError
