"""The PyTorch module that a user passes: which layout it takes, and calls that leave it as it was."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import nn
from torch.func import functional_call
from torch.nn.parameter import is_lazy
from torch.utils._pytree import tree_leaves

from ...typing import Layout
from ...validation import check_layer, counted, shown
from ..inputs import Inputs
from .arguments import alone, arguments
from .called import Order
from .tensors import Functions, no_inference_mode, tensor_of

__all__ = [
    "ORDERS",
    "FirstLayer",
    "called",
    "checked_module",
    "explained",
    "first_layer",
    "own_layout",
    "path_of",
    "run",
]

_LOCK = RLock()
# Whether a forward pass writes to parameters, as one that limits their norm, of each module that was called.
_WRITES: WeakKeyDictionary[nn.Module, bool] = WeakKeyDictionary()


def checked_module(module: Any) -> nn.Module:
    """The module, or the one that was compiled; an error for anything else."""
    if isinstance(module, type) and issubclass(module, nn.Module):
        raise TypeError(f"module must be a torch.nn.Module, but is the class {module.__name__}; create one")
    if not isinstance(module, nn.Module):
        raise TypeError(f"module must be a torch.nn.Module, but is {shown(module)}")
    lazy = next((path for path, one in module.named_parameters() if is_lazy(one)), None)
    if lazy is not None:
        raise ValueError(
            f"module {type(module).__name__} has no weights yet ({lazy!r} gets its shape from the first batch); call "
            f"it once on a batch, as for training"
        )
    if any(one.is_inference() for one in module.parameters()):
        raise ValueError(
            f"module {type(module).__name__} was created under torch.inference_mode, so that it has no gradients; "
            f"create it outside"
        )
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
    """Evaluation mode; afterwards modes, attributes, weights and random numbers are as before, also after an error."""
    with _LOCK, no_inference_mode(), _random_numbers_kept():
        kept = [_Kept(one, module not in _WRITES) for one in module.modules()]
        devices = sorted({one.device.index or 0 for one in module.parameters() if one.is_cuda})
        try:
            with torch.random.fork_rng(devices):
                torch.default_generator.seed()  # random numbers that differ between calls, so that their use is noticed
                for one in kept:
                    one.module.training = False
                yield
        finally:
            if any([one.restore() for one in kept]):  # noqa: C419 (each is restored)
                _WRITES[module] = True


def called(module: nn.Module, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """What a module returns in evaluation mode, and left as it was."""
    with explained(module):
        made = run(module, args, named)
    _WRITES.setdefault(module, False)
    return made


def run(module: nn.Module, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """What a module returns; one that writes to its parameters is given copies, which a backward pass may need."""
    if not _WRITES.get(module):
        return module(*args, **named)
    copies = {name: one.detach().clone() for name, one in module.named_parameters()}
    return functional_call(module, copies, tuple(args), dict(named))


@contextmanager
def _random_numbers_kept() -> Iterator[None]:
    """The states of Python's and numpy's random numbers, afterwards as before."""
    states = random.getstate(), np.random.get_state()  # noqa: NPY002 (modules use it)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002


class _Kept:
    """Attributes of a module as they are now, and the values of its buffers, and of its parameters if asked."""

    def __init__(self, module: nn.Module, parameters: bool) -> None:
        self.module, self._training = module, module.training
        self._attributes = dict(vars(module))
        self._containers = [(one, _copied(one)) for one in vars(module).values() if isinstance(one, dict | list | set)]
        self._buffers = [(one, one.detach().clone()) for one in module.buffers(recurse=False)]
        weights = module.parameters(recurse=False) if parameters else ()
        self._weights = [(one, one.detach().clone()) for one in weights]

    def restore(self) -> bool:
        """Put back what has changed; whether parameters have."""
        _restore(vars(self.module), self._attributes)
        for one, before in self._containers:
            _restore_container(one, before)
        _restore_values(self._buffers)
        if self.module.training != self._training:  # of a scripted module, which keeps it elsewhere
            self.module.training = self._training
        return _restore_values(self._weights)


def _restore_values(kept: Iterable[tuple[torch.Tensor, torch.Tensor]]) -> bool:
    """Put back values of tensors; whether any had changed."""
    changed = [(one, value) for one, value in kept if one.shape != value.shape or not torch.equal(one, value)]
    for one, value in changed:
        if one.shape == value.shape:
            one.data.copy_(value)
        else:
            one.data = value
    return bool(changed)


def _copied(container: Any) -> Any:
    kind = next(kind for kind in (dict, list, set) if isinstance(container, kind))
    return kind(container)


def _restore_container(now: Any, before: Any) -> None:
    if isinstance(now, dict):
        _restore(now, before)
    elif isinstance(now, set):
        now &= before
        now |= before
    elif len(now) != len(before) or any(one is not other for one, other in zip(now, before, strict=True)):
        now[:] = before


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


@no_inference_mode()
def own_layout(module: nn.Module, x: np.ndarray, device: torch.device, inputs: Inputs) -> Layout:
    """Layout that a module takes, for series of shape (instance, time, channel), with its other inputs.

    It is that of the first layer, unless the module does not compute with the series in that layout, or arranges them
    itself before that layer.

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
        reached = first.layout if steps != channels else _layout_that_reaches(module, first, x, device, inputs)
        if reached:
            return reached
    if all(map(torch.equal, *possible.values())):  # as of a module that flattens one channel
        return next(iter(possible))
    raise ValueError(
        f"{name} takes (instance, channel, time) = {(len(x), channels, steps)} as well as (instance, time, channel) = "
        f"{x.shape}; say which it was trained on by TorchClassifier(module, layout='channels_first') or "
        f"layout='channels_last'"
    )


ORDERS: dict[Layout, Order] = {"channels_first": (0, 2, 1), "channels_last": (0, 1, 2)}
"""Axis of the module's input for each axis of (instance, time, channel), by layout."""


def _layout_that_reaches(
    module: nn.Module, first: FirstLayer, x: np.ndarray, device: torch.device, inputs: Inputs
) -> Layout | None:
    """Layout in which the first layer gets the series as they are; None if it gets something else.

    Of series with as many samples as channels, no shape shows that the module permutes them.
    """
    noise = np.random.default_rng(0).normal(size=(min(len(x), 2), *x.shape[1:])).astype(np.float32)
    wanted = tensor_of(noise, device).permute(ORDERS[first.layout])
    layer = module.get_submodule(first.layer)
    for layout, order in ORDERS.items():
        given: list[Any] = []
        handle = layer.register_forward_pre_hook(lambda _, values, given=given: given.extend(values[:1]))
        try:
            _tried(module, noise, order, device, inputs)
        finally:
            handle.remove()
        if not given or not isinstance(given[0], torch.Tensor) or given[0].ndim != 3:
            return None
        steps_first = isinstance(layer, nn.RNNBase) and not layer.batch_first
        seen = given[0].transpose(0, 1) if steps_first else given[0]
        if seen.shape == wanted.shape and torch.equal(seen, wanted.to(seen)):
            return layout
    return None


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
    if inputs.others:
        names = ", ".join(one.name for one in inputs.others)
        return f"give {names} as the module takes them, since only the explained series is arranged"
    return "give x as it takes them, or a TorchClassifier of a module that rearranges them"


def _tried(
    module: nn.Module, x: np.ndarray, order: Order, device: torch.device, inputs: Inputs
) -> list[torch.Tensor] | str:
    """What a module returns for series in an order of axes; if it does not compute with them, why."""
    try:
        with torch.no_grad():
            args, named = arguments(module, inputs, tensor_of(x[:2], device), order, Functions(device))
            return [one for one in tree_leaves(called(module, args, named)) if isinstance(one, torch.Tensor)]
    except Exception as fault:  # any error that the user's module raises
        return (str(fault).strip() or type(fault).__name__).splitlines()[0][:150]


_MISSING = object()
