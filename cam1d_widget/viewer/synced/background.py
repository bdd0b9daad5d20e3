"""Maps that take long, computed in a thread, so that sliders and cells do not wait for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import copy_context
from threading import Event, Lock, Thread

from ...cancellation import cancelled_by

__all__ = ["Background"]


class Background:
    """Runs one task at a time; a new one cancels the one before, unless that computes the same."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._stop = Event()
        self._thread: Thread | None = None
        self._keys: frozenset[str] = frozenset()

    def start(self, task: Callable[[], None], keys: Iterable[str] = ()) -> None:
        """Run a task once the one before has stopped; tasks stop at their next cancellation check.

        Two windows of one widget request the same maps: the second task waits for the first, whose maps are cached.

        Parameters
        ----------
        task : callable
        keys : iterable of str
            What it computes.
        """
        with self._lock:
            before, wanted = self._thread, frozenset(keys)
            running = before is not None and before.is_alive() and not self._stop.is_set()
            if not (running and wanted and wanted <= self._keys):
                self._stop.set()
                self._stop, self._keys = Event(), wanted
            stop = self._stop
            # In the context of the requesting message, to which answers refer.
            self._thread = Thread(target=copy_context().run, args=(_run, task, stop, before), daemon=True)
            self._thread.start()

    def cancel(self, keys: Iterable[str] | None = None) -> None:
        """Cancel the running task; only if it computes some of these keys, if they are given."""
        with self._lock:
            if keys is None or self._keys.intersection(keys):
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
