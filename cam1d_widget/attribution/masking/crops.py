"""Crops of a long series that give the same features as the series, where a window can change them.

Crops are cut at whole periods of the network's strides, so that padding and strides are aligned as in the whole series,
and are long enough that no changed feature depends on their ends. Receptive fields predict that the features agree;
this is verified numerically once per series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...cancellation import CancelledError
from ..abilities import HasTrunk, for_series, offers
from ..classifier import Classifier
from ..receptive_field import ReceptiveField
from .windows import Slices

__all__ = ["Crops", "crops_of"]

# Share of the series above which a crop saves too little.
_WORTHWHILE = 2 / 3
# Periods of margin around what a window can change; wide padding needs more.
_SLACKS = (2, 4, 8, 16, 32)


@dataclass(frozen=True, eq=False)
class Crops:
    """A crop of one length around each window, with the same features where the window can change them.

    Attributes
    ----------
    length : int
        Samples of a crop.
    first : ndarray of int, of shape (window,)
        First sample of each crop.
    begin, end : ndarray of int, of shape (window,)
        First step of the whole series that each window can change, and one past the last.
    skipped : ndarray of int, of shape (window,)
        Steps of the whole series before the first of each crop.
    """

    length: int
    first: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    skipped: np.ndarray

    def cut(self, x: np.ndarray, which: np.ndarray) -> np.ndarray:
        """Crops of one series, of shape (which, time, channel)."""
        return x[self.first[which, np.newaxis] + np.arange(self.length)]

    def changed(self, window: int) -> tuple[slice, slice]:
        """Steps that a window can change: where they are in the whole series, and where in the crop."""
        begin, end, skipped = self.begin[window], self.end[window], self.skipped[window]
        return slice(begin, end), slice(begin - skipped, end - skipped)


def crops_of(classifier: Classifier, x: np.ndarray, slices: Slices) -> Crops | None:
    """Crops that give the same features as one series of shape (time, channel); None if they save nothing."""
    classifier = for_series(classifier, x[np.newaxis])
    if not offers(classifier, HasTrunk) or classifier.no_features:
        return None
    whole, _ = classifier.features(x[np.newaxis], 0)
    field = classifier.receptive_field
    begin, end = _changed_steps(field, slices)
    low, high = _span(field, slices, begin, end)
    for slack in _SLACKS:
        # Shorter than the series by whole periods, so that strides and padding are the same at the end.
        length = (int(np.ceil((high - low).max() / field.period)) + slack) * field.period + len(x) % field.period
        if length > _WORTHWHILE * len(x):
            return None
        first = np.floor((low + high - length) / 2 / field.period).astype(int) * field.period
        first = first.clip(0, len(x) - length)
        crops = Crops(length, first, begin, end, np.round(first / field.jump).astype(int))
        if _have_equal_fields(field, _field_at(classifier, length), crops):
            return crops if _give_equal_features(classifier, x, whole[0], crops) else None
    return None


def _field_at(classifier: HasTrunk, length: int) -> ReceptiveField | None:
    """Receptive field of a crop; None if it is too short for a step."""
    try:
        return classifier.receptive_field_at(length)
    except ValueError:
        return None


def _changed_steps(field: ReceptiveField, slices: Slices) -> tuple[np.ndarray, np.ndarray]:
    """First step that depends on each window, and one past the last."""
    sees = field.start < field.stop
    reached = np.maximum.accumulate(np.where(sees, field.stop, 0))
    left = np.minimum.accumulate(np.where(sees, field.start, field.length)[::-1])[::-1]
    begin = np.searchsorted(reached, slices.start, side="right")
    return begin, np.maximum(np.searchsorted(left, slices.stop, side="left"), begin)


def _span(field: ReceptiveField, slices: Slices, begin: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First sample of each window and of all samples that its changed steps depend on, and one past the last."""
    last, some = len(field) - 1, end > begin
    low = np.where(some, field.low[np.minimum(begin, last)].clip(0), slices.start)
    high = np.where(some, field.high[np.minimum(end - 1, last)].clip(0, field.length), slices.stop)
    return np.minimum(low, slices.start), np.maximum(high, slices.stop)


def _have_equal_fields(field: ReceptiveField, of_crop: ReceptiveField | None, crops: Crops) -> bool:
    """Whether the changed steps depend on the same samples in the crop, and on no more padding."""
    if of_crop is None:
        return False
    for window, first in enumerate(crops.first):
        here, there = crops.changed(window)
        if here.start == here.stop:
            continue
        if there.start < 0 or there.stop > len(of_crop):
            return False
        same_start = np.array_equal(field.start[here], of_crop.start[there] + first)
        if not (same_start and np.array_equal(field.stop[here], of_crop.stop[there] + first)):
            return False
    return True


def _give_equal_features(classifier: HasTrunk, x: np.ndarray, features: np.ndarray, crops: Crops) -> bool:
    """Whether crops of the series at its ends and in its middle give its features."""
    looked_at = np.unique([0, len(crops.first) // 2, len(crops.first) - 1])
    try:
        made = classifier.trunk(crops.cut(x, looked_at))
    except CancelledError:
        raise
    except Exception:  # frameworks raise different errors for a layer that takes series of one length only
        return False
    close = 1e-4 * np.abs(features).max()
    return all(
        np.allclose(made[row][there], features[here], rtol=1e-4, atol=close)
        for row, (here, there) in enumerate(map(crops.changed, looked_at))
    )
