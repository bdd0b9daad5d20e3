"""MIL: the scores of steps that the model itself adds up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..abilities import HasStepScores, require
from ..classifier import Classifier
from .families.inherent import InherentMethod


@dataclass(frozen=True)
class MIL(InherentMethod):
    r"""Contribution of each step to the score, as the model itself adds it up.

    .. math:: S_c = b_c + \sum_t m_c(t)

    Of models that learn from multiple instances: the series is a bag of steps, each with its own scores.
    ``models.mil_classifier`` builds one, and ``models.with_mil_head`` puts such a head on the trunk of another.
    """

    needs, read_out = HasStepScores, "scores of steps"
    label = "MIL"
    adds_up = "add up to the score minus its bias"
    reference = "Early et al. (2024), https://openreview.net/forum?id=xriGRsoAza"

    def step_values(self, classifier: HasStepScores, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Scores of the steps, of shape (instance, target, step)."""
        scores, _ = classifier.step_scores(x)
        return np.take_along_axis(scores, targets[:, np.newaxis], axis=2).swapaxes(1, 2)

    def missing(self, classifier: HasStepScores) -> str | None:
        """A model whose scores are not a sum over steps has none."""
        return classifier.no_step_scores

    def exactness(self, classifier: Classifier) -> str:
        """Exact if setting a step to zero removes just its value; complete if weights are shared or a bias remains."""
        return "exact" if require(classifier, HasStepScores).step_scores_stand_alone else "complete"

    def expected_total(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Score minus the remaining bias."""
        _, bias = require(classifier, HasStepScores).step_scores(x[:1])
        return np.take_along_axis(classifier.scores(x), targets, axis=1) - bias[targets]
