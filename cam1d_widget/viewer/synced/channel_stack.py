"""ChannelStack: the bqplot mark that draws every channel of a series with its attribution."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from traitlets import observe

from ...cancellation import CancelledError, check_cancelled
from ...explanation.explanation import ExplanationSource
from ...explanation.portable_model import PortableModel
from ...explanation.source import ModelChangedError, Scoring, known_scores, seconds_of
from ...validation import check_count
from ..windows import Intervals, ScoresWithout, check_window
from .background import Background
from .base import Synced
from .edits import Edits, is_edited
from .facts import explained_classes, facts_of
from .means import Means
from .messages import error_text, kind_of
from .network import NetworkSender
from .offered_map import OfferedMap
from .picture_requests import PictureRequests
from .stack_state import StackState, is_long
from .tiles import MOST as MOST_TILES
from .tiles import (
    Tile,
    answered,
    attribution_key,
    keys_of,
    map_tile,
    pack,
    places_of,
    series_key,
    series_tile,
)

# Seconds beyond which maps are computed in the background.
SLOW = 1.0
# Seconds that reading the model and the first map may take, for a browser to paint both within two.
_FIRST = 1.4


def _truth(y: np.ndarray | None) -> np.ndarray | None:
    """True labels for the browser, which recognizes class indices, multi-label rows and real values by their dtype."""
    return None if y is None else y.astype({"i": np.int32, "b": np.uint8, "f": np.float32}[y.dtype.kind])


_CHOICE = ["instance", "target", "method", "against", "mean", "pinned"]
_STALE = "The model has changed since this widget was made. The displayed scores and maps are from before the change."


class ChannelStack(StackState):
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
        Called when the browser requests an update after the model has changed; it must call :meth:`read_source`.
    absence : str, optional
        Message for a missing tile if no kernel can compute it.
    **traits
        Initial `instance`, `target` and `method`; parts such as `options` and `jobs`; and what a bqplot mark takes
        (scales).
    """

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
        edits = Edits(scores_without, self._index, self._shape)
        baselines = edits.baselines if model is None else model.description["baseline"]
        self._given = targets, instances, absence, baseline, baselines, intervals
        self._reads_tiles = tiles is None
        super().__init__(
            **self._read(),
            edited=edits,
            tiles=tiles if tiles is not None else {"index": [], "data": b""},
            network=None if model is None else model.packed(),
            **traits,
        )
        # A single output separates two true classes.
        true_classes = max(2, len(source.class_names))
        self.finder.read_classes(source.class_names, true_classes=true_classes, instances=len(source.x))
        self._pictures = PictureRequests(lambda message: self.send(message))
        # In this order: requested maps, the remaining scores, and the map of the offered method.
        self._background, self._scoring = Background(), Background()
        self._network = NetworkSender(source, self.send)
        self._offering: OfferedMap | None = None
        self._continued = False
        self.on_msg(self._receive)
        # Whoever chooses another picture, the browser may compute it with the model as it was.
        self.observe(lambda change: self._network.check_model(), _CHOICE)

    def open(self) -> None:
        """Open the widget in the browser, with the tiles of the first picture in its first state."""
        if self._reads_tiles:
            self._reads_tiles = False  # it may be closed and opened again
            self.tiles = self._first_tiles()
            self.opening = True
        super().open()

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
            self.opening = False
            if is_long(self.scores):
                self.send_state(["scores", "probabilities"])
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
        except (CancelledError, ModelChangedError):  # a changed model is reported by `mark_stale`
            pass
        except Exception as fault:
            self.stale = f"The scores of all series could not be computed: {error_text(fault)}"

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
        if is_edited(key):
            return self.edited.tile(key, self._source.methods, self._targets)
        if key.startswith("series/"):
            [instance] = map(self._index, ["instance"], places_of(key, "series", "instance"))
            return series_tile(self._source, key, instance)
        return map_tile(self._source, key, *self._map_of(key))

    def _map_of(self, key: str) -> tuple[str, int, int]:
        """Method, instance and class of a map."""
        names = ("method", "instance", "target")
        method, instance, target = map(self._index, names, places_of(key, "attribution", *names))
        return self._source.methods[method], instance, self._targets[target]

    def whole(self, key: str) -> Tile:
        """Tile; a mean is over all instances that have the map."""
        return self._means.tile(key, seconds=float("inf")) if key.startswith("mean-") else self.tile(key)

    def _first_tiles(self) -> dict[str, Any]:
        """Packed tiles of the first picture, which is thus displayed at once, also in a saved notebook.

        The series is displayed alone, and the browser requests the map, if that takes long, or if the first picture
        would take more than two seconds with it.
        """
        keys = self._first_keys()
        try:
            seconds = self._seconds(keys)
            # A first map compiles about a third of what was compiled when the model was read.
            if seconds > SLOW or seconds + 1.3 * getattr(self._source, "seconds_to_read", 0.0) > _FIRST:
                return pack([self.tile(keys[0])])
            return pack([self.tile(key) for key in keys])
        except Exception:
            # The browser will request it, and show the error instead of the picture.
            return pack([self.tile(keys[0])])

    def read_first_map(self) -> None:
        """Put the map of the current picture into the state even if it takes long."""
        self.tiles = pack([self.tile(key) for key in self._first_keys()])

    def _first_keys(self) -> list[str]:
        return [series_key(self.instance), attribution_key(self.method, self.instance, self.target)]

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
        elif kind == "edit":
            with suppress(TypeError, ValueError):  # no request can refer to an edit without an instance or a name
                self.edited.take(content, buffers)
            self._network.check_model()
        elif kind == "network" and self.sends_network:
            self._network.start(self.version, content.get("programs") is True, self._scoring)
        elif kind == "update":
            self._update()
        elif kind == "views":
            self._pictures.send_to(check_count("count", content.get("count"), least=0))
            self._continue()
        elif kind == "picture":
            file = bytes(buffers[0]) if buffers else str(content.get("error"))
            self._pictures.answer(check_count("request", content.get("request"), least=0), file)

    def _answer(self, content: dict[str, Any]) -> None:
        """Answer a request for tiles; if it takes long, send the series and the time, and the maps from a thread."""
        try:
            keys = keys_of(content)
        except TypeError:  # reported in the answer
            keys = []
        seconds = self._seconds(keys[:MOST_TILES])
        if seconds <= SLOW:
            self.send(*answered(content, self.tile))
            return
        quick = [key for key in keys if key.startswith(("series/", "edited-scores/"))]
        at_once, buffers = answered({"keys": quick}, self.tile)
        self.send({"slow": content.get("request"), "seconds": seconds, "index": at_once["index"]}, buffers)
        if self._offering is not None and self._offering.key not in self._maps_of(keys):
            self._offering.cancel()  # it would delay the requested maps
        self._background.start(lambda: self.send(*answered(content, self.tile)), keys)

    @property
    def quick(self) -> bool:
        """Whether the current map takes no longer than a second, or is cached."""
        return self._seconds([attribution_key(self.method, self.instance, self.target)]) <= SLOW

    def _seconds(self, keys: Sequence[Any]) -> float:
        """Estimated seconds of the maps among some tiles."""
        return sum(seconds_of(self._source, *one) for one in self._maps_of(keys)) + sum(
            seconds_of(self._source, method) for method in self._edited_methods(keys)
        )

    def _maps_of(self, keys: Sequence[Any]) -> Iterator[tuple[str, int, int]]:
        """Method, instance and class of each map among some tiles."""
        for key in keys:
            with suppress(ValueError):  # no map, or a wrong key: reported in the answer
                yield self._map_of(key)

    def _edited_methods(self, keys: Sequence[Any]) -> Iterator[str]:
        """Method of each map of an edited series among some tiles."""
        for key in keys:
            with suppress(ValueError):
                yield self._source.methods[self.edited.place_of(key)[0]]

    def edit(self, instance: int, series: np.ndarray | None) -> None:
        """Show another series (time, channel) in the place of an instance, or the original again."""
        self.edited.put(instance, series)
        self.send_state("edited")
        self._network.check_model()

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
            answer["error"] = error_text(fault)
        self.send(answer)

    @observe("better")
    def _dismiss(self, change: Any) -> None:
        """Stop computing the map of a method that is no longer offered, unless the method was selected."""
        offering = getattr(self, "_offering", None)
        if self.better is None and offering is not None and self._source.methods[self.method] != offering.key[0]:
            offering.cancel()
