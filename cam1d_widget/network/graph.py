"""A network, read once: a list of operations on numbered values, from the series to the scores.

Everything that looks into a network is a fold over this graph: receptive fields, the head, layers in time, propagation
rules. The graph holds the structure alone; parameters are looked up when they are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from .operations import Held, Operation, Weighted

__all__ = ["Call", "CanJoin", "Graph", "LayerOutput", "Node", "Tensors", "Value"]

Pull = Callable[[list[Any]], list[Any]]


class Tensors(Protocol):
    """What folds need of a framework's tensors, eager and in compiled functions."""

    @property
    def ops(self) -> Any:
        """Namespace of numpy-like functions: where, maximum, sum, reshape, ..."""

    def linear(self, operation: Weighted, x: Any, kernel: Any) -> Any:
        """W x for a kernel of any values, without the bias."""

    def quotient(self, numerator: Any, denominator: Any) -> Any:
        """Quotient, and zero where the denominator is zero."""

    def vector_jacobian(self, function: Callable[..., Any], inputs: list[Any]) -> tuple[list[Any], Pull]:
        """Values of a function in float32, and its vector-Jacobian product, which may be called once."""


class Call(Protocol):
    """One call of a layer as a function of its input tensors."""

    def __call__(self, *values: Any) -> list[Any]:
        """Output tensors, in the precision of the layer."""

    def in_float32(self, *values: Any) -> list[Any]:
        """Output tensors, computed in float32 from float32 inputs."""

    def weights(self) -> list[np.ndarray]:
        """Current values of all its parameters."""


@runtime_checkable
class CanJoin(Protocol):
    """A call that can be joined with those that follow, where calling each of them takes long."""

    def joined(
        self, nodes: Sequence[Node], known: Set[int], wanted: Sequence[int], positive: Set[int] = frozenset()
    ) -> tuple[Sequence[int], Call] | None:
        """One call in the place of those of several nodes, and the values that it takes; None if it is not equal.

        Of the gradient of the values `positive`, only the positive part passes.
        """


class Step(NamedTuple):
    """A call, and the numbers of the values that it takes and makes."""

    inputs: Sequence[int]
    outputs: Sequence[int]
    call: Call


class Value(NamedTuple):
    """A tensor of the network: its shape, None where any size is taken, and its dtype."""

    shape: tuple[int | None, ...]
    dtype: str

    @property
    def rank(self) -> int:
        """Number of axes, the batch included."""
        return len(self.shape)


@dataclass(frozen=True, eq=False)
class Node:
    """One operation of the network.

    A layer with an activation makes two nodes.

    Attributes
    ----------
    name, kind : str
        Name of the layer, and of its class.
    operation : Operation
    inputs, outputs : tuple of int
        Numbers of the values that it takes and makes.
    call : Call
    layer : object
        The framework's own layer.
    """

    name: str
    kind: str
    operation: Operation
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    call: Call
    layer: Any

    def __str__(self) -> str:
        return f"layer {self.name!r} ({self.kind})"


class LayerOutput(NamedTuple):
    """Output of a layer, or of a network inside the network.

    Attributes
    ----------
    name, kind : str
    layer : object
        The framework's own layer.
    values : tuple of int
    inner : bool
        Whether it is a network inside the network.
    """

    name: str
    kind: str
    layer: Any
    values: tuple[int, ...]
    inner: bool


@dataclass(frozen=True, eq=False)
class Graph:
    """Operations from the series to the scores, in the order of computing.

    Attributes
    ----------
    nodes : tuple of Node
    values : tuple of Value
        By number; value 0 is the series (batch, time, channel).
    output : int
        Number of the network's output value.
    layers : tuple of LayerOutput
        From the series on.
    tensors : Tensors
    """

    nodes: tuple[Node, ...]
    values: tuple[Value, ...]
    output: int
    layers: tuple[LayerOutput, ...]
    tensors: Tensors

    @cached_property
    def makers(self) -> dict[int, Node]:
        """Node that makes each value but the series."""
        return {value: node for node in self.nodes for value in node.outputs}

    @cached_property
    def _paths(self) -> dict[Any, list[Step]]:
        """Calls that compute wanted values from known ones, as they were found."""
        return {}

    @cached_property
    def of_series(self) -> frozenset[int]:
        """Values that depend on the series, and not on inputs alone that are held fixed."""
        found = {0}
        for node in self.nodes:
            if found.intersection(node.inputs) and not isinstance(node.operation, Held):
                found.update(node.outputs)
        return frozenset(found)

    def series_nodes(self, known: Iterable[int], wanted: Iterable[int]) -> list[Node]:
        """Nodes between some values and others that depend on the series."""
        return [node for node in self.between(known, wanted) if self.of_series.issuperset(node.outputs)]

    def held_inputs(self, node: Node) -> list[int]:
        """Inputs of a node that do not depend on the series."""
        return [value for value in node.inputs if value not in self.of_series]

    def between(self, known: Iterable[int], wanted: Iterable[int]) -> list[Node]:
        """Nodes that are needed to compute some values from others, in the order of computing."""
        known, needed, found = set(known), set(wanted), []
        for node in reversed(self.nodes):
            if any(value in needed and value not in known for value in node.outputs):
                found.append(node)
                needed.update(node.inputs)
        return found[::-1]

    def sources(self, known: Iterable[int], wanted: Iterable[int]) -> set[int]:
        """Values that these nodes take and none of them makes: `known` alone, or also the series by another path."""
        nodes = self.series_nodes(known, wanted)
        made = {value for node in nodes for value in node.outputs}
        return {value for node in nodes for value in node.inputs if value in self.of_series} - made

    def compute(self, known: Mapping[int, Any], wanted: Sequence[int]) -> list[Any]:
        """Values of some tensors from those of others."""
        values = dict(known)
        path = frozenset(known), tuple(wanted)
        if path not in self._paths:
            self._paths[path] = self._steps(*path)
        for inputs, outputs, call in self._paths[path]:
            made = zip(outputs, call(*(values[value] for value in inputs)), strict=True)
            values.update((value, one) for value, one in made if value not in known)
        return [values[value] for value in wanted]

    def _steps(self, known: frozenset[int], wanted: tuple[int, ...]) -> list[Step]:
        """Calls that compute some values from others: those of the nodes, or one in their place."""
        nodes = self.between(known, wanted)
        calls = [node.call for node in nodes[:1]]
        joined = calls[0].joined(nodes, known, wanted) if calls and isinstance(calls[0], CanJoin) else None
        if joined is None:
            return [Step(node.inputs, node.outputs, node.call) for node in nodes]
        return [Step(joined[0], wanted, joined[1])]

    def with_detour(self, value: int, detour: Sequence[tuple[Node, Value]], layer: LayerOutput) -> Graph:
        """Graph in which all nodes that take a value take instead what a chain of further nodes computes from it.

        Parameters
        ----------
        value : int
        detour : sequence of (Node, Value)
            The chain; its values are numbered from ``len(values)`` on.
        layer : LayerOutput
            What is listed as a layer of the chain.
        """
        chain = tuple(node for node, _ in detour)
        last = chain[-1].outputs[0]

        def moved(number: int) -> int:
            return last if number == value else number

        at = self.nodes.index(self.makers[value]) + 1
        rest = tuple(replace(node, inputs=tuple(map(moved, node.inputs))) for node in self.nodes[at:])
        values = (*self.values, *(made for _, made in detour))
        nodes, layers = (*self.nodes[:at], *chain, *rest), (*self.layers, layer)
        return replace(self, nodes=nodes, values=values, output=moved(self.output), layers=layers)
