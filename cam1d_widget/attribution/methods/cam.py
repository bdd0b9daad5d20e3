"""CAM: the class activation map of networks that end in global average pooling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..abilities import HasFeatures, require
from ..classifier import Classifier
from .families.base import ClassActivationMap, averages


@dataclass(frozen=True)
class CAM(ClassActivationMap):
    r"""Feature maps, each weighted by the output layer's weight for the class.

    .. math:: M_c(j) = \sum_k w_{kc} A_k(j), \qquad S_c = b_c + \frac{1}{T'} \sum_j M_c(j)

    Defined only if global average pooling and one Dense layer follow the explained layer.
    """

    label = "CAM"
    adds_up = "average to the score minus its bias"
    reference = "Zhou et al. (2016), https://arxiv.org/abs/1512.04150"

    def weigh(self, features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        """Weights of the Dense layer: the gradient of the average, so its mean over steps times their number."""
        return gradients.sum(axis=2, keepdims=True)

    def refusal(self, classifier: Classifier) -> str | None:
        """CAM needs the weights of a Dense layer directly after a global average."""
        reason = super().refusal(classifier)
        if reason:
            return reason
        featured = require(classifier, HasFeatures)
        if averages(featured):
            return None
        return (
            f"CAM needs global average pooling and one Dense layer after the explained map, explaining logits, but "
            f"this head is {featured.head!r}; HiResCAM is its counterpart for any head, exact for Flatten and Dense"
        )

    def exactness(self, classifier: Classifier) -> str:
        """Exact wherever it is defined."""
        return "exact"

    def expected_total(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> np.ndarray | None:
        """Score minus bias, times the number of steps that the average divides by."""
        total = super().expected_total(classifier, x, targets)
        return None if total is None else total * len(self._fitting(classifier, x).receptive_field)
