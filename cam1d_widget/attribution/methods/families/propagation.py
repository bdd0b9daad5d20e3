"""Base of the propagation methods: a rule, and a classifier that applies it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from ...abilities import HasPropagation, offers, require
from ...classifier import Classifier
from ...propagation_rules import Rule
from .base import AttributionMethod

__all__ = ["PropagationMethod"]


class PropagationMethod(AttributionMethod):
    """The score, propagated back through the network by a rule. A subclass overrides :attr:`propagation_rule`."""

    family = "propagation"
    needs = HasPropagation
    read_out = "propagation through the layers"

    @property
    @abstractmethod
    def propagation_rule(self) -> Rule:
        """Rule by which the score is propagated."""

    def attribute(self, classifier: Classifier, x: np.ndarray, target: Any) -> np.ndarray:
        """Relevance of each value, of shape (instance, time, channel)."""
        return self._propagated(classifier, x, target)

    def refusal(self, classifier: Classifier) -> str | None:
        """Why it cannot explain this classifier: usually that there is no rule for a layer."""
        return super().refusal(classifier) or require(classifier, HasPropagation).no_propagation(self.propagation_rule)

    def _propagated(
        self, classifier: Classifier, x: np.ndarray, target: Any, baseline: np.ndarray | None = None
    ) -> np.ndarray:
        if not offers(classifier, HasPropagation):
            raise ValueError(self.refusal(classifier))
        return classifier.propagate(x, target, self.propagation_rule, baseline)
