"""Networks with two-dimensional layers: the map that enters their head, brought to (batch, step, filter).

Such a map has an axis of time and one more, mostly of channels; the places on the other axis are taken for filters of
their own. The graph is not cut: the map is flattened and at once unflattened, and the explained map is what stands
between the two, so that all else may count on three dims.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from ..frameworks.keras.reader import OpenedModel
from ..frameworks.keras.symbolic import backwards, maker
from .head import ending, head_entry
from .receptive_field import SOME_LENGTH, time_axis_of

__all__ = ["with_map_in_rows"]


def with_map_in_rows(graph: OpenedModel, model: Any, index: int) -> OpenedModel:
    """Graph in which a map of two axes that enters the head goes through the form (batch, step, filter).

    The graph itself where there is no such map, or no time on its axes.
    """
    entry = head_entry(ending(graph.output, model, index).tensor, dims=(3, 4))
    if entry is None or len(entry.shape) != 4:
        return graph
    try:
        time = time_axis_of(entry, graph.series.shape[1] or SOME_LENGTH)
    except ValueError:  # a layer on the way moves steps about
        return graph
    if time not in (1, 2) or entry.shape[3 - time] is None:
        return graph
    head = keras.Function([graph.series, entry], [graph.output])
    through = [graph.series, _there_and_back(entry, time)]
    output = head._run_through_graph(through, operation_fn=lambda operation: operation)[0]
    there = {id(tensor) for tensor in backwards(output, lambda _: False)}
    trunk = [(operation, made) for operation, made in graph.made if id(made) in there]
    known = {id(made) for _, made in trunk}
    rest = [made for made in reversed(list(backwards(output, lambda _: False))) if id(made) not in known]
    return OpenedModel(graph.series, output, [*trunk, *((maker(made), made) for made in rest)])


def _there_and_back(entry: Any, time: int) -> Any:
    """The same map, that was of shape (batch, step, filter) on the way."""
    name, dtype, other, filters = maker(entry).name, entry.dtype, entry.shape[3 - time], entry.shape[3]
    turns = time == 2 and other > 1
    first = layers.Permute((2, 1, 3), dtype=dtype, name=f"{name}_turned")(entry) if turns else entry
    rows = layers.Reshape((-1, other * filters), dtype=dtype, name=f"{name}_map")(first)
    sizes = (-1, other, filters) if time == 1 or turns else (other, -1, filters)
    apart = layers.Reshape(sizes, dtype=dtype, name=f"{name}_apart")(rows)
    return layers.Permute((2, 1, 3), dtype=dtype, name=f"{name}_back")(apart) if turns else apart
