"""Saliency: the plain gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...validation import check_flag
from ..abilities import HasGradient, require
from ..classifier import Classifier
from .families.base import AttributionMethod, Axiom


@dataclass(frozen=True)
class Saliency(AttributionMethod):
    r"""How much the score would change if a value changed a little.

    .. math:: \phi = \partial S_c / \partial x

    A sensitivity, not a contribution, in score per unit of the channel: channels of different scales are not
    comparable.

    Parameters
    ----------
    absolute : bool
        Take the absolute value, as the paper does.
    """

    absolute: bool = False

    label = "Saliency"
    family = "gradient"
    needs = HasGradient
    read_out = "gradients"
    reference = "Simonyan et al. (2013), https://arxiv.org/abs/1312.6034"
    axioms = frozenset({Axiom.DUMMY, Axiom.SYMMETRY, Axiom.IMPLEMENTATION, Axiom.SHIFT})

    def __post_init__(self) -> None:
        check_flag("absolute", self.absolute)

    @property
    def signed(self) -> bool:
        """Whether the sign is kept."""
        return not self.absolute

    def attribute(self, classifier: Classifier, x: np.ndarray, target: Any) -> np.ndarray:
        """Gradient of the score with respect to the input, of shape (instance, time, channel)."""
        gradient = require(classifier, HasGradient).gradient(x, target)
        return np.abs(gradient) if self.absolute else gradient
