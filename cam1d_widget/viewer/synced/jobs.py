"""Long computations that the browser requests: one at a time, with progress, and cancellable.

Messages from the browser are handled one after another, so that a computation in a handler would delay a cancel. It
therefore runs in a thread, as a generator that yields its progress. It is cancelled at a yield, or where it calls
:func:`~cam1d_widget.cancellation.check_cancelled`, as passes through a model do between two batches.

A panel that needs a long computation provides, in Python, a function of the browser's arguments that yields
``(share, text)`` and returns a :class:`Result`, and gives it to :class:`Jobs` under the name of its kind::

    def filters(arguments):
        for place in range(count):
            yield place / count, f"filter {place} of {count}"
            ...
        return Result({"layer": layer}, {"inputs": inputs})

    jobs = Jobs({"filters": filters})

In the browser it uses ``mark.jobs``: ``start(name, kind, arguments)``, ``cancel()``, ``running``, ``result(name)``,
``fault(name)``, ``offers(kind)`` (whether a kernel computes it), and the event "job" whenever one of them changed.
`name` identifies the result, such as ``"filters/conv1"``, and is unique among all kinds. Results are kept on both sides
under their names, and :attr:`Jobs.kept` includes them in a saved page, where ``result(name)`` still returns them.

The computation runs while sliders may be moved; explanations use a lock.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any

import numpy as np
from traitlets import Any as AnyTrait
from traitlets import List, Unicode

from ...cancellation import CancelledError, cancelled_by
from ...progress import Steps
from ...validation import check_choice
from .base import PageContents, Synced
from .messages import error_text, kind_of, mapping_of, name_in, text_of

__all__ = ["Jobs", "Result", "Work"]

# Seconds between two progress messages, and number of results that are kept.
_OFTEN, _KEPT = 0.1, 256


@dataclass(frozen=True, eq=False)
class Result:
    """Result of a job.

    Attributes
    ----------
    content : dict
        Plain JSON.
    arrays : mapping of str to ndarray
        Numbers, which travel as float32.
    kept : bool
        Whether it is kept under its name; otherwise it is computed again for each request.
    """

    content: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    kept: bool = True


Work = Callable[[dict[str, Any]], Steps[Result]]
"""Computation with the browser's arguments: yields the completed share and a description, and returns the result."""


def _packed_to_json(packed: dict[str, Any], _: Any) -> dict[str, Any]:
    # Jupyter's protocol does not transmit an empty buffer.
    return {"index": packed["index"], "data": memoryview(packed["data"]) if packed["data"] else None}


class Jobs(Synced):
    """Computations that the browser can request, one at a time.

    Parameters
    ----------
    work : mapping of str to Work
        Computations by kind; the browser offers no others.
    results : mapping of str to Result
        Existing results, by name.
    kinds : sequence of str
        Kinds that a saved page mentions. Default: those of `work`.

    Attributes
    ----------
    kinds : list of str
        Kinds of computations that are available.
    results : dict
        Results by name, limited to the most recent ones.
    """

    kinds = List(Unicode()).tag(sync=True, echo_update=False)
    kept = AnyTrait().tag(sync=True, echo_update=False, to_json=_packed_to_json)

    def __init__(
        self,
        work: Mapping[str, Work] | None = None,
        results: Mapping[str, Result] | None = None,
        kinds: Sequence[str] | None = None,
    ) -> None:
        self.work = dict(work or {})
        self.results = OrderedDict(results or {})
        super().__init__(kinds=list(self.work if kinds is None else kinds), kept=packed_results(self.results))
        self._live_only: set[str] = set()
        self._lock = Lock()
        self._running: _Running | None = None
        self.on_msg(self._receive)

    def for_page(self, page: PageContents) -> Jobs:
        """Jobs of a page: its results, and nothing that computes more."""
        return Jobs(results=page.results, kinds=[kind for kind in self.kinds if kind not in self._live_only])

    def offer(self, kind: str, work: Work) -> None:
        """Add a kind of computation that a saved page does not mention."""
        self.work[kind] = work
        self.kinds = [*self.kinds, kind]
        self._live_only.add(kind)

    def keep(self, name: str, result: Result) -> None:
        """Keep a result that was computed elsewhere, and send it to the browser."""
        self._put(name, result)
        self._send_result(name, result)

    def forget(self) -> None:
        """Discard all results and cancel running jobs: they belong to a model that is no longer shown."""
        self.cancel()
        self.results.clear()
        self.kept = packed_results({})

    def start(self, name: str, kind: str, arguments: dict[str, Any]) -> None:
        """Start a job; if another one is running, report that instead."""
        if name in self.results:
            self._send_result(name, self.results[name])
            return
        with self._lock:
            running = self._running
            if running is None:
                self._running = running = _Running(name, self.work[kind](arguments))
                # In the context of the requesting message, to which answers refer.
                Thread(target=copy_context().run, args=(self._run, running), daemon=True).start()
                return
        if running.name != name:
            self.send({"state": "failed", "name": name, "text": "something else is being computed; cancel it, or wait"})
        self.send(running.progress)

    def cancel(self) -> None:
        """Cancel the running job at its next yield or cancellation check."""
        running = self._running
        if running is not None:
            running.stop.set()

    def _run(self, running: _Running) -> None:
        """Run a job to its end, in a thread; its end is always reported."""
        cancelled_by(running.stop)
        try:
            result = running.finish(self._report)
            last = {"state": "cancelled", "name": running.name} if result is None else None
        except BaseException as fault:
            # Nobody would see an exception that leaves the thread.
            result, last = None, {"state": "failed", "name": running.name, "text": error_text(fault)}
        with self._lock:
            self._running = None
        if result is not None and result.kept:
            self.keep(running.name, result)
        elif result is not None:
            self._send_result(running.name, result)
        elif last is not None:
            self.send(last)

    def _report(self, progress: dict[str, Any]) -> None:
        """Send the progress; cancel the job if the widget was closed."""
        if self.comm is None:
            self.cancel()
        else:
            self.send(progress)

    def _put(self, name: str, result: Result) -> None:
        self.results[name] = result
        while len(self.results) > _KEPT:
            self.results.popitem(last=False)

    def _send_result(self, name: str, result: Result) -> None:
        packed = packed_results({name: result})
        self.send({"state": "done", "index": packed["index"]}, [packed["data"]] if packed["data"] else None)

    def _receive(self, _: Any, content: dict[str, Any], buffers: list[Any]) -> None:
        """Handle a request of the browser."""
        asked = kind_of(content)
        if asked == "cancel":
            self.cancel()
        elif asked == "start":
            try:
                name = text_of(content, "name")
                kind = check_choice("kind", content.get("kind"), self.work)
                self.start(name, kind, mapping_of(content, "arguments"))
            except Exception as fault:
                # Without an answer the browser would wait forever.
                self.send({"state": "failed", "name": name_in(content), "text": error_text(fault)})


class _Running:
    """A running job, and its last reported progress."""

    def __init__(self, name: str, steps: Steps[Result]) -> None:
        self.name, self.stop = name, Event()
        self.progress: dict[str, Any] = {"state": "running", "name": name, "done": 0.0, "text": ""}
        self._steps = steps

    def finish(self, send: Callable[[dict[str, Any]], None]) -> Result | None:
        """Result of all steps; None if it was cancelled."""
        reported = 0.0
        try:
            while not self.stop.is_set():
                done, text = next(self._steps)
                news = text != self.progress["text"]
                self.progress = {**self.progress, "done": float(done), "text": text}
                if news or time.monotonic() - reported > _OFTEN:
                    reported = time.monotonic()
                    send(self.progress)
        except StopIteration as end:
            return end.value
        except CancelledError:
            return None
        finally:
            self._steps.close()
        return None


def packed_results(results: Mapping[str, Result]) -> dict[str, Any]:
    """Results as one index, plain JSON, and one buffer of float32."""
    index, data = [], bytearray()
    for name, result in results.items():
        arrays = []
        for label, values in result.arrays.items():
            numbers = np.ascontiguousarray(values, np.float32)
            arrays.append({"name": label, "shape": list(numbers.shape), "offset": len(data)})
            data += numbers.tobytes()
        index.append({"name": name, "content": dict(result.content), "arrays": arrays})
    return {"index": index, "data": bytes(data)}
