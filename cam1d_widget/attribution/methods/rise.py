"""RISE: mean score over random masks that keep a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from ...validation import SAMPLES, check_count, check_number, check_seed, shown
from ..classifier import Classifier
from ..masking import Baseline, PieceBaseline, baseline_for, batches, check_baseline, check_channels, finite_scores
from .families.base import Axiom, Maps, SeveralTargets

# Largest number of different shifts of the masks.
_SHIFTS = 32


@dataclass(frozen=True)
class RISE(SeveralTargets):
    r"""Mean score over the random masks that keep a value, above the mean over all masks.

    .. math:: \phi = \frac{\sum_i S_i M_i}{\sum_i M_i} - \frac{1}{N} \sum_i S_i, \qquad S_i = S_c(x' + M_i (x - x'))

    Masks are drawn coarse in time, one for each channel, are shifted at random and made fine by linear interpolation.
    The sum is divided by the observed sum of the masks, not by its expectation. Variant: the mean score is subtracted,
    so that a value without influence is near zero, where the paper's map has the mean score everywhere.

    Parameters
    ----------
    masks : int
        Number N of masks.
    probability : float
        Probability that a cell of a coarse mask keeps its values.
    size : int, optional
        Samples in a cell. Default: a tenth of the series.
    channels : {"each", "all"}
        Whether each channel has its own masks, or all channels share them (then the map has one channel).
    baseline : array that broadcasts to x, or function of x
        Series x' where nothing is kept. Default: the mean of each channel of `background`, or zero.
    seed : int
        Of the masks, the same for every series.
    """

    masks: int = 2000
    probability: float = 0.5
    size: int | None = None
    channels: Literal["each", "all"] = "each"
    baseline: Baseline = field(default=None, compare=False)
    seed: int = 0

    label = "RISE"
    family = "perturbation"
    reference = "Petsiuk et al. (2018), https://arxiv.org/abs/1806.07421"
    axioms = frozenset({Axiom.LINEARITY})
    free_targets = True
    stochastic = True
    on_demand = True

    def __post_init__(self) -> None:
        check_channels(self.channels)
        check_baseline(self.baseline)
        check_count("masks", self.masks, least=2)
        check_number("probability", self.probability, above=0, below=1)
        if self.size is not None:
            check_count("size", self.size)
        check_seed(self.seed)
        if isinstance(self.baseline, PieceBaseline):
            raise ValueError(
                f"baseline must be a whole series for RISE, an array that broadcasts to x or a function of x, since "
                f"its masks keep values in part, but is {shown(self.baseline)}"
            )

    def maps(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> Maps:
        """Maps of several classes from the same masked series, and their standard errors."""
        masks = self._masks(x.shape[1], x.shape[2] if self.channels == "each" else 1)
        series = zip(x, baseline_for(x, self.baseline), targets, strict=True)
        made = [_estimate(_moments(classifier, masks, *one), self.masks) for one in series]
        values, errors = (
            np.stack(part).transpose(0, 2, 1).reshape(*targets.shape, x.shape[1], -1).astype(x.dtype)
            for part in zip(*made, strict=True)
        )
        return Maps(values, values.sum(axis=(2, 3), dtype=np.float64), errors)

    def _passes(self, samples: int, channels: int) -> float:
        """One for each mask."""
        return self.masks

    def _masks(self, length: int, columns: int) -> _CoarseMasks:
        size = -(-length // 10) if self.size is None else self.size
        check_count("size", size, most=length, unit=SAMPLES)
        rng = np.random.default_rng(self.seed)
        cells, steps = (length + size - 2) // size + 2, min(size, _SHIFTS)
        kept = rng.random((self.masks, cells, columns), dtype=np.float32) < self.probability
        # Sorted, so that masks of one shift are adjacent; their cells do not depend on the shift.
        shift = np.sort(rng.integers(steps, size=self.masks)) * size // steps
        return _CoarseMasks(kept.astype(np.float32), shift, size, length)


class _CoarseMasks(NamedTuple):
    """Masks of cells `kept` (mask, cell, channel), each shifted by some samples."""

    kept: np.ndarray
    shift: np.ndarray
    size: int
    length: int

    def fine(self, part: slice) -> np.ndarray:
        """Some of the masks, sample by sample, of shape (mask, time, channel)."""
        kept = self.kept[part]
        masks = np.empty((len(kept), self.length, kept.shape[2]), np.float32)
        for shift, group in self._of_one_shift(part):
            left, right = self._shares(shift)
            np.matmul(left + right, kept[group], out=masks[group])
        return masks

    def moments(self, part: slice, columns: np.ndarray) -> np.ndarray:
        """Sums of m⁰, m and m² times `columns` (mask, column) over some masks m, of shape (3, value, column)."""
        sums = np.zeros((3, self.length, self.kept.shape[2], columns.shape[1]), np.float32)
        kept = self.kept[part]
        for shift, group in self._of_one_shift(part):
            left, right = self._shares(shift)
            of_cell = np.einsum("mcd,mk->cdk", kept[group], columns[group], optimize=True)
            both = kept[group, :-1] * kept[group, 1:]
            of_two = np.einsum("mcd,mk->cdk", both, columns[group], optimize=True)
            sums[0] += columns[group].sum(axis=0)
            sums[1] += np.tensordot(left + right, of_cell, axes=1)
            # Cells are 0 or 1, and their own squares.
            sums[2] += np.tensordot(left**2 + right**2, of_cell, axes=1)
            sums[2] += np.tensordot(2 * left[:, :-1] * right[:, 1:], of_two, axes=1)
        return sums.reshape(3, -1, columns.shape[1])

    def _of_one_shift(self, part: slice) -> Iterator[tuple[int, slice]]:
        """Shifts, and which masks of a part have each."""
        shifts, first = np.unique(self.shift[part], return_index=True)
        stop = np.append(first[1:], part.stop - part.start)
        return ((int(shift), slice(*ends)) for shift, *ends in zip(shifts, first, stop, strict=True))

    def _shares(self, shift: int) -> tuple[np.ndarray, np.ndarray]:
        """Weights of the cells before and after each sample, of shape (time, cell)."""
        time = np.arange(self.length)
        cell, within = np.divmod(time + shift, self.size)
        left, right = np.zeros((2, self.length, self.kept.shape[1]), np.float32)
        left[time, cell], right[time, cell + 1] = 1 - within / self.size, within / self.size
        return left, right


def _moments(
    classifier: Classifier, masks: _CoarseMasks, x: np.ndarray, origin: np.ndarray, targets: np.ndarray
) -> np.ndarray:
    """Sums over masks of m⁰, m and m², each times 1, S and S², of shape (3, value, 1 + 2 target).

    Scores are relative to that of the first mask, so that sums of squares do not cancel.
    """
    sums, first = np.zeros((3, 1, 1)), None
    for part in batches(len(masks.kept), x.nbytes):
        masked = masks.fine(part) * (x - origin)
        masked += origin
        scores = finite_scores(classifier, classifier.scores(masked))[:, targets]
        first = scores[0] if first is None else first
        scores = (scores - first).astype(np.float32)
        sums = sums + masks.moments(part, np.hstack([np.ones_like(scores[:, :1]), scores, scores**2])).astype(float)
    return sums


def _estimate(sums: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Map and its standard error, that of a ratio of means, both of shape (value, target)."""
    few = sums.shape[2] // 2
    (_, s, s2), (m, sm, s2m), (m2, sm2, s2m2) = (np.split(one / count, [1, 1 + few], axis=1) for one in sums)
    inverse = np.divide(1, m, out=np.zeros_like(m), where=m > 0)
    kept = sm * inverse
    # Mean square of (S - kept) m / mean(m) - (S - mean(S)): the contribution of each mask to the difference.
    of_ratio = (s2m2 - 2 * kept * sm2 + kept**2 * m2) * inverse**2
    square = of_ratio - 2 * (s2m - (kept + s) * sm + kept * s * m) * inverse + s2 - s**2
    return kept - s, np.sqrt(np.maximum(square, 0) / (count - 1))
