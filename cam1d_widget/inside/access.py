"""Classifiers whose layers can be read, from a user's model."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ..attribution.abilities import HasLayers, HasLength, labels_of, offers
from ..attribution.classifier import Classifier
from ..attribution.data_set import DataSet
from ..explanation.true_classes import check_true_classes
from ..frameworks.open_model import as_classifier
from ..typing import InputsLike, Labels, LayerLike, Layout, ModelLike
from ..validation import shown

__all__ = ["class_indices", "opened", "opened_at", "opened_on"]


def opened(model: ModelLike, layer: LayerLike | None = None, length: int | None = None) -> HasLayers:
    """Classifier of a model, at a layer if one is named, for no series in particular.

    Parameters
    ----------
    model : ModelLike
    layer : LayerLike, optional
    length : int, optional
        Samples of a series, of a model that takes any length.

    Raises
    ------
    TypeError
        If its layers cannot be read.
    ValueError
        If there is no such layer, or it has no time axis.
    """
    classifier: Any = _with_layers(model)
    if length is not None and classifier.input_shape[0] is None and offers(classifier, HasLength):
        classifier = classifier.for_length(length)
    return classifier if layer is None else _at(classifier, layer)


def opened_on(
    model: ModelLike,
    layer: LayerLike | None,
    x: InputsLike,
    layout: Layout = "channels_last",
    padding_value: float | None = None,
    argument: str = "x",
    length: int | None = None,
) -> tuple[HasLayers, DataSet]:
    """Classifier of a model for some series, at a layer if one is named; and the series, NaN after the end of each.

    Parameters
    ----------
    model, layer
        As of :func:`opened`.
    x, layout, padding_value
        As of :func:`~cam1d_widget.explain`.
    argument : str
        Name of the caller's argument that holds the series.
    length : int, optional
        Cut the series to it, without those that are shorter.
    """
    classifier: Any = _with_layers(model)
    try:
        data = DataSet.read(classifier, x, None, layout, None, padding_value)
        data = data if length is None else data.cut_to(length)
        classifier = data.fitted(classifier)
    except (TypeError, ValueError) as fault:
        raise type(fault)(re.sub(r"^x\b", argument, str(fault))) from None
    return (classifier if layer is None else _at(classifier, layer)), data


def opened_at(
    model: ModelLike,
    layer: LayerLike | None,
    x: InputsLike,
    layout: Layout = "channels_last",
    padding_value: float | None = None,
) -> tuple[HasLayers, DataSet]:
    """Classifier of a model for some series, at a layer that must be named; and the series."""
    classifier, data = opened_on(model, None, x, layout, padding_value)
    if layer is None:
        names = ", ".join(one.name for one in classifier.layers)
        raise ValueError(f"layer must be named, but is None; layers with a time axis: {names or 'none'}")
    return _at(classifier, layer), data


def _with_layers(model: ModelLike) -> Any:
    classifier: Any = as_classifier(model)
    if not offers(classifier, HasLayers):
        raise TypeError(
            f"model must be a Keras model, a PyTorch module or a classifier of one, whose layers can be read, but is "
            f"{shown(model)}"
        )
    return classifier


def _at(classifier: HasLayers, layer: LayerLike) -> HasLayers:
    try:
        return classifier.at(layer)
    except ValueError as fault:
        names = ", ".join(one.name for one in classifier.layers)
        raise ValueError(f"{fault} (layers with a time axis: {names or 'none'})") from None


def class_indices(classifier: Classifier, y: Labels | None, instances: int) -> np.ndarray | None:
    """Indices of true classes, from indices or from the labels of a fitted classifier; None without true classes."""
    return None if y is None else check_true_classes(y, instances, classifier.classes, labels=labels_of(classifier))
