"""Maps that take long, computed in a thread, so that sliders and cells do not wait for them."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from threading import Event, Lock, Thread

from ...cancellation import cancelled_by

__all__ = ["Background"]


class Background:
    """Runs one task at a time; a new one cancels the one before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self, task: Callable[[], None]) -> None:
        """Run a task once the one before has stopped; tasks stop at their next cancellation check."""
        with self._lock:
            self._stop.set()
            self._stop = stop = Event()
            before = self._thread
            # In the context of the requesting message, to which answers refer.
            self._thread = Thread(target=copy_context().run, args=(_run, task, stop, before), daemon=True)
            self._thread.start()

    def cancel(self) -> None:
        """Cancel the running task."""
        self._stop.set()

    def wait(self) -> None:
        """Wait until the last task has ended."""
        if self._thread is not None:
            self._thread.join()


def _run(task: Callable[[], None], stop: Event, before: Thread | None) -> None:
    if before is not None:
        before.join()
    cancelled_by(stop)
    task()
