"""VarGrad: how much the gradient varies in the neighborhood of a series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .families.base import Axiom
from .families.noisy_gradient import Moments, NoisyGradient


@dataclass(frozen=True)
class VarGrad(NoisyGradient):
    r"""Variance of the gradient of the score on noisy copies of the series.

    .. math:: \phi = \mathrm{Var}_\epsilon\Big[\frac{\partial S_c}{\partial x}(x + \epsilon)\Big]

    Unlike SmoothGrad and SquareGrad, it is large where the network is curved, not where its slope is steep.
    """

    label = "VarGrad"
    reference = "Adebayo et al. (2018), https://arxiv.org/abs/1810.03307"
    axioms = frozenset({Axiom.DUMMY, Axiom.IMPLEMENTATION})

    @property
    def signed(self) -> bool:
        """Variances are not."""
        return False

    def summary(self, moments: Moments) -> tuple[np.ndarray, np.ndarray]:
        """Unbiased variance, and the standard error of a variance, from the fourth moment."""
        draws = moments.draws
        variance = moments.second * draws / (draws - 1)
        spread = moments.fourth - variance**2 * (draws - 3) / (draws - 1)
        return variance, np.sqrt(np.maximum(spread, 0) / draws)
