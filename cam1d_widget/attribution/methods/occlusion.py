"""Occlusion: score drop when a segment is replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ...validation import check_count, is_sequence
from ..classifier import Classifier
from ..masking import Baseline, ChangePoints, Slices, check_baseline, check_change_points, check_channels, replacements
from ..masking.score_drops import score_drops
from .families.base import Axiom, Maps, SeveralTargets

# Default windows, as parts of the series. Short events need short windows and long events long ones, and the length of
# an event is not known beforehand: docs/leaderboard.md shows the cost of one size.
PARTS = (4, 8, 16)


@dataclass(frozen=True)
class Occlusion(SeveralTargets):
    r"""Score drop when a window of a channel is replaced by the baseline.

    .. math:: \phi_W = S_c(x) - S_c(x \text{ with window } W \text{ replaced})

    Windows cover every sample; the values of overlapping windows are averaged, and so are the maps of several sizes.
    Only what a window can change is recomputed, so that the time grows with the number of windows, not with their
    square.

    The value of a window is the score drop while everything else is present. If one of two events suffices, that is
    only the share that the other does not replace: about half of a logit to which both add, and almost nothing of a
    probability that is near one with either.

    Parameters
    ----------
    size : int, or sequence of int, optional
        Samples in a window; of several sizes the maps are averaged. Default: a quarter, an eighth and a sixteenth of
        the series.
    stride : int, optional
        Samples from one window to the next. Default: a quarter of each size.
    baseline : array that broadcasts to x, function of x, or PieceBaseline
        Replacement of the window. Default: the mean of each channel of `background`, or zero without one.
    channels : {"each", "all"}
        Whether channels are replaced one at a time, or all at once (then the map has one channel).
    change_points : sequence of int, optional
        Samples at which adjacent windows begin, instead of `size` and `stride`.
    """

    size: int | Sequence[int] | None = None
    stride: int | None = None
    baseline: Baseline = field(default=None, compare=False)
    channels: Literal["each", "all"] = "each"
    change_points: ChangePoints = field(default=None, compare=False)

    label = "Occlusion"
    family = "perturbation"
    free_targets = True
    reference = "Zeiler and Fergus (2014), https://arxiv.org/abs/1311.2901"
    axioms = frozenset({Axiom.DUMMY, Axiom.LINEARITY, Axiom.SYMMETRY, Axiom.IMPLEMENTATION})

    def __post_init__(self) -> None:
        check_channels(self.channels)
        check_baseline(self.baseline)
        if self.change_points is not None:
            check_change_points(self.change_points)
        if self.size is not None:
            several: list[Any] = list(self.size) if is_sequence(self.size) else []
            for size in several or [self.size]:
                check_count("size", size)
        if self.stride is not None:
            check_count("stride", self.stride)
        if self.change_points is not None and (self.size, self.stride) != (None, None):
            raise ValueError("change_points exclude size and stride: give either")

    def maps(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> Maps:
        """Maps of several classes from the same replaced series."""
        values = np.mean([self._averaged(classifier, x, targets, one) for one in self._slices(x.shape[1])], axis=0)
        return Maps(values, values.sum(axis=(2, 3), dtype=np.float64))

    def _passes(self, samples: int, channels: int) -> float:
        """One for each window of a channel; where crops are enough, it takes less time."""
        return sum(map(len, self._slices(samples))) * (channels if self.channels == "each" else 1)

    def _averaged(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray, slices: Slices) -> np.ndarray:
        """Maps by windows of one size, of shape (instance, target, time, channel or 1)."""
        drops = np.stack(
            [
                score_drops(classifier, one, slices, stand_in, columns, self.channels)
                for one, stand_in, columns in zip(x, replacements(x, self.baseline), targets, strict=True)
            ]
        )
        return slices.averaged(drops.transpose(0, 3, 1, 2).astype(x.dtype))

    def _slices(self, length: int) -> list[Slices]:
        if self.change_points is not None:
            return [Slices.apart(length, change_points=self.change_points)]
        sizes = (
            {max(1, round(length / part)) for part in PARTS} if self.size is None else set(np.ravel(self.size).tolist())
        )
        return [
            Slices.sliding(length, size, max(1, size // 4) if self.stride is None else self.stride)
            for size in sorted(sizes)
        ]
