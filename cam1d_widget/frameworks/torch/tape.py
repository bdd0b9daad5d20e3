"""Operations of an exported module, listed once with a place for each value, so that calling them looks nothing up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

import torch

from .called import Order
from .constants import Constants
from .export import evaluated, size_of
from .tensors import in_float32

__all__ = ["Tape", "constant_value"]


class _Step(NamedTuple):
    """A call of a function: the places of its arguments, and that of its own value."""

    function: Callable[..., Any]
    arguments: list[int]
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
    positive : set of torch.fx.Node
        Operations of whose output only the positive part of the gradient passes.
    """

    def __init__(
        self,
        operations: Sequence[Any],
        inputs: Sequence[Any],
        turned: Mapping[Any, tuple[Any, Order]],
        outputs: Sequence[Any],
        constants: Constants,
        float32: bool,
        positive: Set[Any] = frozenset(),
    ) -> None:
        self._constants, self._float32 = constants, float32
        self._turned, self._operations = turned, frozenset(operations)
        self._places = {node: place for place, node in enumerate(inputs)}
        self._values: list[Any] = [None] * len(self._places)
        """What is always the same, with room for everything else."""
        self._parameters: dict[str, int] = {}
        self._sizes: list[tuple[int, Any]] = []
        self._steps: list[_Step] = []
        for node in operations:
            place = self._called(node)
            self._places[node] = self._step(_with_positive_gradient, [_Place(place)]) if node in positive else place
        self._outputs = [self._place(node) for node in outputs]
        self._calls = [(one.function, _taking(one.arguments), one.place) for one in self._sharing_places()]

    def __call__(self, given: Sequence[torch.Tensor], batch: int) -> list[torch.Tensor]:
        """Outputs for given tensors of a batch of some size."""
        values = [*given, *self._values[len(given) :]]
        current = self._constants.current(self._parameters, self._float32)
        for place, value in zip(self._parameters.values(), current, strict=True):
            values[place] = value
        for place, size in self._sizes:
            values[place] = evaluated(size, batch)
        for function, arguments, place in self._calls:
            values[place] = function(*arguments(values))
        return [values[place] for place in self._outputs]

    def _new_place(self, value: Any = None) -> int:
        self._values.append(value)
        return len(self._values) - 1

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
            return self._parameters.setdefault(node.name, self._new_place())
        made = self._called(node)
        return self._step(in_float32, [_Place(made)]) if self._float32 else made

    def _called(self, node: Any) -> int:
        return self._step(*self._constants.plan(node))

    def _step(self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any] | None = None) -> int:
        places = [self._argument(one) for one in (*args, *(kwargs or {}).values())]
        called = partial(_called_by_name, function, list(kwargs)) if kwargs else function
        self._steps.append(_Step(called, places, self._new_place()))
        return self._steps[-1].place

    def _sharing_places(self) -> list[_Step]:
        """Steps whose value takes the place of one that is no longer needed, so that its memory is used again."""
        own = {one.place for one in self._steps} - set(self._outputs)
        last = {place: number for number, one in enumerate(self._steps) for place in one.arguments}
        moved: dict[int, int] = {}
        free: list[int] = []
        steps = []
        for number, one in enumerate(self._steps):
            free += [moved.get(used, used) for used in own.intersection(one.arguments) if last[used] == number]
            if one.place in own and free:
                moved[one.place] = free.pop()
            arguments = [moved.get(used, used) for used in one.arguments]
            steps.append(_Step(one.function, arguments, moved.get(one.place, one.place)))
        return steps

    def _argument(self, argument: Any) -> int:
        """Place of the value of an argument: of a node, of a list that holds one, or of what is always the same."""
        if isinstance(argument, _Place):
            return argument.number
        if isinstance(argument, torch.fx.Node):
            return self._place(argument)
        if isinstance(argument, list | tuple) and _holds_nodes(argument):
            return self._step(_as_list, argument)
        return self._new_place(argument)


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


def _taking(places: list[int]) -> Callable[[list[Any]], Sequence[Any]]:
    """Function that takes the values at some places."""
    if len(places) > 1:
        return itemgetter(*places)
    return itemgetter(slice(places[0], places[0] + 1) if places else slice(0))  # a place alone would give a value


def _as_list(*values: Any) -> list[Any]:
    return list(values)


def _with_positive_gradient(value: torch.Tensor) -> torch.Tensor:
    if value.requires_grad:
        value.register_hook(torch.relu)  # type: ignore[no-untyped-call]
    return value


def _called_by_name(function: Callable[..., Any], names: list[str], *values: Any) -> Any:
    """A function of values, the last of which have names."""
    first = len(values) - len(names)
    return function(*values[:first], **dict(zip(names, values[first:], strict=True)))
