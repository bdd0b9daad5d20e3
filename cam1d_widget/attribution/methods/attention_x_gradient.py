"""Attention × Gradient: attention weights of the steps, times the gradient of the score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..abilities import HasAttention, require
from ..classifier import Classifier
from .families.inherent import InherentMethod


@dataclass(frozen=True)
class AttentionXGradient(InherentMethod):
    r"""Each step's attention weight, times the gradient of the score: which class the attended step supports.

    .. math:: \phi_t = a_t \, \frac{\partial S_c}{\partial a_t}

    The weights alone have no class and no sign; their gradients have both. Weights are held constant while the gradient
    is taken. Where one Dense layer follows the attention, values add up to the score minus its bias; several heads are
    added up.
    """

    needs, read_out = HasAttention, "attention weights"
    label = "Attention × Gradient"
    adds_up = "add up to the score minus its bias"
    reference = "Serrano and Smith (2019), https://arxiv.org/abs/1906.03731"

    def step_values(self, classifier: HasAttention, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Weights times gradients, added up over heads, of shape (instance, target, step)."""
        weights, gradients, _ = classifier.attention_gradients(x, targets)
        return np.einsum("ihs,iths->its", weights, gradients)

    def missing(self, classifier: HasAttention) -> str | None:
        """A model without attention has no weights."""
        return classifier.no_attention

    def exactness(self, classifier: Classifier) -> str:
        """Complete if the score is affine in the weights."""
        return "complete" if require(classifier, HasAttention).attention_adds_up else "approximate"

    def expected_total(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> np.ndarray | None:
        """Score minus that of a mean that is zero, where the values add up to it."""
        attending = require(classifier, HasAttention)
        if not attending.attention_adds_up:
            return None
        _, _, without = attending.attention_gradients(x, targets[:, :1])
        return np.take_along_axis(classifier.scores(x) - without, targets, axis=1)
