"""KernelSHAP: Shapley values of slices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..classifier import Classifier
from ..masking import all_replaced
from .families.base import Axiom, score_difference
from .families.coalitions import Coalitions, coalitions
from .families.regression import Fit, fitted
from .families.slice_surrogate import Scores, SliceSurrogate


@dataclass(frozen=True)
class KernelSHAP(SliceSurrogate):
    r"""Contribution of each slice of a channel to the score, averaged over the orders in which slices may be added.

    .. math:: \phi_i = \sum_{S \not\ni i} \frac{|S|! \, (M - |S| - 1)!}{M!} \big(S_c(x_{S \cup i}) - S_c(x_S)\big)

    Shapley values of M slices: exact where `samples` allow for all coalitions. Otherwise they are fitted to the
    coalitions of the largest weight and to randomly drawn pairs of the others, under the constraint that they add up. A
    slice's value is divided evenly among its samples.
    """

    label = "KernelSHAP"
    reference = "Lundberg and Lee (2017), https://arxiv.org/abs/1705.07874"
    axioms = frozenset({Axiom.COMPLETENESS, Axiom.LINEARITY})
    adds_up = "add up to the score minus the baseline's"

    def draw(self, slices: int, samples: int, rng: np.random.Generator) -> Coalitions:
        """Pairs of complementary coalitions."""
        return coalitions(slices, samples // 2, rng)

    def fit(self, coalitions: Coalitions, scores: Scores) -> Fit:
        """Shapley values: the fit that the Shapley kernel weighs, under the constraint of their sum."""
        kept, slices = coalitions.kept, coalitions.kept.shape[1]
        ends = np.repeat([[False], [True]], slices, axis=1)
        made = scores(np.concatenate([ends, kept, ~kept]))
        gain, (one, other) = made[1] - made[0], np.split(made[2:], 2)
        # The constraint fixes a pair's mean, and the component of the values along a vector of ones.
        share = kept.mean(axis=1, keepdims=True)
        responses = (one - other) / 2 - (share - 0.5) * gain
        values, errors = fitted(kept - share, responses, coalitions.weights, coalitions.drawn)
        return Fit(values + gain / slices, errors)

    def exactness(self, classifier: Classifier) -> str:
        """Complete for every classifier: the sum is a constraint of the fit."""
        return "complete"

    def expected_total(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Score of the series minus that of the baseline."""
        return score_difference(classifier, x, all_replaced(x, self.baseline), targets)
