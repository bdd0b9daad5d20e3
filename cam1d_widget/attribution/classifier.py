"""The door between methods and frameworks: a classifier, seen through numpy.

Methods know nothing of Keras. They hand a classifier one stacked batch, and it is the classifier's affair to compile,
to split and to bring numpy arrays back. Another framework is one more class that answers to this protocol.
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable
from typing import Any, Protocol

import numpy as np

from ..explanation.number_checks import as_float32
from .propagation_rules import Rule
from .receptive_field import ReceptiveField
from .series import as_array

__all__ = ["Classifier", "as_targets", "check_series", "for_series", "warn_if_saturated"]


class Classifier(Protocol):
    """A classifier of multivariate time series.

    `x` has shape (instance, time, channel); `target` is the index of the explained class, one int or an array of
    shape (instance,); S is the score of that class.

    Attributes
    ----------
    head : {"gap", "flatten", "gmp", "mil", "attention", "other"}
        The pooling between the explained layer and the scores.
    affine_head : bool
        Whether the scores are an affine function of the explained layer.
    homogeneous_head : bool
        Whether S is its bias plus a function that doubles with the features, so that the sum is the same.
    """

    @property
    def classes(self) -> int:
        """Number of classes."""

    @property
    def input_shape(self) -> tuple[int | None, int | None]:
        """Samples and channels of a series; None where any number will do."""

    @property
    def head(self) -> str:
        """Kind of the head."""

    @property
    def affine_head(self) -> bool:
        """Whether the scores are an affine function of the explained layer."""

    @property
    def homogeneous_head(self) -> bool:
        """Whether S is its bias plus a function that doubles with the features."""

    @property
    def continuous(self) -> bool:
        """Whether S is the integral of its gradient: no masking, rounding or stopped gradients."""

    @property
    def receptive_field(self) -> ReceptiveField:
        """What each step of the explained layer sees."""

    @property
    def no_features(self) -> str | None:
        """Why there is no layer to explain; None where there is one."""

    def scores(self, x: np.ndarray) -> np.ndarray:
        """S of every class, of shape (instance, class)."""

    def probabilities(self, x: np.ndarray) -> np.ndarray | None:
        """Probability of every class, of shape (instance, class); None where there are none."""

    def gradient(self, x: np.ndarray, target: Any) -> np.ndarray:
        """Gradient dS/dx, of shape (instance, time, channel)."""

    def features(self, x: np.ndarray, target: Any) -> tuple[np.ndarray, np.ndarray]:
        """Feature maps A of the explained layer and dS/dA, both of shape (instance, step, filter).

        With `target` of shape (instance, target) the gradients have shape (instance, target, step, filter):
        several classes for one pass through the convolutions.
        """

    def head_scores(self, x: np.ndarray, features: np.ndarray) -> np.ndarray:
        """S of every class on given features, of shape (instance, class).

        `x` goes along for heads that reach round the explained layer.
        """

    def trunk(self, x: np.ndarray) -> np.ndarray:
        """Feature maps of series of any length, such as pieces of longer ones, of shape (instance, step, filter)."""

    def receptive_field_at(self, length: int) -> ReceptiveField:
        """What each step of the explained layer would see of series of this length."""

    def for_length(self, length: int) -> Classifier:
        """The same classifier for series of one length, of a model that takes any.

        A classifier of series of one length may be without this.
        """

    def fingerprint(self) -> Hashable:
        """Value that changes with the model; a classifier that never changes may be without this."""

    def bias(self) -> np.ndarray:
        """Scores of features that are zero, of shape (class,)."""

    @property
    def no_step_scores(self) -> str | None:
        """Why there are no scores of steps that add up to S; None where there are."""

    def step_scores(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What every step adds to S of each class, of shape (instance, step, class), and what S holds beside, (class,).

        Of models that learn from multiple instances. A classifier may be without this, and without what follows; the
        methods that need it then refuse the classifier.
        """

    @property
    def step_scores_stand_alone(self) -> bool:
        """Whether setting a step's features to zero lowers S by exactly that step's score."""

    @property
    def no_attention(self) -> str | None:
        """Why there is no attention to steps; None where there is."""

    @property
    def attention_adds_up(self) -> bool:
        """Whether S is its value without attention plus the sum of gradients times weights, if these are held."""

    def attention(self, x: np.ndarray) -> np.ndarray:
        """Weight of every step, as the model's attention has it, of shape (instance, head, step)."""

    def attention_gradients(self, x: np.ndarray, target: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Weights, the gradients of S by them (instance, target, head, step), and S without any, (instance, class)."""

    def no_propagation(self, rule: Rule) -> str | None:
        """Why a rule cannot go back through the classifier; None where it can."""

    def propagate(self, x: np.ndarray, target: Any, rule: Rule, baseline: np.ndarray | None = None) -> np.ndarray:
        """What a rule hands back from S to the input, of shape (instance, time, channel).

        `baseline`, of the shape of x, is what a rule of differences compares with. A classifier may be without this
        and :meth:`no_propagation`; the methods that need them then refuse it.
        """


def for_series(classifier: Classifier, x: np.ndarray) -> Classifier:
    """Classifier for the length of these series, of one that takes any length."""
    return classifier.for_length(x.shape[1]) if hasattr(classifier, "for_length") else classifier


def as_targets(target: Any, instances: int, classes: int) -> np.ndarray:
    """Targets as int of shape (instance,), or (instance, target) where several are asked for.

    Raises
    ------
    ValueError
        If a target is not a class, or there is not one for each instance.
    """
    targets = np.asarray(target)
    if not np.issubdtype(targets.dtype, np.integer):
        raise TypeError(f"target must be a class index or an int array of shape (instance,), but is {target!r}")
    if targets.ndim == 0:
        targets = np.full(instances, targets)
    if targets.shape[0] != instances or targets.ndim > 2:
        raise ValueError(f"target must be an int or have shape (instance,) = ({instances},), but has {targets.shape}")
    if targets.size and not 0 <= targets.min() <= targets.max() < classes:
        wrong = targets[(targets < 0) | (targets >= classes)].flat[0]
        raise ValueError(f"target must be a class index from 0 to {classes - 1}, but is {wrong}")
    return targets.astype(np.int32)


def check_series(x: Any, time: int | None, channels: int | None, argument: str = "x") -> np.ndarray:
    """Series as float32 of shape (instance, time, channel), or an error that says what is wrong with them.

    Parameters
    ----------
    x : array-like
    time, channels : int or None
        What the model was built for; None where it takes any.
    argument : str
        What the caller's argument is called.
    """
    x = as_array(argument, x)
    if x.ndim != 3:
        way_out = f"; one series goes in as {argument}[np.newaxis]" if x.ndim == 2 else ""
        raise ValueError(f"{argument} must have shape (instance, time, channel), but has {x.shape}{way_out}")
    if not x.size:
        raise ValueError(f"{argument} must hold at least one series, but has shape {x.shape}")
    _, steps, variables = x.shape
    if (
        (time not in (None, steps) or channels not in (None, variables))
        and _fits(variables, time)
        and _fits(steps, channels)
    ):
        raise ValueError(
            f"{argument} must have shape (instance, time, channel) = (any, {time}, {channels}), but has {x.shape}: "
            f"channels stand first; pass layout='channels_first'"
        )
    if channels not in (None, variables):
        raise ValueError(
            f"{argument} must have {channels} channels, as the model was built for, but has shape {x.shape}"
        )
    if time not in (None, steps):
        raise ValueError(f"{argument} must have {time} samples, as the model was built for, but has shape {x.shape}")
    x = as_float32(argument, x, copy=False)
    if not np.isfinite(x).all():
        instances = np.flatnonzero(~np.isfinite(x).all(axis=(1, 2)))
        gaps = ", and show the gaps by dataclasses.replace(explanation, x=x)" if argument == "x" else ""
        raise ValueError(
            f"{argument} must be finite, but holds NaN or infinite values, first in instance {instances[0]}; explain "
            f"it with these filled, as the model was trained{gaps}"
        )
    return x


def warn_if_saturated(probabilities: np.ndarray) -> None:
    """Say that probabilities near one have no gradient left to explain."""
    share = float((probabilities.max(axis=-1) > 1 - 1e-6).mean())
    if share:
        warnings.warn(
            f"the softmax is saturated on {share:.0%} of the instances, where the gradient of a probability vanishes; "
            f"score='logits' explains them",
            stacklevel=3,
        )


def _fits(size: int, wanted: int | None) -> bool:
    return wanted in (None, size)
