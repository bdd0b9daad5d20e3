"""Read-outs of self-explaining models: values that the model itself has for its steps."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from ...classifier import Classifier
from .base import StepMethod

__all__ = ["InherentMethod"]


class InherentMethod(StepMethod):
    """Values that the model itself has for its steps. A subclass overrides :meth:`step_values` and :meth:`missing`."""

    family = "inherent"

    @abstractmethod
    def missing(self, classifier: Any) -> str | None:
        """Why a classifier with this ability has no such values; None if it has."""

    def refusal(self, classifier: Classifier) -> str | None:
        """Why it cannot explain this classifier: usually that the model has no such part."""
        return super().refusal(classifier) or self.missing(classifier)
