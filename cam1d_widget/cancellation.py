"""Long work that is stopped in the midst of a map: between two batches, however deep it is in them.

Who waits for the work says what stops it; who passes batches through a model asks, and knows nothing of jobs.
"""

from __future__ import annotations

from concurrent.futures import CancelledError
from contextvars import ContextVar
from threading import Event

__all__ = ["CancelledError", "cancelled_by", "check_cancelled"]

_STOP: ContextVar[Event | None] = ContextVar("what stops the work", default=None)


def cancelled_by(stop: Event) -> None:
    """From here on, in this context and no other, work ends where it next asks once the event is set."""
    _STOP.set(stop)


def check_cancelled() -> None:
    """Ask whether to go on, between two batches.

    Raises
    ------
    CancelledError
        If the work was stopped.
    """
    stop = _STOP.get()
    if stop is not None and stop.is_set():
        raise CancelledError
