"""Weight of a filter for each class."""

from __future__ import annotations

import numpy as np

from ...attribution.abilities import HasLayers, for_instances
from ...attribution.masking import batches

__all__ = ["class_weights"]

# Number of series times classes in a batch of gradients, and number of series that are enough for a mean.
_AT_A_TIME, _ENOUGH = 32, 32


def class_weights(classifier: HasLayers, x: np.ndarray) -> np.ndarray:
    """Increase of a class' score if a filter increases by one at every step, of shape (class, filter).

    The sum over the steps of the score's gradient with respect to the filter: the same for every series if the head is
    affine, otherwise the mean over some of them.
    """
    every = np.arange(len(x))
    some = every[:1] if classifier.affine_head else every[:: max(1, len(x) // _ENOUGH)][:_ENOUGH]
    most = max(1, _AT_A_TIME // classifier.classes)
    parts = [some[part] for part in batches(len(some), x[0].nbytes, most=most)]
    gains = [_gains(for_instances(classifier, rows), x[rows]) for rows in parts]
    return np.sum(gains, axis=0) / len(some)


def _gains(classifier: HasLayers, x: np.ndarray) -> np.ndarray:
    every = np.tile(np.arange(classifier.classes), (len(x), 1))
    _, gradients = classifier.features(x, every)
    return gradients.sum(axis=(0, 2), dtype=np.float64)
