"""What a PyTorch module takes: the arguments of its forward pass."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import nn

from ..arguments import Arguments, ByName
from ..inputs import Input, Inputs
from .called import Order

__all__ = ["alone", "arguments", "arguments_of"]


def alone() -> Inputs:
    """A module that takes the series and nothing else."""
    return Inputs([Input("x", (None, None))], ["x"], lambda values: values[0])


def arguments_of(module: nn.Module) -> Arguments:
    """Arguments of a module's forward pass that can be given by name."""
    schema = getattr(module.forward, "schema", None)
    signature = inspect.signature(module.forward) if schema is None else _signature_of(schema)
    return Arguments(signature, f"{type(module).__name__}'s forward pass")


def _signature_of(schema: Any) -> inspect.Signature:
    """Signature of the forward pass of a scripted or traced module, without the module itself."""
    kind, none = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.empty
    defaults = [(one.name, one.default_value if one.has_default_value() else none) for one in schema.arguments[1:]]
    return inspect.Signature([inspect.Parameter(name, kind, default=default) for name, default in defaults])


def arguments(module: nn.Module, inputs: Inputs, x: torch.Tensor, order: Order, ops: Any) -> tuple[list[Any], Any]:
    """Arguments of a module, by place and by name, for series (instance, time, channel): in its precision and order."""
    like = next((one for one in module.parameters() if one.is_floating_point()), x)
    series = x.permute(order).to(like).contiguous()
    others = [inputs.held(place, x, ops).to(like.device) for place in range(len(inputs.others))]
    taken = inputs.arranged(series, [one.to(like.dtype) if one.is_floating_point() else one for one in others])
    return ([], dict(taken)) if isinstance(taken, ByName) else ([taken], {})
