"""What is asked of a classifier that can be looked into, and how a user's model becomes one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ..attribution.classifier import Classifier, check_series
from ..attribution.series import read_series
from ..explainer import as_classifier
from ..explanation.true_classes import check_true_classes
from ..typing import Labels, LayerLike, Layout, ModelLike, SeriesLike

__all__ = ["Filters", "LayerFacts", "OpenClassifier", "class_indices", "opened", "series_for"]


class LayerFacts(Protocol):
    """A layer whose map has a time axis."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def kind(self) -> str:
        """Name of its class."""

    @property
    def filters(self) -> int:
        """Number of its filters."""


class Filters(Protocol):
    """Filters of a layer, as functions of the series."""

    @property
    def count(self) -> int:
        """Number of filters."""

    @property
    def affine(self) -> bool:
        """Whether what drives a filter is an affine function of the series."""

    def drive(self, x: np.ndarray, filters: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Value of a filter at a step of each series, in front of the activation, and its gradient by the series."""


class OpenClassifier(Classifier, Protocol):
    """A classifier whose layers can be looked at."""

    @property
    def layers(self) -> Sequence[LayerFacts]:
        """Layers whose map has a time axis, from the series on."""

    @property
    def filters(self) -> Filters:
        """Filters of the explained layer."""

    def at(self, layer: LayerLike) -> OpenClassifier:
        """The same classifier with another explained layer."""


def opened(model: ModelLike, layer: LayerLike | None = None) -> OpenClassifier:
    """Classifier of a model, at a layer if one is named.

    Raises
    ------
    TypeError
        If it cannot be looked into.
    ValueError
        If there is no such layer, or it has no time axis.
    """
    classifier = as_classifier(model)
    if not hasattr(classifier, "at"):
        raise TypeError(
            f"model must be a Keras model or a KerasClassifier to be looked into, but is a {type(classifier).__name__}"
        )
    return classifier if layer is None else _at(classifier, layer)


def _at(classifier: OpenClassifier, layer: LayerLike) -> OpenClassifier:
    try:
        return classifier.at(layer)
    except ValueError as fault:
        names = ", ".join(one.name for one in classifier.layers)
        raise ValueError(f"{fault}; layers with a time axis: {names or 'none'}") from None


def series_for(
    classifier: Classifier, x: SeriesLike, argument: str = "x", layout: Layout = "channels_last"
) -> np.ndarray:
    """Series that a classifier takes, of shape (instance, time, channel), as float32."""
    return check_series(read_series(argument, x, layout).values, *classifier.input_shape, argument)


def class_indices(classifier: Classifier, y: Labels | None, instances: int) -> np.ndarray | None:
    """Indices of true classes, from indices or from the labels of a fitted classifier; None without true classes."""
    labels = getattr(classifier, "labels", None)
    return None if y is None else check_true_classes(y, instances, classifier.classes, labels=labels)
