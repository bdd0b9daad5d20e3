"""A module that cannot be exported, cut in two at a layer by forward hooks, which are removed after each call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from ...attribution.receptive_field import ReceptiveField
from ...network.function_call import FunctionCall
from ...network.graph import Graph, LayerOutput, Node, Value
from ...network.operations import Opaque
from ...validation import shown
from .tensors import TorchTensors, vector_jacobian

__all__ = ["measured_field", "split"]

# Layers whose maps are (batch, step, filter); those of all others are (batch, filter, step).
_FILTERS_LAST = (nn.RNNBase, nn.Linear, nn.LayerNorm, nn.MultiheadAttention, nn.TransformerEncoderLayer)


# What is not exported may contain anything.
_UNKNOWN = Opaque(function=True, discontinuous=True, hides_relu=True)


def split(module: nn.Module, layer: Any, run: Callable[[Any], Any], samples: torch.Tensor) -> Graph:
    """Graph of two operations: from the series to the layer's map, and from both to the scores.

    The map is that of the layer's last call, if it is called several times.

    Parameters
    ----------
    module : torch.nn.Module
    layer : str
    run : callable
        Scores of series (instance, time, channel), computed by the module.
    samples : Tensor of shape (instance, time, channel)

    Raises
    ------
    ValueError
        If there is no such layer, or its output is no map.
    """
    name, cut = _found(module, layer)
    if isinstance(cut, torch.jit.ScriptModule):
        raise ValueError(
            f"layer {name!r} is compiled by torch.jit, which leaves no way to read its map; explain the module itself"
        )
    swapped = not isinstance(cut, _FILTERS_LAST)

    def turned(x: Any) -> Any:
        return x.transpose(1, 2) if swapped else x

    def maps_of(x: Any) -> list[Any]:
        made: list[Any] = []
        handle = cut.register_forward_hook(lambda _, inputs, output: made.append(_first(output)))
        try:
            run(x)
        finally:
            handle.remove()
        if not made or made[-1].ndim != 3 or len(made[-1]) != len(x):
            given = f"outputs {tuple(made[-1].shape)} for {len(x)} series" if made else "is not called"
            raise ValueError(f"layer {name!r} must output a map with the axes batch, filter and step, but {given}")
        return made

    def trunk(x: Any) -> Any:
        return turned(maps_of(x)[-1])

    def head(features: Any, x: Any) -> Any:
        calls: list[Any] = []

        def replaced(_: Any, inputs: Any, output: Any) -> Any:
            calls.append(output)
            if len(calls) != usual:
                return None
            given = turned(features)
            return (given, *output[1:]) if isinstance(output, tuple) else given

        handle = cut.register_forward_hook(replaced)
        try:
            scores = run(x)
        finally:
            handle.remove()
        if len(calls) != usual:
            raise ValueError(
                f"layer {name!r} is called {len(calls)} times in this forward pass, and {usual} times in others, so "
                f"that it has no single map; name a layer that is always called once"
            )
        return scores

    with torch.no_grad():
        maps, scores = maps_of(samples), run(samples)
    usual, features = len(maps), turned(maps[-1])
    shapes = [samples.shape, features.shape, scores.shape]
    values = [Value((None, *shape[1:]), "float32") for shape in shapes]
    nodes = [
        Node(name, type(cut).__name__, _UNKNOWN, (0,), (1,), FunctionCall(trunk), cut),
        Node(
            "head",
            type(module).__name__,
            _UNKNOWN,
            (1, 0),
            (2,),
            FunctionCall(head),
            module,
        ),
    ]
    layers = (LayerOutput(name, type(cut).__name__, cut, (1,), inner=False),)
    return Graph(tuple(nodes), tuple(values), 2, layers, TorchTensors(samples.device))


def _found(module: nn.Module, layer: Any) -> tuple[str, nn.Module]:
    """Path of a layer, and the layer itself."""
    modules = dict(module.named_modules())
    if isinstance(layer, str) and layer in modules:
        return layer, modules[layer]
    there = ", ".join(path for path in modules if path)
    raise ValueError(f"layer must be one of model {type(module).__name__!r} ({there}), but is {shown(layer)}")


def _first(output: Any) -> Any:
    return output[0] if isinstance(output, tuple) else output


def measured_field(trunk: Callable[[Any], Any], samples: torch.Tensor, name: str) -> ReceptiveField:
    """Receptive field of a layer: the samples by which each step of its map has a gradient other than zero.

    Parameters
    ----------
    trunk : callable
        Map (instance, step, filter) of series.
    samples : Tensor of shape (instance, time, channel)
    name : str
        Of the layer, for messages.

    Raises
    ------
    ValueError
        If the map cannot be placed in time by that.
    """
    length = samples.shape[1]
    with torch.no_grad():
        steps = trunk(samples).shape[1]
    seen = np.zeros((steps, length), bool)
    for step in range(steps):
        values, pull = vector_jacobian(lambda x, step=step: trunk(x)[:, step], [samples])
        weights = torch.linspace(1, 2, values[0].shape[-1], device=samples.device).expand_as(values[0])
        seen[step] = (pull([weights])[0] != 0).any(dim=2).any(dim=0).cpu().numpy()
    used = seen.any(axis=1)
    start = np.where(used, seen.argmax(axis=1), 0)
    stop = np.where(used, length - seen[:, ::-1].argmax(axis=1), 0)
    span = int((stop - start).max(initial=0))
    # Padding cuts the fields of the first and last steps short.
    low = np.where((start == 0) & (stop < length), stop - span, start).astype(float)
    high = np.where((stop == length) & (start > 0), start + span, stop).astype(float)
    jumps = np.diff(low + high) / 2
    if not used.all() or span == length or (jumps <= 0).any():
        raise ValueError(
            f"the receptive fields of layer {name!r}, measured as the support of the gradient, do not follow each "
            f"other in time, so its map cannot be placed; name an earlier layer with layer="
        )
    jump = float(np.median(jumps)) if len(jumps) else 1.0
    return ReceptiveField(start, stop, low, high, jump, length, length)
