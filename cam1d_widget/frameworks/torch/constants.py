"""What operations of an exported module take besides the series: parameters, buffers and other tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind

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
        self._owners: dict[str, tuple[torch.nn.Module, str]] = {}
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
        return _CALLED_INSTEAD.get(node.target, node.target), list(node.args), kwargs

    def parameter(self, name: str, float32: bool = False) -> torch.Tensor:
        """Current value of a parameter or buffer, on the device; in float32 if asked, unless it holds integers."""
        value = self._stored_value(name).detach().to(self.device)
        return in_float32(value) if float32 else value

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
