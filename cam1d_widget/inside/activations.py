"""Activations of a layer, with the receptive fields of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..attribution.abilities import for_instances
from ..attribution.receptive_field import ReceptiveField
from ..explanation.source import LayerFacts
from ..typing import InputsLike, LayerLike, Layout, ModelLike
from ..validation import counted
from .access import opened, opened_at, series_for

__all__ = ["Activations", "activations", "layers"]


@dataclass(frozen=True, eq=False)
class Activations:
    """Activations of the filters of a layer on some series.

    Attributes
    ----------
    layer : str
        Name of the layer.
    values : ndarray of shape (instance, step, filter)
        Its output.
    receptive_field : ReceptiveField
        Which samples each step sees.
    """

    layer: str
    values: np.ndarray
    receptive_field: ReceptiveField

    @property
    def placed(self) -> np.ndarray:
        """The values on the time axis of the series, of shape (instance, time, filter).

        Each is at the center of its step's receptive field; values are interpolated linearly in between, and constant
        beyond the first and last. Nothing is stretched.
        """
        return self.receptive_field.place(self.values)

    def __repr__(self) -> str:
        instances, steps, filters = self.values.shape
        sizes = f"{counted(instances, 'instance')}, {counted(steps, 'step')}, {counted(filters, 'filter')}"
        return f"Activations(layer={self.layer!r}, {sizes})"


def layers(model: ModelLike) -> Sequence[LayerFacts]:
    """Layers of a network whose maps have a time axis, from the series on.

    Parameters
    ----------
    model : keras.Model, path of a saved one, or a classifier
        A `TorchClassifier` for the shape of some series: ``TorchClassifier(module).for_series(x)``.

    Returns
    -------
    sequence of LayerFacts
        `name`, `kind` and number of `filters` of each.

    Examples
    --------
    >>> [layer.name for layer in inside.layers(model)]
    ['conv1', 'norm1', 'relu1', 'pool1', 'conv2', 'norm2', 'relu2', 'pool2']
    """
    return opened(model).layers


def activations(model: ModelLike, x: InputsLike, layer: LayerLike, *, layout: Layout = "channels_last") -> Activations:
    """Activations of any layer that has a time axis, with the receptive fields of its steps.

    Parameters
    ----------
    model : keras.Model, path of a saved one, torch.nn.Module, or a classifier of one
    x : array-like of shape (instance, time, channel), or (time, channel) for one
        A DataFrame, a list of them, or a DataArray is accepted as well; all inputs of a model by name.
    layer : str, int or keras.Layer
        Which layer; `layers` lists them.
    layout : {"channels_last", "channels_first"}
        Order of the dims of `x`.

    Returns
    -------
    Activations

    Raises
    ------
    ValueError
        If the layer has no time axis, or a series is too short for it.

    Examples
    --------
    >>> seen = inside.activations(model, x_test, "conv1")
    >>> seen.values.shape, seen.placed.shape
    ((64, 292, 128), (64, 300, 128))
    """
    classifier = opened_at(model, layer, x, layout)
    x = series_for(classifier, x, layout=layout)
    field = classifier.receptive_field_at(x.shape[1])
    return Activations(name_of(layer), for_instances(classifier, np.arange(len(x))).trunk(x), field)


def name_of(layer: LayerLike) -> str:
    """Name of a layer, given by name, by index or as an object."""
    return str(getattr(layer, "name", layer))
