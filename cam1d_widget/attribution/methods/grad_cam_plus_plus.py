"""Grad-CAM++: gradients weighted so that several occurrences of a pattern each count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .families.base import ClassActivationMap


@dataclass(frozen=True)
class GradCAMPlusPlus(ClassActivationMap):
    r"""Feature maps, each weighted by its positive gradients, more where few steps carry them.

    .. math:: w_k = \sum_j \alpha_k(j) \, \mathrm{ReLU}\big(g_k(j)\big)

    .. math:: \alpha_k(j) = \frac{g_k(j)^2}{2 g_k(j)^2 + g_k(j)^3 \sum_i A_k(i)}

    Here g is the gradient of the score with respect to the features. The sum over the map is in the denominator, as in
    the paper, and the weights of a map are not rescaled to add up to one, as they are in the authors' code. Other
    libraries differ, and so do their pictures. A heuristic: its values do not add up to anything.
    """

    label = "Grad-CAM++"
    reference = "Chattopadhay et al. (2018), https://arxiv.org/abs/1710.11063"

    def weigh(self, features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        """Positive gradients, averaged by the paper's alphas; zero if the denominator is.

        The fraction is reduced by the square of g, which leaves ReLU(g) / (2 + ReLU(g) * sum of A).
        """
        positive = np.maximum(gradients, 0)
        denominator = positive * features.sum(axis=2, keepdims=True)
        denominator += 2
        if not denominator.all():  # features below zero can make it vanish
            positive[denominator == 0], denominator[denominator == 0] = 0, 1
        positive /= denominator
        return positive.sum(axis=2, keepdims=True)
