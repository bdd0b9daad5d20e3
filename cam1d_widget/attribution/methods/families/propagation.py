"""What the propagation methods share: a rule, and a classifier that can carry it out."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from ...classifier import Classifier, as_targets
from ...propagation_rules import Rule
from .base import AttributionMethod

__all__ = ["PropagationMethod"]


class PropagationMethod(AttributionMethod):
    """The score, handed back through the network by a rule. A member overrides :attr:`propagation_rule`."""

    family = "propagation"

    @property
    @abstractmethod
    def propagation_rule(self) -> Rule:
        """Rule by which the score goes back."""

    def attribute(self, classifier: Classifier, x: np.ndarray, target: Any) -> np.ndarray:
        """What arrives at each value, of shape (instance, time, channel)."""
        return self._propagated(classifier, x, target)

    def refusal(self, classifier: Classifier) -> str | None:
        """Why it cannot explain this classifier: mostly that there is no rule for a layer."""
        if not hasattr(classifier, "no_propagation"):
            return (
                f"{self.label} goes back layer by layer, which a {type(classifier).__name__} does not offer; "
                f"give a KerasClassifier, or use Integrated Gradients or Occlusion"
            )
        return classifier.no_propagation(self.propagation_rule)

    def _propagated(
        self, classifier: Classifier, x: np.ndarray, target: Any, baseline: np.ndarray | None = None
    ) -> np.ndarray:
        targets = as_targets(target, len(x), classifier.classes)
        reason = self.refusal(classifier)
        if reason:
            raise ValueError(reason)
        return classifier.propagate(x, targets, self.propagation_rule, baseline)
