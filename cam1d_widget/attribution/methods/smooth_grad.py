"""SmoothGrad: the mean gradient in the neighborhood of a series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .families.base import Axiom
from .families.noisy_gradient import Moments, NoisyGradient


@dataclass(frozen=True)
class SmoothGrad(NoisyGradient):
    r"""Mean gradient of the score on noisy copies of the series.

    .. math:: \phi = \mathrm{E}_\epsilon\Big[\frac{\partial S_c}{\partial x}(x + \epsilon)\Big]

    Signed, unlike in the paper's pictures, which take the absolute value.
    """

    label = "SmoothGrad"
    reference = "Smilkov et al. (2017), https://arxiv.org/abs/1706.03825"
    axioms = frozenset({Axiom.DUMMY, Axiom.LINEARITY, Axiom.IMPLEMENTATION})
    moments = 2

    def summary(self, moments: Moments) -> tuple[np.ndarray, np.ndarray]:
        """Mean, and the standard deviation of a mean."""
        return moments.mean, np.sqrt(moments.second / (moments.draws - 1))
