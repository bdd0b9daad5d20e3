"""Networks with two-dimensional layers: the map that enters their head, as (batch, step, filter).

Such a map has an axis of time and one more, mostly of channels; the positions on the other axis count as separate
filters. Or time runs over both axes, of windows and of the steps in each, which then follow each other. The map is
flattened and immediately unflattened, and the explained map is the flattened one, so that all other code deals with
three axes only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .function_call import FunctionCall
from .graph import Graph, LayerOutput, Node, Value
from .head import ending, entry_of
from .operations import Operation, Permute, Reshape
from .receptive_field import SOME_LENGTH, Seen, fields_of

__all__ = ["in_rows", "with_map_in_rows"]


def with_map_in_rows(graph: Graph) -> Graph:
    """Graph in which a map of two axes that enters the head goes through the form (batch, step, filter).

    The graph itself where there is no such map, or no time on its axes.
    """
    entry = entry_of(graph, ending(graph).logits, ranks=(3, 4))
    if entry is None or graph.values[entry].rank != 4:
        return graph
    try:
        return in_rows(graph, entry)[0]
    except ValueError:
        return graph


def in_rows(graph: Graph, entry: int) -> tuple[Graph, int]:
    """Graph in which a map of two axes goes through the form (batch, step, filter), and the number of that value.

    Raises
    ------
    ValueError
        If there is no time on its axes.
    """
    seen = fields_of(graph, graph.values[0].shape[1] or SOME_LENGTH, [entry])[entry]
    if isinstance(seen, ValueError):
        raise seen
    chain, owner = _to_rows_and_back(graph, entry, seen), graph.makers[entry]
    rows = next(node for node, _ in chain if isinstance(node.operation, Reshape)).outputs
    found = LayerOutput(f"{owner.name}_map", owner.kind, None, rows, inner=False)
    return graph.with_detour(entry, chain, found), rows[0]


def _to_rows_and_back(graph: Graph, entry: int, seen: Seen) -> list[tuple[Node, Value]]:
    """Nodes that bring a map to the form (batch, step, filter), and back."""
    tensors, owner, time = graph.tensors.ops, graph.makers[entry], seen.axis
    shape, dtype = graph.values[entry]
    if time not in (1, 2) or shape[3 - time] is None or shape[3] is None or (seen.windows and time == 2):
        raise ValueError(f"{owner} outputs a map of shape {shape} without one axis of time, which cannot be explained")
    if seen.windows:
        return _windows_to_rows_and_back(graph, entry)
    _, steps, other, filters = shape if time == 1 else (shape[0], shape[2], shape[1], shape[3])
    assert other is not None
    assert filters is not None
    turns = time == 2 and other > 1
    chain: list[tuple[Node, Value]] = []

    def add(operation: Operation, function: Callable[[Any], Any], *sizes: int | None) -> None:
        value = len(graph.values) + len(chain)
        before = chain[-1][0].outputs[0] if chain else entry
        node = Node(owner.name, owner.kind, operation, (before,), (value,), FunctionCall(function), owner.layer)
        chain.append((node, Value((shape[0], *sizes), dtype)))

    def turn(x: Any) -> Any:
        return tensors.transpose(x, (0, 2, 1, 3))

    def flat(x: Any) -> Any:
        sizes = tensors.shape(x)
        return tensors.reshape(x, (sizes[0], sizes[1] if turns else sizes[time], other * filters))

    def apart(x: Any) -> Any:
        sizes = tensors.shape(x)
        rest = (sizes[1], other, filters) if time == 1 or turns else (other, sizes[1], filters)
        return tensors.reshape(x, (sizes[0], *rest))

    if turns:
        add(Permute((0, 2, 1, 3)), turn, steps, other, filters)
    add(Reshape(), flat, steps, other * filters)
    add(Reshape(), apart, *((steps, other, filters) if time == 1 or turns else (other, steps, filters)))
    if turns:
        add(Permute((0, 2, 1, 3)), turn, other, steps, filters)
    return chain


def _windows_to_rows_and_back(graph: Graph, entry: int) -> list[tuple[Node, Value]]:
    """Nodes that put the steps of all windows in a row, and back."""
    tensors, owner, first = graph.tensors.ops, graph.makers[entry], len(graph.values)
    (batch, windows, steps, filters), dtype = graph.values[entry]
    assert windows is not None
    assert steps is not None

    def node(source: int, made: int, sizes: tuple[int | None, ...]) -> tuple[Node, Value]:
        call = FunctionCall(lambda x: tensors.reshape(x, (tensors.shape(x)[0], *sizes)))
        return Node(owner.name, owner.kind, Reshape(), (source,), (made,), call, owner.layer), Value(
            (batch, *sizes), dtype
        )

    return [
        node(entry, first, (windows * steps, filters)),
        node(first, first + 1, (windows, steps, filters)),
    ]
