"""Where each filter of a layer answers most, in every series; and how this tells the classes apart."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...attribution.abilities import HasLayers

__all__ = ["ClassSplit", "Peaks", "class_split", "reading_peaks"]

# Bytes of activations that are held at a time.
_BYTES = 64 * 2**20


@dataclass(frozen=True, eq=False)
class Peaks:
    """Largest and mean activation of each filter in each series.

    Attributes
    ----------
    values, means : ndarray of shape (instance, filter)
        Largest activation over the steps, and the mean.
    steps : ndarray of int, of shape (instance, filter)
        Step of the largest.
    """

    values: np.ndarray
    means: np.ndarray
    steps: np.ndarray


def reading_peaks(classifier: HasLayers, x: np.ndarray) -> Generator[float, None, Peaks]:
    """Peaks of the filters of a classifier's explained layer, some series at a time; yields the share that is done."""
    steps = len(classifier.receptive_field_at(x.shape[1]))
    size = min(64, max(1, _BYTES // (4 * steps * classifier.filters.count)))
    parts = []
    for first in range(0, len(x), size):
        yield first / len(x)
        parts.append(_peaks(classifier.trunk(x[first : first + size])))
    return Peaks(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _peaks(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return values.max(axis=1), values.mean(axis=1), values.argmax(axis=1)


class ClassSplit(NamedTuple):
    """How a filter's peaks are spread in each class.

    Attributes
    ----------
    quantiles : ndarray of shape (class, 5)
        Least, lower quartile, median, upper quartile and largest peak of the series of a class; nan where it has none.
    auc : ndarray of shape (class,)
        Probability that a series of the class has the higher peak of two, the other being of any other class: the area
        under the ROC curve. nan where there are no two such series.
    counts : ndarray of int, of shape (class,)
        Series of each class.
    """

    quantiles: np.ndarray
    auc: np.ndarray
    counts: np.ndarray


def class_split(peaks: np.ndarray, y: np.ndarray, classes: int) -> ClassSplit:
    """How peaks of shape (instance,) are spread over the classes `y`."""
    ranks = _ranks(peaks)
    members = [y == one for one in range(classes)]
    counts = np.array([int(these.sum()) for these in members])
    quantiles = [
        np.quantile(peaks[these], [0, 0.25, 0.5, 0.75, 1]) if these.any() else [np.nan] * 5 for these in members
    ]
    auc = [_auc(ranks, these) for these in members]
    return ClassSplit(np.array(quantiles), np.array(auc), counts)


def _auc(ranks: np.ndarray, these: np.ndarray) -> float:
    """Area under the ROC curve, by the ranks (Mann and Whitney)."""
    inside, outside = int(these.sum()), int((~these).sum())
    if not inside or not outside:
        return float("nan")
    return float((ranks[these].sum() - inside * (inside + 1) / 2) / (inside * outside))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from one; equal values share the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[place]
