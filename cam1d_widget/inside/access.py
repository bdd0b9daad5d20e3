"""Classifiers whose layers can be read, from a user's model."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ..attribution.abilities import HasLayers, HasLength, NeedsSeries, holding, labels_of, named_inputs, offers
from ..attribution.classifier import Classifier
from ..attribution.series import check_series, read_series
from ..explanation.true_classes import check_true_classes
from ..frameworks.open_model import as_classifier
from ..typing import InputsLike, Labels, LayerLike, Layout, ModelLike
from ..validation import shown

__all__ = ["class_indices", "opened", "series_for"]


def opened(
    model: ModelLike,
    layer: LayerLike | None = None,
    series: InputsLike | None = None,
    layout: Layout = "channels_last",
    length: int | None = None,
    argument: str = "x",
) -> HasLayers:
    """Classifier of a model, at a layer if one is named.

    Parameters
    ----------
    model : ModelLike
    layer : LayerLike, optional
    series : InputsLike, optional
        Series of the shape for which a PyTorch module is read.
    layout : {"channels_last", "channels_first"}
        Of the series.
    length : int, optional
        Samples of a series where none are given.
    argument : str
        Name of the caller's argument that holds the series.

    Raises
    ------
    TypeError
        If its layers cannot be read.
    ValueError
        If there is no such layer, or it has no time axis.
    """
    classifier: Any = as_classifier(model)
    if not offers(classifier, HasLayers):
        raise TypeError(
            f"model must be a Keras model, a PyTorch module or a classifier of one, whose layers can be read, but is "
            f"{shown(model)}"
        )
    x = None
    if series is not None:
        _, others = _named(classifier, series, argument)
        x = series_for(classifier, series, argument, layout)
        classifier = holding(classifier, others, len(x))
    classifier = _for_series_or_length(classifier, x, length)
    return classifier if layer is None else _at(classifier, layer)


def _for_series_or_length(classifier: Any, x: np.ndarray | None, length: int | None) -> Any:
    """The classifier for the shape of some series, or for a length, if it accepts several and one is given."""
    if classifier.input_shape[0] is not None or not offers(classifier, NeedsSeries):
        return classifier
    if x is not None:
        return classifier.for_series(x)
    return classifier if length is None or not offers(classifier, HasLength) else classifier.for_length(length)


def opened_at(
    model: ModelLike, layer: LayerLike | None, series: InputsLike, layout: Layout = "channels_last"
) -> HasLayers:
    """Classifier of a model at a named layer."""
    classifier = opened(model, None, series, layout)
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
    classifier: Classifier, x: InputsLike, argument: str = "x", layout: Layout = "channels_last"
) -> np.ndarray:
    """Series that a classifier takes, of shape (instance, time, channel), as float32."""
    series, _ = _named(classifier, x, argument)
    values = read_series(argument, series, layout, classifier.input_shape[1]).values
    return check_series(values, *classifier.input_shape, argument)


def _named(classifier: Any, given: InputsLike, argument: str) -> tuple[Any, Any]:
    """The series among the inputs of a model and the values of the others; an error names the caller's argument."""
    try:
        return named_inputs(classifier, given)
    except (TypeError, ValueError) as fault:
        raise type(fault)(re.sub(r"^x\b", argument, str(fault))) from None


def class_indices(classifier: Classifier, y: Labels | None, instances: int) -> np.ndarray | None:
    """Indices of true classes, from indices or from the labels of a fitted classifier; None without true classes."""
    return None if y is None else check_true_classes(y, instances, classifier.classes, labels=labels_of(classifier))
