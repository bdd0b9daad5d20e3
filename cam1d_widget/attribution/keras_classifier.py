"""Keras behind the door: the only room of the backend that knows the framework.

The user's model is read, never changed: functions are built over its graph (:class:`keras.Function`), which leaves no
trace on its layers, and the activation behind the logits is looked through, not taken off.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf

from .classifier import as_targets, check_series, warn_if_saturated
from .keras_head import head_entry, head_kind, logits, output_of, refuse_training, series_and_scores
from .keras_receptive_field import receptive_field_of
from .receptive_field import ReceptiveField

__all__ = ["KerasClassifier"]

_LINKS = {"softmax": tf.nn.softmax, "sigmoid": tf.nn.sigmoid}


class _Graph(keras.Function):  # type: ignore[misc]
    """Part of a model's graph, for batches of any size, also where the model was built by a batch of one size."""

    def _assert_input_compatibility(self, *_: Any) -> None:
        """Shapes are checked where series come in."""


class KerasClassifier:
    """A Keras classifier of time series, seen through numpy.

    Parameters
    ----------
    model : keras.Model or path
        Sequential or Functional, with one input of shape (batch, time, channel) and one output; or the path of a
        saved one. It is never changed.
    layer : str, int or keras.Layer, optional
        Layer whose map is explained by the CAM methods. Default: the map that enters the pooling or
        flatten of the head.
    score : {"logits", "probabilities"}
        What is explained. Logits are found behind a final softmax or sigmoid.
    batch_size : int
        Series handed to the model at a time.

    Notes
    -----
    One sigmoid unit with logit z is a classifier of two classes with the scores -z and z.
    """

    def __init__(
        self,
        model: Any,
        *,
        layer: Any = None,
        score: Literal["logits", "probabilities"] = "logits",
        batch_size: int = 64,
    ) -> None:
        if score not in ("logits", "probabilities"):
            raise ValueError(f"score must be 'logits' or 'probabilities', but is {score!r}")
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, but is {batch_size}")
        self.model = _readable(model)
        self.score = score
        self.batch_size = batch_size
        self._input, output = series_and_scores(self.model)
        self._exit, self._last, self._link = logits(output, self.model)
        # A link that is told by the loss stands behind the model's output, not in front of it.
        self._seen_link = self._last is not None or self._exit is not output
        if self._link is None and score == "probabilities":
            raise ValueError(f"model {self.name!r} gives no probabilities to explain; use score='logits'")
        self._two_sided = self._link == "sigmoid" and output.shape[-1] == 1
        self.classes = 2 if self._two_sided else int(output.shape[-1])
        self._entry, self._no_map = self._explained(layer)
        refuse_training(self._exit, self.name)
        self._length: int | None = self._input.shape[1]

    # What the model is

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self.model.name)

    @property
    def input_shape(self) -> tuple[int | None, int | None]:
        """Samples and channels that the model was built for; None where it takes any."""
        return self._input.shape[1], self._input.shape[2]

    @property
    def no_features(self) -> str | None:
        """Why there is no layer to explain, or why its map cannot be placed in time; None where all is well."""
        if self._no_map is None and self._length is not None:
            try:
                _ = self.receptive_field
            except ValueError as fault:
                return str(fault)
        return self._no_map

    @cached_property
    def head(self) -> str:
        """Kind of the head: "gap", "flatten", "gmp" or "other"."""
        return self._head[0]

    @property
    def affine_head(self) -> bool:
        """Whether the scores are an affine function of the explained layer."""
        return self.score == "logits" and self._head[1]

    @property
    def additive_head(self) -> bool:
        """Whether a score is its bias plus the sum of gradients times features."""
        return self.score == "logits" and self._head[2]

    @property
    def receptive_field(self) -> ReceptiveField:
        """What each step of the explained layer sees.

        A model that takes series of any length needs to have seen one first.
        """
        if self._length is None:
            raise ValueError(f"model {self.name!r} takes series of any length; call scores(x) first to give it one")
        if self._entry is None:
            raise ValueError(self._no_map)
        if self._field is None or self._field.length != self._length:
            self._field = receptive_field_of(self._entry, self._length)
        return self._field

    _field: ReceptiveField | None = None

    # What methods ask for

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Score of every class, of shape (instance, class)."""
        scores = np.concatenate([self._scores(batch).numpy() for batch in self._batches(self._checked(x))])
        if self.score == "probabilities":
            warn_if_saturated(scores)
        return scores

    def probabilities(self, x: np.ndarray) -> np.ndarray | None:
        """Probability of every class, of shape (instance, class); None for a model that has none."""
        if self._link is None:
            return None
        return np.concatenate([self._probabilities(batch).numpy() for batch in self._batches(self._checked(x))])

    def gradient(self, x: np.ndarray, target: Any) -> np.ndarray:
        """Gradient of the target's score by the input, of shape (instance, time, channel)."""
        x = self._checked(x)
        targets = as_targets(target, len(x), self.classes)
        pairs = zip(self._batches(x), self._batches(targets), strict=True)
        return np.concatenate([self._gradient(*pair).numpy() for pair in pairs])

    def features(self, x: np.ndarray, target: Any) -> tuple[np.ndarray, np.ndarray]:
        """Feature maps of the explained layer, and the gradient of the target's score by them.

        Parameters
        ----------
        x : ndarray of shape (instance, time, channel)
        target : int, or ndarray of int of shape (instance,) or (instance, target)

        Returns
        -------
        features : ndarray of shape (instance, step, filter)
        gradients : ndarray of shape (instance, step, filter), or (instance, target, step, filter)
        """
        if self._entry is None:
            raise ValueError(self.no_features)
        x = self._checked(x)
        targets = as_targets(target, len(x), self.classes)
        columns = targets if targets.ndim == 2 else targets[:, np.newaxis]
        pairs = zip(self._batches(x), self._batches(columns), strict=True)
        made = [self._features(*pair) for pair in pairs]
        features, gradients = (np.concatenate(part) for part in zip(*made, strict=True))
        return features, gradients if targets.ndim == 2 else gradients[:, 0]

    def head_scores(self, x: np.ndarray, features: np.ndarray) -> np.ndarray:
        """Score of every class on given features of the explained layer, of shape (instance, class)."""
        pairs = zip(self._batches(self._checked(x)), self._batches(features), strict=True)
        return np.concatenate([self._scores_of_features(*pair).numpy() for pair in pairs])

    def bias(self) -> np.ndarray:
        """Score of each class on features that are zero, of shape (class,)."""
        steps, filters = len(self.receptive_field), self._entry.shape[-1]
        series = np.zeros((1, self._length, self._input.shape[-1]), np.float32)
        return self.head_scores(series, np.zeros((1, steps, filters), np.float32))[0]

    # TensorFlow

    @cached_property
    def _head(self) -> tuple[str, bool, bool]:
        return ("other", False, False) if self._entry is None else head_kind(self._entry, self._exit)

    @cached_property
    def _logits_of(self) -> Callable[[tf.Tensor], tf.Tensor]:
        function = _Graph([self._input], [self._exit])
        return lambda x: self._finish(function([x])[0])

    @cached_property
    def _trunk(self) -> Callable[[tf.Tensor], tf.Tensor]:
        function = _Graph([self._input], [self._entry])
        return lambda x: function([x])[0]

    @cached_property
    def _head_of(self) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
        """Logits of features; the series goes along for heads that reach round the explained layer."""
        function = _Graph([self._input, self._entry], [self._exit])
        return lambda x, features: self._finish(function([x, features])[0])

    def _finish(self, hidden: tf.Tensor) -> tf.Tensor:
        """Last layer without the activation that is fused into it."""
        logits = hidden
        if self._last is not None:
            logits = keras.ops.matmul(hidden, self._last.kernel)
            logits = logits + self._last.bias if self._last.use_bias else logits
        logits = tf.cast(logits, tf.float32)
        return tf.concat([-logits, logits], axis=-1) if self._two_sided else logits

    def _scored(self, logits: tf.Tensor) -> tf.Tensor:
        return self._linked(logits) if self.score == "probabilities" else logits

    def _linked(self, logits: tf.Tensor) -> tf.Tensor:
        return logits if self._link is None else _LINKS[self._link](logits)

    # One trace serves every batch: the number of instances is left open, and targets are tensors.

    @cached_property
    def _scores(self) -> Any:
        return tf.function(lambda x: self._scored(self._logits_of(x)), input_signature=[self._series])

    @cached_property
    def _probabilities(self) -> Any:
        return tf.function(lambda x: self._linked(self._logits_of(x)), input_signature=[self._series])

    @cached_property
    def _gradient(self) -> Any:
        def gradient(x: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(x)
                score = tf.gather(self._scored(self._logits_of(x)), target, batch_dims=1)
            return tape.gradient(score, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)

        return tf.function(gradient, input_signature=[self._series, tf.TensorSpec([None], tf.int32)])

    @cached_property
    def _features(self) -> Any:
        def features(x: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            maps = self._trunk(x)
            many = tf.shape(targets)[1]
            repeated = tf.repeat(maps, many, axis=0)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(repeated)
                score = self._head_scores(tf.repeat(x, many, axis=0), repeated)
                score = tf.gather(score, tf.reshape(targets, [-1]), batch_dims=1)
            gradients = tape.gradient(score, repeated, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            shape = tf.concat([tf.shape(targets), tf.shape(maps)[1:]], axis=0)
            return tf.cast(maps, tf.float32), tf.cast(tf.reshape(gradients, shape), tf.float32)

        return tf.function(features, input_signature=[self._series, tf.TensorSpec([None, None], tf.int32)])

    @cached_property
    def _scores_of_features(self) -> Any:
        features = tf.TensorSpec([None, *self._entry.shape[1:]], tf.float32)
        return tf.function(self._head_scores, input_signature=[self._series, features])

    def _head_scores(self, x: tf.Tensor, features: tf.Tensor) -> tf.Tensor:
        return self._scored(self._head_of(x, features))

    @property
    def _series(self) -> tf.TensorSpec:
        return tf.TensorSpec([None, *self._input.shape[1:]], tf.float32)

    def _batches(self, values: np.ndarray) -> Iterator[np.ndarray]:
        return (values[first : first + self.batch_size] for first in range(0, len(values), self.batch_size))

    def _checked(self, x: np.ndarray) -> np.ndarray:
        x = check_series(x, *self.input_shape)
        self._length = x.shape[1]
        if not self._understood:
            self._compare_with_model(x[:1])
        return x

    _understood = False

    def _compare_with_model(self, x: np.ndarray) -> None:
        """Refuse a model whose last layers do something else than they seem to."""
        output = np.asarray(self.model(tf.repeat(x, self._input.shape[0] or 1, axis=0), training=False), np.float32)[:1]
        logits = self._logits_of(tf.constant(x))
        ours = np.asarray(self._linked(logits) if self._seen_link else logits)[:, -output.shape[1] :]
        close = np.allclose(ours, output, rtol=1e-2, atol=1e-2)
        if not close or (self._link is None and _are_shares(output)):
            raise ValueError(
                f"the logits of model {self.name!r} cannot be found behind its last layer; "
                f"let it end in Dense with activation='softmax' or 'sigmoid', or in a Softmax layer"
            )
        self._understood = True

    def _explained(self, layer: Any) -> tuple[Any, str | None]:
        """Map to explain, and why there is none."""
        if layer is not None:
            return output_of(self.model, layer), None
        entry = head_entry(self._exit)
        if entry is not None:
            return entry, None
        return None, (
            f"model {self.name!r} has no single map of shape (batch, step, filter) in front of its head for CAM "
            f"methods to look at; name a layer with layer=, or use a gradient or perturbation method"
        )


def _readable(model: Any) -> Any:
    """Model itself, from a path where one is given, with its graph known."""
    if isinstance(model, str | Path):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an optimizer whose state is not needed here
            model = keras.models.load_model(model)  # with its loss, which tells what bare outputs mean
    model = getattr(model, "model_", model)  # aeon's and sktime's fitted classifiers
    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a keras.Model or the path of a saved one, but is a {type(model).__name__}")
    if not isinstance(model, keras.Sequential) and not hasattr(model, "_operations"):
        raise TypeError(
            f"model {model.name!r} is a subclassed keras.Model, whose graph cannot be read; "
            f"give a Sequential or Functional one"
        )
    try:
        _ = model.outputs
    except AttributeError:
        raise ValueError(
            f"model {model.name!r} is not built; give it an Input layer, or call it once on a batch of series"
        ) from None
    return model


def _are_shares(output: np.ndarray) -> bool:
    """Whether outputs look like the probabilities of several classes."""
    return output.shape[1] > 1 and bool((output >= 0).all()) and abs(float(output.sum()) - len(output)) < 1e-3
