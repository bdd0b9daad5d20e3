"""Cooperative cancellation of long computations, checked between batches.

The thread that runs a job sets the event that cancels it; code that runs batches through a model only checks it.
"""

from __future__ import annotations

import atexit
from concurrent.futures import CancelledError
from contextvars import ContextVar
from threading import Event, Thread, current_thread
from weakref import WeakKeyDictionary

__all__ = ["CancelledError", "cancelled_by", "check_cancelled"]

_STOP: ContextVar[Event | None] = ContextVar("_STOP", default=None)
_RUNNING: WeakKeyDictionary[Thread, Event] = WeakKeyDictionary()
# Seconds for which the end of the interpreter waits for a batch that is being computed.
_LAST_BATCH = 10


def cancelled_by(stop: Event) -> None:
    """Let an event cancel the computations of the current context."""
    _STOP.set(stop)
    _RUNNING[current_thread()] = stop


@atexit.register
def _cancel_all() -> None:
    """Cancel what still runs: PyTorch aborts the process if the interpreter ends while a thread is in it."""
    running = [(thread, stop) for thread, stop in _RUNNING.items() if thread.daemon and thread.is_alive()]
    for _, stop in running:
        stop.set()
    for thread, _ in running:
        thread.join(_LAST_BATCH)


def check_cancelled() -> None:
    """Raise an error if the current computation has been cancelled; to be called between two batches.

    Raises
    ------
    CancelledError
    """
    stop = _STOP.get()
    if stop is not None and stop.is_set():
        raise CancelledError
