"""Exported operations as functions of values of the graph: what they take from the module, and how they are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind

from .called import Order
from .export import evaluated, size_of, sizes_of
from .tensors import tensor_of

__all__ = ["AtenCall", "Constants"]


def _copied(to: torch.Tensor, values: torch.Tensor, non_blocking: bool = False) -> torch.Tensor:
    """Values in the shape and the precision of a tensor, in whose place they are copied."""
    return values.to(to.dtype).expand_as(to)


_CALLED_INSTEAD: dict[Any, Any] = {
    # Views ask for strides that values of the graph need not have.
    torch.ops.aten.view.default: torch.ops.aten.reshape.default,
    torch.ops.aten._unsafe_view.default: torch.ops.aten.reshape.default,
    # It has no derivative.
    torch.ops.aten.copy.default: _copied,
}


class Constants:
    """Values that do not depend on the series: parameters, buffers, and what is computed from them and the batch size.

    Parameters
    ----------
    module : torch.nn.Module
    program : ExportedProgram
    device : torch.device
        To which they are moved.
    """

    def __init__(self, module: torch.nn.Module, program: ExportedProgram, device: torch.device) -> None:
        self._module, self.device = module, device
        self._specs = {one.arg.name: one for one in program.graph_signature.input_specs}
        self._plans: dict[Any, _Plan] = {}
        self._stored = {**program.constants, **program.state_dict}

    def __call__(self, node: Any, batch: int, float32: bool = False) -> Any:
        """Value of a node of the exported graph for a batch of some size."""
        size = size_of(node)
        if size is not None:
            return evaluated(size, batch)
        if node.op == "placeholder":
            value = self._parameter(node.name)
        else:
            value = self.called(node, lambda one: self(one, batch, float32))
        halved = float32 and isinstance(value, torch.Tensor) and value.is_floating_point()
        return value.float() if halved else value

    def called(self, node: Any, filled: Callable[[Any], Any]) -> Any:
        """Result of a call, with values for the nodes among its arguments, and on the device."""
        plan = self._plans.get(node)
        if plan is None:
            plan = self._plans[node] = _Plan.of(node, self.device)
        return plan(filled)

    def _parameter(self, name: str) -> torch.Tensor:
        """Current value of a parameter or buffer, on the device."""
        return self._stored_value(name).detach().to(self.device)

    def _stored_value(self, name: str) -> torch.Tensor:
        spec = self._specs[name]
        target = str(spec.target)
        if spec.kind == InputKind.PARAMETER:
            return self._module.get_parameter(target)
        if spec.kind == InputKind.BUFFER:
            return self._module.get_buffer(target)
        return self._stored[target]


class _Plan(NamedTuple):
    """A call of an operation, in which the arguments that hold nodes are listed: the others are always the same."""

    function: Callable[..., Any]
    args: list[Any]
    open_args: list[tuple[int, Any]]
    kwargs: dict[str, Any]
    open_kwargs: list[tuple[str, Any]]

    @classmethod
    def of(cls, node: Any, device: torch.device) -> _Plan:
        """Plan of a node of the exported graph."""
        args, kwargs = list(node.args), dict(node.kwargs)
        if kwargs.get("device") is not None:
            kwargs["device"] = device
        open_args = [(place, one) for place, one in enumerate(args) if _holds_nodes(one)]
        open_kwargs = [(name, one) for name, one in kwargs.items() if _holds_nodes(one)]
        return cls(_CALLED_INSTEAD.get(node.target, node.target), args, open_args, kwargs, open_kwargs)

    def __call__(self, filled: Callable[[Any], Any]) -> Any:
        """Result with values for the nodes."""
        args = self.args.copy()
        for place, one in self.open_args:
            args[place] = _filled(one, filled)
        kwargs = self.kwargs
        if self.open_kwargs:
            kwargs = {**kwargs, **{name: _filled(one, filled) for name, one in self.open_kwargs}}
        return self.function(*args, **kwargs)


def _holds_nodes(argument: Any) -> bool:
    if isinstance(argument, torch.fx.Node):
        return True
    return isinstance(argument, list | tuple) and any(map(_holds_nodes, argument))


def _filled(argument: Any, value: Callable[[Any], Any]) -> Any:
    """Argument with values for the nodes in it."""
    if isinstance(argument, torch.fx.Node):
        return value(argument)
    return [_filled(one, value) for one in argument] if isinstance(argument, list | tuple) else argument


class AtenCall:
    """Operations of the exported module as a function of values of the graph.

    Parameters
    ----------
    nodes : sequence of torch.fx.Node
        Operations in their order.
    inputs, outputs : sequence of (torch.fx.Node, Order)
        Tensors that are given and returned, with their orders of axes.
    constants : Constants
    """

    def __init__(
        self,
        nodes: Sequence[Any],
        inputs: Sequence[tuple[Any, Order]],
        outputs: Sequence[tuple[Any, Order]],
        constants: Constants,
    ) -> None:
        self.operations, self._constants = tuple(nodes), constants
        """Calls of operations, in their order."""
        self._inputs = [(node, tuple(map(order.index, range(len(order))))) for node, order in inputs]
        self._outputs = [(node, order) for node, order in outputs]
        self._batch = _batch_in([node for node, _ in inputs])

    def __call__(self, *values: Any) -> list[Any]:
        """Output tensors, in the precision of the module; arrays from arrays."""
        if isinstance(values[0], np.ndarray):
            with torch.no_grad():
                made = self(*(tensor_of(one, self._constants.device) for one in values))
            return [(one.float() if one.dtype == torch.bfloat16 else one).cpu().numpy() for one in made]
        return self._computed(values, float32=False)

    def in_float32(self, *values: Any) -> list[Any]:
        """Output tensors, computed in float32."""
        return self._computed(values, float32=True)

    def _computed(self, values: Sequence[Any], float32: bool) -> list[Any]:
        known = {
            node: (value if float32 else value.to(node.meta["val"].dtype)).permute(order)
            for (node, order), value in zip(self._inputs, values, strict=True)
        }
        place, axis, per_instance = self._batch
        batch = known[self._inputs[place][0]].shape[axis] // per_instance

        def filled(argument: Any) -> Any:
            return known[argument] if argument in known else self._constants(argument, batch, float32)

        for node in self.operations:
            known[node] = self._constants.called(node, filled)
        return [known[node].permute(order) for node, order in self._outputs]

    def weights(self) -> list[np.ndarray]:
        """Current values of all parameters."""
        sources = {one for node in self.operations for one in node.all_input_nodes}
        found = sources - {*self.operations, *(node for node, _ in self._inputs)}
        values = (self._constants(one, 1) for one in sorted(found, key=lambda one: str(one.name)))
        return [one.cpu().float().numpy() for one in values if isinstance(one, torch.Tensor)]


def _batch_in(inputs: Sequence[Any]) -> tuple[int, int, int]:
    """Where the batch size is found: which tensor, which of its axes, and the size for one instance."""
    for place, node in enumerate(inputs):
        for axis, size in enumerate(sizes_of(node)):
            if not isinstance(size, int):
                return place, axis, evaluated(size, 1)
    return 0, 0, 1
