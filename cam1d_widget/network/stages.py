"""The layers that make a map filter by filter: from the last layer that mixes filters to the map itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..attribution.stage_map import StageMap
from . import operations as ops
from .graph import Graph, Node
from .receptive_field import fields_between

__all__ = ["Stage", "kind_of_pooling", "maps_of", "sources_of", "stages_of"]

_FILTERWISE = (ops.Scale, ops.Rescale, ops.Identity, ops.Pointwise, ops.Pool, ops.Pad, ops.Crop, ops.Upsample)


class Stage(NamedTuple):
    """One layer on the way to a map.

    Attributes
    ----------
    node : Node
    value : int
        Its output (batch, position, filter).
    """

    node: Node
    value: int

    @property
    def kind(self) -> str:
        """Name of the layer's class; of an activation, which may be part of a layer, name of its function."""
        operation = self.node.operation
        return operation.name if isinstance(operation, ops.Pointwise) else self.node.kind


def stages_of(graph: Graph, entry: int) -> tuple[Stage, ...]:
    """Layers whose outputs differ from the map by functions of each filter alone, in the order of computing.

    The first of them mixes filters, as a convolution does; the last one makes the map.
    """
    values = [entry]
    while (before := _before(graph, values[0])) is not None:
        values.insert(0, before)
    made = [value for value in values[:-1] if not isinstance(graph.makers[value].operation, ops.Identity)]
    return tuple(Stage(graph.makers[value], value) for value in (*made, entry))


def sources_of(graph: Graph, stages: Sequence[Stage], positions: Sequence[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Positions [start, stop) of each stage from which each position of the next is computed; empty for the last.

    Parameters
    ----------
    graph : Graph
    stages : sequence of Stage
    positions : sequence of int
        Number of positions of each.
    """
    nothing = np.zeros(0, int)
    found = []
    for (one, after), count in zip(pairwise(stages), positions, strict=False):
        field = fields_between(graph, one.value, after.value, count)[after.value].field
        found.append((field.start, field.stop))
    return [*found, (nothing, nothing)]


def maps_of(graph: Graph, stages: Sequence[Stage], maps: Sequence[np.ndarray]) -> list[StageMap]:
    """Stages with their maps of shape (instance, position, filter)."""
    sources = sources_of(graph, stages, [values.shape[1] for values in maps])
    return [
        StageMap(stage.node.name, stage.kind, kind_of_pooling(stage.node), *ends, values)
        for stage, ends, values in zip(stages, sources, maps, strict=True)
    ]


def kind_of_pooling(node: Node) -> str | None:
    """How a layer pools positions: "maximum" or "mean"; None if it does not."""
    if not isinstance(node.operation, ops.Pool):
        return None
    return "maximum" if node.operation.largest else "mean"


def _before(graph: Graph, value: int) -> int | None:
    """The map from which a map is computed filter by filter; None if filters are mixed, or it is the series."""
    node = graph.makers[value]
    inputs = [one for one in node.inputs if one in graph.of_series]
    if not isinstance(node.operation, _FILTERWISE) or len(inputs) != 1 or inputs[0] not in graph.makers:
        return None
    is_map = graph.values[inputs[0]].rank == 3 and graph.values[inputs[0]].shape[2] == graph.values[value].shape[2]
    return inputs[0] if is_map else None
