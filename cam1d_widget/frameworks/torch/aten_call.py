"""Exported operations as functions of values of the graph: what they take from the module, and how they are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind

from ...network.graph import Call, Node
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
        self._owners: dict[str, tuple[torch.nn.Module, str]] = {}
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
        if name not in self._owners:
            spec = self._specs[name]
            if spec.kind not in (InputKind.PARAMETER, InputKind.BUFFER):
                return self._stored[str(spec.target)]
            path, _, attribute = str(spec.target).rpartition(".")
            # A module whose submodules change is refused before its parameters are read.
            self._owners[name] = self._module.get_submodule(path), attribute
        value: torch.Tensor = getattr(*self._owners[name])
        return value


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
        self._given, self._outputs = list(inputs), list(outputs)
        self._inputs = [(node, _inverse(order)) for node, order in inputs]
        self._batch = _batch_in([node for node, _ in inputs])
        self._turned: dict[Any, tuple[Any, Order]] = {}
        """Tensors that are others, with the order of their axes."""

    @classmethod
    def joined(cls, nodes: Sequence[Node], known: Set[int], wanted: Sequence[int]) -> tuple[list[int], Call] | None:
        """One call in the place of those of several nodes, and the values that it takes; None if it is not equal."""
        calls: list[AtenCall] = [node.call for node in nodes if isinstance(node.call, cls)]
        if len(calls) < len(nodes) or any(call._constants is not calls[0]._constants for call in calls):
            return None
        operations = dict.fromkeys(one for call in calls for one in call.operations)
        given: dict[Any, tuple[int, Order]] = {}
        made: dict[int, tuple[Any, Order]] = {}
        turned: dict[Any, tuple[Any, Order]] = {}
        for node, call in zip(nodes, calls, strict=True):
            for value, (tensor, order) in zip(node.inputs, call._given, strict=True):
                if value in known:
                    given.setdefault(tensor, (value, order))
                    continue
                maker, own = made.get(value, (None, ()))
                if maker is tensor and own == order:
                    continue
                # The value is another tensor where it is made, as before a dropout or a transposition.
                if maker is None or len(own) != len(order) or tensor in operations or tensor in given:
                    return None
                turn = maker, tuple(own[axis] for axis in _inverse(order))
                if turned.setdefault(tensor, turn) != turn:
                    return None
            for value, (tensor, order) in zip(node.outputs, call._outputs, strict=True):
                made[value] = tensor, order
        if known & made.keys() or operations.keys() & given.keys() or not made.keys() >= set(wanted):
            return None
        if any(tensor not in (*operations, *given, *turned) for tensor, _ in made.values()):
            return None
        inputs = [(tensor, order) for tensor, (_, order) in given.items()]
        call = cls(list(operations), inputs, [made[value] for value in wanted], calls[0]._constants)
        call._turned = turned
        return [value for value, _ in given.values()], call

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
            if argument in self._turned and argument not in known:
                other, order = self._turned[argument]
                known[argument] = filled(other).permute(order)
            return known[argument] if argument in known else self._constants(argument, batch, float32)

        for node in self.operations:
            known[node] = self._constants.called(node, filled)
        return [filled(node).permute(order) for node, order in self._outputs]

    def weights(self) -> list[np.ndarray]:
        """Current values of all parameters."""
        sources = {one for node in self.operations for one in node.all_input_nodes}
        found = sources - {*self.operations, *(node for node, _ in self._inputs)}
        values = (self._constants(one, 1) for one in sorted(found, key=lambda one: str(one.name)))
        return [one.cpu().float().numpy() for one in values if isinstance(one, torch.Tensor)]


def _inverse(order: Order) -> Order:
    return tuple(map(order.index, range(len(order))))


def _batch_in(inputs: Sequence[Any]) -> tuple[int, int, int]:
    """Where the batch size is found: which tensor, which of its axes, and the size for one instance."""
    for place, node in enumerate(inputs):
        for axis, size in enumerate(sizes_of(node)):
            if not isinstance(size, int):
                return place, axis, evaluated(size, 1)
    return 0, 0, 1
