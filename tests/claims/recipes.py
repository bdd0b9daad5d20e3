"""Small networks drawn at random from all layers that a network for time series may have.

A recipe is plain data, so that its repr in a failed test rebuilds the network: ``Recipe(...).built()``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from hypothesis import strategies as st
from keras import layers as L

from cam1d_widget.frameworks.keras.pooling_layers import POOLINGS, TemporalAttention

__all__ = ["Built", "Recipe", "recipes", "redrawn"]

CHANNELS = 2
# Maps stay within these sizes, so that a network takes milliseconds.
STEPS, FILTERS = (4, 90), 8
Operation = tuple[str, dict[str, Any]]


class Built(NamedTuple):
    """A network, and its scores computed by Keras alone.

    Attributes
    ----------
    model : keras.Model
    inner : keras.Model
        The same network as a functional model.
    scores : callable
        Scores of series, of shape (instance, class): what enters the softmax or sigmoid; -z and z of one sigmoid unit.
    link : str or None
        What makes probabilities of the scores.
    x : ndarray of shape (instance, time, channel)
    """

    model: keras.Model
    inner: keras.Model
    scores: Callable[[np.ndarray], np.ndarray]
    link: str | None
    x: np.ndarray


class Recipe(NamedTuple):
    """What a network is built from.

    Attributes
    ----------
    trunk, hidden : list of (operation, options)
        Operations before and after the pooling of the head. One that does not fit its input is left out.
    pooling : str
        How the head reduces time.
    ending : str
        "linear", "softmax" or "sigmoid", and "layer" where the activation is a separate layer; or a MIL pooling.
    units : int
    idle : str or None
        Layer after the ending that changes nothing at inference.
    length : int
        Samples of a series.
    any_length : bool
        Whether the model leaves the length open.
    subclassed : bool
        Whether the network is wrapped in a subclassed model.
    unlike : bool
        Whether the first of several linear units has scores 10,000 times as large.
    seed : int
        Of weights and series.
    """

    trunk: list[Operation]
    pooling: str
    hidden: list[Operation]
    ending: str
    units: int
    idle: str | None
    length: int
    any_length: bool
    subclassed: bool
    unlike: bool
    seed: int

    def built(self) -> Built:
        """Network of this recipe, with weights and moving statistics that are not trivial."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*does not support masking.*")
            return self._built()

    @property
    def recurrent(self) -> bool:
        """Whether there is a recurrent layer, which takes half a second outside of a compiled function."""
        return bool(self.names() & {"recurrent", "gru", "lstm", "bidirectional"})

    def names(self) -> set[str]:
        """Names of all operations."""
        return {name for name, _ in [*self.trunk, *self.hidden]} | {self.pooling, self.ending}

    def _built(self) -> Built:
        series = keras.Input((None if self.any_length else self.length, CHANNELS))
        maps = series
        for operation in self.trunk:
            maps = _applied(maps, *operation, fits=_is_map)
        if self.ending in POOLINGS:
            logits = POOLINGS[self.ending](self.units)(maps)
            output = L.Softmax()(logits)
        else:
            pooled = _pooled(maps, self.pooling)
            for operation in self.hidden:
                pooled = _applied(pooled, *operation, fits=lambda made: len(made.shape) == 2)
            logits, output = _ended(pooled, self.ending, self.units)
        inner = keras.Model(series, output if self.idle is None else IDLE[self.idle](output))
        redrawn(inner, self.seed)
        if self.unlike and self.ending == "linear":
            scaled = inner.get_weights()
            scaled[-1][0] *= 1e4
            scaled[-2][:, 0] *= 1e4
            inner.set_weights(scaled)
        link = self.ending.split()[0]
        link = "softmax" if link in POOLINGS or (link == "linear" and self.units > 1) else link
        x = np.random.default_rng(self.seed).normal(size=(3, self.length, CHANNELS)).astype(np.float32)
        if "Masking" in self.names():
            x[1, -5:] = 0
        model = Wrapped(inner) if self.subclassed else inner
        if self.subclassed:
            model(x[:1])
        two_sided = link == "sigmoid" and self.units == 1
        scores = _scores_of(inner, series, logits, two_sided, compiled=self.recurrent)
        return Built(model, inner, scores, None if link == "linear" else link, x)


@keras.saving.register_keras_serializable("claims")
class Wrapped(keras.Model):
    """Subclassed model around a functional one."""

    def __init__(self, inner: keras.Model, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x: Any, training: bool | None = None) -> Any:
        return self.inner(x, training=training)


def _scores_of(
    inner: keras.Model, series: Any, logits: Any, two_sided: bool, compiled: bool
) -> Callable[[np.ndarray], np.ndarray]:
    """Scores by Keras' own call; a Dense layer with a fused activation is finished by hand."""
    layer = logits._keras_history.operation
    fused = isinstance(layer, L.Dense) and layer.activation is not keras.activations.linear
    source = layer._inbound_nodes[0].input_tensors[0] if fused else logits
    function = partial(keras.Model(series, source), training=False)
    function = tf.function(function, reduce_retracing=True) if compiled else function

    def scores(x: np.ndarray) -> np.ndarray:
        made = np.asarray(function(tf.convert_to_tensor(x, tf.float32)), np.float64)
        if fused:
            made = made @ np.asarray(layer.kernel, np.float64) + np.asarray(layer.bias, np.float64)
        return np.concatenate([-made, made], axis=1) if two_sided else made

    return scores


def redrawn(model: keras.Model, seed: int) -> None:
    """Give a model other weights, in place."""
    rng = np.random.default_rng(seed)
    model.set_weights([_drawn(rng, weight) for weight in model.weights])


def _drawn(rng: np.random.Generator, weight: Any) -> np.ndarray:
    kind = weight.path.rsplit("/", 1)[-1]
    if kind in ("count", "seed_generator_state"):
        return np.asarray(weight)
    if kind in ("gamma", "moving_variance", "variance"):
        return rng.uniform(0.5, 1.5, weight.shape)
    if kind in ("bias", "beta", "moving_mean", "mean", "alpha"):
        return rng.normal(0, 0.3, weight.shape)
    return rng.normal(0, 1.2, weight.shape) / np.sqrt(max(1, np.prod(weight.shape[:-1])))


def _applied(maps: Any, name: str, options: dict[str, Any], fits: Callable[[Any], bool]) -> Any:
    """What an operation makes of maps; the maps themselves where it does not fit them."""
    try:
        made = SPECIAL[name](maps, **options) if name in SPECIAL else getattr(L, name)(**options)(maps)
    except (ValueError, TypeError, ZeroDivisionError):
        return maps
    return made if made is not None and fits(made) else maps


def _is_map(made: Any) -> bool:
    fewest, most = STEPS
    _, steps, *filters = made.shape
    return len(filters) == 1 and filters[0] <= FILTERS and (steps is None or fewest <= steps <= most)


# Operations that are more than one layer


class Reversed(L.Layer):
    """Own layer that turns time round."""

    def call(self, x: Any) -> Any:
        return x[:, ::-1]


class PartlyReversed(L.Layer):
    """Own layer that adds a little of the steps to the steps turned round."""

    def call(self, x: Any) -> Any:
        return 0.01 * x + x[:, ::-1]


class Shifted(L.Layer):
    """Own layer that moves each step on by some steps."""

    def call(self, x: Any) -> Any:
        return keras.ops.roll(x, 3, axis=1)


class Scaled(L.Layer):
    """Own layer that keeps the order of steps."""

    def call(self, x: Any) -> Any:
        return 1.5 * x


def _fixed(shape: tuple[int | None, ...]) -> bool:
    return None not in shape[1:]


def _constant(maps: Any, seed: int = 5) -> Any:
    return np.random.default_rng(seed).normal(size=(1, *maps.shape[1:])).astype(np.float32)


def _normalization(maps: Any, axis: Any) -> Any:
    """Normalization whose statistics are weights, as after `adapt`, of shape as its axes have it."""
    axes = (axis,) if isinstance(axis, int) else axis
    kept = [one % len(maps.shape) for one in axes or ()]
    if not all(maps.shape[one] for one in kept):
        return None
    rng = np.random.default_rng(4)
    shape = tuple(maps.shape[one] for one in kept)
    return L.Normalization(axis=axis, mean=rng.normal(size=shape), variance=rng.uniform(0.5, 2, shape))(maps)


def _rescaling(maps: Any, by: str) -> Any:
    if by == "number":
        return L.Rescaling(0.7, offset=0.1)(maps)
    rng = np.random.default_rng(3)
    steps, filters = maps.shape[-2:] if len(maps.shape) == 3 else (1, maps.shape[-1])
    if by == "step":
        return None if steps is None else L.Rescaling(rng.uniform(0.5, 1.5, (steps, 1)).astype("f4").tolist())(maps)
    return L.Rescaling(rng.uniform(0.5, 1.5, filters).tolist(), offset=rng.normal(size=filters).tolist())(maps)


def _merged(maps: Any, kind: str, other: str) -> Any:
    branch = {
        "identity": lambda: maps,
        "conv": lambda: L.Conv1D(maps.shape[2], 3, padding="same", activation="relu")(maps),
        "wide": lambda: L.Conv1D(maps.shape[2], 5, padding="causal", dilation_rate=2)(maps),
        "pool": lambda: L.MaxPooling1D(3, strides=1, padding="same")(L.Conv1D(maps.shape[2], 1)(maps)),
        "reversed": lambda: Reversed()(maps),
    }[other]()
    return getattr(L, kind)()([maps, branch])


def _gated(maps: Any, how: str) -> Any:
    """Squeeze and excitation."""
    filters = maps.shape[2]
    squeezed = L.GlobalMaxPooling1D() if how == "max" else L.GlobalAveragePooling1D()
    gate = L.Dense(filters, activation="sigmoid")(L.Dense(2, activation="relu")(squeezed(maps)))
    return L.Multiply()([maps, L.Reshape((1, filters))(gate)])


def _recurrent(maps: Any, kind: str, both_ways: bool, backwards: bool = False) -> Any:
    layer = getattr(L, kind)(2, return_sequences=True, go_backwards=backwards)
    return (L.Bidirectional(layer) if both_ways else layer)(maps)


def _attended(maps: Any, kind: str, residual: bool) -> Any:
    if kind == "MultiHeadAttention":
        made = L.MultiHeadAttention(num_heads=1, key_dim=2)(maps, maps)
    else:
        made = L.Attention()([L.Dense(maps.shape[2])(maps), maps])
    return L.Add()([maps, made]) if residual else made


def _planar(maps: Any, kind: str, turned: bool) -> Any:
    """Two-dimensional layers, as in EEGNet: convolve in time, then over all filters, and back to a map."""
    if not _fixed(maps.shape):
        return None
    steps, filters = maps.shape[1:]
    made = L.Reshape((steps, filters, 1))(maps)
    if turned:
        made = L.Permute((2, 1, 3))(made)
    along, across = ((1, 3), (filters, 1)) if turned else ((3, 1), (1, filters))
    made = L.Conv2D(2, along, padding="same", activation="relu")(made)
    if kind == "depthwise":
        made = L.DepthwiseConv2D(across)(made)
    elif kind == "pooled":
        made = L.AveragePooling2D((1, 2) if turned else (2, 1))(L.Conv2D(2, across)(made))
    if turned:
        made = L.Permute((2, 1, 3))(made)
    return L.Reshape((made.shape[1], made.shape[2] * made.shape[3]))(made)


def _round_trip(maps: Any, kind: str) -> Any:
    if not _fixed(maps.shape):
        return None
    steps, filters = maps.shape[1:]
    if kind == "permute":
        return L.Permute((2, 1))(L.Permute((2, 1))(maps))
    if kind == "permuted dense":  # mixes the steps
        return L.Permute((2, 1))(L.Dense(steps)(L.Permute((2, 1))(maps)))
    if kind == "permuted activation":
        return L.Permute((2, 1))(L.Activation("relu")(L.Permute((2, 1))(maps)))
    if kind == "flatten":
        return L.Reshape((steps, filters))(L.Flatten()(maps))
    return L.Reshape((steps // 2, filters * 2))(maps) if steps % 2 == 0 else None  # pairs of steps become filters


def _in_windows(maps: Any, kind: str, padding: str) -> Any:
    """A convolution in each of two windows, whose steps are then put in a row, or become filters."""
    if not _fixed(maps.shape) or maps.shape[1] % 2:
        return None
    steps, filters = maps.shape[1:]
    made = L.Reshape((2, steps // 2, filters))(maps)
    made = L.TimeDistributed(L.Conv1D(2, 3, padding=padding, activation="relu"))(made)
    if kind == "row":
        return L.Reshape((-1, 2))(made)
    made = L.TimeDistributed(L.Flatten() if kind == "flatten" else L.GlobalMaxPooling1D())(made)
    return L.UpSampling1D(4)(made)


def _nested(maps: Any, kind: str) -> Any:
    layers = [L.Conv1D(3, 3, padding="same"), L.BatchNormalization(), L.ReLU()]
    if kind == "functional":
        entry = keras.Input(maps.shape[1:])
        made = entry
        for layer in layers:
            made = layer(made)
        return keras.Model(entry, made)(maps)
    return keras.Sequential([keras.Input(maps.shape[1:]), *layers])(maps)


def _with_constant(maps: Any, how: str) -> Any:
    if not _fixed(maps.shape):
        return None
    constant = _constant(maps)
    if how == "added":
        return maps + constant
    if how == "channel":
        return maps + constant[:, :1]
    window = np.hanning(maps.shape[1] + 2)[1:-1].astype(np.float32)[np.newaxis, :, np.newaxis]
    return maps * (window if how == "window" else 1 + constant)


SPECIAL: dict[str, Callable[..., Any]] = {
    "normalization": _normalization,
    "rescaling": _rescaling,
    "merged": _merged,
    "gated": _gated,
    "recurrent": _recurrent,
    "attended": _attended,
    "planar": _planar,
    "round trip": _round_trip,
    "windows": _in_windows,
    "nested": _nested,
    "constant": _with_constant,
    "flip": lambda maps: keras.ops.flip(maps, axis=1),
    "Reversed": lambda maps: Reversed()(maps),
    "PartlyReversed": lambda maps: PartlyReversed()(maps),
    "Shifted": lambda maps: Shifted()(maps) if _fixed(maps.shape) else None,
    "Scaled": lambda maps: Scaled()(maps),
    "round": lambda maps: keras.ops.round(2 * maps),
    "stop gradient": lambda maps: maps + keras.ops.stop_gradient(0.5 * maps),
}
IDLE: dict[str, Callable[[Any], Any]] = {
    "Identity": lambda made: L.Identity()(made),
    "Dropout": lambda made: L.Dropout(0.3)(made),
    "ActivityRegularization": lambda made: L.ActivityRegularization(l2=0.1)(made),
    "GaussianNoise": lambda made: L.GaussianNoise(0.2)(made),
    "GaussianDropout": lambda made: L.GaussianDropout(0.2)(made),
    "linear": lambda made: L.Activation("linear")(made),
    "Reshape": lambda made: L.Reshape(made.shape[1:])(made),
}


def _pooled(maps: Any, pooling: str) -> Any:
    """What the head makes of a map, without time."""
    if pooling == "flatten":
        # Of any length there is nothing to flatten.
        return L.Flatten()(maps) if _fixed(maps.shape) else L.GlobalAveragePooling1D()(maps)
    if pooling == "pooled flatten":
        return L.Flatten()(L.AveragePooling1D(2)(maps)) if _fixed(maps.shape) else L.GlobalMaxPooling1D()(maps)
    if pooling == "gap and gmp":
        return L.Concatenate()([L.GlobalAveragePooling1D()(maps), L.GlobalMaxPooling1D()(maps)])
    if pooling == "two gaps":
        return L.Add()([L.GlobalAveragePooling1D()(maps), L.GlobalAveragePooling1D()(L.Activation("relu")(maps))])
    if pooling == "mean of squares":
        return keras.ops.mean(keras.ops.square(maps), axis=1)
    if pooling == "last step":
        return maps[:, -1]
    if pooling == "bidirectional":
        return L.Bidirectional(L.LSTM(2))(maps)
    if pooling == "two attentions":
        return L.Concatenate()([TemporalAttention(2)(maps), TemporalAttention(2)(maps)])
    return POOLED[pooling]()(maps)


POOLED: dict[str, Callable[[], Any]] = {
    "gap": L.GlobalAveragePooling1D,
    "gmp": L.GlobalMaxPooling1D,
    "gap kept": lambda: keras.Sequential([L.GlobalAveragePooling1D(keepdims=True), L.Flatten()]),
    "gru": lambda: L.GRU(3),
    "lstm": lambda: L.LSTM(3),
    "attention": lambda: TemporalAttention(2),
}
POOLING = [
    *[*["gap", "flatten"] * 4, *["gmp"] * 3, "gru", "lstm", "bidirectional", "attention"],
    *["gap kept", "pooled flatten", "gap and gmp", "two gaps", "mean of squares", "last step", "two attentions"],
]


def _ended(pooled: Any, ending: str, units: int) -> tuple[Any, Any]:
    """Tensor of the scores, and output; the same where the activation is fused."""
    link, _, layer = ending.partition(" ")
    if layer:
        logits = L.Dense(units)(pooled)
        return logits, L.Softmax()(logits) if link == "softmax" and layer == "layer" else L.Activation(link)(logits)
    output = L.Dense(units, activation=link)(pooled)
    return output, output


# Strategies

ACTIVATIONS = ["relu", "leaky_relu", "elu", "gelu", "tanh", "sigmoid", "silu", "softplus", "linear"]
_size, _filters = st.integers(1, 5), st.sampled_from([2, 3, 4])
_padding = st.sampled_from(["valid", "same"])
_activation = st.sampled_from([*ACTIVATIONS, "relu", "relu", "softmax"])


def _options(**options: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {name: one if isinstance(one, st.SearchStrategy) else st.just(one) for name, one in options.items()}
    )


def _named(name: str, **options: Any) -> st.SearchStrategy[Operation]:
    return st.tuples(st.just(name), _options(**options))


_conv = st.sampled_from([{}, {}, {"strides": 2}, {"strides": 3}, {"dilation_rate": 2}, {"dilation_rate": 3}]).flatmap(
    lambda spread: _named(
        "Conv1D",
        filters=_filters,
        kernel_size=_size,
        padding=st.sampled_from(["valid", "same", "causal"]),
        activation=_activation,
        use_bias=st.booleans(),
        groups=st.sampled_from([*[1] * 9, 2]),
        **spread,
    )
)
CONVOLUTIONS = [
    _conv,
    _conv,
    _conv,
    _named("SeparableConv1D", filters=_filters, kernel_size=_size, padding=_padding, activation=_activation),
    _named("DepthwiseConv1D", kernel_size=_size, padding=_padding, strides=st.sampled_from([1, 2])),
    _named("Conv1DTranspose", filters=_filters, kernel_size=_size, strides=st.sampled_from([1, 2]), padding=_padding),
    _named("Dense", units=_filters, activation=_activation, use_bias=st.booleans()),
]
POOLS = [
    _named(name, pool_size=st.sampled_from([2, 3, 4]), strides=st.sampled_from([None, 1, 2, 3]), padding=_padding)
    for name in ("MaxPooling1D", "AveragePooling1D")
]
POINTWISE = [
    _named("Activation", activation=_activation),
    _named(
        "ReLU",
        max_value=st.sampled_from([None, None, 0.5]),
        negative_slope=st.sampled_from([0.0, 0.0, 0.2]),
        threshold=st.sampled_from([0.0, 0.0, 0.1]),
    ),
    _named("LeakyReLU", negative_slope=0.2),
    _named("ELU"),
    _named("PReLU"),
    _named("Softmax"),
]
IDLE_LAYERS = [
    _named("Dropout", rate=0.3),
    _named("GaussianNoise", stddev=0.3),
    _named("GaussianDropout", rate=0.3),
    _named("AlphaDropout", rate=0.3),
    _named("ActivityRegularization", l1=0.1),
    _named("Identity"),
    _named("Activation", activation="linear"),
]
TRUNK = st.one_of(
    *CONVOLUTIONS,
    *CONVOLUTIONS,
    *POOLS,
    *POINTWISE,
    _named("PReLU", shared_axes=[1]),
    *IDLE_LAYERS,
    _named("SpatialDropout1D", rate=0.3),
    _named("BatchNormalization", axis=st.sampled_from([-1, -1, 1])),
    _named("LayerNormalization", axis=st.sampled_from([-1, 1, [1, 2]])),
    _named("UnitNormalization", axis=st.sampled_from([-1, 1])),
    _named("GroupNormalization", groups=st.sampled_from([1, -1])),
    _named("normalization", axis=st.sampled_from([-1, 1, (1, 2), None])),
    _named("rescaling", by=st.sampled_from(["number", "channel", "step"])),
    _named("ZeroPadding1D", padding=st.tuples(st.integers(0, 4), st.integers(0, 4))),
    _named("Cropping1D", cropping=st.tuples(st.integers(0, 4), st.integers(0, 4))),
    _named("UpSampling1D", size=2),
    _named(
        "merged",
        kind=st.sampled_from(["Add", "Concatenate", "Multiply", "Subtract", "Maximum", "Minimum", "Average"]),
        other=st.sampled_from(["identity", "conv", "wide", "pool", "reversed"]),
    ),
    _named("gated", how=st.sampled_from(["average", "max"])),
    _named("recurrent", kind=st.sampled_from(["GRU", "LSTM"]), both_ways=st.booleans(), backwards=st.booleans()),
    _named("attended", kind=st.sampled_from(["MultiHeadAttention", "Attention"]), residual=st.booleans()),
    _named("Masking"),
    _named("planar", kind=st.sampled_from(["plain", "depthwise", "pooled"]), turned=st.booleans()),
    _named(
        "round trip", kind=st.sampled_from(["permute", "permuted dense", "permuted activation", "flatten", "pairs"])
    ),
    _named(
        "windows",
        kind=st.sampled_from(["row", "flatten", "maximum"]),
        padding=st.sampled_from(["valid", "same", "causal"]),
    ),
    _named("nested", kind=st.sampled_from(["functional", "sequential"])),
    _named("constant", how=st.sampled_from(["added", "channel", "window", "scaled"])),
    st.sampled_from(["flip", "Reversed", "PartlyReversed", "Shifted", "Scaled", "round", "stop gradient"]).flatmap(
        lambda name: _named(name)
    ),
)
HIDDEN = st.one_of(
    _named("Dense", units=st.integers(2, 5), activation=_activation, use_bias=st.booleans()),
    _named("Dense", units=st.integers(2, 5), activation=st.sampled_from(["linear", "relu"]), use_bias=False),
    *POINTWISE,
    *IDLE_LAYERS,
    _named("BatchNormalization"),
    _named("LayerNormalization"),
    _named("UnitNormalization"),
    _named("normalization", axis=-1),
    _named("rescaling", by=st.sampled_from(["number", "channel"])),
)
ENDINGS = ["linear", "softmax", "sigmoid", "softmax layer", "softmax activation", "sigmoid activation"]


@st.composite
def recipes(draw: Any) -> Recipe:
    """Recipes of networks of any kind."""
    first = draw(st.one_of(*CONVOLUTIONS, TRUNK))
    ending = draw(st.sampled_from(["softmax", "linear", *ENDINGS, *ENDINGS, *POOLINGS]))
    several = ending.startswith("softmax") or ending in POOLINGS
    return Recipe(
        trunk=[first, *draw(st.lists(TRUNK, min_size=1, max_size=4))],
        pooling=draw(st.sampled_from(POOLING)),
        hidden=draw(st.lists(HIDDEN, max_size=3)) if draw(st.booleans()) else [],
        ending=ending,
        units=draw(st.integers(2 if several else 1, 3)),
        idle=draw(st.sampled_from([*IDLE])) if draw(st.integers(0, 3)) == 0 else None,
        length=draw(st.sampled_from([24, 27, 32, 40])),
        any_length=draw(st.integers(0, 5)) == 0,
        subclassed=draw(st.integers(0, 9)) == 0,
        unlike=draw(st.integers(0, 3)) == 0,
        seed=draw(st.integers(0, 1000)),
    )
