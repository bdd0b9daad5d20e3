"""Operations of an exported module, listed once with a place for each value, so that calling them looks nothing up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch

from .called import Order
from .constants import Constants
from .export import evaluated, size_of
from .tensors import in_float32

__all__ = ["Tape", "constant_value"]


class _Step(NamedTuple):
    """A call of a function: arguments that are always the same, and the places of the values for the others."""

    function: Callable[..., Any]
    arguments: list[Any]
    open: list[tuple[int, int]]
    names: list[str]
    """Names of the last arguments, which are passed by name."""
    place: int


class Tape:
    """Calls of operations in their order.

    Parameters
    ----------
    operations : sequence of torch.fx.Node
    inputs : sequence of torch.fx.Node
        Tensors that are given.
    turned : mapping of torch.fx.Node to (torch.fx.Node, Order)
        Tensors that are others, with the order of their axes.
    outputs : sequence of torch.fx.Node
    constants : Constants
    float32 : bool
        Whether constants of another precision are taken in float32.
    """

    def __init__(
        self,
        operations: Sequence[Any],
        inputs: Sequence[Any],
        turned: Mapping[Any, tuple[Any, Order]],
        outputs: Sequence[Any],
        constants: Constants,
        float32: bool,
    ) -> None:
        self._constants, self._float32 = constants, float32
        self._turned, self._operations = turned, frozenset(operations)
        self._places = {node: place for place, node in enumerate(inputs)}
        self._count = len(self._places)
        self._parameters: list[tuple[int, str]] = []
        self._sizes: list[tuple[int, Any]] = []
        self._steps: list[_Step] = []
        for node in operations:
            self._places[node] = self._called(node)
        self._outputs = [self._place(node) for node in outputs]

    def __call__(self, given: Sequence[torch.Tensor], batch: int) -> list[torch.Tensor]:
        """Outputs for given tensors of a batch of some size."""
        values: list[Any] = [*given, *[None] * (self._count - len(given))]
        for place, name in self._parameters:
            values[place] = self._constants.parameter(name, self._float32)
        for place, size in self._sizes:
            values[place] = evaluated(size, batch)
        for function, arguments, open_, names, place in self._steps:
            arguments = arguments.copy()
            for index, other in open_:
                arguments[index] = values[other]
            if names:
                first = len(arguments) - len(names)
                named = dict(zip(names, arguments[first:], strict=True))
                values[place] = function(*arguments[:first], **named)
            else:
                values[place] = function(*arguments)
        return [values[place] for place in self._outputs]

    def _new_place(self) -> int:
        self._count += 1
        return self._count - 1

    def _place(self, node: Any) -> int:
        """Place of the value of a node, which is listed on first use unless it is an operation or given."""
        if node not in self._places:
            self._places[node] = self._listed(node)
        return self._places[node]

    def _listed(self, node: Any) -> int:
        size = size_of(node)
        if node in self._turned:
            other, order = self._turned[node]
            return self._step(torch.permute, [other, order])
        if size is not None:
            self._sizes.append((self._new_place(), size))
            return self._sizes[-1][0]
        if node.op == "placeholder":
            self._parameters.append((self._new_place(), node.name))
            return self._parameters[-1][0]
        made = self._called(node)
        return self._step(in_float32, [_Place(made)]) if self._float32 else made

    def _called(self, node: Any) -> int:
        return self._step(*self._constants.plan(node))

    def _step(self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any] | None = None) -> int:
        arguments = [self._argument(one) for one in (*args, *(kwargs or {}).values())]
        open_ = [(index, one.number) for index, one in enumerate(arguments) if isinstance(one, _Place)]
        self._steps.append(_Step(function, arguments, open_, list(kwargs or {}), self._new_place()))
        return self._steps[-1].place

    def _argument(self, argument: Any) -> Any:
        """An argument; in the place of a node, or of a list that holds one, the place of its value."""
        if isinstance(argument, torch.fx.Node):
            return _Place(self._place(argument))
        if isinstance(argument, list | tuple) and _holds_nodes(argument):
            return _Place(self._step(_as_list, argument))
        return argument


class _Place(NamedTuple):
    """Place of a value."""

    number: int


def constant_value(constants: Constants, node: Any, float32: bool = False) -> Any:
    """Current value of a node that does not depend on the series, for a batch of one."""
    return Tape([], [], {}, [node], constants, float32)([], 1)[0]


def _holds_nodes(argument: Any) -> bool:
    if isinstance(argument, torch.fx.Node):
        return True
    return isinstance(argument, list | tuple) and any(map(_holds_nodes, argument))


def _as_list(*values: Any) -> list[Any]:
    return list(values)
