"""The attention layers between a map and the head, if they are a stack whose flow of attention can be followed.

Each must attend from a map to itself and be added to it, and all other layers must leave the steps apart.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from ..attribution.receptive_field import ReceptiveField
from . import operations as ops
from .graph import Graph, Node
from .parts import written_out
from .receptive_field import SOME_LENGTH, Seen, fields_between, seen_after

__all__ = ["AttentionStack", "attention_stack", "weights_of"]


class AttentionStack(NamedTuple):
    """Attention layers from the series on, and what the head reads of the last map.

    Attributes
    ----------
    nodes : tuple of Node
    step : int or None
        The one step that it reads; None for the mean of all.
    """

    nodes: tuple[Node, ...]
    step: int | None


def attention_stack(graph: Graph, entry: int, logits: int) -> AttentionStack | str:
    """Stack of attention layers before the map that enters the head; the reason if there is none."""
    nodes = [node for node in graph.between([0], [entry]) if isinstance(node.operation, ops.Attention)]
    if not nodes:
        return "there is no attention among steps before the explained map"
    for node in nodes:
        if len(set(node.inputs)) > 1 or node.operation.parts is None:  # type: ignore[attr-defined]
            return f"{node} does not attend from a map to itself, without a mask of the series"
        if _added_to(graph, node) is None:
            return f"{node} is not added to its input"
    first = _added_to(graph, nodes[0])
    assert first is not None
    fault = _mixing(graph, first, entry) or _side_by_side(graph, nodes)
    if fault:
        return fault
    step = _step_read(graph, entry, logits)
    return step if isinstance(step, str) else AttentionStack(tuple(nodes), step)


def weights_of(graph: Graph, node: Node, x: Any) -> Any:
    """Weights with which each step attends to each, mean over the heads, of shape (instance, step, step)."""
    tensors, parts = graph.tensors.ops, written_out(graph, [node])
    values = dict.fromkeys(node.inputs, tensors.cast(x, "float32"))
    for part in parts:
        values[part.outputs[0]] = part.call.in_float32(*(values[one] for one in part.inputs))[0]
        if isinstance(part.operation, ops.Normalize):
            break
    weights = values[part.outputs[0]]
    return weights if len(weights.shape) == 3 else tensors.mean(weights, 1)


def _added_to(graph: Graph, node: Node) -> int | None:
    """Value to which an attention layer is added, from which it takes its input; None without one."""
    value = node.outputs[0]
    while True:
        readers = [one for one in graph.nodes if value in one.inputs]
        if len(readers) != 1:
            return None
        operation, inputs = readers[0].operation, readers[0].inputs
        if not isinstance(operation, ops.Identity):
            break
        value = readers[0].outputs[0]
    if not isinstance(operation, ops.Sum) or operation.subtracts or len(inputs) != 2:
        return None
    other = inputs[1 - inputs.index(value)]
    return other if graph.sources([other], node.inputs) <= {other} else None


def _mixing(graph: Graph, source: int, entry: int) -> str | None:
    """Why the steps of the last map do not correspond to those of the first; None if they do."""
    if graph.sources([source], [entry]) - {source}:
        return "the explained map also depends on the series by a path around the first attention layer"
    steps = graph.values[source].shape[1] or SOME_LENGTH
    own = Seen(ReceptiveField.of_input(steps), 1)
    for node in graph.between([source], [entry]):
        if isinstance(node.operation, ops.Attention):
            continue
        made = seen_after(graph, node, node.outputs[0], [own] * len(node.inputs))
        apart = isinstance(made, Seen) and made.axis == 1 and len(made.field) == steps
        if not apart or not np.array_equal(made.field.stop - made.field.start, np.ones(steps)):  # type: ignore[union-attr]
            return f"{node} between attention layers mixes steps"
    return None


def _side_by_side(graph: Graph, nodes: list[Node]) -> str | None:
    for before, after in pairwise(nodes):
        if before not in graph.between([0], after.inputs):
            return f"{before} and {after} attend side by side"
    return None


def _step_read(graph: Graph, entry: int, logits: int) -> int | str | None:
    """Step of a map that the head reads; None if it reads their mean."""
    fields = fields_between(graph, entry, logits)
    for node in graph.between([entry], [logits]):
        before, after = (fields.get(one) for one in (node.inputs[0], node.outputs[0]))
        if before is None or after is None:
            break
        if after.axis is not None:
            continue
        operation = node.operation
        if isinstance(operation, ops.Reduce) and operation.kind == "mean":
            return None
        if isinstance(operation, ops.Slice):
            return int(after.field.start[0])
        break
    return "the head reads neither the mean of all steps nor one of them"
