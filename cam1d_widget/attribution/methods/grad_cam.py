"""Grad-CAM: gradients in place of the weights that CAM needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..abilities import HasFeatures, require
from ..classifier import Classifier
from .families.base import ClassActivationMap, averages


@dataclass(frozen=True)
class GradCAM(ClassActivationMap):
    r"""Feature maps, each weighted by its mean gradient.

    .. math:: L_c(j) = \sum_k \alpha_k A_k(j), \quad \alpha_k = \frac{1}{T'} \sum_j \partial S_c / \partial A_k(j)

    The paper's ReLU is omitted, because it hides evidence against the class. After a Flatten the mean assigns values to
    steps that the network did not use; HiResCAM does not.
    """

    label = "Grad-CAM"
    reference = "Selvaraju et al. (2017), https://arxiv.org/abs/1610.02391"

    def weigh(self, features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        """Mean gradient of each filter."""
        return gradients.mean(axis=2, keepdims=True)

    def exactness(self, classifier: Classifier) -> str:
        """Exact after a global average, where the gradient is the same at every step; in total before ReLU layers."""
        featured = require(classifier, HasFeatures)
        if averages(featured):
            return "exact"
        return "complete" if featured.head == "gap" and featured.homogeneous_head else "approximate"
