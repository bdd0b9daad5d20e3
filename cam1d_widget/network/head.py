"""The head of a network: where its logits are, which map enters it, and what it computes from that map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from . import operations as ops
from .graph import Graph, Node
from .receptive_field import SOME_LENGTH, Seen, fields_between, fields_of

__all__ = ["Ending", "Head", "ending", "entry_of", "head_of", "is_affine", "is_affine_between", "step_poolings"]


class Ending(NamedTuple):
    """How a network ends.

    Attributes
    ----------
    logits : int
        Value that holds the logits, or the scores if no logits are known.
    link : {"softmax", "sigmoid", None}
        Function after the logits.
    plain : bool
        Whether the network ends in scores without an activation, whose meaning only the loss determines.
    logs : bool
        Whether the network ends in the logarithm of the link.
    """

    logits: int
    link: str | None
    plain: bool
    logs: bool = False


def ending(graph: Graph) -> Ending:
    """Where the logits are, from the last operations."""
    output = _before_identities(graph, graph.output)
    node = graph.makers.get(output)
    if node is None:
        return Ending(output, None, plain=False)
    operation = node.operation
    name = getattr(operation, "name", "")
    if isinstance(operation, ops.Normalize) and name in ("softmax", "logsoftmax") and operation.axes == {1}:
        return Ending(node.inputs[0], "softmax", plain=False, logs=name == "logsoftmax")
    if isinstance(operation, ops.Pointwise) and name in ("sigmoid", "logsigmoid"):
        return Ending(node.inputs[0], "sigmoid", plain=False, logs=name == "logsigmoid")
    scores = isinstance(operation, ops.Dense) or (isinstance(operation, ops.StepPooling) and operation.scores_steps)
    return Ending(output, None, plain=scores)


def _before_identities(graph: Graph, value: int) -> int:
    """Value before the last operations that change nothing at inference."""
    while node := graph.makers.get(value):
        same_shape = graph.values[node.inputs[0]].shape == graph.values[value].shape
        if not isinstance(node.operation, ops.Identity | ops.Reshape) or not same_shape:
            break
        value = node.inputs[0]
    return value


def entry_of(graph: Graph, logits: int, ranks: tuple[int, ...] = (3,)) -> int | None:
    """Map of one of these ranks, mostly (batch, step, filter), that enters the pooling or flatten of the head.

    The weights that a softmax gives to the steps of a map do not count. None if there is no such map, if several merge
    after their poolings, or if it is the series itself.
    """
    fields = fields_of(graph, graph.values[0].shape[1] or SOME_LENGTH, [logits])
    found = _maps_before(graph, logits, ranks, fields)
    if graph.makers.keys().isdisjoint(found):  # then the error says why the last map cannot be placed in time
        found = _maps_before(graph, logits, ranks, {})
    maps = [value for value in found if not _weighs_steps(graph, value)] or found
    merged = len(maps) != 1 or graph.sources(maps, [value for value in found if value not in maps]) - set(maps)
    return None if merged or maps[0] not in graph.makers else maps[0]


def _maps_before(
    graph: Graph, logits: int, ranks: tuple[int, ...], fields: Mapping[int, Seen | ValueError]
) -> list[int]:
    """Last maps before the logits, on all paths; without those whose time is known to run along no or another axis."""
    found, visited, open_ = [], set(), [logits]
    while open_:
        value = open_.pop()
        if value in visited or value not in graph.of_series:
            continue
        visited.add(value)
        shape, seen = graph.values[value].shape, fields.get(value)
        elsewhere = len(shape) == 3 and isinstance(seen, Seen) and seen.axis != 1
        states = value in graph.makers and getattr(graph.makers[value].operation, "states", False)
        # A map of one step comes after the pooling.
        if len(shape) in ranks and any(size != 1 for size in shape[1:-1]) and not states and not elsewhere:
            found.append(value)
        elif value in graph.makers:
            open_ += graph.makers[value].inputs
    return found


def _weighs_steps(graph: Graph, value: int) -> bool:
    """Whether a map (batch, step, head) is a softmax over its steps."""
    operation = graph.makers[value].operation if value in graph.makers else None
    return isinstance(operation, ops.Normalize) and operation.name == "softmax" and operation.axes == {1}


class Head(NamedTuple):
    """What is between a map and the scores.

    Attributes
    ----------
    kind : {"gap", "flatten", "gmp", "mil", "attention", "other"}
        The pooling of the head, if it treats each step of the map separately and in the same way.
    affine : bool
        Whether the scores are an affine function of the map. Then each step contributes its
        gradient times its features to a score, and the score falls by that when these features are set to zero.
    homogeneous : bool
        Whether each score is a bias plus a function that doubles with the map, so that gradient times map adds up to it
        by Euler's theorem: affine heads, and those with maxima or ReLU layers after layers without biases.
    """

    kind: str = "other"
    affine: bool = False
    homogeneous: bool = False


def head_of(graph: Graph, entry: int, logits: int) -> Head:
    """Head between a map and the logits."""
    nodes = graph.series_nodes([entry], [logits])
    if graph.sources([entry], [logits]) - {entry}:  # the scores also depend on the series by another path
        return Head()
    return Head(
        _pooling_of(graph, entry, logits),
        affine=all(is_affine(graph, node) for node in nodes),
        homogeneous=all(
            node.operation.facts.homogeneous and not graph.held_inputs(node)
            for node in _up_to_last_nonlinearity(graph, nodes)
        ),
    )


def is_affine(graph: Graph, node: Node) -> bool:
    """Whether a node computes an affine function of those of its inputs that depend on the series."""
    scales = isinstance(node.operation, ops.Product) and len(node.inputs) == 2 and bool(graph.held_inputs(node))
    return scales or node.operation.facts.affine


def is_affine_between(graph: Graph, known: int, wanted: int) -> bool:
    """Whether a value is an affine function of another, and of nothing else."""
    affine = all(is_affine(graph, node) for node in graph.series_nodes([known], [wanted]))
    return affine and graph.sources([known], [wanted]) <= {known}


def _up_to_last_nonlinearity(graph: Graph, nodes: list[Node]) -> list[Node]:
    """Nodes that are nonlinear, or before one that is: their biases matter."""
    before_nonlinear: set[int] = set()
    found = []
    for node in reversed(nodes):
        if before_nonlinear.intersection(node.outputs) or not is_affine(graph, node):
            found.append(node)
            before_nonlinear.update(node.inputs)
    return found


def _pooling_of(graph: Graph, entry: int, logits: int) -> str:
    """Kind of the pooling by which a map enters a head; "other" if nonlinear or several paths lead to it."""
    fields = fields_between(graph, entry, logits)
    found = set()
    for node in graph.series_nodes([entry], [logits]):
        for value in node.outputs:
            after = fields.get(value)
            for source in graph.of_series.intersection(node.inputs):
                before = fields.get(source)
                nonlinear = after is not None and after.axis is not None and not is_affine(graph, node)
                if after is None or before is None or nonlinear:
                    return "other"
                if before.axis is not None and after.axis is None:
                    found.add(_kind_of_pooling(graph, node, before))
    return found.pop() if len(found) == 1 else "other"


def _kind_of_pooling(graph: Graph, node: Node, before: Seen) -> str:
    field, rank = before.field, graph.values[node.inputs[0]].rank
    steps = np.arange(field.length)
    alike = np.array_equal(field.start, steps) and np.array_equal(field.stop, steps + 1) and field.period == 1
    one_step = all(size == 1 for size in graph.values[node.outputs[0]].shape[1:-1])
    kind = _pooling(node.operation, rank) if one_step else None
    over_time = kind == "flatten" or before.axis != rank - 1
    return kind if kind and alike and over_time else "other"


def _pooling(operation: ops.Operation, rank: int) -> str | None:
    """Kind of pooling that an operation is; None for others."""
    if isinstance(operation, ops.StepPooling):
        return "mil" if operation.scores_steps else "attention" if operation.weighs_steps else None
    if isinstance(operation, ops.Reshape):
        return "flatten"
    if isinstance(operation, ops.Reduce) and rank - 1 not in operation.axes:
        return {"mean": "gap", "max": "gmp"}.get(operation.kind)
    return None


def step_poolings(graph: Graph, entry: int, logits: int, scoring: bool) -> list[Node]:
    """Poolings that take a map and can report scores or weights of its steps.

    Parameters
    ----------
    scoring : bool
        Whether to look for scores of steps, which must add up to the logits, rather than for attention.
    """
    nodes = [node for node in graph.between([entry], [logits]) if node.inputs == (entry,)]
    able = [(node, node.operation) for node in nodes if isinstance(node.operation, ops.StepPooling)]
    if not scoring:
        return [node for node, operation in able if operation.weighs_steps]
    return [node for node, operation in able if operation.scores_steps and node.outputs == (logits,)]
