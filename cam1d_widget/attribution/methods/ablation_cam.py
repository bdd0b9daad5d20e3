"""Ablation-CAM: each feature map weighted by the score drop without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..abilities import HasFeatures
from ..masking import batches
from .families.base import WeighedFeatures


@dataclass(frozen=True)
class AblationCAM(WeighedFeatures):
    r"""Feature maps, each weighted by the score drop when the whole map is set to zero.

    .. math:: w_k = S_c - S_c(A_k = 0), \qquad L(j) = \sum_k w_k A_k(j)

    Variant: the drop itself, not divided by the score as in the paper, which diverges near zero and changes the sign
    for negative scores.
    """

    label = "Ablation-CAM"
    reference = "Desai and Ramaswamy (2020), https://doi.org/10.1109/WACV45572.2020.9093360"

    def _passes(self, samples: int, channels: int) -> float:
        """One per filter; the number of filters is assumed to be about a hundred."""
        return 100

    def weights(self, classifier: HasFeatures, x: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Features, and the score drop without each."""
        features, _ = classifier.features(x, targets[:, :1])
        drops = np.stack([_drops(classifier, *one) for one in zip(x, features, targets, strict=True)])
        return features, drops[:, :, np.newaxis]


def _drops(classifier: HasFeatures, x: np.ndarray, features: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Drop of the scores of one series without each filter, of shape (target, filter)."""
    intact = classifier.head_scores(x[np.newaxis], features[np.newaxis])
    without = []
    for part in batches(features.shape[1], x.nbytes + features.nbytes):
        filters = np.arange(part.start, part.stop)
        ablated = np.repeat(features[np.newaxis], len(filters), axis=0)
        ablated[np.arange(len(filters)), :, filters] = 0
        without.append(classifier.head_scores(np.repeat(x[np.newaxis], len(filters), axis=0), ablated))
    return (intact - np.concatenate(without))[:, targets].T
