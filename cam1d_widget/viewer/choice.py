"""Selected pictures: the default one, and checks of values that a viewer is set to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from traitlets import TraitError

from ..explanation.explanation import ExplanationSource
from ..explanation.labels import are_classes, classes_of
from ..explanation.source import ModelChangedError, explained_instances, scores_of, seconds_of
from ..names import matching
from ..validation import check_class, check_index, no_such_label, shown


class Mean(NamedTuple):
    """Instances whose mean is shown: `by` is "true" or "predicted", `of` the index of their class."""

    by: str
    of: int


class Choice(NamedTuple):
    """A picture: instance, explained class, label of the method, and a class whose map is subtracted.

    `mean`, ("true" or "predicted", class), selects the mean over the instances of a class instead of the instance.
    """

    instance: int
    target: int
    method: str
    against: int | None = None
    mean: Mean | None = None


class NoSuchChoice(TraitError, ValueError):
    """An instance, class or method that does not exist: a TraitError for traitlets, a ValueError elsewhere."""


# On data with known truth, no other method localizes time and channel as well: docs/leaderboard.md.
BEST = "Occlusion"
# Methods that take one forward and one backward pass, best first.
QUICK = ("XGrad-CAM", "Gradient × Input")
# The first picture should appear within two seconds, which include reading the model and computing its scores.
SECONDS = 1.0


def best_method(explanation: ExplanationSource) -> str:
    """Occlusion, else the first method that is exact for the classifier, else the first of all."""
    if BEST in explanation.methods:
        return BEST
    return next(iter(_exact(explanation)), explanation.methods[0])


def first_method(explanation: ExplanationSource) -> str:
    """Default method: the best whose map takes no longer than a second, or the quickest where all take longer."""
    best = best_method(explanation)
    ranked = [best, *_exact(explanation), *(label for label in QUICK if label in explanation.methods)]
    seconds = {label: seconds_of(explanation, label) for label in ranked}
    return next((label for label in ranked if seconds[label] <= SECONDS), min(ranked, key=seconds.__getitem__))


def _exact(explanation: ExplanationSource) -> list[str]:
    return [label for label in explanation.methods if explanation.exactness[label] == "exact"]


# Which class is explained when the instance changes; "contrast" is the predicted class minus the true one.
FOLLOWS = ("predicted", "true", "runner-up", "contrast", "fixed")


def followed(follow: str, explanation: ExplanationSource, instance: int) -> tuple[int, int | None] | None:
    """Class to explain for an instance, and the class to subtract; None if the current classes are kept."""
    try:
        scores = scores_of(explanation, instance).scores
    except ModelChangedError:  # before the scores of this instance were computed
        return None
    order = np.argsort(-scores, kind="stable").tolist()
    own = classes_of(explanation.y, instance, scores)
    truth = own[0] if own else None
    if follow == "predicted":
        return order[0], None
    if follow == "runner-up" and len(order) > 1:
        return order[1], None
    if follow == "true" and truth is not None:
        return truth, None
    if follow == "contrast":
        return order[0], None if order[0] in own else truth
    return None


def first_instance(explanation: ExplanationSource) -> int:
    """The first instance with a map."""
    explained = explained_instances(explanation)
    return 0 if explained is None or not len(explained) else int(explained[0])


def first_target(explanation: ExplanationSource, method: str, instance: int) -> int:
    """Predicted class of an instance, or the first that was explained on it."""
    scores = scores_of(explanation, instance).scores
    predicted = int(scores.argmax())
    classes = [predicted, *range(len(scores))]
    return next((target for target in classes if explanation.has(method, instance, target)), predicted)


@contextmanager
def refusing_choice() -> Iterator[None]:
    """Raise a `NoSuchChoice` for an argument that breaks its rule."""
    try:
        yield
    except (TypeError, ValueError) as fault:
        raise NoSuchChoice(str(fault)) from None


def within(name: str, value: Any, count: int) -> int:
    """Index below `count`."""
    with refusing_choice():
        return check_index(name, value, count)


def known_class(target: Any, explanation: ExplanationSource, name: str = "target") -> int:
    """Index of a class, which may be given by its name."""
    with refusing_choice():
        return check_class(name, target, explanation.class_names)


def known_mean(name: str, mean: Any, explanation: ExplanationSource) -> Mean:
    """A mean of the instances of an existing class."""
    if not isinstance(mean, tuple | list) or len(mean) != 2:
        raise NoSuchChoice(f'{name} must be ("true" or "predicted", class), but is {shown(mean)}')
    mean = Mean(*mean)
    if mean.by not in ("true", "predicted"):
        raise NoSuchChoice(f'{name} must be by "true" or "predicted" class, but is by {shown(mean.by)}')
    if mean.by == "true" and not are_classes(explanation.y):
        raise NoSuchChoice(f'{name} by "true" class needs true classes y, but there are none')
    if mean.by == "true" and len(explanation.class_names) == 1:  # a single output separates two true classes
        return Mean(mean.by, within(name, mean.of, 2))
    return Mean(mean.by, known_class(mean.of, explanation, name))


def known_choice(name: str, choice: Any, explanation: ExplanationSource) -> Choice:
    """A picture of an existing instance, class and method."""
    if not isinstance(choice, tuple | list) or not 3 <= len(choice) <= len(Choice._fields):
        raise NoSuchChoice(f"{name} must be (instance, target, method), but is {shown(choice)}")
    choice = Choice(*choice)
    known = Choice(
        within(f"{name}.instance", choice.instance, len(explanation.x)),
        known_class(choice.target, explanation, f"{name}.target"),
        known_method(choice.method, explanation, f"{name}.method"),
        None if choice.against is None else known_class(choice.against, explanation, f"{name}.against"),
        None if choice.mean is None else known_mean(f"{name}.mean", choice.mean, explanation),
    )
    if known.mean is not None:
        return known
    for target in (known.target, known.against):
        if target is not None and not explanation.has(known.method, known.instance, target):
            raise NoSuchChoice(f"{name}: class {target} was not explained on instance {known.instance}")
    return known


def known_method(method: Any, explanation: ExplanationSource, name: str = "method") -> str:
    """Label of a method; other spellings are accepted."""
    found = matching(method, explanation.methods) if isinstance(method, str) else None
    if found is None and isinstance(method, str):
        with refusing_choice():
            explanation.attribution(method, 0, 0)  # its error says why there is no such method
    if found is None:
        raise NoSuchChoice(no_such_label(name, method, explanation.methods))
    return found
