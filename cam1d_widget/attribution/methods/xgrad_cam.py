"""XGrad-CAM: gradients averaged by activation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..abilities import HasFeatures, require
from ..classifier import Classifier
from .families.base import ClassActivationMap, averages


@dataclass(frozen=True)
class XGradCAM(ClassActivationMap):
    r"""Feature maps, each weighted by its mean gradient over the steps where the filter is active.

    .. math:: w_k = \sum_j \frac{A_k(j)}{\sum_i A_k(i)} \, \frac{\partial S_c}{\partial A_k(j)}

    Its sum is that of HiResCAM, but each filter's share is spread over its own map. Unstable for filters whose
    activations cancel (no ReLU before the layer).
    """

    label = "XGrad-CAM"
    reference = "Fu et al. (2020), https://arxiv.org/abs/2008.02312"

    def weigh(self, features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        """Gradient, averaged by activation; zero for an inactive filter."""
        total = features.sum(axis=2, keepdims=True)
        shares = np.divide(features, total, out=np.zeros_like(features), where=total != 0)
        return np.einsum("isf,itsf->itf", shares[:, 0], gradients)[:, :, np.newaxis]

    def exactness(self, classifier: Classifier) -> str:
        """Exact after a global average, where it is Grad-CAM; complete where HiResCAM adds up."""
        featured = require(classifier, HasFeatures)
        if averages(featured):
            return "exact"
        return "complete" if featured.affine_head or featured.homogeneous_head else "approximate"
