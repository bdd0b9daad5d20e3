"""Layers as chains of simpler operations that compute the same, to which propagation rules are applied.

Propagation rules then need to know the simple operations alone: a layer normalization consists of a difference, a
variance and a product, and attention of dense layers, two matrix products and a softmax.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from . import operations as kinds
from .cells import Cell, Recurrence, ran
from .function_call import FunctionCall
from .graph import Graph, Node, Tensors
from .operations import Operation, Parameter, Parts, Weighted

__all__ = ["Opened", "Writing", "attention", "multi_head_attention", "normalization", "parts_of", "recurrence"]
__all__ += ["written_out"]

# Order of the axes (instance, step, head, filter) in which the heads come first, and back.
HEADS_FIRST = (0, 2, 1, 3)
# What is added to the score of a masked step, whose softmax is then zero in float32.
_MASKED = -1e9


@dataclass(frozen=True)
class Opened(Operation):
    """A layer that computes by the operations of a graph, which read its call."""

    graph: Graph

    def parts(self, writing: Writing, x: int) -> int:
        """Add these operations."""
        return writing.take(self.graph, x)


def written_out(graph: Graph, nodes: Iterable[Node]) -> list[Node]:
    """Nodes of a graph, with their parts in the place of those that have parts.

    Values between parts are numbered from ``len(graph.values)`` on.
    """
    numbers = count(len(graph.values))
    return [part for node in nodes for part in parts_of(node, graph.tensors, numbers)]


def parts_of(node: Node, tensors: Tensors, numbers: Iterator[int]) -> Iterator[Node]:
    """Parts of a node, or the node itself if it has none; `numbers` are those of new values."""
    parts: Parts | None = getattr(node.operation, "parts", None)
    if parts is None:
        yield node
        return
    writing = Writing(node, tensors, numbers)
    last = parts(writing, *node.inputs)
    for one in writing.nodes:
        yield replace(one, outputs=node.outputs) if one.outputs == (last,) else one


class Writing:
    """Collects the parts of a node.

    Parameters
    ----------
    node : Node
    tensors : Tensors
    numbers : iterator of int
        Numbers of new values.

    Attributes
    ----------
    nodes : list of Node
    tensors : Tensors
    """

    def __init__(self, node: Node, tensors: Tensors, numbers: Iterator[int]) -> None:
        self._node, self.tensors, self._numbers = node, tensors, numbers
        self.nodes: list[Node] = []

    @property
    def ops(self) -> Any:
        """Functions of tensors."""
        return self.tensors.ops

    def add(self, operation: Operation, function: Callable[..., Any], *inputs: int) -> int:
        """Add an operation, which a function computes; returns the number of its value."""
        made, node = next(self._numbers), self._node
        self.nodes.append(Node(node.name, node.kind, operation, inputs, (made,), FunctionCall(function), node.layer))
        return made

    def take(self, inner: Graph, x: int) -> int:
        """Add the operations of a graph, which are those of this node; returns the number of its output."""
        known = {0: x}
        for node in written_out(inner, inner.between([0], [inner.output])):
            made = tuple(next(self._numbers) for _ in node.outputs)
            known.update(zip(node.outputs, made, strict=True))
            name, kind, inputs = self._node.name, self._node.kind, tuple(known[one] for one in node.inputs)
            self.nodes.append(replace(node, name=name, kind=kind, inputs=inputs, outputs=made))
        return known[inner.output]

    def weighted(self, operation: Weighted, x: int) -> int:
        """Add an operation with learned weights."""
        linear = self.tensors.linear

        def function(x: Any) -> Any:
            product = linear(operation, x, operation.kernel())
            return product if operation.bias is None else product + operation.bias()

        return self.add(operation, function, x)

    def permuted(self, order: tuple[int, ...], x: int) -> int:
        """Add a permutation of axes, unless it changes nothing."""
        if order == tuple(range(len(order))):
            return x
        return self.add(kinds.Permute(order), lambda x: self.ops.transpose(x, order), x)


def normalization(
    axes: frozenset[int], centered: bool, epsilon: float, gain: Parameter | None, offset: Parameter | None
) -> Parts:
    """Parts of a layer normalization or, if it is not centered, of a normalization by the root mean square.

    Parameters
    ----------
    axes : frozenset of int
        Over which it normalizes.
    centered : bool
    epsilon : float
        Is added to the variance.
    gain, offset : Parameter or None
        Learned factors and summands, which broadcast to the input.
    """
    over = tuple(sorted(axes))

    def parts(writing: Writing, x: int) -> int:
        ops = writing.ops
        mean = kinds.Reduce("mean", axes, keepdims=True)
        if centered:
            center = writing.add(mean, lambda x: ops.mean(x, over, keepdims=True), x)
            x = writing.add(kinds.Sum(subtracts=True), lambda x, center: x - center, x, center)
        square = writing.add(kinds.Pointwise("square"), ops.square, x)
        variance = writing.add(mean, lambda square: ops.mean(square, over, keepdims=True), square)
        factor = writing.add(kinds.Pointwise("rsqrt"), lambda variance: 1 / ops.sqrt(variance + epsilon), variance)
        x = writing.add(kinds.Product(), lambda x, factor: x * factor, x, factor)
        if gain is None and offset is None:
            return x
        kernel = gain if gain is not None else lambda: ops.ones_like(offset())  # type: ignore[misc]
        return writing.weighted(kinds.Scale(kernel, offset, max(axes)), x)

    return parts


def recurrence(cell: Cell, backwards: bool, sequences: bool) -> Parts:
    """A recurrent layer of one direction, as attributes of :class:`~cam1d_widget.network.cells.Recurrence` say."""
    operation = Recurrence(cell=cell, backwards=backwards, sequences=sequences)
    return lambda writing, x: writing.add(operation, lambda x: ran(writing.tensors, operation, x), x)


def attention(scale: float | Parameter, causal: bool = False, mask: Parameter | None = None) -> Parts:
    """Parts of attention: each step of the query gets a mean of the values, weighted by a softmax of its scores.

    They take query, key and value of shape (..., step, filter).

    Parameters
    ----------
    scale : float or Parameter
        Factor of the scores.
    causal : bool
        Whether steps attend to no later ones.
    mask : Parameter, optional
        Numbers that are added to the scores, or booleans that say which of them count.
    """

    def parts(writing: Writing, query: int, key: int, value: int) -> int:
        ops = writing.ops

        def scores_of(query: Any, key: Any) -> Any:
            rank = len(query.shape)
            return ops.matmul(query, ops.transpose(key, (*range(rank - 2), rank - 1, rank - 2)))

        def masked(scores: Any) -> Any:
            if causal:
                rows, columns = ops.shape(scores)[-2:]
                later = ops.arange(columns)[None, :] > ops.arange(rows)[:, None]
                scores = scores + ops.where(later, _MASKED, 0.0)
            if mask is None:
                return scores
            given = mask()
            allowed = given if "bool" in str(given.dtype) else given > _MASKED
            return scores + ops.where(allowed, 0.0 if given is allowed else given, _MASKED)

        factor = scale if callable(scale) else lambda: scale
        scores = writing.add(kinds.MatrixProduct(function=True, transposes=True), scores_of, query, key)
        scores = writing.add(kinds.Rescale(), lambda scores: scores * factor(), scores)
        if causal or mask is not None:
            scores = writing.add(kinds.Sum(constant=True), masked, scores)
        weights = writing.add(kinds.Normalize("softmax", frozenset({-1})), lambda scores: ops.softmax(scores), scores)
        return writing.add(kinds.MatrixProduct(function=True, transposes=False), ops.matmul, weights, value)

    return parts


def multi_head_attention(projections: tuple[kinds.Dense, ...], output: kinds.Dense, heads: int, core: Parts) -> Parts:
    """Parts of attention with several heads.

    They take query, key and value of shape (instance, step, filter).

    Parameters
    ----------
    projections : tuple of Dense
        Of query, key and value, to the filters of all heads, one head after the other.
    output : Dense
        From the values of all heads.
    heads : int
    core : callable
        Parts of attention within each head.
    """

    def parts(writing: Writing, *inputs: int) -> int:
        ops = writing.ops

        def apart(x: Any) -> Any:
            instances, steps = ops.shape(x)[:2]
            return ops.reshape(x, (instances, steps, heads, x.shape[-1] // heads))

        def together(x: Any) -> Any:
            instances, steps = ops.shape(x)[:2]
            return ops.reshape(x, (instances, steps, heads * x.shape[-1]))

        made = [
            writing.permuted(HEADS_FIRST, writing.add(kinds.Reshape(), apart, writing.weighted(projection, x)))
            for projection, x in zip(projections, inputs, strict=True)
        ]
        values = writing.permuted(HEADS_FIRST, core(writing, *made))
        return writing.weighted(output, writing.add(kinds.Reshape(), together, values))

    return parts
