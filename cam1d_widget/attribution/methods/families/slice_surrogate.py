"""Surrogates: a linear model of the score over slices that are kept or replaced."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, final

import numpy as np

from ....validation import check_count, check_seed
from ...classifier import Classifier
from ...masking import (
    Baseline,
    ChangePoints,
    PieceBaseline,
    Slices,
    batches,
    check_baseline,
    check_change_points,
    check_channels,
    finite_scores,
    occluded,
    replacements,
)
from .base import Maps, SeveralTargets
from .regression import Fit

Scores = Callable[[np.ndarray], np.ndarray]
"""Scores of shape (coalition, target) of one series, by which slices are kept, bool of shape (coalition, slice)."""


@dataclass(frozen=True)
class SliceSurrogate(SeveralTargets):
    """Slices of a series, each a feature that is on or off, and a linear model of the score.

    A subclass chooses the coalitions of slices, and overrides :meth:`draw` and :meth:`fit`. A slice's value is
    divided evenly among its samples, so that sums are those of the linear model.

    Parameters
    ----------
    samples : int, optional
        Number of coalitions, at least twice the number of slices. Default: 2048 and twice the number of slices.
    size : int, optional
        Samples of the series in a slice. Default: a tenth of the series.
    channels : {"each", "all"}
        Whether each channel has its own slices, or all channels share them (then the map has one channel).
    change_points : sequence of int, optional
        Samples at which slices begin, instead of `size`.
    baseline : array that broadcasts to x, function of x, or PieceBaseline
        Replacement of a slice. Default: the mean of each channel of `background`, or zero without one.
    seed : int
        Of the coalitions that are drawn, the same for every series.
    """

    samples: int | None = None
    size: int | None = None
    channels: Literal["each", "all"] = "each"
    change_points: ChangePoints = field(default=None, compare=False)
    baseline: Baseline = field(default=None, compare=False)
    seed: int = 0

    family = "perturbation"
    free_targets = True
    stochastic = True
    on_demand = True

    def __post_init__(self) -> None:
        check_channels(self.channels)
        check_baseline(self.baseline)
        if self.change_points is not None:
            check_change_points(self.change_points)
        for name in ("samples", "size"):
            value = getattr(self, name)
            if value is not None:
                check_count(name, value)
        check_seed(self.seed)
        if self.change_points is not None and self.size is not None:
            raise ValueError("size and change_points exclude each other: give one of them")

    @abstractmethod
    def draw(self, slices: int, samples: int, rng: np.random.Generator) -> Any:
        """Coalitions of slices, at most `samples`."""

    @abstractmethod
    def fit(self, coalitions: Any, scores: Scores) -> Fit:
        """Value of each slice of one series and its standard error, both of shape (slice, target)."""

    @final
    def maps(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> Maps:
        """Maps of several classes from the same coalitions, and their standard errors."""
        slices, columns = self._slices(x.shape[1]), x.shape[2] if self.channels == "each" else 1
        coalitions = self.draw(
            len(slices) * columns, self._budget(len(slices), columns), np.random.default_rng(self.seed)
        )
        series = zip(x, replacements(x, self.baseline), targets, strict=True)
        fits = [self.fit(coalitions, _scores(classifier, slices, *one)) for one in series]
        coefficients, errors = (
            np.moveaxis(np.stack(part), 2, 1).reshape(*targets.shape, len(slices), columns)
            for part in zip(*fits, strict=True)
        )
        values, errors = (slices.divided(part).astype(x.dtype) for part in (coefficients, errors))
        return Maps(values, coefficients.sum(axis=(2, 3)), errors)

    def _passes(self, samples: int, channels: int) -> float:
        """One for each coalition."""
        columns = channels if self.channels == "each" else 1
        return self._budget(len(self._slices(samples)), columns)

    def _slices(self, length: int) -> Slices:
        return Slices.apart(length, self.size, self.change_points)

    def _budget(self, windows: int, columns: int) -> int:
        """Number of samples, or an error if they are too few for the slices."""
        least = 2 * windows * columns
        samples = 2048 + least if self.samples is None else self.samples
        if samples < least:
            raise ValueError(
                f"{self.label} needs at least twice as many samples as slices, {least} for {windows} windows × "
                f"{columns} channels, but has samples={samples}; give more, or a larger size, or channels='all'"
            )
        return samples


def _scores(
    classifier: Classifier, slices: Slices, x: np.ndarray, replacement: np.ndarray | PieceBaseline, targets: np.ndarray
) -> Scores:
    """Scores of one series by the slices that are kept."""

    def scores(kept: np.ndarray) -> np.ndarray:
        removed = ~kept.reshape(len(kept), len(slices), -1)
        return np.concatenate(
            [
                finite_scores(
                    classifier, classifier.scores(occluded(x, removed[part][:, slices.of_sample], replacement))
                )[:, targets]
                for part in batches(len(kept), x.nbytes)
            ]
        ).astype(np.float64)

    return scores
