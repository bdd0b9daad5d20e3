"""SquareGrad: mean squared gradient in the neighborhood of a series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .families.base import Axiom
from .families.noisy_gradient import Moments, NoisyGradient


@dataclass(frozen=True)
class SquareGrad(NoisyGradient):
    r"""Mean squared gradient of the score on noisy copies of the series.

    .. math:: \phi = \mathrm{E}_\epsilon\Big[\Big(\frac{\partial S_c}{\partial x}(x + \epsilon)\Big)^2\Big]
    """

    label = "SquareGrad"
    reference = "Hooker et al. (2018), https://arxiv.org/abs/1806.10758"
    axioms = frozenset({Axiom.DUMMY, Axiom.IMPLEMENTATION})

    @property
    def signed(self) -> bool:
        """Squares are never negative."""
        return False

    def summary(self, moments: Moments) -> tuple[np.ndarray, np.ndarray]:
        """Mean square, and the standard deviation of a mean of squares, from the moments of the squared values."""
        mean, second, third, fourth, draws = moments
        square = mean**2 + second
        spread = fourth + 4 * mean * third + 4 * mean**2 * second - second**2
        return square, np.sqrt(np.maximum(spread, 0) / (draws - 1))
