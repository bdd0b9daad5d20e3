"""Score-CAM: each feature map weighted by the score of the series that it masks."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...validation import check_flag
from ..abilities import HasFeatures
from ..classifier import Classifier
from ..masking import Baseline, baseline_for, batches, check_baseline, finite_scores
from .families.base import WeighedFeatures


@dataclass(frozen=True)
class ScoreCAM(WeighedFeatures):
    r"""Feature maps, each weighted by how far the score rises when the map masks the series.

    .. math:: w_k = S_c\big(x' + H_k (x - x')\big) - S_c(x'), \qquad L(j) = \sum_k w_k A_k(j)

    The mask H is the feature map, placed in time by its receptive fields and scaled from 0 to 1. Variant: the rises
    themselves are the weights, and signs are kept. The paper's softmax over filters, which `softmax` takes, gives
    weight to all of them, even if none matters.

    Parameters
    ----------
    baseline : array that broadcasts to x, or function of x
        Series x' where the mask is zero. Default: the mean of each channel of `background`, or zero.
    softmax : bool
        Whether weights are the softmax of the rises over the filters.
    """

    baseline: Baseline = field(default=None, compare=False)
    softmax: bool = False

    label = "Score-CAM"
    reference = "Wang et al. (2020), https://arxiv.org/abs/1910.01279"

    def __post_init__(self) -> None:
        check_baseline(self.baseline)
        check_flag("softmax", self.softmax)

    def _passes(self, samples: int, channels: int) -> float:
        """One per filter; the number of filters is assumed to be about a hundred."""
        return 100

    def weights(self, classifier: HasFeatures, x: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Features, and the rise of the score with each as a mask."""
        features, _ = classifier.features(x, targets[:, :1])
        masks = np.moveaxis(classifier.receptive_field.place(_stretched(features)), 2, 1)
        series = zip(x, baseline_for(x, self.baseline), masks, targets, strict=True)
        rises = np.stack([_rises(classifier, *one) for one in series])
        if self.softmax:
            rises = np.exp(rises - rises.max(axis=-1, keepdims=True))
            rises /= rises.sum(axis=-1, keepdims=True)
        return features, rises[:, :, np.newaxis]


def _stretched(features: np.ndarray) -> np.ndarray:
    """Each feature map scaled from 0 to 1; a constant one masks everything."""
    low, high = features.min(axis=1, keepdims=True), features.max(axis=1, keepdims=True)
    return np.divide(features - low, high - low, out=np.zeros_like(features), where=high > low)


def _rises(
    classifier: Classifier, x: np.ndarray, origin: np.ndarray, masks: np.ndarray, targets: np.ndarray
) -> np.ndarray:
    """Scores of one series under masks (filter, time) above those of its baseline, of shape (target, filter)."""
    masked = [
        classifier.scores(origin + masks[part, :, np.newaxis] * (x - origin)) for part in batches(len(masks), x.nbytes)
    ]
    made = finite_scores(classifier, np.concatenate([*masked, classifier.scores(origin[np.newaxis])]))
    return (made[:-1] - made[-1:])[:, targets].T
