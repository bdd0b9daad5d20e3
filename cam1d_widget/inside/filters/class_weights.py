"""Weight of a filter for each class."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...attribution.abilities import HasLayers, for_instances
from ...attribution.masking import batches
from ..each_length import of_each_length

__all__ = ["ClassWeights", "class_weights"]

# Number of series times classes in a batch of gradients, and number of series that are enough for a mean.
_AT_A_TIME, _ENOUGH = 32, 32


class ClassWeights(NamedTuple):
    """Weights of filters for classes.

    Attributes
    ----------
    values : ndarray of shape (class, filter)
        Increase of a class' score if a filter increases by one at every step: the sum over the steps of the score's
        gradient with respect to the filter.
    exact : bool
        Whether they are the same for every series; otherwise they are the mean over some.
    """

    values: np.ndarray
    exact: bool


def class_weights(classifier: HasLayers, x: np.ndarray, lengths: np.ndarray | None) -> ClassWeights:
    """Weights of the filters of a classifier's explained layer; they may depend on the length of a series."""
    every, affine = np.arange(len(x)), classifier.affine_head
    some = every[:1] if affine and lengths is None else every[:: max(1, len(x) // _ENOUGH)][:_ENOUGH]
    most = max(1, _AT_A_TIME // classifier.classes)
    gains = []
    for rows, series in of_each_length(x, lengths, some):
        for part in batches(len(rows), x[0].nbytes, most=most):
            gains.append(_gains(for_instances(classifier, rows[part]), series[part]))
    each = np.concatenate(gains)
    mean = each.sum(axis=0) / len(some)
    return ClassWeights(mean, affine and bool(np.abs(each - mean).max() <= 1e-5 * np.abs(mean).max()))


def _gains(classifier: HasLayers, x: np.ndarray) -> np.ndarray:
    """Gains (instance, class, filter)."""
    every = np.tile(np.arange(classifier.classes), (len(x), 1))
    _, gradients = classifier.features(x, every)
    return gradients.sum(axis=2, dtype=np.float64)
