"""Activations of a layer, with the receptive fields of its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..attribution.abilities import HasLayers
from ..attribution.metrics.unequal import groups
from ..attribution.receptive_field import ReceptiveField
from ..explanation.source import LayerFacts
from ..typing import InputsLike, LayerLike, Layout, ModelLike
from ..validation import counted
from .access import opened, opened_at
from .each_length import maps_of, of_each_length

__all__ = ["Activations", "activations", "activations_of", "layers", "name_of"]


@dataclass(frozen=True, eq=False)
class Activations:
    """Activations of the filters of a layer on some series.

    Attributes
    ----------
    layer : str
        Name of the layer.
    values : ndarray of shape (instance, step, filter)
        Its output. Steps that begin in the padding of a series are left out; NaN follows the last step of a shorter
        series.
    receptive_field : ReceptiveField
        Which samples each step sees, of the longest series.
    lengths : ndarray of int, of shape (instance,), or None
        Number of samples of each series, where they differ.
    fields : mapping of int to ReceptiveField
        Which samples each step sees, by the length of a series, where they differ.
    """

    layer: str
    values: np.ndarray
    receptive_field: ReceptiveField
    lengths: np.ndarray | None = None
    fields: Mapping[int, ReceptiveField] = field(default_factory=dict)

    @property
    def placed(self) -> np.ndarray:
        """The values on the time axis of the series, of shape (instance, time, filter); NaN after the end of each.

        Each is at the center of its step's receptive field; values are interpolated linearly in between, and constant
        beyond the first and last. Nothing is stretched.
        """
        if self.lengths is None:
            return self.receptive_field.place(self.values)
        shape = len(self.values), self.lengths.max(), self.values.shape[2]
        placed = np.full(shape, np.nan, self.values.dtype)
        for rows, length in groups(self.lengths):
            one = self.fields[length]
            placed[rows, :length] = one.place(self.values[rows, : len(one)])
        return placed

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


def activations(
    model: ModelLike,
    x: InputsLike,
    layer: LayerLike,
    *,
    layout: Layout = "channels_last",
    padding_value: float | None = None,
) -> Activations:
    """Activations of any layer that has a time axis, with the receptive fields of its steps.

    Parameters
    ----------
    model : keras.Model, path of a saved one, torch.nn.Module, or a classifier of one
    x : array-like of shape (instance, time, channel), or (time, channel) for one
        A DataFrame, a list of them, or a DataArray is accepted as well; all inputs of a model by name. Series of
        unequal length are a list, or NaN after the end of each.
    layer : str, int or keras.Layer
        Which layer; `layers` lists them.
    layout : {"channels_last", "channels_first"}
        Order of the dims of `x`.
    padding_value : float, optional
        What fills shorter series up, as in :func:`~cam1d_widget.explain`.

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
    classifier, data = opened_at(model, layer, x, layout, padding_value)
    return activations_of(classifier, name_of(layer), data.x, data.lengths)


def activations_of(classifier: HasLayers, layer: str, x: np.ndarray, lengths: np.ndarray | None) -> Activations:
    """Activations of a classifier's explained layer on series, which are NaN after the length of each."""
    every = np.arange(len(x))
    parts = [(rows, *maps_of(classifier, series, rows)) for rows, series in of_each_length(x, lengths, every)]
    if lengths is None or len(parts) == 1:
        [(_, values, one)] = parts
        return Activations(layer, values, one)
    steps = max(values.shape[1] for _, values, _ in parts)
    joined = np.full((len(x), steps, parts[0][1].shape[2]), np.nan, np.float32)
    fields = {}
    for rows, values, one in parts:
        joined[rows, : values.shape[1]] = values
        fields[int(lengths[rows[0]])] = one
    return Activations(layer, joined, fields[int(lengths.max())], lengths, fields)


def name_of(layer: LayerLike) -> str:
    """Name of a layer, given by name, by index or as an object."""
    return str(getattr(layer, "name", layer))
