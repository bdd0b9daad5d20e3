"""Networks whose filters are planted by hand, and series with the patterns that they detect at known positions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

LENGTH, CHANNELS, RATE = 128, 3, 50.0
EDGE, WAVE, FREQUENCY = 10, 30, 8.0


def edge() -> np.ndarray:
    """Kernel (tap, channel) of a step up in channel 1."""
    kernel = np.zeros((EDGE, CHANNELS), np.float32)
    kernel[:, 1] = np.repeat([-1, 1], EDGE // 2)
    return kernel


def wave() -> np.ndarray:
    """Kernel (tap, channel) of a sine of a known frequency in channel 2."""
    kernel = np.zeros((WAVE, CHANNELS), np.float32)
    kernel[:, 2] = np.sin(2 * np.pi * FREQUENCY / RATE * np.arange(WAVE)) * np.hanning(WAVE)
    return kernel


def planted(kernel: np.ndarray, *behind: Any, bias: float = 0.0, activation: str = "relu") -> keras.Model:
    """Convolution of a planted filter and of one that is its opposite, layers, and the mean of each as a score."""
    keras.utils.set_random_seed(0)
    series = keras.Input((LENGTH, kernel.shape[1]))
    layer = L.Conv1D(2, len(kernel), activation=activation, name="planted")
    maps = layer(series)
    layer.set_weights([np.stack([kernel, -kernel], axis=2), np.full(2, bias, np.float32)])
    for one in behind:
        maps = one(maps)
    if len(maps.shape) == 3:
        maps = L.GlobalAveragePooling1D(name="mean")(maps)
    last = L.Dense(2, name="scores")
    scores = last(maps)
    if maps.shape[-1] == 2:
        last.set_weights([np.eye(2, dtype=np.float32), np.zeros(2, np.float32)])
    return keras.Model(series, scores)


def hidden_pieces(kernel: np.ndarray, count: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Noise with the kernel in the even series, and where it begins there."""
    rng = np.random.default_rng(0)
    x = 0.3 * rng.normal(size=(count, LENGTH, kernel.shape[1]))
    places = rng.integers(0, LENGTH - len(kernel), count)
    for instance in range(0, count, 2):
        x[instance, places[instance] : places[instance] + len(kernel)] += 2 * kernel
    return x.astype(np.float32), places


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Cosine between two arrays of numbers."""
    one, other = one.astype(float).ravel(), other.astype(float).ravel()
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def of_steps(body: Callable[[Any], Any]) -> keras.Model:
    """Three scores of a map that keeps its steps, or of what it was reduced to, of series of 20 samples."""
    keras.utils.set_random_seed(1)
    series = keras.Input((20, 3))
    return keras.Model(series, L.Dense(3)(L.Flatten()(body(series))))


def state_of(model: keras.Model) -> tuple:
    """All that a user could find changed."""
    return (
        model.to_json(),
        [weight.tobytes() for weight in model.get_weights()],
        [(len(layer._inbound_nodes), len(layer._outbound_nodes)) for layer in model.layers],
        [layer.trainable for layer in model.layers],
        keras.config.floatx(),
    )


def support(model: keras.Model, time: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """First sample and the one behind the last that each step's gradient reaches, of a map with this axis of time."""
    entry = next(layer for layer in model.layers if isinstance(layer, L.Flatten)).input
    trunk = keras.Function(model.inputs, [entry])
    x = tf.ones((1, *model.input_shape[1:]))
    with tf.GradientTape() as tape:
        tape.watch(x)
        maps = trunk([x])[0]
        steps = tf.reduce_sum(maps, axis=[axis for axis in range(maps.ndim) if axis != time])
    reached = np.abs(tape.jacobian(steps, x).numpy()).sum(axis=(1, 3)) > 0
    some = reached.any(axis=1)
    start = np.where(some, reached.argmax(axis=1), 0)
    stop = np.where(some, reached.shape[1] - reached[:, ::-1].argmax(axis=1), 0)
    return start, stop
