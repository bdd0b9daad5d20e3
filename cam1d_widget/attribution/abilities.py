"""Abilities that a classifier may have in addition to scores and gradients, each a small protocol.

:func:`offers` reports whether a classifier has one: a framework implements what it can, and methods refuse classifiers
that lack what they need. If a framework supports an ability but a model lacks the values, such as attention, an
attribute ``no_...`` states the reason.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Protocol, TypeGuard, TypeVar, cast, runtime_checkable

import numpy as np

from ..explanation.labels import are_values
from ..explanation.portable_model import PortableModel
from ..explanation.source import LayerFacts
from ..typing import LayerLike, TargetLike
from ..validation import shown
from .classifier import Classifier
from .propagation_rules import Rule
from .receptive_field import ReceptiveField
from .stage_map import StageMap

__all__ = [
    "Filters",
    "HasAttention",
    "HasDigest",
    "HasFeatures",
    "HasFingerprint",
    "HasGradient",
    "HasInputs",
    "HasLabels",
    "HasLayers",
    "HasLength",
    "HasLengths",
    "HasLink",
    "HasPortable",
    "HasPropagation",
    "HasRandomized",
    "HasStepScores",
    "HasTrunk",
    "HasWeights",
    "MayBeRegression",
    "NeedsSeries",
    "PerInstance",
    "SharesPass",
    "for_instances",
    "for_labels",
    "for_lengths",
    "for_series",
    "holding",
    "is_per_instance",
    "labels_of",
    "named_inputs",
    "offers",
    "probabilities_of",
    "require",
]


@runtime_checkable
class HasGradient(Classifier, Protocol):
    """A classifier whose scores can be differentiated."""

    def gradient(self, x: np.ndarray, target: TargetLike) -> np.ndarray:
        """Gradient dS/dx, of shape (instance, time, channel)."""


@runtime_checkable
class HasFeatures(HasGradient, Protocol):
    """A classifier with a layer to explain: feature maps A, and a head that computes the scores from them."""

    @property
    def no_features(self) -> str | None:
        """Why there is no layer to explain; None if there is one."""

    @property
    def head(self) -> str:
        """Pooling between the layer and the scores: "gap", "flatten", "gmp", "mil", "attention" or "other"."""

    @property
    def affine_head(self) -> bool:
        """Whether the scores are an affine function of the features."""

    @property
    def homogeneous_head(self) -> bool:
        """Whether S is its bias plus a function that doubles with the features."""

    @property
    def receptive_field(self) -> ReceptiveField:
        """Samples that each step of the layer depends on."""

    def features(self, x: np.ndarray, target: TargetLike) -> tuple[np.ndarray, np.ndarray]:
        """Feature maps A and gradients dS/dA, both of shape (instance, step, filter).

        With `target` of shape (instance, target) the gradients have shape (instance, target, step, filter): several
        classes for one pass through the convolutions.
        """

    def head_scores(self, x: np.ndarray, features: np.ndarray) -> np.ndarray:
        """S of every class on given features, of shape (instance, class); some heads depend on `x` as well."""

    def bias(self) -> np.ndarray:
        """Scores of features that are zero, of shape (class,)."""


@runtime_checkable
class HasTrunk(HasFeatures, Protocol):
    """A classifier that computes features of series of any length, such as crops of longer ones."""

    def trunk(self, x: np.ndarray) -> np.ndarray:
        """Feature maps of shape (instance, step, filter)."""

    def receptive_field_at(self, length: int) -> ReceptiveField:
        """Samples that each step of the layer depends on, of series of this length."""


@runtime_checkable
class HasStepScores(HasFeatures, Protocol):
    """A classifier that can report scores of single steps, as in multiple instance learning."""

    @property
    def no_step_scores(self) -> str | None:
        """Why there are no scores of steps that add up to S; None if there are."""

    @property
    def step_scores_stand_alone(self) -> bool:
        """Whether setting a step's features to zero lowers S by exactly that step's score."""

    def step_scores(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Contribution of each step to S of each class, (instance, step, class), and the remaining bias, (class,)."""


@runtime_checkable
class HasAttention(HasFeatures, Protocol):
    """A classifier that can report attention weights of steps."""

    @property
    def no_attention(self) -> str | None:
        """Why there is no attention to steps; None if there is."""

    @property
    def attention_adds_up(self) -> bool:
        """Whether S is its value without attention plus the sum of gradients times weights, held constant."""

    def attention(self, x: np.ndarray) -> np.ndarray:
        """Attention weight of every step, of shape (instance, head, step)."""

    def attention_gradients(self, x: np.ndarray, target: TargetLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Weights, dS/da of shape (instance, target, head, step), and S without attention, (instance, class)."""


@runtime_checkable
class HasSelfAttention(HasFeatures, Protocol):
    """A classifier whose steps attend to each other, in a stack of layers before the explained map."""

    @property
    def no_self_attention(self) -> str | None:
        """Why there is no such stack; None if there is."""

    @property
    def step_read(self) -> int | None:
        """The one step of the explained map that the head reads; None if it reads the mean of all."""

    def self_attention(self, x: np.ndarray) -> np.ndarray:
        """Weights with which each step attends to each, mean over heads, of shape (instance, layer, step, step)."""


@runtime_checkable
class HasPropagation(HasGradient, Protocol):
    """A classifier through which a score can be propagated back by rules, layer by layer."""

    def no_propagation(self, rule: Rule) -> str | None:
        """Why a rule cannot be applied to the classifier; None if it can."""

    def propagate(
        self, x: np.ndarray, target: TargetLike, rule: Rule, baseline: np.ndarray | None = None
    ) -> np.ndarray:
        """Relevance of the input by a rule, of shape (instance, time, channel).

        `baseline`, of the shape of x, is the reference of rules about differences.
        """


@runtime_checkable
class HasFingerprint(Classifier, Protocol):
    """A classifier whose model may change."""

    def fingerprint(self) -> Hashable:
        """Value that changes with the model."""


@runtime_checkable
class HasDigest(Classifier, Protocol):
    """A classifier whose model can be recognized in another process."""

    def digest(self) -> str:
        """Digest of the model's layers and weights, the same in every process."""


@runtime_checkable
class SharesPass(HasFeatures, Protocol):
    """A classifier that computes scores and features of a batch in one pass."""

    def for_batch(self, x: np.ndarray) -> Classifier:
        """The same classifier for one batch of series."""


class Filters(Protocol):
    """Filters of a layer, as functions of the series."""

    @property
    def count(self) -> int:
        """Number of filters."""

    @property
    def affine(self) -> bool:
        """Whether the pre-activation of a filter is an affine function of the series."""

    def drive(self, x: np.ndarray, filters: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pre-activation of a filter at a step of each series, and its gradient with respect to the series."""


@runtime_checkable
class HasLayers(HasTrunk, HasFingerprint, Protocol):
    """A classifier of a network whose layers can be examined."""

    @property
    def layers(self) -> Sequence[LayerFacts]:
        """Layers whose map has a time axis, from the input to the output."""

    @property
    def explained_layer(self) -> str | None:
        """Name of the layer that is explained; None if there is none."""

    @property
    def filters(self) -> Filters:
        """Filters of the explained layer."""

    def at(self, layer: LayerLike) -> HasLayers:
        """The same classifier with another explained layer."""

    def stages(self, x: np.ndarray) -> Sequence[StageMap]:
        """Maps of the layers that make the explained map filter by filter, in the order of computing."""


@runtime_checkable
class HasRandomized(HasGradient, Protocol):
    """A classifier of a network whose weights can be randomized."""

    def randomized(self, seed: int = 0, draws: int = 1) -> Iterator[tuple[int, str, Classifier]]:
        """Draw, name of the layer that was randomized last, and classifier, layer by layer from the scores down."""


@runtime_checkable
class NeedsSeries(Protocol):
    """A classifier whose number of classes and input shape are read from the first series."""

    def for_series(self, x: np.ndarray) -> Classifier:
        """The same classifier for series of the shape of `x`."""


@runtime_checkable
class HasInputs(Classifier, Protocol):
    """A classifier of a model that may take more than the series; the other inputs are held fixed."""

    def named_inputs(self, x: Any) -> tuple[Any, Mapping[str, np.ndarray] | None]:
        """The series among inputs by name, and the values (instance, ...) of the others; None with a series alone."""

    def holding(self, others: Mapping[str, np.ndarray]) -> Classifier:
        """The same classifier for a data set in which the others have these values."""


@runtime_checkable
class PerInstance(Classifier, Protocol):
    """A classifier for a data set, whose instances may have other inputs or a length of their own."""

    @property
    def per_instance(self) -> bool:
        """Whether they have; then only the classifiers of :meth:`for_instances` can compute."""

    def for_instances(self, rows: np.ndarray) -> Classifier:
        """The same classifier for any perturbed copies of one instance, or for as many series as there are rows."""


@runtime_checkable
class HasLength(Classifier, Protocol):
    """A classifier that takes series of any length, and can be fixed to one."""

    def for_length(self, length: int) -> Classifier:
        """The same classifier for series of one length."""


@runtime_checkable
class HasLengths(Classifier, Protocol):
    """A classifier that takes series of unequal length: each at its own length, or filled up to one."""

    def for_lengths(self, x: np.ndarray, lengths: np.ndarray, padding_value: float | None = None) -> PerInstance:
        """The same classifier for a data set, whose series x (instance, time, channel) have these lengths."""


@runtime_checkable
class HasWeights(Classifier, Protocol):
    """A classifier that can check the weights of its model."""

    def refuse_weights(self) -> None:
        """Raise a ValueError that names the layer of weights that are NaN or infinite, if there are any."""


@runtime_checkable
class HasLabels(Classifier, Protocol):
    """A classifier with labels or names of its classes."""

    @property
    def labels(self) -> Sequence[Any] | None:
        """Label of each class, of a fitted classifier; None if there are none."""

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Name of each class; None if there are none."""


@runtime_checkable
class MayBeRegression(Classifier, Protocol):
    """A classifier whose scores may be predicted values, which only the true values show."""

    def for_regression(self) -> Classifier:
        """The same classifier without probabilities; itself if its scores are known to be those of classes."""


@runtime_checkable
class HasLink(Classifier, Protocol):
    """A classifier whose probabilities are a function of its scores."""

    def probabilities_of(self, scores: np.ndarray) -> np.ndarray | None:
        """Probability of every class, of the shape of the scores (instance, class); None if there are none."""


@runtime_checkable
class HasPortable(Classifier, Protocol):
    """A classifier of a network that a saved page can contain."""

    def portable(self) -> PortableModel:
        """The model as plain data."""


Ability = TypeVar("Ability")


# Classes that have every member of an ability, found once.
_OFFERED: set[tuple[type, type]] = set()


def offers(classifier: object, ability: type[Ability]) -> TypeGuard[Ability]:
    """Whether a classifier has every member of an ability.

    ``isinstance`` would compute all attributes in Python 3.11, which may be slow, or raise an error.
    """
    kind = type(classifier)
    if (kind, ability) in _OFFERED:
        return True
    own, missing = vars(classifier), [name for name in _members(cast(Any, ability)) if not hasattr(kind, name)]
    if not missing:
        _OFFERED.add((kind, ability))
    return all(name in own for name in missing)


@cache
def _members(ability: type) -> tuple[str, ...]:
    return tuple({name for base in ability.__mro__ for name in vars(base) if not name.startswith("_")})


def require(classifier: Classifier, ability: type[Ability]) -> Ability:
    """The classifier, or an error if it lacks an ability."""
    if not offers(classifier, ability):
        raise TypeError(f"classifier must offer {ability.__name__}, but a {type(classifier).__name__} does not")
    return classifier


def for_series(classifier: Classifier, x: np.ndarray) -> Classifier:
    """Classifier for the shape of these series, from one that accepts several shapes."""
    if offers(classifier, NeedsSeries):
        return classifier.for_series(x)
    return classifier.for_length(x.shape[1]) if offers(classifier, HasLength) else classifier


def named_inputs(classifier: Classifier, x: Any) -> tuple[Any, Mapping[str, np.ndarray] | None]:
    """The series among the inputs of a classifier, and the values of the others; None where x is the series alone."""
    if offers(classifier, HasInputs):
        return classifier.named_inputs(x)
    if isinstance(x, Mapping):
        raise TypeError(
            f"x must be the series, but is {shown(x)}: several inputs by name are for Keras models, PyTorch modules "
            f"and functions"
        )
    return x, None


def holding(classifier: Classifier, others: Mapping[str, np.ndarray] | None, instances: int) -> Classifier:
    """The classifier for a data set in which inputs besides the series have these values."""
    if others is None:
        return classifier
    for name, values in others.items():
        if len(values) != instances:
            raise ValueError(
                f"x[{name!r}] must have a value for each of {instances} series, but has shape {values.shape}"
            )
    return require(classifier, HasInputs).holding(others)


def for_lengths(classifier: Classifier, x: np.ndarray, lengths: np.ndarray, padding_value: float | None) -> Classifier:
    """The classifier for series of unequal length."""
    if not offers(classifier, HasLengths):
        raise TypeError(f"x must hold series of one length for a {type(classifier).__name__}, but they have several")
    return classifier.for_lengths(x, lengths, padding_value)


def is_per_instance(classifier: Classifier) -> bool:
    """Whether a classifier must know which instance of the data set it is given."""
    return offers(classifier, PerInstance) and classifier.per_instance


def for_instances(classifier: Any, rows: Any) -> Any:
    """The classifier for some instances of the data set; itself if all instances differ only in their series."""
    return classifier.for_instances(np.atleast_1d(rows)) if is_per_instance(classifier) else classifier


def labels_of(classifier: Classifier) -> Sequence[Any] | None:
    """Labels of the classes, of a fitted classifier; None if there are none."""
    return classifier.labels if offers(classifier, HasLabels) else None


def for_labels(classifier: Classifier, y: Any) -> Classifier:
    """The classifier; if `y` holds several values for each series, that of a regression."""
    several = classifier.classes > 1 and are_values(y, classifier.classes)
    return classifier.for_regression() if several and offers(classifier, MayBeRegression) else classifier


def probabilities_of(classifier: Classifier, x: np.ndarray, scores: np.ndarray) -> np.ndarray | None:
    """Probabilities of series whose scores are known; computed from the scores if the classifier can do so."""
    return classifier.probabilities_of(scores) if offers(classifier, HasLink) else classifier.probabilities(x)
