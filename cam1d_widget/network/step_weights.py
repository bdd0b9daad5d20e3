"""Attention over steps that is written with general operations: a softmax over the steps whose result weighs them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from . import operations as ops
from .graph import Graph, Node
from .head import is_affine
from .receptive_field import SOME_LENGTH, Seen, fields_of

__all__ = ["StepWeights", "step_weights"]

# What may be between the softmax and the product in which the weights are used.
_BETWEEN = (ops.Identity, ops.Permute, ops.Reshape, ops.Spread, ops.Rescale)


class StepWeights(NamedTuple):
    """Weights of the steps of a map, as a value of the graph.

    Attributes
    ----------
    value : int
    axis : int
        That of the steps in the value; another one, if there is any, is that of the heads.
    affine : bool
        Whether the scores are an affine function of the weights, while all else is held constant.
    """

    value: int
    axis: int
    affine: bool

    def by_head(self, tensors: Any, values: Any) -> Any:
        """Weights of shape (batch, head, step)."""
        if len(values.shape) == 2:
            return values[:, None]
        return tensors.transpose(values, (0, 2, 1)) if self.axis == 1 else values

    def as_value(self, graph: Graph, weights: Any) -> Any:
        """Weights (batch, head, step) as the value of the graph."""
        if graph.values[self.value].rank == 2:
            return weights[:, 0]
        return graph.tensors.ops.transpose(weights, (0, 2, 1)) if self.axis == 1 else weights


def step_weights(graph: Graph, entry: int, logits: int) -> StepWeights | None:
    """Weights of the steps at which the explained map has its steps; None if there are none, or several."""
    steps = graph.values[entry].shape[1]
    fields = fields_of(graph, graph.values[0].shape[1] or SOME_LENGTH, [entry, logits])
    place = fields.get(entry)
    if not isinstance(place, Seen):
        return None
    found = []
    for node in graph.series_nodes([0], [logits]):
        operation, seen = node.operation, fields.get(node.inputs[0])
        if not isinstance(operation, ops.Normalize) or operation.name != "softmax" or len(operation.axes) != 1:
            continue
        (axis,), shape = operation.axes, graph.values[node.outputs[0]].shape
        same = isinstance(seen, Seen) and seen.axis == axis and _same_places(seen, place)
        if same and len(shape) in (2, 3) and shape[axis] == steps and _weighs(graph, node.outputs[0]):
            found.append(StepWeights(node.outputs[0], axis, _affine_in(graph, node.outputs[0], logits)))
    return found[0] if len(found) == 1 else None


def _same_places(one: Seen, other: Seen) -> bool:
    return np.array_equal(one.field.centers, other.field.centers)


def _weighs(graph: Graph, value: int) -> bool:
    """Whether a value is used in products alone."""
    readers = [node for node in graph.nodes if value in node.inputs]
    return bool(readers) and all(
        isinstance(node.operation, ops.Product | ops.MatrixProduct)
        or (isinstance(node.operation, _BETWEEN) and _weighs(graph, node.outputs[0]))
        for node in readers
    )


def _affine_in(graph: Graph, value: int, logits: int) -> bool:
    """Whether the logits are an affine function of a value, while all that does not depend on it is held constant."""
    depending = {value}

    def affine(node: Node) -> bool:
        inputs = [one for one in node.inputs if one in depending]
        products = isinstance(node.operation, ops.Product | ops.MatrixProduct) and len(inputs) == 1
        return products or is_affine(graph, node)

    for node in graph.between([value], [logits]):
        if depending.isdisjoint(node.inputs):
            continue
        if not affine(node):
            return False
        depending.update(node.outputs)
    return True
