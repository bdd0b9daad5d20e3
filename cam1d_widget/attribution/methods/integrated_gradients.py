"""Integrated Gradients: the gradient, averaged along a path from a baseline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...validation import check_count, check_number
from ..abilities import HasGradient, require
from ..classifier import Classifier, as_targets
from ..masking import Baseline, baseline_for, batches, check_baseline
from .families.base import AttributionMethod, Axiom, score_difference


@dataclass(frozen=True)
class IntegratedGradients(AttributionMethod):
    r"""Contribution of each value to the score along the straight path from a baseline to the series.

    .. math:: \phi = (x - x') \int_0^1 \frac{\partial S_c}{\partial x}\big(x' + a (x - x')\big) \, da

    The integral is evaluated at Gauss-Legendre nodes, none of which lies on the baseline, where ReLU networks have
    their kinks.

    Parameters
    ----------
    steps : int
        Number of nodes.
    baseline : array that broadcasts to x, or function of x
        Series x' to start from. Default: the mean of each channel of `background`, or zero without one.
    tolerance : float, optional
        Share of the score's difference that the sum of a map may miss: where it misses more, that instance gets twice
        as many nodes, and twice again. None keeps `steps` for all.
    """

    steps: int = 64
    baseline: Baseline = field(default=None, compare=False)
    tolerance: float | None = 1e-3

    label = "Integrated Gradients"
    adds_up = "add up to the score minus the baseline's"
    family = "gradient"
    needs = HasGradient
    read_out = "gradients"
    reference = "Sundararajan et al. (2017), https://arxiv.org/abs/1703.01365"
    axioms = frozenset(
        {Axiom.COMPLETENESS, Axiom.DUMMY, Axiom.LINEARITY, Axiom.SYMMETRY, Axiom.IMPLEMENTATION, Axiom.SHIFT}
    )

    def __post_init__(self) -> None:
        check_count("steps", self.steps)
        check_baseline(self.baseline)
        if self.tolerance is not None:
            check_number("tolerance", self.tolerance, least=0)

    def attribute(self, classifier: Classifier, x: np.ndarray, target: Any) -> np.ndarray:
        """Difference from the baseline times the mean gradient along the path, of shape (instance, time, channel)."""
        targets = as_targets(target, len(x), classifier.classes)
        origin = baseline_for(x, self.baseline)
        values = _integral(classifier, x, origin, targets, self.steps)
        if self.tolerance is None:
            return values
        expected = self.expected_total(classifier, x, targets[:, np.newaxis])[:, 0]
        for more in (2, 4):
            loose = np.abs(values.sum(axis=(1, 2)) - expected) > self.tolerance * np.abs(expected)
            if loose.any():
                values[loose] = _integral(classifier, x[loose], origin[loose], targets[loose], self.steps * more)
        return values

    def _passes(self, samples: int, channels: int) -> float:
        """One forward and one backward pass per node of the path."""
        return 3 * self.steps

    def exactness(self, classifier: Classifier) -> str:
        """Complete for every classifier whose score is continuous along the path."""
        return "complete" if classifier.continuous else "approximate"

    def expected_total(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Score of the series minus that of the baseline."""
        return score_difference(classifier, x, baseline_for(x, self.baseline), targets)


def _integral(classifier: Classifier, x: np.ndarray, origin: np.ndarray, targets: np.ndarray, steps: int) -> np.ndarray:
    """Difference from `origin` times the mean gradient at Gauss-Legendre nodes of the path, in batches."""
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    alphas = ((nodes + 1) / 2).astype(x.dtype).reshape(-1, 1, 1, 1)
    mean = np.zeros_like(x)
    differentiable = require(classifier, HasGradient)
    for part in batches(steps, x.nbytes):
        path = origin + alphas[part] * (x - origin)
        gradients = differentiable.gradient(path.reshape(-1, *x.shape[1:]), np.tile(targets, len(path)))
        mean += np.einsum("s,s...->...", (weights[part] / 2).astype(x.dtype), gradients.reshape(path.shape))
    return (x - origin) * mean
