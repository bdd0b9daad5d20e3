"""The layers of a network that have a time axis, and the pre-activations of their filters.

The *pre-activation* of a filter is its value before the layer's activation. If the activation is increasing, as a ReLU
or a sigmoid is, whatever raises the pre-activation raises the filter, and the pre-activation still has a gradient where
the filter is zero.
"""

from __future__ import annotations

from typing import NamedTuple

from ..explanation.source import LayerFacts
from ..names import did_you_mean
from ..validation import shown
from . import operations as ops
from .graph import Graph, LayerOutput
from .head import is_affine
from .receptive_field import SOME_LENGTH, fields_of, placed

__all__ = ["PreActivation", "layers_in_time", "output_of", "pre_activation_of"]


class PreActivation(NamedTuple):
    """Pre-activation of a map.

    Attributes
    ----------
    value : int
    affine : bool
        Whether it is an affine function of the series.
    """

    value: int
    affine: bool


def layers_in_time(graph: Graph, length: int | None) -> tuple[LayerFacts, ...]:
    """Layers whose maps can be placed in time, from the series on."""
    fields = fields_of(graph, length or SOME_LENGTH, [graph.output])
    last = {layer.name: layer for layer in graph.layers}

    def is_placed(layer: LayerOutput) -> bool:
        value = layer.values[0]
        try:
            placed(graph, value, fields[value])
        except (KeyError, ValueError):
            return False
        return True

    return tuple(
        LayerFacts(name, layer.kind, int(graph.values[layer.values[0]].shape[2] or 0))
        for name, layer in last.items()
        if not layer.inner and not _is_idle(graph, layer) and _has_time(graph, layer) and is_placed(layer)
    )


def output_of(graph: Graph, layer: object, name: str) -> int:
    """Output map of a layer, given by name or as an object; of the last call if there are several.

    A map of rank 4 has another axis besides that of time.

    Raises
    ------
    ValueError
        If there is no such layer in model `name`, or if its output is no map.
    """
    found = [one for one in graph.layers if one.layer is layer or one.name == layer]
    if not found:
        there = list(dict.fromkeys(one.name for one in graph.layers))
        close = did_you_mean(layer, there)
        raise ValueError(f"layer must be one of model {name!r} ({', '.join(there)}), but is {shown(layer)}{close}")
    maps = [one for one in found if graph.values[one.values[0]].rank in (3, 4)]  # and not the states of an LSTM
    chosen = (maps or found)[-1]
    values, shape = chosen.values, graph.values[chosen.values[0]].shape
    if len(values) > 1 or len(shape) not in (3, 4):
        given = shape if len(values) == 1 else "several tensors"
        raise ValueError(f"layer {chosen.name!r} must output a map of shape (batch, step, filter), but outputs {given}")
    return values[0]


def pre_activation_of(graph: Graph, entry: int) -> PreActivation:
    """Pre-activation of a map: the map itself, or the value before its last activations."""
    value = entry
    while graph.makers[value].operation.facts.rises and graph.makers[value].inputs[0] in graph.makers:
        value = graph.makers[value].inputs[0]
    return PreActivation(value, all(is_affine(graph, node) for node in graph.series_nodes([0], [value])))


def _is_idle(graph: Graph, layer: LayerOutput) -> bool:
    return isinstance(graph.makers[layer.values[0]].operation, ops.Identity)


def _has_time(graph: Graph, layer: LayerOutput) -> bool:
    shape, dtype = graph.values[layer.values[0]]
    if dtype == "bool":  # a mask
        return False
    return len(layer.values) == 1 and len(shape) == 3 and shape[1] != 1 and shape[2] is not None
