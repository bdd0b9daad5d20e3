"""Classifiers whose layers can be read, from a user's model."""

from __future__ import annotations

import numpy as np

from ..attribution.abilities import HasLayers, labels_of, offers
from ..attribution.classifier import Classifier
from ..attribution.series import check_series, read_series
from ..explanation.true_classes import check_true_classes
from ..frameworks.open_model import as_classifier
from ..typing import Labels, LayerLike, Layout, ModelLike, SeriesLike
from ..validation import shown

__all__ = ["class_indices", "opened", "series_for"]


def opened(model: ModelLike, layer: LayerLike | None = None) -> HasLayers:
    """Classifier of a model, at a layer if one is named.

    Raises
    ------
    TypeError
        If its layers cannot be read.
    ValueError
        If there is no such layer, or it has no time axis.
    """
    classifier = as_classifier(model)
    if not offers(classifier, HasLayers):
        raise TypeError(
            f"model must be a Keras model or a KerasClassifier, whose layers can be read, but is {shown(model)}"
        )
    return classifier if layer is None else _at(classifier, layer)


def opened_at(model: ModelLike, layer: LayerLike | None) -> HasLayers:
    """Classifier of a model at a named layer."""
    classifier = opened(model)
    if layer is None:
        names = ", ".join(one.name for one in classifier.layers)
        raise ValueError(f"layer must be named, but is None; layers with a time axis: {names or 'none'}")
    return _at(classifier, layer)


def _at(classifier: HasLayers, layer: LayerLike) -> HasLayers:
    try:
        return classifier.at(layer)
    except ValueError as fault:
        names = ", ".join(one.name for one in classifier.layers)
        raise ValueError(f"{fault} (layers with a time axis: {names or 'none'})") from None


def series_for(
    classifier: Classifier, x: SeriesLike, argument: str = "x", layout: Layout = "channels_last"
) -> np.ndarray:
    """Series that a classifier takes, of shape (instance, time, channel), as float32."""
    return check_series(
        read_series(argument, x, layout, classifier.input_shape[1]).values, *classifier.input_shape, argument
    )


def class_indices(classifier: Classifier, y: Labels | None, instances: int) -> np.ndarray | None:
    """Indices of true classes, from indices or from the labels of a fitted classifier; None without true classes."""
    return None if y is None else check_true_classes(y, instances, classifier.classes, labels=labels_of(classifier))
