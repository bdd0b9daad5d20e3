"""What operations of an exported module take besides the series: parameters, buffers and other tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import BuiltinFunctionType
from typing import Any

import torch
from torch._ops import OpOverload
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind
from torch.nn import functional

from ...explanation.source import ModelChangedError
from .export import sizes_of
from .tensors import in_float32

__all__ = ["Constants"]


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
        values = {one.name: one.meta.get("val") for one in program.graph.nodes if one.op == "placeholder"}
        self._dtypes = {name: value.dtype for name, value in values.items() if isinstance(value, torch.Tensor)}
        self._owners: dict[str, tuple[torch.nn.Module | None, str]] = {}
        self._stored = {**program.constants, **program.state_dict}

    def plan(self, node: Any) -> tuple[Callable[..., Any], list[Any], dict[str, Any]]:
        """Function of a call, and its arguments, in which nodes stand for their values."""
        if node.target is torch.ops.aten.squeeze.default:  # the axis of a batch of one series is not removed
            tensor = node.args[0]
            axes = [axis for axis, size in enumerate(sizes_of(tensor)) if size == 1]
            return torch.ops.aten.squeeze.dims, [tensor, axes], {}
        kwargs = dict(node.kwargs)
        if kwargs.get("device") is not None:
            kwargs["device"] = self.device
        return _function_of(_CALLED_INSTEAD.get(node.target, node.target)), list(node.args), kwargs

    def current(self, names: Iterable[str], float32: bool = False) -> list[torch.Tensor]:
        """Current values of parameters and buffers, on the device; in float32 if asked, unless they hold integers."""
        values = []
        for name in names:
            owner, attribute = self._owners.get(name) or self._owner(name)
            if owner is None:
                value = self._stored[attribute]
            elif attribute in owner._parameters:  # an attribute of a module takes longer to look up
                value = owner._parameters[attribute]
            else:
                value = owner._buffers[attribute] if attribute in owner._buffers else getattr(owner, attribute, None)
            if value is None or value.dtype is not self._dtypes[name]:
                raise ModelChangedError(
                    f"model {type(self._module).__name__!r} has changed since this classifier was made "
                    f"({str(self._specs[name].target)!r} is gone, or has another dtype); create a new classifier"
                )
            if value.requires_grad:
                value = value.detach()
            if value.device != self.device:
                value = value.to(self.device)
            values.append(in_float32(value) if float32 else value)
        return values

    def _owner(self, name: str) -> tuple[torch.nn.Module | None, str]:
        """Module that has a parameter or buffer, and its attribute; no module for other tensors."""
        spec = self._specs[name]
        owner, attribute = None, str(spec.target)
        if spec.kind in (InputKind.PARAMETER, InputKind.BUFFER):
            # A module whose submodules change is refused before its parameters are read.
            path, _, attribute = attribute.rpartition(".")
            owner = self._module.get_submodule(path)
        self._owners[name] = owner, attribute
        return self._owners[name]


def _function_of(operation: Any) -> Callable[..., Any]:
    """PyTorch's own function of the same name and arguments, which is called faster; otherwise the operation."""
    if not isinstance(operation, OpOverload) or operation._overloadname != "default":
        return operation
    name = operation._schema.name.partition("::")[2]
    found = (getattr(module, name, None) for module in (torch, functional))
    return next((one for one in found if isinstance(one, BuiltinFunctionType)), operation)
