"""Gradient × Input: the gradient times the series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..abilities import HasGradient, require
from ..classifier import Classifier
from .families.base import AttributionMethod, Axiom


@dataclass(frozen=True)
class GradientXInput(AttributionMethod):
    r"""Each value times its gradient: a first-order estimate of its contribution to the score.

    .. math:: \phi = x \cdot \partial S_c / \partial x

    It depends on where a channel has its zero: for a sensor with an offset, on the offset.
    """

    label = "Gradient × Input"
    family = "gradient"
    needs = HasGradient
    read_out = "gradients"
    reference = "Shrikumar et al. (2016), https://arxiv.org/abs/1605.01713"
    axioms = frozenset({Axiom.DUMMY, Axiom.LINEARITY, Axiom.SYMMETRY, Axiom.IMPLEMENTATION, Axiom.SHIFT})

    def attribute(self, classifier: Classifier, x: np.ndarray, target: Any) -> np.ndarray:
        """Input times gradient, of shape (instance, time, channel)."""
        return x * require(classifier, HasGradient).gradient(x, target)
