"""Guided Backprop: a gradient that passes each ReLU only where it is positive."""

from __future__ import annotations

from dataclasses import dataclass

from ..propagation_rules import Guided
from .families.base import Axiom
from .families.propagation import PropagationMethod

WARNING = (
    "it depends little on the class and on the learned weights, and mainly reproduces the shape of the series "
    "(Adebayo et al. 2018, Nie et al. 2018)"
)


@dataclass(frozen=True)
class GuidedBackprop(PropagationMethod):
    r"""Gradient that is propagated back only where it is positive at each ReLU: sharp, but hardly class-specific.

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
