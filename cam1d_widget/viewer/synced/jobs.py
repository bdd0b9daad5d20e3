"""Long work that the browser asks for: one at a time, with progress, and a cancel that arrives while it runs.

Messages from the browser are handled one after another, so that work done in a handler would keep a cancel waiting. It
is therefore done in a thread, as a generator that yields how far it is; there it is stopped, and where it asks whether
to :func:`~cam1d_widget.cancellation.check_cancelled`, as passes through a model do between two batches.

A panel that wants long work done needs three things. In Python, a function of the browser's arguments that yields
``(share, text)`` and returns a :class:`Result`, given to :class:`Jobs` under a name of its kind::

    def filters(arguments):
        for place in range(count):
            yield place / count, f"filter {place} of {count}"
            ...
        return Result({"layer": layer}, {"inputs": inputs})

    jobs = Jobs({"filters": filters})

In the browser, ``mark.jobs`` (js/src/synced/JobsModel.ts): ``start(name, kind, arguments)``, ``cancel()``, ``running``,
``result(name)``, ``fault(name)``, ``offers(kind)`` (whether a kernel is there that does it), and the event "job"
whenever one of them changed. `name` tells one result from another, such as ``"filters/conv1"``; no two kinds share one.
And that is all: results are kept on both sides under their names, and :attr:`Jobs.kept` carries them into a saved page,
where ``result(name)`` still has them.

What the work touches must stand being used beside a slider that is moved; explanations lock themselves.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any

import numpy as np
from traitlets import Any as AnyTrait
from traitlets import List, Unicode

from ...cancellation import CancelledError, cancelled_by
from .base import PageContents, Synced

__all__ = ["Jobs", "Result", "Work"]

# Seconds between two messages of progress, and results that are kept.
_OFTEN, _KEPT = 0.1, 256


@dataclass(frozen=True, eq=False)
class Result:
    """What comes out of a job.

    Attributes
    ----------
    content : dict
        Plain JSON.
    arrays : mapping of str to ndarray
        Numbers, which travel as float32.
    """

    content: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)


Work = Callable[[dict[str, Any]], Generator[tuple[float, str], None, Result]]
"""Work on the browser's arguments: yields the share that is done and what is being done, and returns the result."""


def _packed_to_json(packed: dict[str, Any], _: Any) -> dict[str, Any]:
    # An empty buffer does not get through Jupyter's wire.
    return {"index": packed["index"], "data": memoryview(packed["data"]) if packed["data"] else None}


class Jobs(Synced):
    """Work that the browser can ask for, one at a time.

    Parameters
    ----------
    work : mapping of str to Work
        By kind. The browser offers no others.
    results : mapping of str to Result
        What is known already, by name.
    kinds : sequence of str
        Kinds of work that a saved page speaks of. Default: those that are done here.

    Attributes
    ----------
    kinds : list of str
        Kinds of work that are done here.
    results : dict
        By name, what was computed; of many, the last ones.
    """

    kinds = List(Unicode()).tag(sync=True)
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
        self._one_at_a_time = Lock()
        self._running: _Running | None = None
        self.on_msg(self._receive)

    def for_page(self, page: PageContents) -> Jobs:
        """Jobs of a page: its results, and nothing that computes more."""
        return Jobs(results=page.results, kinds=self.kinds)

    def keep(self, name: str, result: Result) -> None:
        """Keep a result that was computed elsewhere, and tell the browser."""
        self._put(name, result)
        self._tell(name, result)

    def forget(self) -> None:
        """Discard all results and cancel running jobs: they belong to a model that is no longer shown."""
        self.cancel()
        self.results.clear()
        self.kept = packed_results({})

    def start(self, name: str, kind: str, arguments: dict[str, Any]) -> None:
        """Begin; where something else is under way, that is told instead."""
        if name in self.results:
            self._tell(name, self.results[name])
            return
        with self._one_at_a_time:
            running = self._running
            if running is None:
                self._running = running = _Running(name, self.work[kind](arguments))
                # In the context of the message that asked for it, which answers refer to.
                Thread(target=copy_context().run, args=(self._run, running), daemon=True).start()
                return
        if running.name != name:
            self.send({"state": "failed", "name": name, "text": "something else is being computed; cancel it, or wait"})
        self.send(running.said)

    def cancel(self) -> None:
        """Stop what is under way where it yields next, or asks whether to go on."""
        running = self._running
        if running is not None:
            running.stop.set()

    def _run(self, running: _Running) -> None:
        """All of a job, in a thread; whatever happens, its end is told."""
        cancelled_by(running.stop)
        try:
            result = running.finish(self._say)
            last = {"state": "cancelled", "name": running.name} if result is None else None
        except BaseException as fault:
            # An exception that leaves a thread is seen by nobody.
            text = f"could not be computed: {str(fault) or type(fault).__name__}"
            result, last = None, {"state": "failed", "name": running.name, "text": text}
        with self._one_at_a_time:
            self._running = None
        if result is not None:
            self.keep(running.name, result)
        elif last is not None:
            self.send(last)

    def _say(self, said: dict[str, Any]) -> None:
        """Tell how far it is; of a widget that was closed, nobody waits for the rest."""
        if self.comm is None:
            self.cancel()
        else:
            self.send(said)

    def _put(self, name: str, result: Result) -> None:
        self.results[name] = result
        while len(self.results) > _KEPT:
            self.results.popitem(last=False)

    def _tell(self, name: str, result: Result) -> None:
        packed = packed_results({name: result})
        self.send({"state": "done", "index": packed["index"]}, [packed["data"]] if packed["data"] else None)

    def _receive(self, _: Any, content: dict[str, Any], buffers: list[Any]) -> None:
        """Take what the browser half asks for."""
        if content.get("type") == "start":
            self.start(str(content["name"]), str(content["kind"]), dict(content["arguments"]))
        elif content.get("type") == "cancel":
            self.cancel()


class _Running:
    """A job under way, and what was said of it last."""

    def __init__(self, name: str, steps: Generator[tuple[float, str], None, Result]) -> None:
        self.name, self.stop = name, Event()
        self.said: dict[str, Any] = {"state": "running", "name": name, "done": 0.0, "text": ""}
        self._steps = steps

    def finish(self, send: Callable[[dict[str, Any]], None]) -> Result | None:
        """Result of all steps; None where it was stopped before the last."""
        told = 0.0
        try:
            while not self.stop.is_set():
                done, text = next(self._steps)
                news = text != self.said["text"]
                self.said = {**self.said, "done": float(done), "text": text}
                if news or time.monotonic() - told > _OFTEN:
                    told = time.monotonic()
                    send(self.said)
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
