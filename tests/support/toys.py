"""Classifiers whose correct map is known, and many small Keras networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.classifier import as_targets
from cam1d_widget.attribution.receptive_field import ReceptiveField


class Formula:
    """A classifier given by its score and its gradient, one series at a time; its features are the series."""

    continuous = True
    head, affine_head, homogeneous_head, no_features = "flatten", False, False, None

    def __init__(self, score: Callable[..., Any], gradient: Callable[..., Any], shape: tuple[int, int], classes: int):
        self._score, self._gradient, self.input_shape, self.classes = score, gradient, shape, classes

    @property
    def receptive_field(self) -> ReceptiveField:
        return ReceptiveField.of_input(self.input_shape[0])

    def scores(self, x: np.ndarray) -> np.ndarray:
        return np.stack([self._score(one) for one in x])

    def probabilities(self, x: np.ndarray) -> None:
        return None

    def gradient(self, x: np.ndarray, target: Any) -> np.ndarray:
        targets = as_targets(target, len(x), self.classes)
        return np.stack([self._gradient(one, int(c)) for one, c in zip(x, targets, strict=True)])

    def features(self, x: np.ndarray, target: Any) -> tuple[np.ndarray, np.ndarray]:
        targets = as_targets(target, len(x), self.classes)
        if targets.ndim == 1:
            return x, self.gradient(x, targets)
        return x, np.stack([self.gradient(x, column) for column in targets.T], axis=1)

    def head_scores(self, x: np.ndarray, features: np.ndarray) -> np.ndarray:
        return self.scores(features)

    def trunk(self, x: np.ndarray) -> np.ndarray:
        return x

    def receptive_field_at(self, length: int) -> ReceptiveField:
        return ReceptiveField.of_input(length)

    def bias(self) -> np.ndarray:
        return self._score(np.zeros(self.input_shape))


def linear(weights: np.ndarray, bias: np.ndarray) -> Formula:
    """S_c = w_c · x + b_c, with weights of shape (class, time, channel)."""
    classifier = Formula(
        lambda x: (weights * x).sum(axis=(1, 2)) + bias,
        lambda x, c: weights[c],
        weights.shape[1:],
        len(weights),
    )
    classifier.affine_head = classifier.homogeneous_head = True
    return classifier


def linear_network(weights: np.ndarray, bias: np.ndarray) -> KerasClassifier:
    """The same function as a network, for methods that go through layers: of relu(x) - relu(-x)."""
    channels = weights.shape[2]
    series = keras.Input(weights.shape[1:])
    halves = L.Conv1D(2 * channels, 1, activation="relu", use_bias=False)
    dense = L.Dense(len(weights))
    model = keras.Model(series, dense(L.Flatten()(halves(series))))
    halves.set_weights([np.hstack([np.eye(channels), -np.eye(channels)])[np.newaxis]])
    dense.set_weights([np.concatenate([weights, -weights], axis=2).reshape(len(weights), -1).T, bias])
    return KerasClassifier(model)


def multi_layer() -> Formula:
    """y = W2 relu(W1 x + b1) + b2 of the oracle bank: three values, all weights one."""
    b1, b2 = np.array([-10.0, 1, 1, 1]), np.array([-1.0, 1])

    def score(x: np.ndarray) -> np.ndarray:
        return np.maximum(x.sum() + b1, 0).sum() + b2

    def gradient(x: np.ndarray, target: int) -> np.ndarray:
        return np.full(x.shape, float((x.sum() + b1 > 0).sum()))

    return Formula(score, gradient, (3, 1), 2)


def nested_relu(inner: bool) -> Formula:
    """The two networks of the Integrated Gradients paper that compute the same function.

    relu(relu(x1) - 1 - relu(x2)) and relu(relu(x1 - 1) - relu(x2)), for x1 > 1 and x2 > 0.
    """

    def score(x: np.ndarray) -> np.ndarray:
        first, second = x[:, 0]
        lower = max(first - 1, 0) if inner else max(first, 0) - 1
        return np.array([max(lower - max(second, 0), 0)])

    def gradient(x: np.ndarray, target: int) -> np.ndarray:
        first, second = x[:, 0]
        alive = float(score(x)[0] > 0)
        return np.array([[alive * (first > (1 if inner else 0))], [-alive * (second > 0)]])

    return Formula(score, gradient, (2, 1), 1)


def question(head: list[Any], length: int = 300, channels: int = 9, filters: int = 16) -> keras.Model:
    """The question's network, its head to be chosen, with weights and moving statistics that are not trivial."""
    keras.utils.set_random_seed(7)
    blocks = [
        layer for _ in range(2) for layer in (L.Conv1D(filters, 9), L.BatchNormalization(), L.ReLU(), L.MaxPooling1D(5))
    ]
    model = keras.Sequential([keras.Input((length, channels)), *blocks, *head])
    rng = np.random.default_rng(7)
    for layer in model.layers:
        if isinstance(layer, L.BatchNormalization | L.Dense):
            layer.set_weights([rng.uniform(0.3, 1.2, weight.shape) for weight in layer.get_weights()])
        if isinstance(layer, L.Dense):
            layer.set_weights([rng.normal(0, 0.2, weight.shape) for weight in layer.get_weights()])
    return model


def _graph(build: Callable[[Any, type], Any], usual: int, channels: int = 2) -> Callable[..., keras.Model]:
    def model(pool: type, length: int = usual, head: Callable[[Any], Any] = lambda maps: L.Flatten()(maps)) -> Any:
        series = keras.Input((length, channels))
        maps = build(series, pool)
        return keras.Model(series, L.Dense(3)(head(maps)))

    return model


def _chain(*layers: Callable[[type], Any]) -> Callable[[Any, type], Any]:
    def build(maps: Any, pool: type) -> Any:
        for layer in layers:
            maps = layer(pool)(maps)
        return maps

    return build


def _conv(kernel: int, padding: str = "valid", strides: int = 1, dilation: int = 1) -> Callable[[type], Any]:
    return lambda pool: L.Conv1D(3, kernel, strides=strides, padding=padding, dilation_rate=dilation, activation="relu")


def _pool(size: int, strides: int | None = None, padding: str = "valid") -> Callable[[type], Any]:
    return lambda pool: pool(size, strides=strides, padding=padding)


def _layer(made: type, *args: Any, **kwargs: Any) -> Callable[[type], Any]:
    return lambda pool: made(*args, **kwargs)


def _inception(maps: Any, pool: type) -> Any:
    for _ in range(2):
        branches = [L.Conv1D(2, kernel, padding="same", activation="relu")(maps) for kernel in (10, 5, 3)]
        branches.append(L.Conv1D(2, 1)(pool(3, strides=1, padding="same")(maps)))
        maps = L.BatchNormalization()(L.Concatenate()(branches))
    return maps


def _residual(maps: Any, pool: type) -> Any:
    for kernels in ((8, 5, 3), (7, 5, 3)):
        inner = maps
        for kernel in kernels:
            inner = L.ReLU()(L.BatchNormalization()(L.Conv1D(4, kernel, padding="same")(inner)))
        maps = L.Add()([L.Conv1D(4, 1, padding="same")(maps), inner])
    return pool(2)(maps)


def _gated(maps: Any, pool: type) -> Any:
    """A squeeze-and-excitation block: every step sees everything through the gate."""
    maps = L.Conv1D(4, 5, activation="relu")(maps)
    gate = L.Dense(4, activation="sigmoid")(L.GlobalAveragePooling1D(keepdims=True)(maps))
    return L.Multiply()([maps, gate])


ZOO = {
    "question": _graph(_chain(_conv(9), _pool(5), _conv(9), _pool(5)), 120),
    "valid": _graph(_chain(_conv(9), _conv(6), _conv(3)), 60),
    "same, odd length": _graph(_chain(_conv(7, "same", 2), _conv(5, "same", 2), _conv(3, "same")), 33),
    "same, even length": _graph(_chain(_conv(7, "same", 2), _conv(5, "same", 2), _conv(3, "same")), 32),
    "same, even kernels": _graph(_chain(_conv(8, "same"), _conv(4, "same", 3), _pool(2, 2, "same")), 41),
    "causal, dilated": _graph(_chain(*(_conv(2, "causal", 1, d) for d in (1, 2, 4, 8))), 40),
    "dilated": _graph(_chain(_conv(3, "same", 1, 1), _conv(3, "same", 1, 2), _conv(3, "valid", 1, 3)), 40),
    "pooled": _graph(_chain(_conv(5), _pool(3, 2), _conv(4, "same"), _pool(3, 2, "same")), 50),
    "padded and cropped": _graph(
        _chain(
            _conv(5),
            _layer(L.Cropping1D, (4, 3)),
            _layer(L.ZeroPadding1D, (6, 2)),
            _conv(7, "same"),
            _conv(3, "valid", 2),
        ),
        48,
    ),
    "separable": _graph(
        _chain(
            _layer(L.SeparableConv1D, 4, 7, padding="same", activation="relu"),
            _pool(2),
            _layer(L.DepthwiseConv1D, 5, padding="valid", activation="relu"),
        ),
        45,
    ),
    "upsampled": _graph(_chain(_conv(5, "same"), _pool(4), _layer(L.UpSampling1D, 3), _conv(3, "same")), 48),
    "inception": _graph(_inception, 50),
    "residual": _graph(_residual, 50),
    "gated": _graph(_gated, 30),
}
"""Builders that take the class of pooling; average pooling gives gradients to all that a step can see."""


def all_positive(model: keras.Model) -> keras.Model:
    """The same model, in place, with weights under which no gradient cancels or dies."""
    for layer in model.layers:
        if isinstance(layer, L.BatchNormalization):
            continue
        layer.set_weights([np.full(weight.shape, 0.1) for weight in layer.get_weights()])
    return model
