"""DeepLIFT: each value's part in the score's difference from a baseline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..classifier import Classifier
from ..masking import Baseline, baseline_for, check_baseline
from ..propagation_rules import Rescale
from .families.base import Axiom, score_difference
from .families.propagation import PropagationMethod


@dataclass(frozen=True)
class DeepLIFT(PropagationMethod):
    r"""Contribution of each value to the score's difference from a baseline, propagated back layer by layer.

    .. math:: \phi = (x - x') \, m, \quad m_{z} = m_{f} \, \frac{f(z) - f(z')}{z - z'} \ \text{at each activation } f

    This is the rescale rule. A rise of a maximum is attributed to the largest input for the series, a drop to the
    largest for the baseline; the difference of a product is split evenly between its two factors. A layer normalization
    is a product with the reciprocal deviation, and a softmax an exponential divided by a sum. The values add up as
    those of Integrated Gradients do, with three passes instead of dozens, but they depend on how the network is
    implemented.

    Parameters
    ----------
    baseline : array that broadcasts to x, or function of x
        Series x' to compare with. Default: the mean of each channel of `background`, or zero without one.
    """

    baseline: Baseline = field(default=None, compare=False)

    label = "DeepLIFT"
    adds_up = "add up to the score minus the baseline's"
    reference = "Shrikumar et al. (2017), https://arxiv.org/abs/1704.02685"
    axioms = frozenset({Axiom.COMPLETENESS, Axiom.DUMMY, Axiom.SYMMETRY, Axiom.SHIFT})

    def __post_init__(self) -> None:
        check_baseline(self.baseline)

    @property
    def propagation_rule(self) -> Rescale:
        """Multipliers of differences."""
        return Rescale()

    def attribute(self, classifier: Classifier, x: np.ndarray, target: Any) -> np.ndarray:
        """Difference from the baseline times multiplier, of shape (instance, time, channel)."""
        return self._propagated(classifier, x, target, baseline_for(x, self.baseline))

    def exactness(self, classifier: Classifier) -> str:
        """Complete wherever every layer has a rule."""
        return "complete"

    def expected_total(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Score of the series minus that of the baseline."""
        return score_difference(classifier, x, baseline_for(x, self.baseline), targets)
