"""Eigen-CAM: the main component of the feature maps, the same for every class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .families.base import ClassActivationMap


@dataclass(frozen=True)
class EigenCAM(ClassActivationMap):
    r"""Feature maps, projected on the direction in which they vary most; the same for every class.

    .. math:: L(j) = \sum_k v_k A_k(j), \quad A = U \Sigma V^\top, \; v = V_{\cdot 1}

    The first right singular vector of the step × filter map, not centered, as in the paper. An SVD leaves the sign
    open: it is chosen so that the map increases with the mean activation.
    """

    label = "Eigen-CAM"
    class_specific = False
    reference = "Muhammad and Yeasin (2020), https://arxiv.org/abs/2008.00299"

    def weigh(self, features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        """First right singular vector, signed to agree with the mean activation; the same for every target."""
        first = np.linalg.svd(features, full_matrices=False)[2][..., :1, :]
        projected = (features * first).sum(axis=-1)
        agreement = (projected * features.mean(axis=-1)).sum(axis=-1)[..., np.newaxis, np.newaxis]
        return np.broadcast_to(np.where(agreement < 0, -first, first), (*gradients.shape[:2], 1, features.shape[-1]))
