"""Which picture: what a viewer opens on, and the checks of what it is set to."""

from __future__ import annotations

import numpy as np
from traitlets import TraitError

from ..explanation import ExplanationSource


class NoSuchChoice(TraitError, ValueError):
    """An instance, class or method that is not there: an error of a trait, and a value error to all others."""


def first_method(explanation: ExplanationSource) -> str:
    """Method to begin with: the first that is exact for the classifier, or the first of all."""
    exact = (label for label in explanation.methods if explanation.exactness[label] == "exact")
    return next(exact, explanation.methods[0])


def first_target(explanation: ExplanationSource, method: str, instance: int) -> int:
    """Predicted class of an instance, or the first that was explained on it."""
    scores = np.asarray(explanation.scores[instance])
    predicted = int(scores.argmax())
    classes = [predicted, *range(len(scores))]
    return next((target for target in classes if explanation.has(method, instance, target)), predicted)


def within(name: str, value: int, count: int, names: str = "") -> int:
    """Index that is one of `count`."""
    if not 0 <= value < count:
        raise NoSuchChoice(f"{name} must be from 0 to {count - 1}{names}, but is {value}")
    return int(value)


def known_class(target: int, explanation: ExplanationSource, name: str = "target") -> int:
    """Index of a class."""
    names = explanation.class_names
    return within(name, target, len(names), f" ({', '.join(names[:20])})")


def known_method(method: str, explanation: ExplanationSource) -> str:
    """Label of a method."""
    if method not in explanation.methods:
        raise NoSuchChoice(f"no method is called {method!r}; there are: {', '.join(explanation.methods)}")
    return method
