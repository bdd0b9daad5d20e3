"""One ATen operation in an exported module: its arguments, and the axes of its tensors.

A tensor of the module is a value of the graph with its axes in another order, so that values are (batch, step, filter)
whatever order PyTorch's operation takes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from ...network.operations import Parameter
from .export import name_of, sizes_of
from .filled import number_in

__all__ = ["Called", "Order", "batch_first", "channels_last", "name_of", "shape_of", "with_axes_of_one"]

Order = tuple[int, ...]
"""For each axis of a value, the axis of the module's tensor."""


def channels_last(rank: int) -> Order:
    """Order in which the channels, the second axis of convolutions in PyTorch, come last."""
    return (0, *range(2, rank), 1) if rank > 2 else tuple(range(rank))


def batch_first(shape: Sequence[Any]) -> Order:
    """Order of a tensor as it is, but with the axis of instances first."""
    open_ = [axis for axis, size in enumerate(shape) if not isinstance(size, int)]
    batch = min(open_, key=lambda axis: len(shape[axis]), default=0)
    return (batch, *(axis for axis in range(len(shape)) if axis != batch))


def with_axes_of_one(before: Sequence[Any], after: Sequence[Any], order: Order) -> Order | None:
    """Order after a reshape that only removes and adds axes of size one; None for any other reshape."""
    kept: dict[int, int] = {}
    added: list[int] = []
    old, new = 0, 0
    while old < len(before) or new < len(after):
        if old < len(before) and new < len(after) and before[old] == after[new]:
            kept[old] = new
            old, new = old + 1, new + 1
        elif old < len(before) and before[old] == 1:
            old += 1
        elif new < len(after) and after[new] == 1:
            added.append(new)
            new += 1
        else:
            return None
    found = tuple(kept[axis] for axis in order if axis in kept)
    for usual in (channels_last(len(after)), tuple(range(len(after)))):
        if tuple(axis for axis in usual if axis not in added) == found:
            return usual
    return (*found, *added)


@dataclass(frozen=True)
class Called:
    """One call of an operation.

    Attributes
    ----------
    name : str
    node : torch.fx.Node
        The call; constants among its arguments are nodes of the exported graph as well.
    tensors : sequence of torch.fx.Node
        Distinct tensors among its arguments that depend on the inputs of the module.
    orders : sequence of Order
        Of each of them.
    shape : sequence
        Of its output in the module.
    order : Order
        Of its output.
    values : callable
        Current values of a constant argument, in float32.
    held : sequence of torch.fx.Node
        Those of the tensors that depend on other inputs of the module, which are held fixed, and not on the series.
    place : int
        Which of several outputs is meant.
    """

    name: str
    node: Any
    tensors: Sequence[Any]
    orders: Sequence[Order]
    shape: Sequence[Any]
    order: Order
    values: Callable[[Any], torch.Tensor]
    held: Sequence[Any] = ()
    place: int = 0

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """Arguments by name, with their defaults."""
        schema = getattr(self.node.target, "_schema", None)
        if schema is None:
            return dict(enumerate(self.node.args))  # type: ignore[arg-type]
        given = dict(zip((one.name for one in schema.arguments), self.node.args, strict=False))
        defaults = {one.name: one.default_value for one in schema.arguments if one.has_default_value()}
        return {**defaults, **given, **self.node.kwargs}

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Argument of a name, or a default."""
        return self.arguments.get(name, default)

    def parameter(self, name: str, change: Callable[[torch.Tensor], torch.Tensor] | None = None) -> Parameter | None:
        """Constant argument as a parameter, changed by a function; None if it is not given."""
        argument, values = self.arguments.get(name), self.values
        if argument is None:
            return None
        return (lambda: values(argument)) if change is None else (lambda: change(values(argument)))

    @property
    def rank(self) -> int:
        """Number of axes of the output."""
        return len(self.shape)

    @property
    def before(self) -> tuple[Any, ...]:
        """Shape of the first tensor in the module."""
        return shape_of(self.tensors[0])

    def axis(self, axis: int) -> int:
        """Axis of the first tensor's value, from the axis in the module."""
        return self.orders[0].index(axis % len(self.orders[0]))

    def axes(self, axes: Any) -> frozenset[int]:
        """Axes of the first tensor's value, from those in the module; all for None or an empty list."""
        if axes is None or axes == []:
            return frozenset(range(len(self.orders[0])))
        return frozenset(map(self.axis, axes if isinstance(axes, list | tuple) else [axes]))

    def is_tensor(self, argument: Any) -> bool:
        """Whether an argument is a tensor that depends on the inputs of the module."""
        return argument in self.tensors if isinstance(argument, torch.fx.Node) else False

    def is_of_series(self, argument: Any) -> bool:
        """Whether an argument is a tensor that depends on the series."""
        return self.is_tensor(argument) and argument not in self.held

    def number(self, constant: Any) -> float | None:
        """Number that a constant argument is, or of which it consists; None if it may be another."""
        if not isinstance(constant, torch.fx.Node):
            return constant if isinstance(constant, int | float) else None
        if name_of(constant.target) == "clone":
            return self.number(constant.args[0])
        written = constant.op == "placeholder" and "lifted_tensor" in constant.name and not shape_of(constant)
        return float(self.values(constant)) if written else number_in(constant)

    @property
    def constants(self) -> list[Any]:
        """Arguments `self` and `other` that do not depend on the series: numbers, or nodes."""
        given = [self.arguments[name] for name in ("self", "other") if name in self.arguments]
        return [one for one in given if not self.is_tensor(one)]

    def axes_of(self, constant: Any) -> frozenset[int]:
        """Axes of the output's value along which a constant that is broadcast to it has more than one value."""
        if self.number(constant) is not None:
            return frozenset()
        shape = shape_of(constant) if isinstance(constant, torch.fx.Node) else ()
        own = (axis for axis, size in enumerate(shape, self.rank - len(shape)) if size != 1)
        return frozenset(map(self.order.index, own))

    @property
    def axes_of_constants(self) -> frozenset[int]:
        """Axes of the output's value along which constant arguments differ."""
        return frozenset().union(*map(self.axes_of, self.constants))


def shape_of(node: Any) -> tuple[Any, ...]:
    """Shape of a tensor in the exported module: numbers, and as text the sizes that depend on the batch."""
    return tuple(size if isinstance(size, int) else str(size) for size in sizes_of(node))
