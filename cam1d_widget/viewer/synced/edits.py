"""Edited series, shown in the place of instances: the browser sends them, or Python sets them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...validation import check_finite, counted
from ..other_series import OtherSeries
from .messages import text_of
from .tiles import Tile, places_of

__all__ = ["Edits", "is_edited"]

_SCORES, _MAP = "edited-scores", "edited-attribution"


def is_edited(key: str) -> bool:
    """Whether a tile belongs to an edited series."""
    return key.startswith(f"{_SCORES}/") or key.startswith(f"{_MAP}/")


class Edits:
    """Edited series by instance, their scores and maps.

    A tile is requested by the key "edited-scores/<instance>/<name>" or
    "edited-attribution/<method>/<instance>/<target>/<name>". The name is that of the edits in the browser.

    Parameters
    ----------
    model : object
        An `OtherSeries`, which computes scores and maps; series cannot be edited with any other object.
    index : callable
        Checks an index: called with "instance", "method" or "target" and a value.
    shape : callable
        Samples and channels of an instance.
    """

    def __init__(
        self, model: object, index: Callable[[str, Any], int], shape: Callable[[int], tuple[int, int]]
    ) -> None:
        self._model = model if isinstance(model, OtherSeries) else None
        self._index, self._shape = index, shape
        # By instance: the name, "" for edits of Python, and the series, None for the original, or why it was refused.
        self._series: dict[int, tuple[str, np.ndarray | Exception | None]] = {}
        # By instance: how often Python has edited it.
        self._counts: dict[int, int] = {}

    @property
    def baselines(self) -> Sequence[float] | None:
        """Value of each channel that replaces a window; None if series cannot be edited."""
        return None if self._model is None else [float(value) for value in self._model.baselines]

    def of(self, instance: int) -> np.ndarray | None:
        """Edited series of an instance, (time, channel); None if it is not edited."""
        series = self._series.get(instance, ("", None))[1]
        return series.copy() if isinstance(series, np.ndarray) else None

    @property
    def series(self) -> dict[int, np.ndarray]:
        """Edited series (time, channel), by instance."""
        return {place: one for place, (_, one) in self._series.items() if isinstance(one, np.ndarray)}

    def put(self, instance: int, series: np.ndarray | None) -> None:
        """Edit an instance, or restore the original, on behalf of Python."""
        self._counts[instance] = self._counts.get(instance, 0) + 1
        self._series[instance] = "", series

    def packed(self) -> list[dict[str, Any]]:
        """Edited series in the form that the browser receives."""
        return [
            {
                "instance": instance,
                "name": name,
                "count": self._counts.get(instance, 0),
                "values": memoryview(b"" if series is None else np.ascontiguousarray(series, np.float32).tobytes()),
            }
            for instance, (name, series) in self._series.items()
            if not isinstance(series, Exception)
        ]

    def take(self, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        """Store the series of a message; if it is refused, requests for its tiles are answered with the reason."""
        instance = self._index("instance", content.get("instance"))
        if not buffers:
            self._series.pop(instance, None)
            return
        name = text_of(content, "name")
        try:
            self._series[instance] = name, self._read(instance, bytes(buffers[0]))
        except ValueError as fault:
            self._series[instance] = name, fault

    def _read(self, instance: int, data: bytes) -> np.ndarray:
        samples, channels = self._shape(instance)
        if len(data) != 4 * samples * channels:
            raise ValueError(
                f"an edited series must hold {counted(samples * channels, 'number')}, {samples} samples of "
                f"{counted(channels, 'channel')}, but holds {len(data) / 4:g}"
            )
        return check_finite("an edited series", np.frombuffer(data, np.float32).reshape(samples, channels))

    def place_of(self, key: str) -> tuple[int, int, int]:
        """Places of method, instance and class in the key of a map."""
        places = places_of(key.rpartition("/")[0], _MAP, "method", "instance", "target")
        method, instance, target = map(self._index, ("method", "instance", "target"), places)
        return method, instance, target

    def tile(self, key: str, methods: Sequence[str], targets: Sequence[int]) -> Tile:
        """Scores, of shape (1 or 2, class) with probabilities in the second row, or a map."""
        if self._model is None:
            raise ValueError("a series can be edited only in a widget with a model, as CAM1DWidget(model, x)")
        place, _, name = key.rpartition("/")
        if key.startswith(f"{_SCORES}/"):
            [instance] = map(self._index, ["instance"], places_of(place, _SCORES, "instance"))
            scores = self._model.scores(instance, self._named(instance, name))
            rows = [scores.scores] if scores.probabilities is None else [scores.scores, scores.probabilities]
            return Tile(key, np.asarray(rows, np.float32))
        method, instance, target = self.place_of(key)
        series = self._named(instance, name)
        values, gap, errors = self._model.attribution(methods[method], instance, targets[target], series)
        error = float("nan") if errors is None else float(np.max(errors, initial=0.0))
        spread = None if errors is None else np.asarray(errors, np.float32)
        return Tile(key, np.asarray(values, np.float32), gap, error, spread)

    def _named(self, instance: int, name: str) -> np.ndarray:
        known, series = self._series.get(instance, ("", None))
        if isinstance(series, Exception):
            raise series
        if series is None or known != name:
            raise ValueError("the series was edited again before this was computed")
        return series
