"""Guided Grad-CAM: the product of Guided Backprop and Grad-CAM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..classifier import Classifier
from ..propagation_rules import Guided
from .families.base import Axiom
from .families.propagation import PropagationMethod
from .grad_cam import GradCAM
from .guided_backprop import WARNING


@dataclass(frozen=True)
class GuidedGradCAM(PropagationMethod):
    r"""Guided Backprop, times the positive part of Grad-CAM at that time.

    .. math:: \phi = R_{\text{guided}} \cdot \max(L_c, 0)

    The map of Grad-CAM is placed in time by the receptive fields of its steps. As in the paper only its positive part
    is used, since the product of two negatives would be positive; where Grad-CAM is not positive, the product is zero.
    """

    label = "Guided Grad-CAM"
    reference = "Selvaraju et al. (2017), https://arxiv.org/abs/1610.02391"
    axioms = frozenset({Axiom.DUMMY, Axiom.SHIFT})
    warning = WARNING

    @property
    def propagation_rule(self) -> Guided:
        """The rule of Guided Backprop."""
        return Guided()

    def attribute(self, classifier: Classifier, x: np.ndarray, target: Any) -> np.ndarray:
        """Product of the two maps, of shape (instance, time, channel)."""
        guided = self._propagated(classifier, x, target)
        return guided * np.maximum(GradCAM().attribute(classifier, x, target), 0)

    def refusal(self, classifier: Classifier) -> str | None:
        """Why either of the two cannot explain this classifier."""
        return super().refusal(classifier) or GradCAM().refusal(classifier)
