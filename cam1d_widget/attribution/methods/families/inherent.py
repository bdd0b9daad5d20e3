"""What the inherent methods share: values that the model itself has for its steps, put where the steps look."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, final

import numpy as np

from ...classifier import Classifier, as_targets, for_series
from .base import AttributionMethod, Axiom, Maps

__all__ = ["InherentMethod"]


class InherentMethod(AttributionMethod):
    """Values that the model itself has for its steps. A member overrides :meth:`at_steps` and :meth:`missing`."""

    family = "inherent"
    axioms = frozenset({Axiom.SHIFT})
    placed = True
    free_targets = True

    @abstractmethod
    def at_steps(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Map before it is placed in time, of shape (instance, target, step)."""

    @abstractmethod
    def missing(self, classifier: Classifier) -> str | None:
        """Why a classifier that can be asked has no such values; None where it has."""

    @final
    def attribute(self, classifier: Classifier, x: np.ndarray, target: Any) -> np.ndarray:
        """Map on the input's time axis, of shape (instance, time, 1)."""
        targets = as_targets(target, len(x), classifier.classes)
        return self.maps(classifier, x, targets[:, np.newaxis]).values[:, 0]

    @final
    def maps(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> Maps:
        """Maps of several classes for one pass."""
        classifier = for_series(classifier, x)
        reason = self.refusal(classifier)
        if reason:
            raise ValueError(reason)
        return Maps.placed(self.at_steps(classifier, x, targets), classifier.receptive_field)

    @final
    def refusal(self, classifier: Classifier) -> str | None:
        """Why it cannot explain this classifier: mostly that the model has no such part."""
        if not hasattr(classifier, "no_step_scores"):
            return (
                f"{self.label} reads what a model says of its own steps, which a {type(classifier).__name__} does not "
                f"offer; give a KerasClassifier, or use Integrated Gradients or Occlusion"
            )
        return classifier.no_features or self.missing(classifier)
