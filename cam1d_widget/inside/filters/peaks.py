"""Largest activation of each filter in every series, and how well it separates the classes."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...attribution.abilities import HasLayers, for_instances
from ...attribution.masking import batches
from ...attribution.metrics.ranking import roc_area
from ...attribution.receptive_field import ReceptiveField
from ..each_length import of_each_length, unpadded_steps

__all__ = ["ClassSplit", "Peaks", "class_split", "reading_peaks", "windows_of"]


@dataclass(frozen=True, eq=False)
class Peaks:
    """Largest and mean activation of each filter in each series.

    Attributes
    ----------
    values, means : ndarray of shape (instance, filter)
        Largest activation over the steps, and the mean.
    starts : ndarray of int, of shape (instance, filter)
        First sample of the window of the step with the largest.
    """

    values: np.ndarray
    means: np.ndarray
    starts: np.ndarray


def reading_peaks(classifier: HasLayers, x: np.ndarray, lengths: np.ndarray | None) -> Generator[float, None, Peaks]:
    """Peaks of the filters of a classifier's explained layer, in batches; yields the completed share.

    Of a padded series, those steps count that depend on no padding.
    """
    shape = len(x), classifier.filters.count
    peaks = Peaks(np.empty(shape, np.float32), np.empty(shape, np.float32), np.empty(shape, int))
    done = 0
    for rows, series in of_each_length(x, lengths, np.arange(len(x))):
        field = for_instances(classifier, rows[:1]).receptive_field_at(series.shape[1])
        steps, (starts, _) = unpadded_steps(field), windows_of(field)
        for part in batches(len(rows), 4 * len(field) * shape[1], most=64):
            yield done / len(x)
            values = for_instances(classifier, rows[part]).trunk(series[part])[:, steps]
            peaks.values[rows[part]], peaks.means[rows[part]] = values.max(axis=1), values.mean(axis=1)
            peaks.starts[rows[part]] = starts[steps[values.argmax(axis=1)]]
            done += len(values)
    return peaks


def windows_of(field: ReceptiveField) -> tuple[np.ndarray, int]:
    """First sample of each step's receptive field, ignoring the ends of the series, and its number of samples."""
    nominal = round((field.high - field.low).max())
    if (field.stop - field.start).max() > nominal:  # recurrence and attention see all of the series
        return field.start, field.length - field.padding
    return np.rint(field.low).astype(int), nominal


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
