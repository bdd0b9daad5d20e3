"""Guided Backprop: a gradient that follows only what speaks for the class."""

from __future__ import annotations

from dataclasses import dataclass

from ..propagation_rules import Guided
from .families.base import Axiom
from .families.propagation import PropagationMethod

WARNING = (
    "it depends little on the class and on what the network has learned, and mostly draws what the series looks like "
    "(Adebayo et al. 2018, Nie et al. 2018)"
)


@dataclass(frozen=True)
class GuidedBackprop(PropagationMethod):
    r"""Gradient that goes back only where it is positive at every ReLU: sharp, but hardly about the class.

    .. math:: R_{\text{in}} = R_{\text{out}} \, [R_{\text{out}} > 0] \, [z > 0] \ \text{at each ReLU of } z

    Other activations keep their gradient, so that a network without ReLUs gets its saliency.
    """

    label = "Guided Backprop"
    reference = "Springenberg et al. (2014), https://arxiv.org/abs/1412.6806"
    axioms = frozenset({Axiom.DUMMY, Axiom.SYMMETRY, Axiom.SHIFT})
    warning = WARNING

    @property
    def propagation_rule(self) -> Guided:
        """The gradient, its negative part stopped at ReLUs."""
        return Guided()
