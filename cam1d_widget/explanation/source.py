"""Protocols that a viewer requires of an explanation, computed in advance or on first access."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from .facts import MethodFacts, SeriesFacts, by_label
from .portable_model import PortableModel

__all__ = [
    "GAP_TOLERANCE",
    "ClassMean",
    "ExplanationSource",
    "HasMeans",
    "HasModel",
    "LayerFacts",
    "ModelChangedError",
    "Scores",
    "Scoring",
    "errors_of",
    "explained_instances",
    "known_scores",
    "lengths_of",
    "map_of",
    "scores_of",
    "seconds_of",
    "series_of",
    "stated",
]

GAP_TOLERANCE = 0.01
"""Completeness gap up to which a map is called exact or complete. HiResCAM misses 1e-7 of the score and Integrated
Gradients up to 1e-3, its tolerance; more than a hundredth would be visible."""


class ModelChangedError(RuntimeError):
    """The model has changed since it was read, and a result would mix two networks."""


class LayerFacts(NamedTuple):
    """A layer whose map has a time axis.

    Attributes
    ----------
    name, kind : str
        Its name, and the name of its class.
    filters : int
        Number of its filters.
    """

    name: str
    kind: str
    filters: int


class Scores(NamedTuple):
    """Scores and probabilities, each of shape (instance, class) or (class,); None for a model without probabilities."""

    scores: np.ndarray
    probabilities: np.ndarray | None


class ClassMean(NamedTuple):
    """Mean over the instances of a class.

    Attributes
    ----------
    mean, deviation : ndarray of shape (time, channel or 1)
        Mean and standard deviation.
    instances : int
        Number of instances.
    gap : float
        Largest completeness gap of the maps; nan for series.
    """

    mean: np.ndarray
    deviation: np.ndarray
    instances: int
    gap: float = float("nan")


class ExplanationSource(Protocol):
    """What a viewer requires of an explanation, computed in advance or not.

    A class that inherits from it provides the facts of the series and of the methods, and has the attributes of an
    :class:`~cam1d_widget.Explanation`.
    """

    @property
    def series_facts(self) -> SeriesFacts:
        """Series, scores, names and times."""

    @property
    def method_facts(self) -> tuple[MethodFacts, ...]:
        """Facts of each method, in the order of the menu."""

    @property
    def x(self) -> np.ndarray:
        """Series, of shape (instance, time, channel)."""
        return _facts_of(self).x

    @property
    def scores(self) -> np.ndarray:
        """Score of every class, of shape (instance, class)."""
        return self.series_facts.scores

    @property
    def probabilities(self) -> np.ndarray | None:
        """Probability of every class, of shape (instance, class); None if there are none."""
        return self.series_facts.probabilities

    @property
    def y(self) -> np.ndarray | None:
        """True class of each instance, of shape (instance,)."""
        return _facts_of(self).y

    @property
    def class_names(self) -> tuple[str, ...]:
        """Name of each class."""
        return _facts_of(self).class_names

    @property
    def channel_names(self) -> tuple[str, ...]:
        """Name of each channel."""
        return _facts_of(self).channel_names

    @property
    def channel_units(self) -> tuple[str, ...]:
        """Unit of each channel; "" without one."""
        return _facts_of(self).channel_units

    @property
    def sampling_rate(self) -> float | None:
        """Samples per second; None if time is counted in samples."""
        return _facts_of(self).sampling_rate

    @property
    def start(self) -> np.ndarray | None:
        """Date and time of each first sample, datetime64 of shape (instance,); None without dates."""
        return _facts_of(self).start

    @property
    def lengths(self) -> np.ndarray | None:
        """Number of samples of each series, of shape (instance,), after which `x` and the maps are NaN.

        None if all have the samples of `x`.
        """
        return _facts_of(self).lengths

    @property
    def methods(self) -> tuple[str, ...]:
        """Label of each method."""
        return tuple(one.label for one in self.method_facts)

    @property
    def usual(self) -> tuple[str, ...]:
        """Labels of the default methods: all but the slow ones."""
        return self.methods

    @property
    def exactness(self) -> Mapping[str, str]:
        """Per method "exact", "complete" or "approximate": a property of the method for the network."""
        return by_label(self.method_facts, "exactness")

    @property
    def signed(self) -> Mapping[str, bool]:
        """Per method, whether its maps can be negative."""
        return by_label(self.method_facts, "signed")

    @property
    def placed(self) -> Mapping[str, bool]:
        """Per method, whether its maps were made at the steps of a layer and placed by receptive fields."""
        return by_label(self.method_facts, "placed")

    @property
    def adds_up(self) -> Mapping[str, str]:
        """Per method, the sum of its values, as a verb phrase; "" if none is promised."""
        return by_label(self.method_facts, "adds_up")

    @property
    def descriptions(self) -> Mapping[str, str]:
        """Per method, a phrase that describes its map."""
        return by_label(self.method_facts, "descriptions")

    @property
    def receptive_field(self) -> np.ndarray | None:
        """First sample, one past the last, and center of each step, of shape (step, 3)."""
        return _facts_of(self).receptive_field

    def attribution(self, method: str, instance: int, target: int) -> np.ndarray:
        """Map of one method for one class on one instance, of shape (time, channel or 1)."""

    def completeness_gap(self, method: str, instance: int, target: int) -> float:
        """Share of the score that the map's sum misses; nan if the method promises no sum."""

    def standard_error(self, method: str, instance: int, target: int) -> np.ndarray | None:
        """Standard error of each value of a map, of its shape; None for deterministic methods."""

    def has(self, method: str, instance: int, target: int) -> bool:
        """Whether this map exists."""


@runtime_checkable
class Computing(Protocol):
    """A source that computes maps on first access."""

    def seconds(self, method: str, instance: int | None = None, target: int | None = None) -> float:
        """Estimated time of a map in seconds; zero if it exists."""


@runtime_checkable
class Scoring(Protocol):
    """A source that computes the scores of many series after those of a few."""

    @property
    def named_facts(self) -> SeriesFacts:
        """Facts of the series that are known without its scores."""

    def known_scores(self) -> Scores:
        """Scores so far; NaN where they are not known."""

    def scores_of(self, instance: int) -> Scores:
        """Scores of one series, of shape (class,), computed if they are not known."""

    def more_scores(self, instance: int = 0) -> int:
        """Compute the scores of some series, of `instance` first; returns their number, 0 once all are known."""


@runtime_checkable
class HasModel(Protocol):
    """A source whose model a browser may compute."""

    def portable_model(self) -> PortableModel:
        """The model as plain data."""

    def network_finding(self) -> Mapping[str, Any]:
        """Whether the network is better than guessing, as plain data."""

    def check_model(self) -> bool:
        """Whether the model is the one whose scores were computed; reports it if not."""


@runtime_checkable
class HasMeans(Protocol):
    """A source that knows the means over the instances of each class."""

    def class_mean(self, by: str, of: int, method: str | None = None) -> ClassMean:
        """Mean over the instances of a class, of the maps for it by a method, or of the series."""


def _facts_of(source: ExplanationSource) -> SeriesFacts:
    """Facts of the series, without waiting for its scores."""
    named: SeriesFacts | None = getattr(source, "named_facts", None)
    return source.series_facts if named is None else named


def lengths_of(source: ExplanationSource) -> np.ndarray:
    """Number of samples of each series, of shape (instance,)."""
    return np.full(len(source.x), source.x.shape[1]) if source.lengths is None else source.lengths


def series_of(source: ExplanationSource, instance: int) -> np.ndarray:
    """Series without padding, of shape (time, channel)."""
    return np.asarray(source.x[instance, : lengths_of(source)[instance]])


def map_of(source: ExplanationSource, method: str, instance: int, target: int) -> np.ndarray:
    """Map without padding, of shape (time, channel or 1)."""
    return np.asarray(source.attribution(method, instance, target))[: lengths_of(source)[instance]]


def errors_of(source: ExplanationSource, method: str, instance: int, target: int) -> np.ndarray | None:
    """Standard errors without padding, of shape (time, channel or 1); None for deterministic methods."""
    errors = source.standard_error(method, instance, target)
    return None if errors is None else np.asarray(errors)[: lengths_of(source)[instance]]


def known_scores(source: ExplanationSource) -> Scores:
    """Scores of a source, as far as they are known; NaN where they are not."""
    return source.known_scores() if isinstance(source, Scoring) else Scores(source.scores, source.probabilities)


def scores_of(source: ExplanationSource, instance: int) -> Scores:
    """Scores of one series, of shape (class,)."""
    if isinstance(source, Scoring):
        return source.scores_of(instance)
    probabilities = source.probabilities
    return Scores(np.asarray(source.scores[instance]), None if probabilities is None else probabilities[instance])


def seconds_of(source: ExplanationSource, method: str, *place: int) -> float:
    """Estimated time of a map in seconds; zero if the map of this instance and class exists."""
    return source.seconds(method, *place) if isinstance(source, Computing) else 0.0


def stated(exactness: str, gap: float) -> str:
    """Exactness of one map: that of its method, but "approximate" if the measured gap is above the tolerance."""
    return "approximate" if gap > GAP_TOLERANCE else exactness


def explained_instances(source: ExplanationSource) -> np.ndarray | None:
    """Indices of the instances with maps; None if all have some. Blocks of a store may have been skipped."""
    targets = getattr(source, "targets", None)
    there = None if targets is None else (targets >= 0).any(axis=1)
    return None if there is None or there.all() else np.flatnonzero(there)
