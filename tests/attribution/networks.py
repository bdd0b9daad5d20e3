"""Random networks for property tests: depth, kernels, strides, dilation, padding, branches and heads as they fall."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
from hypothesis import strategies as st
from keras import layers as L

LENGTH, CHANNELS, CLASSES = 48, 2, 3
HEADS = ("gap", "flatten", "gmp", "gap, relu layer", "flatten, hidden layer", "recurrent")


@st.composite
def blocks(draw: st.DrawFn) -> dict[str, Any]:
    """A convolution, what stands behind it, and how it is joined to what came before."""
    dilation = draw(st.integers(1, 3))
    return {
        "kernel": draw(st.integers(1, 5)),
        "padding": draw(st.sampled_from(["valid", "same", "causal"])),
        "dilation": dilation,
        "stride": 1 if dilation > 1 else draw(st.integers(1, 2)),
        "norm": draw(st.booleans()),
        "activation": draw(st.sampled_from(["relu", "tanh", "linear"])),
        "pool": draw(st.sampled_from([None, "max", "average"])),
        "join": draw(st.sampled_from([None, None, "add", "concatenate"])),
    }


class Recipe(NamedTuple):
    """What a network is built from."""

    blocks: list[dict[str, Any]]
    head: str
    seed: int


recipes = st.builds(Recipe, st.lists(blocks(), min_size=1, max_size=3), st.sampled_from(HEADS), st.integers(0, 1000))


def built(recipe: Recipe) -> keras.Model:
    """Network of a recipe."""
    keras.utils.set_random_seed(recipe.seed)
    series = keras.Input((LENGTH, CHANNELS))
    maps = series
    for block in recipe.blocks:
        maps = behind(maps, block)
    return keras.Model(series, headed(maps, recipe.head))


def behind(maps: Any, block: dict[str, Any]) -> Any:
    """Map behind a block; a join takes the block's input along, which needs its steps kept."""
    joined = block["join"]
    made = L.Conv1D(
        4,
        block["kernel"],
        strides=1 if joined else block["stride"],
        dilation_rate=block["dilation"],
        padding="same" if joined and block["padding"] == "valid" else block["padding"],
        bias_initializer=keras.initializers.RandomNormal(0, 0.1),
    )(maps)
    if block["norm"]:
        random = keras.initializers.RandomUniform(0.5, 1.5)
        made = L.BatchNormalization(gamma_initializer=random, moving_mean_initializer=random)(made)
    made = L.Activation(block["activation"])(made)
    if joined:
        beside = L.Conv1D(4, 1)(maps)
        made = L.Add()([made, beside]) if joined == "add" else L.Concatenate()([made, beside])
    if block["pool"]:
        made = {"max": L.MaxPooling1D, "average": L.AveragePooling1D}[block["pool"]](2)(made)
    return made


def headed(maps: Any, head: str) -> Any:
    """Probabilities of a map."""
    pooled = {
        "gap": L.GlobalAveragePooling1D,
        "gmp": L.GlobalMaxPooling1D,
        "flatten": L.Flatten,
        "recurrent": lambda: L.GRU(4),
    }[head.split(",")[0]]()(maps)
    if "relu" in head:
        pooled = L.Dense(5, activation="relu", use_bias=False)(pooled)
    elif "hidden" in head:
        pooled = L.Dense(5, activation="tanh")(pooled)
    return L.Dense(CLASSES, activation="softmax", bias_initializer=keras.initializers.RandomNormal(0, 0.3))(pooled)
