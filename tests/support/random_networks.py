"""Small networks drawn at random from layers that propagation has rules for.

Networks of all layers are in :mod:`tests.claims.recipes`.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from hypothesis import strategies as st
from keras import layers as L

LENGTH, CHANNELS, CLASSES = 26, 2, 3
SHAPES = ("plain", "residual", "branches", "gated")
POOLS = (None, "max", "overlapping max", "average")
HEADS = ("flatten", "gap", "gmp", "hidden")


def blocks(activations: tuple[str, ...]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """One to three blocks of a convolution and the layers after it."""
    convolution = {
        "made": st.sampled_from(["Conv1D", "SeparableConv1D", "DepthwiseConv1D"]),
        "kernel_size": st.integers(1, 5),
        "padding": st.sampled_from(["valid", "same", "causal"]),
        "spread": st.sampled_from([{}, {"strides": 2}, {"dilation_rate": 2}, {"dilation_rate": 3}]),
    }
    behind = {
        "norm": st.booleans(),
        "activation": st.sampled_from(activations),
        "pool": st.sampled_from(POOLS),
        "shape": st.sampled_from(SHAPES),
    }
    return st.lists(st.fixed_dictionaries(convolution | behind), min_size=1, max_size=3)


def network(blocks: list[dict[str, Any]], head: str, seed: int, bias: bool = True) -> keras.Model:
    """Network of these blocks, with weights and moving statistics that are not trivial."""
    series = keras.Input((LENGTH, CHANNELS))
    maps = series
    for index, block in enumerate(blocks):
        maps = _block(maps, f"block{index}", **block)
    model = keras.Model(series, L.Dense(CLASSES, name="scores")(_pooled(maps, head, blocks[0]["activation"])))
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        layer.set_weights([_drawn(rng, weight, bias) for weight in layer.weights])
    return model


def _pooled(maps: Any, head: str, activation: str) -> Any:
    """What enters the last layer."""
    if head == "hidden":
        return L.Dense(5, activation=activation, name="hidden")(L.Flatten()(maps))
    pools = {"flatten": L.Flatten, "gap": L.GlobalAveragePooling1D, "gmp": L.GlobalMaxPooling1D}
    return pools[head]()(maps)


def _block(
    maps: Any,
    name: str,
    made: str,
    kernel_size: int,
    padding: str,
    spread: dict[str, int],
    norm: bool,
    activation: str,
    pool: str | None,
    shape: str,
) -> Any:
    padding = padding if maps.shape[1] > kernel_size * 4 else "same"
    padding = "same" if padding == "causal" and made != "Conv1D" else padding
    options: dict[str, Any] = {"padding": padding, "name": name, **spread}
    made_from = maps
    sizes = (kernel_size,) if made == "DepthwiseConv1D" else (4, kernel_size)
    maps = getattr(L, made)(*sizes, **options)(maps)
    maps = L.BatchNormalization(name=f"{name}_norm")(maps) if norm else maps
    maps = L.Activation(activation)(maps)
    if shape == "residual" and maps.shape == made_from.shape:
        maps = L.Add()([maps, made_from])
    if shape == "branches":
        other = L.Conv1D(3, 1, activation=activation, name=f"{name}_branch")(maps)
        maps = L.Concatenate()([maps, L.MaxPooling1D(3, strides=1, padding="same")(other)])
    if shape == "gated":
        gate = L.Dense(maps.shape[2], activation="sigmoid", name=f"{name}_gate")(L.GlobalAveragePooling1D()(maps))
        maps = L.Multiply()([maps, L.Reshape((1, maps.shape[2]))(gate)])
    if pool is None or maps.shape[1] < 4:
        return maps
    if pool == "average":
        return L.AveragePooling1D(2)(maps)
    return L.MaxPooling1D(3, strides=2 if pool == "overlapping max" else 3, padding="same")(maps)


def _drawn(rng: np.random.Generator, weight: Any, bias: bool) -> np.ndarray:
    kind = weight.path.rsplit("/", 1)[-1]
    if kind in ("gamma", "moving_variance"):
        return rng.uniform(0.5, 1.5, weight.shape)
    if kind in ("bias", "beta", "moving_mean"):
        return rng.normal(0, 0.2 if bias else 0.0, weight.shape)
    return rng.normal(0, 0.5, weight.shape)


def merged_bias(model: keras.Model, name: str) -> np.ndarray:
    """Bias of a layer together with the BatchNormalization behind it."""
    layer = model.get_layer(name)
    bias = np.asarray(layer.bias)
    if f"{name}_norm" not in [one.name for one in model.layers]:
        return bias
    norm = model.get_layer(f"{name}_norm")
    scale = np.asarray(norm.gamma) / np.sqrt(np.asarray(norm.moving_variance) + norm.epsilon)
    return (bias - np.asarray(norm.moving_mean)) * scale + np.asarray(norm.beta)
