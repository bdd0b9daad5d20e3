"""Attention: the model's own weights of its steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..abilities import HasAttention
from .families.inherent import InherentMethod

WARNING = (
    "attention alone is not an explanation: weights determine the mean, and do not show the evidence for a class, "
    "and others may give the same scores (Jain and Wallace 2019, Wiegreffe and Pinter 2019). Compare it with "
    "Attention × Gradient and Integrated Gradients; attention_agreement measures how far they agree"
)


@dataclass(frozen=True)
class Attention(InherentMethod):
    r"""Attention weight of each step, the same for every class.

    .. math:: a_t \ge 0, \qquad \sum_t a_t = 1

    Weights add up to one before they are placed in time; gates, which do not, are divided by their sum. Several heads
    are averaged.
    """

    needs, read_out = HasAttention, "attention weights"
    label = "Attention"
    class_specific = False
    reference = "Bahdanau et al. (2015), https://arxiv.org/abs/1409.0473"
    warning = WARNING

    @property
    def signed(self) -> bool:
        """Weights are never negative."""
        return False

    def step_values(self, classifier: HasAttention, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Weights of the steps, the same for every class, of shape (instance, target, step)."""
        weights = classifier.attention(x)
        shares = (weights / weights.sum(axis=2, keepdims=True)).mean(axis=1)
        return np.repeat(shares[:, np.newaxis], targets.shape[1], axis=1)

    def missing(self, classifier: HasAttention) -> str | None:
        """A model without attention has no weights."""
        return classifier.no_attention
