"""The PyTorch module that a user passes: which layout it takes, and calls that leave it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from ...typing import Layout
from ...validation import check_layer, counted, shown
from ..inputs import Inputs
from .arguments import alone, arguments
from .called import Order
from .tensors import Functions, tensor_of

__all__ = ["ORDERS", "FirstLayer", "checked_module", "explained", "first_layer", "own_layout", "path_of"]

_LOCK = RLock()


def checked_module(module: Any) -> nn.Module:
    """The module, or the one that was compiled; an error for anything else."""
    if isinstance(module, type) and issubclass(module, nn.Module):
        raise TypeError(f"module must be a torch.nn.Module, but is the class {module.__name__}; create one")
    if not isinstance(module, nn.Module):
        raise TypeError(f"module must be a torch.nn.Module, but is {shown(module)}")
    inner = getattr(module, "_orig_mod", None)  # of a compiled module
    return module if inner is None else checked_module(inner)


def path_of(module: nn.Module, layer: Any) -> Any:
    """A layer by its path, if it is given itself or by the index of a child; otherwise as it is given."""
    children = [path for path, _ in module.named_children()]
    if isinstance(layer, int) and not isinstance(layer, bool) and -len(children) <= layer < len(children):
        return children[layer]
    if isinstance(layer, nn.Module):
        found = next((path for path, one in module.named_modules() if one is layer and path), None)
        if found is None:
            raise ValueError(f"layer must be a part of {type(module).__name__}, but is another {type(layer).__name__}")
        return found
    check_layer(layer)
    return layer


@contextmanager
def explained(module: nn.Module) -> Iterator[None]:
    """Evaluation mode; afterwards modes, attributes, buffers and random numbers are as before, also after an error."""
    with _LOCK:
        kept = [_Kept(one) for one in module.modules()]
        devices = sorted({one.device.index or 0 for one in module.parameters() if one.is_cuda})
        try:
            with torch.random.fork_rng(devices):
                torch.default_generator.seed()  # random numbers that differ between calls, so that their use is noticed
                for one in kept:
                    one.module.training = False
                yield
        finally:
            for one in kept:
                one.restore()


class _Kept:
    """Attributes of a module as they are now, and the values of its buffers."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module
        self._attributes = dict(vars(module))
        self._inner = {name: dict(one) for name, one in vars(module).items() if name.startswith("_") and _is_dict(one)}
        self._buffers = [(one, one.detach().clone()) for one in module.buffers(recurse=False)]

    def restore(self) -> None:
        """Put back what has changed."""
        _restore(vars(self.module), self._attributes)
        for name, before in self._inner.items():
            _restore(vars(self.module)[name], before)
        for buffer, value in self._buffers:
            if not torch.equal(buffer, value):
                buffer.data.copy_(value)


def _is_dict(value: Any) -> bool:
    return isinstance(value, dict)


def _restore(now: dict[Any, Any], before: dict[Any, Any]) -> None:
    for name in [name for name in now if name not in before]:
        del now[name]
    for name, value in before.items():
        if now.get(name, _MISSING) is not value:
            now[name] = value


# Layout


class FirstLayer(NamedTuple):
    """The first layer of a module: the layout and the number of channels that it takes."""

    layout: Layout
    channels: int
    layer: str


def first_layer(module: nn.Module) -> FirstLayer | None:
    """The first layer that has a number of channels; None if no layer has."""
    for path, one in module.named_modules():
        if any(one.children()):
            continue
        if isinstance(one, nn.Conv1d | nn.ConvTranspose1d):
            return FirstLayer("channels_first", one.in_channels, path)
        if isinstance(one, nn.BatchNorm1d | nn.InstanceNorm1d):
            return FirstLayer("channels_first", one.num_features, path)
        if isinstance(one, nn.RNNBase):
            return FirstLayer("channels_last", one.input_size, path)
        if isinstance(one, nn.Linear):
            return FirstLayer("channels_last", one.in_features, path)
        if isinstance(one, nn.LayerNorm):
            return FirstLayer("channels_last", one.normalized_shape[-1], path)
        if not isinstance(one, nn.Identity | nn.Dropout | nn.Dropout1d):
            return None
    return None


def own_layout(module: nn.Module, x: np.ndarray, device: torch.device, inputs: Inputs) -> Layout:
    """Layout that a module takes, for series of shape (instance, time, channel), with its other inputs.

    It is that of the first layer, unless the module does not compute with the series in that layout.

    Raises
    ------
    ValueError
        If the module computes with neither layout, or with both where its first layer does not tell which is meant.
    """
    name, first = type(module).__name__, first_layer(module)
    _, steps, channels = x.shape
    if first and channels > steps == first.channels:
        raise ValueError(
            f"x must have shape (instance, time, channel) with {counted(first.channels, 'channel')}, which layer "
            f"{first.layer!r} of {name} takes, but has {x.shape}: the channels are first; pass layout='channels_first'"
        )
    tried = {layout: _tried(module, x, order, device, inputs) for layout, order in ORDERS.items()}
    possible = {layout: outcome for layout, outcome in tried.items() if not isinstance(outcome, str)}
    if len(possible) == 1:
        return next(iter(possible))
    if not possible:
        reasons = "; ".join(f"as {layout}: {fault}" for layout, fault in tried.items())
        raise ValueError(
            f"{name} could not take series of {counted(steps, 'sample')} and {counted(channels, 'channel')} in either "
            f"layout ({reasons}); {_way_out(module, x, device, inputs)}"
        )
    if first and first.channels == channels:
        return first.layout
    if all(map(torch.equal, *possible.values())):  # as of a module that flattens one channel
        return next(iter(possible))
    raise ValueError(
        f"{name} takes (instance, channel, time) = {(len(x), channels, steps)} as well as (instance, time, channel) = "
        f"{x.shape}; say which it was trained on by TorchClassifier(module, layout='channels_first') or "
        f"layout='channels_last'"
    )


ORDERS: dict[Layout, Order] = {"channels_first": (0, 2, 1), "channels_last": (0, 1, 2)}
"""Axis of the module's input for each axis of (instance, time, channel), by layout."""


def _way_out(module: nn.Module, x: np.ndarray, device: torch.device, inputs: Inputs) -> str:
    """What to pass in the place of a module that takes tensors of two or four dims."""
    if len(inputs.names) == 1:
        for series, also in ((x, ""), (x.transpose(0, 2, 1), " and x.transpose(0, 2, 1)")):
            channels = series.shape[2]
            before: dict[str, nn.Module] = {
                f"torch.nn.Unflatten(1, (1, {channels}))": nn.Unflatten(1, (1, channels)),
                **({"torch.nn.Flatten()": nn.Flatten()} if channels == 1 else {}),
            }
            for code, layer in before.items():
                wrapped = nn.Sequential(layer, module)
                if not isinstance(_tried(wrapped, series, ORDERS["channels_first"], device, alone()), str):
                    return f"pass torch.nn.Sequential({code}, module){also}, which it takes"
    return "give x as it takes them, or a TorchClassifier of a module that rearranges them"


def _tried(
    module: nn.Module, x: np.ndarray, order: Order, device: torch.device, inputs: Inputs
) -> list[torch.Tensor] | str:
    """What a module returns for series in an order of axes; if it does not compute with them, why."""
    try:
        with explained(module), torch.no_grad():
            args, named = arguments(module, inputs, tensor_of(x[:2], device), order, Functions(device))
            return [one for one in tree_leaves(module(*args, **named)) if isinstance(one, torch.Tensor)]
    except Exception as fault:  # any error that the user's module raises
        return (str(fault).strip() or type(fault).__name__).splitlines()[0][:150]


_MISSING = object()
