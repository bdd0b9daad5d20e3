"""Read-outs of self-explaining models: values that the model itself has for its steps."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from ...abilities import HasFeatures, offers
from ...classifier import Classifier
from .base import StepMethod, not_offered

__all__ = ["InherentMethod"]


class InherentMethod(StepMethod):
    """Values that the model itself has for its steps. A subclass overrides :meth:`step_values` and :meth:`missing`.

    Attributes
    ----------
    needs : type
        Ability that the classifier must have, of :mod:`cam1d_widget.attribution.abilities`.
    read_out : str
        Values that the method reads from it, in words.
    """

    family = "inherent"
    needs: ClassVar[type[HasFeatures]]
    read_out: ClassVar[str]

    @abstractmethod
    def missing(self, classifier: Any) -> str | None:
        """Why a classifier with this ability has no such values; None if it has."""

    def refusal(self, classifier: Classifier) -> str | None:
        """Why it cannot explain this classifier: usually that the model has no such part."""
        if not offers(classifier, self.needs):
            return not_offered(self.label, self.read_out, classifier)
        return classifier.no_features or self.missing(classifier)
