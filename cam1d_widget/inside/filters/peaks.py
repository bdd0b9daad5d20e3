"""Largest activation of each filter in every series, and how well it separates the classes."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...attribution.abilities import HasLayers, for_instances
from ...attribution.masking import batches
from ...attribution.metrics.ranking import roc_area

__all__ = ["ClassSplit", "Peaks", "class_split", "reading_peaks"]


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
    """Peaks of the filters of a classifier's explained layer, in batches; yields the completed share."""
    steps = len(classifier.receptive_field_at(x.shape[1]))
    parts = []
    for part in batches(len(x), 4 * steps * classifier.filters.count, most=64):
        yield part.start / len(x)
        parts.append(_peaks(for_instances(classifier, np.arange(len(x))[part]).trunk(x[part])))
    return Peaks(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _peaks(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return values.max(axis=1), values.mean(axis=1), values.argmax(axis=1)


class ClassSplit(NamedTuple):
    """Distribution of a filter's peaks in each class.

    Attributes
    ----------
    quantiles : ndarray of shape (class, 5)
        Least, lower quartile, median, upper quartile and largest peak of the series of a class; nan if it has none.
    auc : ndarray of shape (class,)
        Probability that a series of the class has the higher peak of two, the other being of any other class: the area
        under the ROC curve. nan without two such series.
    counts : ndarray of int, of shape (class,)
        Series of each class.
    """

    quantiles: np.ndarray
    auc: np.ndarray
    counts: np.ndarray


def class_split(peaks: np.ndarray, y: np.ndarray, classes: int) -> ClassSplit:
    """Distribution of peaks of shape (instance,) over the classes `y`."""
    members = y == np.arange(classes)[:, np.newaxis]
    quantiles = [
        np.quantile(peaks[these], [0, 0.25, 0.5, 0.75, 1]) if these.any() else [np.nan] * 5 for these in members
    ]
    auc = roc_area(np.broadcast_to(peaks, members.shape), members)
    return ClassSplit(np.array(quantiles), auc, members.sum(axis=1))
