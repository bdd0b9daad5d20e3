"""Compiled passes through a Keras network: numpy in, numpy out, some series at a time.

One trace serves every batch: the number of instances is left open, and targets are tensors.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any

import numpy as np
import tensorflow as tf

from .engine_tensorflow import Compiled
from .network import Network

__all__ = ["Passes"]


class Passes:
    """Passes there and back.

    Parameters
    ----------
    network : Network
    probabilities : bool
        Whether the score of a class is its probability.
    batch_size : int
        Series that go through at a time.
    jit_compile : bool
        Whether a series by itself goes through XLA.
    """

    def __init__(self, network: Network, probabilities: bool, batch_size: int, jit_compile: bool = False) -> None:
        self._network, self._probabilities, self._batch_size = network, probabilities, batch_size
        self._jit_compile = jit_compile
        self._functions: dict[str, Compiled] = {}

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Score of every class, of shape (instance, class)."""
        return self._scores(x)[0]

    def gradient(self, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Gradient of the scores of `targets` (instance,) by the input, of shape (instance, time, channel)."""
        return self._gradient(x, targets)[0]

    def features(self, x: np.ndarray) -> np.ndarray:
        """Feature maps of series of any length, of shape (instance, step, filter)."""
        return self._features(x)[0]

    def features_and_gradients(self, x: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Feature maps, and the gradients of `targets` (instance, target) by them: (instance, target, step, filter)."""
        features, gradients = self._features_and_gradients(x, targets)
        return features, gradients

    def features_and_scores(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Feature maps, and the scores that the head makes of them."""
        features, scores = self._features_and_scores(x)
        return features, scores

    def head_scores(self, x: np.ndarray, features: np.ndarray) -> np.ndarray:
        """Scores of given feature maps, of shape (instance, class)."""
        return self._head_scores(x, features)[0]

    def step_scores(self, x: np.ndarray) -> np.ndarray:
        """What every step adds to each score, of shape (instance, step, class)."""
        return self._step_scores(x)[0]

    def attention(self, x: np.ndarray) -> np.ndarray:
        """Weight of every step, of shape (instance, head, step)."""
        return self._attention(x)[0]

    def attention_and_gradients(self, x: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Weights, the gradients of `targets` by them (instance, target, head, step), and the scores without any."""
        weights, gradients, without = self._attention_and_gradients(x, targets)
        return weights, gradients, without

    @property
    def variables(self) -> tuple[tf.Variable, ...]:
        """Variables that the scores are computed from, also those that the model does not count among its weights."""
        _ = self._scores  # so that it is compiled
        return self._functions["scores"].variables

    @property
    def traces(self) -> dict[str, int]:
        """How often each pass that was taken has been compiled, by name."""
        return {name: function.traces for name, function in self._functions.items()}

    def _compiled(self, name: str, function: Any, *signature: tf.TensorSpec) -> Any:
        """Function of numpy arrays, some instances at a time."""
        self._functions[name] = Compiled(function, *signature, jit_compile=self._jit_compile)
        return partial(self._functions[name].batched, self._batch_size)

    # TensorFlow

    def _score(self, x: tf.Tensor) -> tf.Tensor:
        return self._told(self._network.logits(x))

    def _score_of_features(self, x: tf.Tensor, features: tf.Tensor) -> tf.Tensor:
        return self._told(self._network.logits_of_features(x, features))

    def _told(self, logits: tf.Tensor) -> tf.Tensor:
        return self._network.probabilities(logits) if self._probabilities else logits

    def _map(self, x: tf.Tensor) -> tf.Tensor:
        return tf.cast(self._network.features(x), tf.float32)

    @property
    def _series(self) -> tf.TensorSpec:
        return tf.TensorSpec([None, *self._network.input_shape], tf.float32)

    @cached_property
    def _scores(self) -> Any:
        return self._compiled("scores", self._score, self._series)

    @cached_property
    def _gradient(self) -> Any:
        def gradient(x: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(x)
                score = tf.gather(self._score(x), target, batch_dims=1)
            return tape.gradient(score, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)

        return self._compiled("gradient", gradient, self._series, tf.TensorSpec([None], tf.int32))

    @cached_property
    def _features(self) -> Any:
        any_length = tf.TensorSpec([None, None, self._network.input_shape[1]], tf.float32)
        return self._compiled("features", self._map, any_length)

    @cached_property
    def _features_and_gradients(self) -> Any:
        def both(x: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            maps = self._map(x)
            many = tf.shape(targets)[1]
            repeated = tf.repeat(maps, many, axis=0)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(repeated)
                score = self._score_of_features(tf.repeat(x, many, axis=0), repeated)
                score = tf.gather(score, tf.reshape(targets, [-1]), batch_dims=1)
            gradients = tape.gradient(score, repeated, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            return maps, tf.reshape(gradients, tf.concat([tf.shape(targets), tf.shape(maps)[1:]], axis=0))

        return self._compiled("features_and_gradients", both, self._series, tf.TensorSpec([None, None], tf.int32))

    @cached_property
    def _features_and_scores(self) -> Any:
        def both(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            maps = self._map(x)
            return maps, self._score_of_features(x, maps)

        return self._compiled("features_and_scores", both, self._series)

    @cached_property
    def _head_scores(self) -> Any:
        features = tf.TensorSpec([None, *self._network.entry.shape[1:]], tf.float32)
        return self._compiled("head_scores", self._score_of_features, self._series, features)

    @cached_property
    def _step_scores(self) -> Any:
        return self._compiled("step_scores", lambda x: self._network.step_scores(self._map(x)), self._series)

    @cached_property
    def _attention(self) -> Any:
        return self._compiled("attention", lambda x: self._network.attention_weights(self._map(x)), self._series)

    @cached_property
    def _attention_and_gradients(self) -> Any:
        def all_three(x: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            maps, many = self._map(x), tf.shape(targets)[1]
            weights = self._network.attention_weights(maps)
            series, features, repeated = (tf.repeat(one, many, axis=0) for one in (x, maps, weights))
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(repeated)
                score = self._told(self._network.logits_of_attention(series, features, repeated))
                score = tf.gather(score, tf.reshape(targets, [-1]), batch_dims=1)
            gradients = tape.gradient(score, repeated, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            shape = tf.concat([tf.shape(targets), tf.shape(weights)[1:]], axis=0)
            without = self._told(self._network.logits_of_attention(x, maps, tf.zeros_like(weights)))
            return weights, tf.reshape(gradients, shape), without

        return self._compiled("attention_and_gradients", all_three, self._series, tf.TensorSpec([None, None], tf.int32))
