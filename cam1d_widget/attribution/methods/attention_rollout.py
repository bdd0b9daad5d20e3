"""Attention rollout: how the attention of several layers passes on the steps of a series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..abilities import HasSelfAttention
from .attention import WARNING
from .families.inherent import InherentMethod


@dataclass(frozen=True)
class AttentionRollout(InherentMethod):
    r"""Share of each step in what a stack of attention layers passes on to the head, the same for every class.

    .. math:: R = \bar A_L \cdots \bar A_1, \qquad \bar A_l = \tfrac12 A_l + \tfrac12 I

    The identity is the residual connection of each layer; the weights A are averaged over its heads. If the output
    head averages the steps, the map is the mean of the rows of R; if it reads one step, the map is the row of that
    step. Other layers are ignored, so each row adds up to one.
    """

    needs, read_out = HasSelfAttention, "attention among steps"
    label = "Attention Rollout"
    class_specific = False
    axioms = frozenset()
    reference = "Abnar and Zuidema (2020), https://doi.org/10.18653/v1/2020.acl-main.385"
    warning = WARNING

    @property
    def signed(self) -> bool:
        """Weights are never negative."""
        return False

    def step_values(self, classifier: HasSelfAttention, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Shares of the steps, the same for every class, of shape (instance, target, step)."""
        weights, step = classifier.self_attention(x), classifier.step_read
        steps = weights.shape[-1]
        row = np.full((len(x), 1, steps), 1 / steps, np.float32)
        if step is not None:
            row = np.zeros_like(row)
            row[:, :, step] = 1
        for layer in reversed(range(weights.shape[1])):
            row = (row @ weights[:, layer] + row) / 2
        return np.repeat(row, targets.shape[1], axis=1)

    def missing(self, classifier: HasSelfAttention) -> str | None:
        """Only a stack of layers that are added to their inputs has a rollout."""
        return classifier.no_self_attention
