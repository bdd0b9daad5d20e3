"""ChannelStack: the bqplot mark that draws every channel of a series with its attribution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bqplot
import numpy as np
from traitlets import Any as AnyTrait
from traitlets import Dict, Instance, Int, List, TraitError, Tuple, Unicode, validate

from ...explanation.explanation import ExplanationSource
from ..windows import Intervals, ScoresWithout
from .base import Synced, SyncedView, part
from .checks import Checks
from .facts import explained_classes, facts_of
from .finder import Finder
from .inside import Inside
from .jobs import Jobs
from .means import Means
from .options import Options
from .tiles import Tile, answered, attribution_key, index_in_key, map_tile, pack, packed_to_json, series_key


def _table_to_json(table: np.ndarray | None, _: Any) -> dict[str, Any] | None:
    if table is None:
        return None
    return {"dtype": table.dtype.name, "shape": list(table.shape), "data": memoryview(table.tobytes())}


def _table() -> Any:
    # Not echoed: the browser never changes them, and an echo would send them twice.
    return Instance(np.ndarray, allow_none=True).tag(sync=True, echo_update=False, to_json=_table_to_json)


# Requests for pictures that are kept until a browser displays the widget.
_MOST_UNSENT = 64
_STALE = "The model has changed since this widget was made. The displayed scores and maps are from before the change."


class ChannelStack(SyncedView, bqplot.Mark):
    """Stacked channels of one series, and the attribution of one class by one method.

    Parameters
    ----------
    source : ExplanationSource
        The explanation. Maps are requested from it when they are first displayed.
    targets : sequence of int, optional
        Class index of each entry of the class menu. Default: all classes.
    instances : sequence of int, optional
        Displayed number of each instance of the source. Default: their indices.
    tiles : dict, optional
        Packed tiles that travel with the widget's state. Default: those of the first picture.
    scores_without : ScoresWithout, optional
        Computes the scores of a series with one window replaced.
    intervals : Intervals, optional
        By instance, the windows of samples that contain the true cause.
    update_model : callable, optional
        Called when the browser asks for an update after the model has changed; it ends in :meth:`read_source`.
    absence : str, optional
        Message for a missing tile if no kernel can compute it.
    **traits
        Initial `instance`, `target` and `method`; parts such as `options` and `jobs`; and what a bqplot mark takes
        (scales).

    Attributes
    ----------
    instance, target, method : int
        The current picture: indices into the instances, the class menu and the methods.
    against : int or None
        Entry of the class menu whose map is subtracted.
    mean : dict or None
        Mean that is shown instead of the instance: `by` "true" or "predicted" class, and `of` which class.
    pinned : dict or None
        Picture that is pinned next to the current one: its `instance`, `target`, `method`, `against` and `mean`.
    window : tuple of int or None
        Selected samples [first, stop).
    annotations : list of dict
        Notes: "instance", "window" (samples [first, stop)) and "text".
    stale : str
        Message that the model has changed since its scores were computed; "" where it has not.
    version : int
        Number of updates of the scores and maps; the browser drops its tiles when it changes.
    """

    _view_name = Unicode("ChannelStack").tag(sync=True)

    scales_metadata = Dict(
        {
            "x": {"orientation": "horizontal", "dimension": "x"},
            "y": {"orientation": "vertical", "dimension": "y"},
        }
    ).tag(sync=True)

    instance = Int(0).tag(sync=True)
    target = Int(0).tag(sync=True)
    method = Int(0).tag(sync=True)
    against = Int(None, allow_none=True).tag(sync=True)
    mean = Dict(allow_none=True, default_value=None).tag(sync=True)
    pinned = Dict(allow_none=True, default_value=None).tag(sync=True)
    facts = Dict().tag(sync=True, echo_update=False)
    scores = _table()
    probabilities = _table()
    truth = _table()
    explained = _table()
    steps = _table()
    window = Tuple(Int(), Int(), allow_none=True, default_value=None).tag(sync=True)
    annotations = List(Dict()).tag(sync=True)
    checks = part(Checks)
    finder = part(Finder)
    options = part(Options)
    jobs = part(Jobs)
    inside = part(Inside)
    stale = Unicode().tag(sync=True)
    version = Int(0).tag(sync=True)
    tiles = AnyTrait().tag(sync=True, echo_update=False, to_json=packed_to_json)

    def __init__(
        self,
        source: ExplanationSource,
        *,
        targets: Any = None,
        instances: Any = None,
        tiles: dict[str, Any] | None = None,
        scores_without: ScoresWithout | None = None,
        intervals: Intervals = (),
        update_model: Callable[[], None] | None = None,
        absence: str = "This map needs the kernel that made the widget: run the cell again.",
        **traits: Any,
    ) -> None:
        self._source = source
        self._scores_without = scores_without
        self._update_model = update_model
        baseline = "" if scores_without is None else scores_without.baseline
        self._given = targets, instances, absence, baseline, intervals
        super().__init__(
            **self._read(),
            tiles=tiles if tiles is not None else {"index": [], "data": b""},
            **traits,
        )
        if tiles is None:
            self.tiles = self._first_tiles()
        self._pictures: dict[int, Callable[[bytes | str], object]] = {}
        self._unsent: list[dict[str, Any]] = []
        self._asked = 0
        self._views = 0
        self.on_msg(self._receive)

    @property
    def parts(self) -> dict[str, Synced]:
        """State of each panel, by the name of its trait."""
        values = {name: getattr(self, name) for name in self.traits(sync=True)}
        return {name: value for name, value in values.items() if isinstance(value, Synced)}

    def _read(self) -> dict[str, Any]:
        """Traits that the source determines."""
        source = self._source
        facts = facts_of(source, *self._given)
        self._targets = facts["targets"]
        self._means = Means(source, self._targets)
        return {
            "facts": facts,
            "scores": np.asarray(source.scores, np.float32),
            "probabilities": None if source.probabilities is None else np.asarray(source.probabilities, np.float32),
            "truth": None if source.y is None else np.asarray(source.y, np.int32),
            "explained": explained_classes(source, self._targets),
            "steps": None if source.receptive_field is None else np.asarray(source.receptive_field, np.float32),
        }

    def read_source(self) -> None:
        """Show the source after an update of its scores and maps; instance, class and method stay selected."""
        with self.hold_sync():
            for name, value in self._read().items():
                setattr(self, name, value)
            self.tiles = self._first_tiles()
            self.stale = ""
            self.version += 1

    def mark_stale(self, stale: bool) -> None:
        """Show, or no longer show, that the model has changed."""
        self.stale = _STALE if stale else ""

    def _update(self) -> None:
        """Update the model on request of the browser; if that fails, show the reason instead of the question."""
        self.stale = ""
        try:
            assert self._update_model is not None
            self._update_model()
        except Exception as fault:
            self.stale = f"The model could not be updated: {str(fault) or type(fault).__name__}"

    def ask_for_picture(self, request: dict[str, Any], take: Callable[[bytes | str], object]) -> bool:
        """Request a file of a picture from the browser; `take` is called with it, or with an error.

        Returns False if no browser is known to display the widget: the request is then sent to the first one that does.
        """
        self._asked += 1
        self._pictures[self._asked] = take
        self._unsent = [*self._unsent[1 - _MOST_UNSENT :], {**request, "request": self._asked}]
        self._send_requests()
        return bool(self._views)

    def _send_requests(self) -> None:
        while self._views and self._unsent:
            self.send(self._unsent.pop(0))

    def tile(self, key: str) -> Tile:
        """Series or map of this key, computed if necessary; the source caches it."""
        kind, *places = key.split("/")
        if kind.startswith("mean-"):
            return self._means.tile(key)
        if kind == "series":
            return Tile(key, np.asarray(self._source.x[self._index("instance", places[0])], np.float32))
        method, instance, target = map(self._index, ("method", "instance", "target"), places)
        return map_tile(self._source, key, self._source.methods[method], instance, self._targets[target])

    def _index(self, name: str, text: Any) -> int:
        return index_in_key(name, text, len(self.facts[f"{name}s"]))

    def whole(self, key: str) -> Tile:
        """Tile; a mean is over all instances that have the map."""
        return self._means.tile(key, seconds=float("inf")) if key.startswith("mean-") else self.tile(key)

    def _first_tiles(self) -> dict[str, Any]:
        """Packed tiles of the first picture, which is thus displayed at once, also in a saved notebook."""
        keys = [series_key(self.instance), attribution_key(self.method, self.instance, self.target)]
        try:
            return pack([self.tile(key) for key in keys])
        except Exception:
            # The browser will request it, and show the error instead of the picture.
            return pack([self.tile(keys[0])])

    def _receive(self, _: Any, content: dict[str, Any], buffers: list[Any]) -> None:
        """Handle a message of the browser."""
        kind = content.get("type")
        if kind == "tiles":
            self.send(*answered(content, self.tile))
        elif kind == "replace":
            self._replace(content)
        elif kind == "update":
            self._update()
        elif kind == "views":
            self._views = int(content["count"])
            self._send_requests()
        elif kind == "picture" and (take := self._pictures.pop(content["request"], None)):
            take(bytes(buffers[0]) if buffers else str(content["error"]))

    def _replace(self, content: dict[str, Any]) -> None:
        """Compute the scores of a series with one window replaced."""
        answer: dict[str, Any] = {"name": content["name"], "scores": [], "probabilities": None, "error": None}
        try:
            assert self._scores_without is not None
            instance = self._index("instance", content["instance"])
            result = self._scores_without(instance, *(int(edge) for edge in content["window"]))
            answer["scores"] = [float(score) for score in result.scores]
            if result.probabilities is not None:
                answer["probabilities"] = [float(share) for share in result.probabilities]
        except Exception as fault:
            answer["error"] = f"could not be computed: {str(fault) or type(fault).__name__}"
        self.send(answer)

    @validate("instance", "target", "method")
    def _check_index(self, proposal: Any) -> int:
        name = proposal["trait"].name
        count = len(self.facts[f"{name}s"]) if self.facts else proposal["value"] + 1
        if not 0 <= proposal["value"] < count:
            raise TraitError(f"{name} must be from 0 to {count - 1}, but is {proposal['value']}")
        return int(proposal["value"])
