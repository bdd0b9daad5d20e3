"""LayerCAM: evidence for the class at each step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .families.base import ClassActivationMap


@dataclass(frozen=True)
class LayerCAM(ClassActivationMap):
    r"""Feature maps, each step weighted by its own gradient where that is positive.

    .. math:: L_c(j) = \sum_k \mathrm{ReLU}\big(\partial S_c / \partial A_k(j)\big) A_k(j)

    HiResCAM without the evidence against the class, so its values never add up to the score. Works in early layers too
    (``layer=``).
    """

    label = "LayerCAM"
    reference = "Jiang et al. (2021), https://doi.org/10.1109/TIP.2021.3089943"

    def weigh(self, features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        """Positive part of the gradient at each step itself."""
        return np.maximum(gradients, 0)
