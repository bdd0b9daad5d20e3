"""ChannelStack: the bqplot mark that draws every channel of a series with its attribution."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import bqplot
import numpy as np
from traitlets import Any as AnyTrait
from traitlets import Dict, Int, Unicode, observe, validate

from ...cancellation import CancelledError, check_cancelled
from ...explanation.explanation import ExplanationSource
from ...explanation.portable_model import PortableModel
from ...explanation.source import ModelChangedError, Scoring, known_scores, lengths_of, seconds_of
from ...validation import check_count, check_index
from ..choice import FOLLOWS, known_mean, of_choice
from ..windows import Intervals, ScoresWithout, check_window
from .background import Background
from .base import Synced, SyncedView, part, table
from .checked import Checked, chosen, whole
from .checks import Checks
from .facts import explained_classes, facts_of
from .fields import fields_of_mean, fields_of_picture, notes, samples
from .finder import Finder
from .inside import Inside
from .jobs import Jobs
from .means import Means
from .messages import kind_of, said
from .offered_map import OfferedMap
from .options import Options
from .picture_requests import PictureRequests
from .tiles import MOST as MOST_TILES
from .tiles import (
    Tile,
    answered,
    attribution_key,
    keys_of,
    map_tile,
    pack,
    packed_to_json,
    places_of,
    series_key,
    series_tile,
)

# Seconds beyond which maps are computed in the background.
SLOW = 1.0


def _truth(y: np.ndarray | None) -> np.ndarray | None:
    """True labels for the browser, which recognizes class indices, multi-label rows and real values by their dtype."""
    return None if y is None else y.astype({"i": np.int32, "b": np.uint8, "f": np.float32}[y.dtype.kind])


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
    model : PortableModel, optional
        Model with which a page computes scores and maps itself.
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
    follow : {"predicted", "true", "runner-up", "contrast", "fixed"}
        Which class is explained when the instance changes.
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
    better : dict or None
        Method that is ranked above the initial one but takes longer: its index `method`, `seconds`, and `state`, one of
        "offered", "computing" and "ready".
    network : dict or None
        The model of a page: its description, and its `weights` as bytes.
    version : int
        Number of updates of the scores and maps; the browser drops its tiles when it changes.
    """

    _view_name = Unicode("ChannelStack").tag(sync=True, echo_update=False)

    scales_metadata = Dict(
        {
            "x": {"orientation": "horizontal", "dimension": "x"},
            "y": {"orientation": "vertical", "dimension": "y"},
        }
    ).tag(sync=True, echo_update=False)

    instance = whole(0).tag(sync=True)
    target = whole(0).tag(sync=True)
    method = whole(0).tag(sync=True)
    against = whole(None, allow_none=True).tag(sync=True)
    follow = chosen(*FOLLOWS).tag(sync=True)
    mean = Checked(fields_of_mean, None, allow_none=True).tag(sync=True)
    pinned = Checked(fields_of_picture, None, allow_none=True).tag(sync=True)
    facts = Dict().tag(sync=True, echo_update=False)
    scores = table()
    probabilities = table()
    truth = table()
    explained = table()
    steps = table()
    window = Checked(samples, None, allow_none=True).tag(sync=True)
    annotations = Checked(notes, []).tag(sync=True)
    checks = part(Checks)
    finder = part(Finder)
    options = part(Options)
    jobs = part(Jobs)
    inside = part(Inside)
    stale = Unicode().tag(sync=True, echo_update=False)
    better = Dict(allow_none=True, default_value=None).tag(sync=True)
    network = AnyTrait(None, allow_none=True).tag(sync=True, echo_update=False)
    version = Int(0).tag(sync=True, echo_update=False)
    tiles = AnyTrait().tag(sync=True, echo_update=False, to_json=packed_to_json)

    def __init__(
        self,
        source: ExplanationSource,
        *,
        targets: Any = None,
        instances: Any = None,
        tiles: dict[str, Any] | None = None,
        model: PortableModel | None = None,
        scores_without: ScoresWithout | None = None,
        intervals: Intervals = (),
        update_model: Callable[[], None] | None = None,
        absence: str = "This map needs the kernel that made the widget: run the cell again.",
        **traits: Any,
    ) -> None:
        self._source = source
        self._scores_without = scores_without
        self._update_model = update_model
        baseline = next((one.baseline for one in (scores_without, model) if one is not None), "")
        self._given = targets, instances, absence, baseline, intervals
        super().__init__(
            **self._read(),
            tiles=tiles if tiles is not None else {"index": [], "data": b""},
            network=None if model is None else {**model.description, "weights": memoryview(model.weights.tobytes())},
            **traits,
        )
        # A single output separates two true classes.
        self.finder.read_classes(source.class_names, true_classes=max(2, len(source.class_names)))
        if tiles is None:
            self.tiles = self._first_tiles()
        self._pictures = PictureRequests(lambda message: self.send(message))
        # Maps that are asked for; then the other scores; then the map of the offered method.
        self._background, self._scoring = Background(), Background()
        self._offering: OfferedMap | None = None
        self._continued = False
        self.on_msg(self._receive)

    taking = False
    """Whether the present changes come from the browser, which has followed the class itself."""

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take values from the browser."""
        self.taking = True
        try:
            super().set_state(sync_data)
        finally:
            self.taking = False

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
            **self._read_scores(),
            "truth": _truth(source.y),
            "explained": explained_classes(source, self._targets),
            "steps": None if source.receptive_field is None else np.asarray(source.receptive_field, np.float32),
        }

    def _read_scores(self) -> dict[str, Any]:
        """Traits of the scores, as far as they are known."""
        scores, probabilities = known_scores(self._source)
        return {
            "scores": np.asarray(scores, np.float32),
            "probabilities": None if probabilities is None else np.asarray(probabilities, np.float32),
        }

    def _continue(self) -> None:
        """Compute what the first picture did not wait for, once a browser shows it."""
        if not self._continued:
            self._continued = True
            self._score()
            if self._offering is not None and self.better is not None:
                self._offering.compute_after(self._scoring)

    def _score(self) -> None:
        """Compute the scores that are not known, in the background, once the map in progress is done."""
        source = self._source
        if isinstance(source, Scoring) and np.isnan(self.scores).any():
            self._scoring.start(lambda: self._compute_scores(source))

    def _compute_scores(self, source: Scoring) -> None:
        """Compute scores block by block, and send them whenever their number has doubled."""
        self._background.wait()
        done, sent = 0, 1
        try:
            while block := source.more_scores(self.instance):
                check_cancelled()
                done += block
                if done >= 2 * sent:
                    sent = done
                    self._send_scores()
            self._send_scores()
        except (CancelledError, ModelChangedError):  # which a line of its own says
            pass
        except Exception as fault:
            self.stale = f"The scores of all series could not be computed: {said(fault)}"

    def _send_scores(self) -> None:
        with self.hold_sync():
            for name, value in self._read_scores().items():
                setattr(self, name, value)

    def read_source(self) -> None:
        """Show the source after an update of its scores and maps; instance, class and method stay selected."""
        with self.hold_sync():
            for name, value in self._read().items():
                setattr(self, name, value)
            self.tiles = self._first_tiles()
            self.stale = ""
            self.version += 1
        self._score()

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

    def offer(self, method: int, seconds: float) -> None:
        """Offer a method that takes longer than the initial one; its first map is computed unless it takes minutes."""
        self.better = {"method": method, "seconds": seconds, "state": "offered"}
        key = (self._source.methods[method], self.instance, self._targets[self.target])
        self._offering = OfferedMap(self._source, key, seconds, self._offered)

    def _offered(self, state: str) -> None:
        if self.better is not None:
            self.better = {**self.better, "state": state}

    def ask_for_picture(self, request: dict[str, Any], take: Callable[[bytes | str], object]) -> bool:
        """Request a file of a picture from the browser; `take` is called with it, or with an error.

        Returns False if no browser is known to display the widget: the request is then sent to the first one that does.
        """
        self._pictures.add(request, take)
        return bool(self._pictures.views)

    def tile(self, key: str) -> Tile:
        """Series or map of this key, computed if necessary; the source caches it."""
        if key.startswith("mean-"):
            return self._means.tile(key)
        if key.startswith("series/"):
            [instance] = map(self._index, ["instance"], places_of(key, "series", "instance"))
            return series_tile(self._source, key, instance)
        return map_tile(self._source, key, *self._map_of(key))

    def _map_of(self, key: str) -> tuple[str, int, int]:
        """Method, instance and class of a map."""
        names = ("method", "instance", "target")
        method, instance, target = map(self._index, names, places_of(key, "attribution", *names))
        return self._source.methods[method], instance, self._targets[target]

    def _index(self, name: str, value: Any) -> int:
        return check_index(name, value, len(self.facts[f"{name}s"]))

    def _samples(self, instance: int) -> int:
        return int(lengths_of(self._source)[instance])

    def whole(self, key: str) -> Tile:
        """Tile; a mean is over all instances that have the map."""
        return self._means.tile(key, seconds=float("inf")) if key.startswith("mean-") else self.tile(key)

    def _first_tiles(self) -> dict[str, Any]:
        """Packed tiles of the first picture, which is thus displayed at once, also in a saved notebook.

        A map that takes long is left to the browser to request, so that the series is displayed meanwhile.
        """
        keys = [series_key(self.instance), attribution_key(self.method, self.instance, self.target)]
        try:
            if self._seconds(keys) > SLOW:
                return pack([self.tile(keys[0])])
            return pack([self.tile(key) for key in keys])
        except Exception:
            # The browser will request it, and show the error instead of the picture.
            return pack([self.tile(keys[0])])

    def _receive(self, _: Any, content: dict[str, Any], buffers: list[Any]) -> None:
        """Handle a message of the browser."""
        kind = kind_of(content)
        if kind == "tiles":
            self._answer(content)
        elif kind == "cancel":
            self._background.cancel(keys_of(content) if "keys" in content else None)
            if self._offering is not None:
                self._offering.cancel()
        elif kind == "replace":
            self._replace(content)
        elif kind == "update":
            self._update()
        elif kind == "views":
            self._pictures.send_to(check_count("count", content.get("count"), least=0))
            self._continue()
        elif kind == "picture":
            file = bytes(buffers[0]) if buffers else str(content.get("error"))
            self._pictures.answer(check_count("request", content.get("request"), least=0), file)

    def _answer(self, content: dict[str, Any]) -> None:
        """Answer a request for tiles; if it takes long, in the background, after the series and how long it takes."""
        try:
            keys = keys_of(content)
        except TypeError:  # reported in the answer
            keys = []
        seconds = self._seconds(keys[:MOST_TILES])
        if seconds <= SLOW:
            self.send(*answered(content, self.tile))
            return
        at_once, buffers = answered({"keys": [key for key in keys if key.startswith("series/")]}, self.tile)
        self.send({"slow": content.get("request"), "seconds": seconds, "index": at_once["index"]}, buffers)
        if self._offering is not None and self._offering.key not in self._maps_of(keys):
            self._offering.cancel()  # it would only take time from what is asked for
        self._background.start(lambda: self.send(*answered(content, self.tile)), keys)

    @property
    def quick(self) -> bool:
        """Whether the current map takes no longer than a second, or is there."""
        return self._seconds([attribution_key(self.method, self.instance, self.target)]) <= SLOW

    def _seconds(self, keys: Sequence[Any]) -> float:
        """About how long the maps of some tiles take."""
        return sum(seconds_of(self._source, *one) for one in self._maps_of(keys))

    def _maps_of(self, keys: Sequence[Any]) -> Iterator[tuple[str, int, int]]:
        """Method, instance and class of each map among some tiles."""
        for key in keys:
            with suppress(ValueError):  # no map, or a wrong key: reported in the answer
                yield self._map_of(key)

    def _replace(self, content: dict[str, Any]) -> None:
        """Compute the scores of a series with one window replaced."""
        answer: dict[str, Any] = {"name": content.get("name"), "scores": [], "probabilities": None, "error": None}
        try:
            if self._scores_without is None:
                raise ValueError("a window can be replaced only in a widget with a model, as CAM1DWidget(model, x)")
            instance = self._index("instance", content.get("instance"))
            first, stop = check_window("window", content.get("window"), self._samples(instance))
            result = self._scores_without(instance, first, stop)
            answer["scores"] = [float(score) for score in result.scores]
            if result.probabilities is not None:
                answer["probabilities"] = [float(share) for share in result.probabilities]
        except Exception as fault:
            answer["error"] = said(fault)
        self.send(answer)

    @observe("better")
    def _dismiss(self, change: Any) -> None:
        """Stop computing what is no longer offered, unless it was selected."""
        offering = getattr(self, "_offering", None)
        if self.better is None and offering is not None and self._source.methods[self.method] != offering.key[0]:
            offering.cancel()

    @validate("instance", "target", "method")
    def _check_index(self, proposal: Any) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        with of_choice():
            return self._index(name, value) if self.facts else int(value)

    @validate("against")
    def _check_against(self, proposal: Any) -> int | None:
        against = proposal["value"]
        if against is None or not self.facts:
            return against
        with of_choice():
            return check_index("against", against, len(self.facts["targets"]))

    @validate("mean")
    def _check_mean(self, proposal: Any) -> dict[str, Any] | None:
        return None if proposal["value"] is None else self._known_mean("mean", proposal["value"])

    def _known_mean(self, name: str, mean: dict[str, Any]) -> dict[str, Any]:
        return known_mean(name, (mean["by"], mean["of"]), self._source)._asdict()

    @validate("pinned")
    def _check_pinned(self, proposal: Any) -> dict[str, Any] | None:
        pinned = proposal["value"]
        if pinned is None or not self.facts:
            return pinned
        with of_choice():
            for name in ("instance", "target", "method"):
                check_index(f"pinned.{name}", pinned[name], len(self.facts[f"{name}s"]))
            if pinned["against"] is not None:
                check_index("pinned.against", pinned["against"], len(self.facts["targets"]))
            mean = None if pinned["mean"] is None else self._known_mean("pinned.mean", pinned["mean"])
        return {**pinned, "mean": mean}

    @validate("window")
    def _check_window(self, proposal: Any) -> tuple[int, int] | None:
        window = proposal["value"]
        if window is None or not self.facts:
            return window
        with of_choice():
            return check_window("window", window, self.facts["samples"])

    @validate("annotations")
    def _check_annotations(self, proposal: Any) -> list[dict[str, Any]]:
        notes = proposal["value"]
        if self.facts:
            with of_choice():
                for note in notes:
                    check_index("instance of annotations", note["instance"], len(self.facts["instances"]))
                    check_window("window of annotations", note["window"], self._samples(note["instance"]))
        return notes
