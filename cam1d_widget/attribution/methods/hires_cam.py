"""HiResCAM: contribution of each step to the score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..abilities import HasFeatures, require
from ..classifier import Classifier
from .families.base import ClassActivationMap


@dataclass(frozen=True)
class HiResCAM(ClassActivationMap):
    r"""Feature maps, each step weighted by its own gradient: the contribution of that step to the score.

    .. math:: H_c(j) = \sum_k \frac{\partial S_c}{\partial A_k(j)} A_k(j)

    With one Dense layer after Flatten or global average pooling, a step's value is the score drop when the step's
    features are set to zero. After global max pooling, or ReLU layers without biases, the steps' values add up to the
    score minus its bias, but if a step is removed, the next largest takes its place and the score drops by less.
    """

    label = "HiResCAM"
    reference = "Draelos and Carin (2020), https://arxiv.org/abs/2011.08891"

    def weigh(self, features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        """Gradient at each step itself."""
        return gradients

    def exactness(self, classifier: Classifier) -> str:
        """Exact if the head is affine; complete if it takes maxima or has ReLU layers, without biases before."""
        featured = require(classifier, HasFeatures)
        if featured.affine_head:
            return "exact"
        return "complete" if featured.homogeneous_head else "approximate"
