"""Scores of a series while its segments are replaced, in the order of a map and in random orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from ...typing import MapsLike, SeriesLike, TargetLike
from ...validation import SAMPLES, check_choice, check_count, check_seed
from ..classifier import Classifier
from ..masking import Baseline, Slices, batches, finite_scores, occluded, replacements
from .compared_to_random import ComparedToRandom
from .items import Over, check_over
from .unequal import cut_baseline, groups
from .validation import Explained, one_target_each, series_and_maps

__all__ = ["Measure", "Perturbation", "PerturbationCurves", "perturbed", "segments_of"]

Measure = Literal["probability", "score"]
"""Measured value: the probability of the explained class, or its score."""


@dataclass(frozen=True, eq=False, repr=False)
class PerturbationCurves(ComparedToRandom):
    """Curves of a score against the replaced, or inserted, part of the series, and a summary of each.

    Attributes
    ----------
    measure : {"probability", "score"}
        Measured value.
    fractions : ndarray of shape (step,)
        Part of the segments that are replaced (for an insertion: present) at each step.
    curves : ndarray of shape (instance, step)
        Of the maps.
    random_curves : ndarray of shape (order, instance, step)
        Of random orders.
    """

    measure: Measure
    fractions: np.ndarray
    curves: np.ndarray
    random_curves: np.ndarray


@dataclass(frozen=True, eq=False)
class Perturbation:
    """How parts of series are replaced, and what is measured.

    Attributes
    ----------
    fill : array that broadcasts to x, function of x, PieceBaseline, or None
        Values of replaced samples; None is zero.
    over : {"time", "channel", "cell"} or None
        Replace windows of all channels, whole channels, or windows of a channel. None: "time" for a map of all
        channels, else "cell".
    window : int
        Samples in a window.
    measure : {"probability", "score"}
        Measured value.
    seed : int
        Of all that is drawn at random.
    """

    fill: Baseline
    over: Over | None
    window: int
    measure: Measure
    seed: int

    def __post_init__(self) -> None:
        check_seed(self.seed)
        check_choice("measure", self.measure, ("probability", "score"))
        check_over(self.over, optional=True)

    def segments(self, x: np.ndarray, maps: np.ndarray) -> np.ndarray:
        """Index of the segment of each sample of a series, int of shape (time, channel or 1)."""
        over = ("time" if maps.shape[2] == 1 else "cell") if self.over is None else self.over
        return segments_of(x.shape[1:], over, self.window)

    def each(self, given: Explained) -> Iterator[One]:
        """Each instance, those of one length together."""
        for rows, length in groups(given.lengths):
            x, maps = given.x[rows, :length], given.maps[rows, :length]
            grid, fill = self.segments(x, maps), cut_baseline(self.fill, rows, length, given.x.shape)
            places = np.arange(len(given.x))[rows].tolist()
            for place, series, values, replacement in zip(places, x, maps, replacements(x, fill, "fill"), strict=True):
                yield One(place, series, values, replacement, grid)

    def measured(self, classifier: Classifier, x: np.ndarray, target: int) -> np.ndarray:
        """Probability or score of a class on each series, of shape (instance,)."""
        if self.measure == "score":
            return finite_scores(classifier, classifier.scores(x))[:, target]
        shares = classifier.probabilities(x)
        if shares is None:
            raise ValueError("measure must be 'score' for a classifier that has no probabilities, but is 'probability'")
        return finite_scores(classifier, shares)[:, target]


class One(NamedTuple):
    """One instance: its place, series, map and replacement, and the segment of each of its samples."""

    place: int
    x: np.ndarray
    values: np.ndarray
    replacement: Any
    grid: np.ndarray


class Perturbed(NamedTuple):
    """Curves before they are summarized; attributes as in :class:`PerturbationCurves`."""

    targets: np.ndarray
    curves: np.ndarray
    random_curves: np.ndarray


def perturbed(
    classifier: Classifier,
    x: SeriesLike,
    attribution: MapsLike,
    target: TargetLike,
    fractions: np.ndarray,
    perturbation: Perturbation,
    *,
    orders: int,
    insert: bool = False,
) -> Perturbed:
    """Curves of a map and of random orders; arguments as in :func:`~.deletion`, `insert`: start from nothing."""
    check_count("orders", orders)
    given = series_and_maps(classifier, x, attribution)
    targets = one_target_each(target, len(given.x), classifier)
    made: dict[int, np.ndarray] = {}
    for place, one, values, replacement, grid in perturbation.each(given):
        places = _orders(_segment_means(values, grid, one.shape[1]), orders, (perturbation.seed, place))
        removed = _Replaced(one, places, grid, replacement, fractions, insert)
        made[place] = _curves(classifier, removed, int(targets[place]), perturbation)
    curves = np.stack([made[place] for place in sorted(made)], axis=1)
    return Perturbed(targets, curves[0], curves[1:])


def segments_of(shape: tuple[int, ...], over: Over, window: int = 1) -> np.ndarray:
    """Index of the segment of each sample of a series (time, channel): int of shape (time, channel or 1).

    Parameters
    ----------
    shape : tuple of int
    over : {"time", "channel", "cell"}
        Segments are windows of all channels, whole channels, or windows of a channel.
    window : int
        Samples in a window.
    """
    time, channels = shape
    check_over(over)
    if over == "channel":
        return np.broadcast_to(np.arange(channels), (time, channels))
    check_count("window", window, most=time, unit=SAMPLES)
    windows = Slices.apart(time, window).of_sample[:, np.newaxis]
    if over == "time":
        return windows
    return windows * channels + np.arange(channels)


def _segment_means(values: np.ndarray, grid: np.ndarray, channels: int) -> np.ndarray:
    """Mean of a map (time, channel or 1) in each segment, of shape (segment,)."""
    values = np.broadcast_to(values, (len(values), channels)).astype(np.float64)
    values = values.sum(axis=1, keepdims=True) if grid.shape[1] == 1 else values
    return np.bincount(grid.ravel(), values.ravel()) / np.bincount(grid.ravel())


def _orders(worth: np.ndarray, orders: int, seed: tuple[int, int]) -> np.ndarray:
    """Place of each segment in the order of the map, ties broken at random, and in random orders: (order, segment)."""
    rng = np.random.default_rng(seed)
    places = np.empty((1 + orders, len(worth)), int)
    places[0, np.lexsort((rng.random(len(worth)), -worth))] = np.arange(len(worth))
    places[1:] = rng.permuted(np.tile(np.arange(len(worth)), (orders, 1)), axis=1)
    return places


class _Replaced:
    """One series (time, channel), with the first segments of each order replaced (or present) at each step."""

    def __init__(
        self, x: np.ndarray, places: np.ndarray, grid: np.ndarray, replacement: Any, fractions: np.ndarray, insert: bool
    ) -> None:
        self.x, self.shape = x, (len(places), len(fractions))
        self._places, self._grid, self._replacement, self._insert = places, grid, replacement, insert
        self._counts = np.rint(fractions * places.shape[1]).astype(int)

    def series(self, part: slice) -> np.ndarray:
        """Some of them, counted order by order."""
        order, step = np.divmod(np.arange(part.start, part.stop), self.shape[1])
        first = self._places[order] < self._counts[step, np.newaxis]
        return occluded(self.x, (~first if self._insert else first)[:, self._grid], self._replacement)


def _curves(classifier: Classifier, removed: _Replaced, target: int, perturbation: Perturbation) -> np.ndarray:
    """What is measured, at each step of each order, of shape (order, step)."""
    parts = batches(removed.shape[0] * removed.shape[1], removed.x.nbytes)
    values = [perturbation.measured(classifier, removed.series(part), target) for part in parts]
    return np.concatenate(values).reshape(removed.shape)
