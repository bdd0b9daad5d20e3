"""Keras' attention layers as chains of simpler operations."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from ...network import parts
from ...network.operations import Dense, Parameter, Parts
from .called import Called
from .parameters import parameter, rounds

__all__ = ["parts_of"]


def parts_of(called: Called) -> Parts | None:
    """Parts of a call of an attention layer; None for calls with masks, and for layers of another kind."""
    layer, given = called.layer, dict(called.named)
    given.pop("training", None)
    causal = bool(given.pop("use_causal_mask", False))
    if isinstance(layer, keras.layers.Attention):
        if given.keys() != {"inputs"} or layer.score_mode != "dot":
            return None
        query, value, *key = given["inputs"]
        scale: Any = 1.0 if layer.scale is None else lambda: parameter(layer.scale)
        return _of_three(called, [query, *(key or [value]), value], parts.attention(scale, causal))
    if not given.keys() <= {"query", "key", "value"} or not hasattr(layer, "_query_dense") or _is_unusual(layer):
        return None
    inputs = [given["query"], given.get("key", given["value"]), given["value"]]
    query_kernel, output_kernel = layer._query_dense.kernel, layer._output_dense.kernel
    _, heads, size = query_kernel.shape
    if any(len(one.shape) != 3 for one in inputs) or len(output_kernel.shape) != 3:
        return None
    projections = tuple(_projection(one, heads) for one in (layer._query_dense, layer._key_dense, layer._value_dense))
    core = parts.attention(size**-0.5, causal)
    return _of_three(called, inputs, parts.multi_head_attention(projections, _output(layer._output_dense), heads, core))


def _is_unusual(layer: Any) -> bool:
    """Whether it has gates, a window or more axes, or was derived, or quantized."""
    own = type(layer)._compute_attention.__module__.split(".")[0] == "keras"
    options = ("_use_gate", "use_gate", "_sliding_window", "sliding_window")
    dense = (layer._query_dense, layer._key_dense, layer._value_dense, layer._output_dense)
    return not own or any(getattr(layer, name, None) for name in options) or any(map(rounds, dense))


def _of_three(called: Called, inputs: list[Any], written: Parts) -> Parts:
    """Parts that take the node's distinct tensors, from those that take query, key and value."""
    places = [called.place(one) for one in inputs]
    return lambda writing, *given: written(writing, *(given[place] for place in places))


def _projection(dense: Any, heads: int) -> Dense:
    """Weights (channel, head, filter) and bias (head, filter) as those of a dense layer; few heads are repeated."""
    shared, size = dense.kernel.shape[-2:]

    def repeated(weight: Any) -> Parameter:
        rows = weight.shape[:-2]

        def values() -> Any:
            return ops.reshape(ops.repeat(parameter(weight), heads // shared, axis=-2), (*rows, heads * size))

        return values

    return Dense(repeated(dense.kernel), None if dense.bias is None else repeated(dense.bias))


def _output(dense: Any) -> Dense:
    """Weights (head, filter, channel) and bias (channel,) as those of a dense layer."""
    *_, channels = dense.kernel.shape
    bias = None if dense.bias is None else lambda: parameter(dense.bias)
    return Dense(lambda: ops.reshape(parameter(dense.kernel), (-1, channels)), bias)
