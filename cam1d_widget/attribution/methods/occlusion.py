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
# an event is not known in advance: docs/leaderboard.md shows the cost of one size.
PARTS = (4, 8, 16)
# Long series are refined with shorter windows, each size half of the previous one, where the previous size had an
# effect: minimum number of samples in a window, and maximum number of windows of each size.
SHORTEST, REFINED = 16, 256
# Smallest effect that is refined, as a share of the largest.
MATTERS = 0.1


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
        Samples in a window; the maps of several sizes are averaged. Default: a quarter, an eighth and a sixteenth of
        the series; then, for long series, halves of these down to 16 samples, at most 256 windows of a size, where the
        longer ones change a score by a tenth of the largest change. Elsewhere shorter windows are assumed to change
        nothing.
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
        fills = replacements(x, self.baseline)
        made = [self._of_one(classifier, *one) for one in zip(x, fills, targets, strict=True)]
        values = np.stack(made).astype(x.dtype)
        return Maps(values, values.sum(axis=(2, 3), dtype=np.float64))

    def _of_one(self, classifier: Classifier, x: np.ndarray, fill: Any, targets: np.ndarray) -> np.ndarray:
        """Mean over the sizes of the maps of one series, of shape (target, time, channel or 1)."""
        every = np.arange(classifier.classes)  # the choice of refined windows must not depend on the requested classes

        def averaged(slices: Slices, chosen: np.ndarray | None = None) -> np.ndarray:
            drops = score_drops(classifier, x, slices, fill, every, self.channels, chosen)
            return slices.averaged(drops.transpose(2, 0, 1))

        maps = [averaged(slices) for slices in self._slices(len(x))]
        for slices in self._finer(len(x)):
            maps.append(averaged(slices, _where_it_matters(maps[-1], slices)))
        return np.asarray(np.mean(maps, axis=0)[targets])

    def fixed_slices(self, length: int) -> list[Slices] | None:
        """Windows of each size for series of a length; None if shorter ones are chosen by the series."""
        check_count("length", length)
        return None if self._finer(length) else self._slices(length)

    def _passes(self, samples: int, channels: int) -> float:
        """One per window and channel, an upper bound: crops take less time than whole series."""
        columns = channels if self.channels == "each" else 1
        return sum(map(len, self._slices(samples))) * columns + REFINED * len(self._finer(samples))

    def _detail(self, samples: int) -> str:
        """Sizes of the windows."""
        if self.change_points is not None:
            return ""
        sizes, finer = (
            ", ".join(str(one.sizes[0]) for one in slices) for slices in (self._slices(samples), self._finer(samples))
        )
        return f"windows of {sizes} samples" + (f", and of {finer} where these matter" if finer else "")

    def _slices(self, length: int) -> list[Slices]:
        if self.change_points is not None:
            return [Slices.apart(length, change_points=self.change_points)]
        sizes = {max(1, round(length / part)) for part in PARTS} if self.size is None else set(np.ravel(self.size))
        return [self._sliding(length, int(size)) for size in sorted(sizes, reverse=True)]

    def _finer(self, length: int) -> list[Slices]:
        """Shorter windows for a long series, the longest first; none if windows were given."""
        if (self.size, self.stride, self.change_points) != (None, None, None):
            return []
        size, finer = round(length / PARTS[-1]) // 2, []
        while size >= SHORTEST:
            finer.append(self._sliding(length, size))
            size //= 2
        return finer

    def _sliding(self, length: int, size: int) -> Slices:
        return Slices.sliding(length, size, max(1, size // 4) if self.stride is None else self.stride)


def _where_it_matters(maps: np.ndarray, slices: Slices) -> np.ndarray:
    """Windows (window, channel) to refine: where a map by longer windows, (class, time, channel), is large."""
    largest = np.abs(maps).max(axis=0)
    reached = np.stack([largest[start:stop].max(axis=0) for start, stop in zip(slices.start, slices.stop, strict=True)])
    floor = MATTERS * reached.max()
    if reached.size > REFINED:
        floor = max(floor, np.partition(reached, -REFINED, axis=None)[-REFINED])
    chosen = (reached >= floor) & (reached > 0)
    if chosen.sum() > REFINED:  # of equal ones, the first
        chosen.flat[np.flatnonzero(chosen)[REFINED:]] = False
    return chosen
