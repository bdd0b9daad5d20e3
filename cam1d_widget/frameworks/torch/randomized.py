"""Cascading randomization of a module: layer after layer initialized again, on a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, TypeVar

import torch
from torch import nn

__all__ = ["randomized"]

Read = TypeVar("Read")


def randomized(
    module: nn.Module, seed: int, draws: int, read: Callable[[Any], Read]
) -> Iterator[tuple[int, str, Read]]:
    """Result of reading a copy of a module, while layer after layer of it is randomized, from the output down.

    Yields the draw, the name of each layer once it and all layers after it are randomized, and the result. The result
    is the same object each time, so that the module is read once for all draws.

    Raises
    ------
    ValueError
        If the module cannot be copied, or has no weights.
    """
    name = type(module).__name__
    try:
        copy = deepcopy(module)
    except Exception as fault:  # any error that a user's class raises
        reason = (str(fault).strip() or type(fault).__name__).partition("\n")[0]
        raise ValueError(f"model {name!r} cannot be copied to have its weights randomized ({reason})") from None
    layers = [
        (path or name, one) for path, one in copy.named_modules() if any(True for _ in one.parameters(recurse=False))
    ]
    if not layers:
        raise ValueError(f"model {name!r} has no weights to be randomized")
    weights = deepcopy(module.state_dict())
    known = read(copy)
    for draw in range(draws):
        copy.load_state_dict(weights)
        for number, (path, layer) in enumerate(reversed(layers)):
            _draw(layer, seed + draw + 1000 * number)
            yield draw, path, known


def _draw(layer: nn.Module, seed: int) -> None:
    """Weights from the layer's own initializer; without one, Gaussian ones as large as the weights are."""
    own = getattr(layer, "reset_parameters", None) or getattr(layer, "_reset_parameters", None)
    parametrized = hasattr(layer, "parametrizations")
    devices = sorted({one.device.index or 0 for one in layer.parameters() if one.is_cuda})
    with torch.random.fork_rng(devices), torch.no_grad():
        torch.manual_seed(seed)
        if callable(own) and not parametrized:
            own()
            return
        for one in layer.parameters(recurse=False):
            spread = one.std(correction=0) if one.numel() > 1 else one.abs().max()
            one.copy_(torch.randn_like(one) * spread)
