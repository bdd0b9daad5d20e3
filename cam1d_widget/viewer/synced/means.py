"""Means and standard deviations of series and maps over the instances of a class, computed incrementally."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...explanation.labels import members
from ...explanation.source import ExplanationSource, HasMeans, lengths_of
from ...validation import check_index, shown
from ..choice import Mean, known_mean
from .tiles import Tile, places_of

# Seconds that one message may take, and number of means that are kept; the browser repeats unfinished requests.
_SLICE, _KEPT = 1.0, 32


class Running:
    """Running mean and standard deviation of arrays; NaN is ignored, such as the padding of shorter series."""

    def __init__(self) -> None:
        self.gap = float("nan")  # the largest of the maps so far
        self.count: Any = 0
        self.mean: Any = 0.0
        self._squares: Any = 0.0

    def take(self, values: np.ndarray) -> None:
        """Add an array, by the algorithm of Welford (1962)."""
        there = ~np.isnan(values)
        self.count = self.count + there
        off = np.where(there, values, 0.0) - np.where(there, self.mean, 0.0)
        self.mean = self.mean + off / np.maximum(self.count, 1)
        self._squares = self._squares + np.where(there, off * (values - self.mean), 0.0)

    def values(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation so far."""
        mean = np.where(self.count > 0, self.mean, np.nan)
        spread = np.where(self.count > 0, np.sqrt(self._squares / np.maximum(self.count, 1)), np.nan)
        return mean.astype(np.float32), spread.astype(np.float32)


class Means:
    """Means of a source's series and maps.

    Parameters
    ----------
    source : ExplanationSource
    targets : sequence of int
        Class index of each entry of the class menu.
    """

    def __init__(self, source: ExplanationSource, targets: Sequence[int]) -> None:
        self._source, self._targets = source, targets
        # By key: the running mean, its instances, and those that remain.
        self._begun: OrderedDict[str, tuple[Running, list[int], list[int]]] = OrderedDict()

    def tile(self, key: str, *, seconds: float = _SLICE) -> Tile:
        """Mean of the key "mean-series/<by>/<class>/<method>/<target>" or "mean-attribution/...", possibly partial."""
        kind, _, rest = key.partition("/")
        by = rest.partition("/")[0]
        if kind not in ("mean-series", "mean-attribution"):
            raise ValueError(f"key must begin with mean-series or mean-attribution, but is {shown(key)}")
        of, method, target = places_of(key, f"{kind}/{by}", "class", "method", "target")
        label = self._source.methods[check_index("method", method, len(self._source.methods))]
        index = self._targets[check_index("target", target, len(self._targets))]
        mean = known_mean("mean", (by, of), self._source)
        if isinstance(self._source, HasMeans) and index == mean.of and _has_single_classes(mean, self._source):
            return _stored_tile(key, self._source, mean, label if kind == "mean-attribution" else None)
        among = instances_of(mean, self._source)
        running, instances, left = self._begin(key, [one for one in among if self._source.has(label, one, index)])
        self._advance(running, left, self._values(kind, label, index, running), time.monotonic() + seconds)
        lengths = lengths_of(self._source)
        values, spread = (values[: lengths[instances].max()] for values in running.values())
        taken = instances[: len(instances) - len(left)]
        of_mean = {
            "count": len(taken),
            "of": len(among),
            "partial": bool(left),
            **({} if self._source.lengths is None else {"lengths": lengths[taken].tolist()}),
        }
        return Tile(key, values, running.gap, spread=spread, mean=of_mean)

    def _begin(self, key: str, instances: list[int]) -> tuple[Running, list[int], list[int]]:
        if not instances:
            raise ValueError("no instance of this class has a map")
        begun = self._begun.setdefault(key, (Running(), instances, list(instances)))
        self._begun.move_to_end(key)
        while len(self._begun) > _KEPT:
            self._begun.popitem(last=False)
        return begun

    def _values(self, kind: str, label: str, target: int, running: Running) -> Callable[[int], np.ndarray]:
        source = self._source
        if kind == "mean-series":
            return lambda instance: np.asarray(source.x[instance], float)

        def values(instance: int) -> np.ndarray:
            made = np.asarray(source.attribution(label, instance, target), float)
            running.gap = float(np.fmax(running.gap, source.completeness_gap(label, instance, target)))
            return made

        return values

    @staticmethod
    def _advance(running: Running, left: list[int], values: Callable[[int], np.ndarray], end: float) -> None:
        while left:
            running.take(values(left[0]))
            left.pop(0)
            if time.monotonic() > end:
                break


def _has_single_classes(mean: Mean, source: ExplanationSource) -> bool:
    """Whether each instance is assigned to one of the classes that are explained."""
    return mean.by == "predicted" or (len(source.class_names) > 1 and np.asarray(source.y).ndim == 1)


def _stored_tile(key: str, source: HasMeans, mean: Mean, method: str | None) -> Tile:
    """Mean over all instances that a source has computed with its maps."""
    stored, every = source.class_mean(*mean, method), source.class_mean(*mean)
    if not stored.instances:
        raise ValueError("no instance of this class has a map")
    of_mean = {"count": stored.instances, "of": every.instances, "partial": False}
    return Tile(key, stored.mean, stored.gap, spread=stored.deviation, mean=of_mean)


def mean_key(kind: str, mean: Mean, method: int, target: int) -> str:
    """Key of a mean, of the "series" or the "attribution"."""
    return f"mean-{kind}/{mean.by}/{mean.of}/{method}/{target}"


def instances_at(lengths: Sequence[int] | None, samples: int) -> np.ndarray | None:
    """Number of instances of a mean at each time step, of shape (time,); None if all have the same length."""
    return None if lengths is None else (np.arange(samples) < np.asarray(lengths)[:, np.newaxis]).sum(axis=0)


def instances_of(mean: Mean, source: ExplanationSource) -> list[int]:
    """Instances of a true or predicted class."""
    if mean.by == "true":
        chosen = members(np.asarray(source.y), mean.of)
    else:
        outputs = source.scores if source.probabilities is None else source.probabilities
        chosen = np.asarray(outputs)[:, : len(source.class_names)].argmax(axis=1) == mean.of
    return [int(one) for one in np.flatnonzero(chosen)]
