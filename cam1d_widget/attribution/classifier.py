"""The interface of classifiers that attribution methods use, on numpy arrays.

Methods are independent of the framework. They pass one batch of series to a classifier; the classifier compiles, splits
the batch, and returns numpy arrays. A framework provides a class that satisfies this protocol and as many of
:mod:`.abilities` as it can.
"""

from __future__ import annotations

import warnings
from typing import Any, Protocol

import numpy as np

from ..validation import check_members, shown, unmasked

__all__ = ["Classifier", "WrongScores", "as_targets", "check_classifier", "is_class", "warn_if_saturated"]


class Classifier(Protocol):
    """A classifier of multivariate time series.

    `x` has shape (instance, time, channel); `target` is the index of the explained class, one int or an array of
    shape (instance,); S is the score of that class.
    """

    @property
    def classes(self) -> int:
        """Number of classes."""

    @property
    def input_shape(self) -> tuple[int | None, int | None]:
        """Samples and channels of a series; None where any number is accepted."""

    @property
    def continuous(self) -> bool:
        """Whether S is the integral of its gradient: no masking, rounding or stopped gradients."""

    def scores(self, x: np.ndarray) -> np.ndarray:
        """S of every class, of shape (instance, class)."""

    def probabilities(self, x: np.ndarray) -> np.ndarray | None:
        """Probability of every class, of shape (instance, class); None if there are none."""


class WrongScores(ValueError):
    """Scores of one series that break a rule.

    Parameters
    ----------
    message : str
        With ``{series}`` in the place of the series.
    row : int
        Place of the series among those that were passed.
    """

    def __init__(self, message: str, row: int) -> None:
        super().__init__(message, row)
        self.message, self.row = message, row

    def __str__(self) -> str:
        return self._about("a series in which parts may be replaced")

    def of_instance(self, instance: int) -> ValueError:
        """The same error, of an instance."""
        return ValueError(self._about(f"instance {instance}"))

    def _about(self, series: str) -> str:
        return self.message.replace("{series}", series)


def is_class(target: Any, classes: int) -> bool:
    """Whether a target is the index of a class: the usual case, which is found in less than a microsecond."""
    return type(target) is int and 0 <= target < classes


def as_targets(target: Any, instances: int, classes: int) -> np.ndarray:
    """Targets as int of shape (instance,), or (instance, target) for several classes.

    Raises
    ------
    ValueError
        If a target is not a class, or there is not one for each instance.
    """
    if is_class(target, classes):
        filled = np.empty(instances, np.int32)
        filled.fill(target)
        return filled
    rule = "a class index or an int array of shape (instance,)"
    targets = unmasked("target", target)
    if not np.issubdtype(targets.dtype, np.integer):
        raise TypeError(f"target must be {rule}, but is {shown(target)}")
    if targets.ndim == 0:
        targets = np.full(instances, targets)
    if targets.shape[0] != instances or targets.ndim > 2:
        raise ValueError(f"target must be an int or have shape (instance,) = ({instances},), but has {targets.shape}")
    if targets.size and not 0 <= targets.min() <= targets.max() < classes:
        wrong = targets[(targets < 0) | (targets >= classes)].flat[0]
        raise ValueError(f"target must be a class index from 0 to {classes - 1}, but is {wrong}")
    return targets.astype(np.int32)


def check_classifier(classifier: Any, argument: str = "classifier") -> Any:
    """The classifier; an error if it lacks scores, classes or the shape of its series."""
    of = "a Classifier, such as KerasClassifier(model)"
    return check_members(argument, classifier, of, ("classes", "input_shape", "scores"))


def warn_if_saturated(probabilities: np.ndarray) -> None:
    """Warn that probabilities near one have a vanishing gradient."""
    share = float((probabilities.max(axis=-1) > 1 - 1e-6).mean())
    if share:
        warnings.warn(
            f"the softmax is saturated on {share:.0%} of the instances, where the gradient of a probability vanishes; "
            f"score='logits' explains them",
            stacklevel=3,
        )
