"""A Keras network as functions of TensorFlow: from series to scores, cut in two at the explained layer.

Functions are built over the model's graph (:class:`keras.Function`), which leaves no trace on its layers, and the
activation behind the logits is looked through, not taken off.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cached_property, lru_cache, partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ...attribution.receptive_field import ReceptiveField
from ...network.head import (
    Ending,
    Head,
    behind_pooling,
    ending,
    head_entry,
    head_of,
    output_of,
    readers,
    refuse_training,
)
from ...network.receptive_field import forget_tried_layers, receptive_field_of
from ...network.two_dimensional import with_map_in_rows
from .fingerprint import settings_of
from .layer_table import jumps
from .reader import OpenedModel
from .symbolic import backwards, kinds, maker
from .user_model import input_shape, opened_model, which_output
from .weights import refuse_weights

__all__ = ["Network"]


class _Graph(keras.Function):  # type: ignore[misc]
    """Part of a model's graph, for batches of any size, also where the model was built by a batch of one size."""

    def _assert_input_compatibility(self, *_: Any) -> None:
        """Shapes are checked where series come in."""


class Network:
    """One input and one output of a model, with its logits and its explained layer found.

    Attributes
    ----------
    series, exit : symbolic tensors
        Where the graph begins, and where it is left for the scores: what enters the last Dense layer, or the scores
        themselves. None for a model whose graph cannot be read.
    entry : symbolic tensor of shape (batch, step, filter)
        Map that the head takes in, or that was asked for; None if there is none, for the reason `no_map`.
    link : {"softmax", "sigmoid", "odds", "unit odds", None}
        What makes probabilities of scores; "odds" where the logits stay hidden, and log-odds stand for them: those of
        shares that add up to one, or of each unit by itself.
    """

    def __init__(self, model: Any, layer: Any, output: str | int | None) -> None:
        self.model = model
        self.input_shape: tuple[int | None, int | None] = input_shape(model)[1:]  # type: ignore[assignment]
        self.series: Any = None
        self.exit: Any = None
        self.entry: Any = None
        _refuse_state(model)
        forget_tried_layers()
        samples = self._samples(input_shape(model)[0] or 3)
        made = model(samples, training=False)
        self.settings_after_batch = settings_of(model)
        self._index = which_output(model, made, output)
        outputs = self._chosen(made).numpy()
        if outputs.ndim != 2:
            raise ValueError(
                f"model {model.name!r} must give one score a class, of shape (batch, class), but gives {outputs.shape}"
            )
        self.units = outputs.shape[1]
        self._take(opened_model(model, self._index), layer)
        self._compare(samples, outputs)

    def _take(self, graph: OpenedModel | str, layer: Any) -> None:
        """Find the parts of a graph; where it could not be read, take the model as it is."""
        name = self.model.name
        if isinstance(graph, str):
            self.ending = Ending(None, None, None, seen=False)
            self.no_map = (
                f"model {name!r} cannot be looked into, for its call does more than layers and keras.ops do ({graph}); "
                f"write it with these for CAM methods, or use a gradient or perturbation method"
            )
            if layer is not None:
                raise ValueError(self.no_map)
            return
        self.graph = graph = with_map_in_rows(graph, self.model, self._index)
        self.series, self._output = graph.series, graph.output
        self.ending = ending(graph.output, self.model, self._index)
        self.exit = self.ending.tensor
        self.entry = head_entry(self.exit) if layer is None else output_of(graph, layer, self.model)
        refuse_training(self.exit, name)
        if self.entry is None:
            self.no_map = (
                f"model {name!r} has no single map of shape (batch, step, filter) in front of its head for CAM "
                f"methods to look at; name a layer with layer=, or use a gradient or perturbation method"
            )

    no_map: str | None = None
    graph: OpenedModel | None = None

    def cut_at(self, layer: Any) -> Network:
        """The same network with another explained layer."""
        if self.graph is None:
            raise ValueError(self.no_map)
        other = copy(self)
        for made in ("head", "receptive_field_at", "_trunk", "_head"):
            other.__dict__.pop(made, None)
        other.entry, other.no_map = output_of(self.graph, layer, self.model), None
        return other

    def function_of(self, tensor: Any) -> Callable[..., Any]:
        """Function from the series to any tensor of the graph."""
        return _Graph([self.series], [tensor])

    @property
    def link(self) -> str | None:
        """What makes probabilities of scores."""
        return self.ending.link

    @property
    def two_sided(self) -> bool:
        """Whether one unit tells two classes apart."""
        return self.link in ("sigmoid", "unit odds") and self.units == 1

    @cached_property
    def head(self) -> Head:
        """What stands between the explained layer and the scores."""
        return Head() if self.entry is None or self.link in ("odds", "unit odds") else head_of(self.entry, self.ending)

    @cached_property
    def receptive_field_at(self) -> Callable[[int], ReceptiveField]:
        """Receptive field of the explained map, by length of the series; the most recent lengths are cached."""
        return lru_cache(maxsize=16)(partial(receptive_field_of, self.entry))

    @cached_property
    def scoring(self) -> list[Any]:
        """Output of the layer that scores the explained map's steps and adds them up to the scores; mostly none."""
        return self._readers("step_scores")

    @cached_property
    def attending(self) -> list[Any]:
        """Outputs of the layers that weigh the explained map's steps by attention, one a head; mostly none."""
        return self._readers("attention_weights")

    @cached_property
    def attention_adds_up(self) -> bool:
        """Whether scores are affine in the attention's weights, if these are held."""
        return len(self.attending) == 1 and behind_pooling(self.attending[0], self.ending)

    def head_weights(self) -> list[Any]:
        """Variables of the layers between the explained map and the scores."""
        layers = [maker(tensor) for tensor in backwards(self.ending.tensor, lambda one: one is self.entry)]
        return [weight for layer in [*layers, self.ending.dense] for weight in getattr(layer, "weights", ())]

    def _readers(self, ability: str) -> list[Any]:
        hidden = self.entry is None or self.link in ("odds", "unit odds")
        return [] if hidden else readers(self.entry, self.ending, ability)

    @cached_property
    def jumps(self) -> bool:
        """Whether scores are discontinuous, as with masking or rounding, or have stopped gradients."""
        made = [] if self.graph is None else [operation for operation, _ in self.graph.made]
        return any(map(jumps, [*made, *self.model._flatten_layers()]))

    # Functions of tensors

    def logits(self, x: tf.Tensor) -> tf.Tensor:
        """Scores of series."""
        return self._finished(self._called(x) if self.exit is None else self._whole([x])[0])

    def features(self, x: tf.Tensor) -> tf.Tensor:
        """Map of the explained layer."""
        return self._trunk([x])[0]

    def logits_of_features(self, x: tf.Tensor, features: tf.Tensor) -> tf.Tensor:
        """Scores of features; the series goes along for heads that reach round the explained layer."""
        return self._finished(self._head([x, tf.cast(features, self.entry.dtype)])[0])

    def step_scores(self, features: tf.Tensor) -> tf.Tensor:
        """What every step of the explained map adds to each score, of shape (batch, step, class)."""
        scores = tf.cast(maker(self.scoring[0]).step_scores(tf.cast(features, self.entry.dtype)), tf.float32)
        return tf.concat([-scores, scores], axis=-1) if self.two_sided else scores

    def outer_bias(self) -> np.ndarray:
        """What the scores hold beside the sum over steps, of shape (class,)."""
        bias = np.asarray(maker(self.scoring[0]).outer_bias(), np.float32)
        return np.concatenate([-bias, bias]) if self.two_sided else bias

    def attention_weights(self, features: tf.Tensor) -> tf.Tensor:
        """Weight of every step of the explained map, as its attention has it, of shape (batch, head, step)."""
        weights = [maker(pooled).attention_weights(tf.cast(features, self.entry.dtype)) for pooled in self.attending]
        return tf.cast(tf.stack(weights, axis=1), tf.float32)

    def logits_of_attention(self, x: tf.Tensor, features: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        """Scores of given weights (batch, head, step) of the steps of a map."""
        weights, features = tf.cast(weights, self.entry.dtype), tf.cast(features, self.entry.dtype)
        pooled = [maker(one).pooled(features, weights[:, head]) for head, one in enumerate(self.attending)]
        return self._finished(self._behind_attention([x, features, *pooled])[0])

    def probabilities(self, logits: tf.Tensor) -> tf.Tensor:
        """Probabilities of scores; the scores themselves where there are none."""
        links = {"softmax": tf.nn.softmax, "sigmoid": tf.nn.sigmoid, "odds": tf.nn.sigmoid, "unit odds": tf.nn.sigmoid}
        return links[self.link](logits) if self.link else logits

    @cached_property
    def _whole(self) -> Callable[..., Any]:
        return self.function_of(self.exit)

    @cached_property
    def _trunk(self) -> Callable[..., Any]:
        return self.function_of(self.entry)

    @cached_property
    def _head(self) -> Callable[..., Any]:
        return _Graph([self.series, self.entry], [self.exit])

    @cached_property
    def _behind_attention(self) -> Callable[..., Any]:
        return _Graph([self.series, self.entry, *self.attending], [self.exit])

    def _called(self, x: tf.Tensor) -> tf.Tensor:
        """The model's own output."""
        return self._chosen(self.model(x, training=False))

    def _chosen(self, made: Any) -> tf.Tensor:
        return tf.cast(keras.tree.flatten(made)[self._index], tf.float32)

    def _finished(self, hidden: tf.Tensor) -> tf.Tensor:
        """Last layer without the activation that is fused into it."""
        logits, last = hidden, self.ending.dense
        if last is not None:
            logits = keras.ops.matmul(hidden, keras.ops.cast(last.kernel, hidden.dtype))
            logits = logits + keras.ops.cast(last.bias, hidden.dtype) if last.use_bias else logits
        logits = tf.cast(logits, tf.float32)
        if self.link == "odds":
            return _log_odds(logits, others=logits @ (1 - tf.eye(self.units)))
        if self.link == "unit odds":
            logits = _log_odds(logits, others=1 - logits)
        return tf.concat([-logits, logits], axis=-1) if self.two_sided else logits

    # What the outputs say

    def _compare(self, samples: tf.Tensor, outputs: np.ndarray) -> None:
        """Hold what was found against the model's own outputs; where logits stay hidden, explain log-odds."""
        if not np.isfinite(outputs).all():
            refuse_weights(self.model)
        if np.isnan(outputs).any():
            raise ValueError(
                f"model {self.model.name!r} gives NaN as scores of Gaussian noise, as a logarithm of negative numbers "
                f"does; clip what enters it"
            )
        if not np.allclose(self._called(samples), outputs, rtol=1e-3, atol=1e-4):
            raise ValueError(
                f"model {self.model.name!r} gives other scores each time, as dropout does that trains on or noise that "
                f"is drawn; build it without"
            )
        self._refuse_dependence_on_batch(samples, outputs)
        hidden = None if self.ending.seen else self._hidden_odds(outputs)
        if hidden:
            return self._explain_odds(hidden)
        logits = self.logits(samples)
        ours = (self.probabilities(logits) if self.ending.seen else logits).numpy()[:, -outputs.shape[1] :]
        if np.allclose(ours, outputs, rtol=1e-2, atol=1e-2):
            return None
        if _are_shares(outputs):
            return self._explain_odds("odds")
        raise ValueError(
            f"the logits of model {self.model.name!r} cannot be found behind its last layer; "
            f"let it end in Dense with activation='softmax' or 'sigmoid', or in a Softmax layer"
        )

    def sampled(self) -> tuple[np.ndarray, np.ndarray]:
        """Series of noise, and the model's own outputs for them now, of shape (instance, unit)."""
        samples = self._samples(input_shape(self.model)[0] or 3)
        return samples.numpy(), self._called(samples).numpy()

    def _refuse_dependence_on_batch(self, samples: tf.Tensor, outputs: np.ndarray) -> None:
        """Refuse a model whose scores of a series depend on the other series in the batch."""
        middle, scale = len(samples) // 2, np.abs(outputs).max(axis=0)
        one = samples[middle : middle + 1]
        others = tf.concat([-2 * samples[:middle], one, -2 * samples[middle + 1 :]], axis=0)
        same = np.allclose(self._called(others)[middle], outputs[middle], rtol=0, atol=1e-3 * scale)
        if same and input_shape(self.model)[0] is None:
            # The batch size changes the order of summation, which matters in half precision and on GPUs.
            same = np.allclose(self._called(one)[0], outputs[middle], rtol=0, atol=2e-2 * scale)
        if not same:
            raise ValueError(
                f"model {self.model.name!r} gives a series scores that depend on the other series of its batch, as a "
                f"mean over the batch does; let it compute the scores of each series from that series alone"
            )

    def _hidden_odds(self, outputs: np.ndarray) -> str | None:
        """Kind of the probabilities that come out of a layer that is not known to make any; None for numbers."""
        if _are_shares(outputs):
            return "odds"
        made_by = frozenset() if self.exit is None else kinds(maker(self.exit))
        inside = ((outputs > 0) & (outputs < 1)).mean() > 0.5 and ((outputs >= 0) & (outputs <= 1)).all()
        return "unit odds" if inside and not made_by & {"Dense", "ReLU", "Relu"} else None

    def _explain_odds(self, link: str) -> None:
        if self.exit is not None:
            self.exit = self._output
            self.__dict__.pop("_whole", None)
        self.ending = Ending(self.exit, None, link, seen=True)

    def _samples(self, count: int) -> tf.Tensor:
        """Some series of noise, faint and loud."""
        length, channels = self.input_shape
        scales = tf.reshape(10 ** tf.linspace(-1.0, 1.0, count), (-1, 1, 1))
        return scales * tf.random.stateless_normal((count, length or 256, channels or 1), seed=(0, 0))


def _log_odds(shares: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """Log-odds of shares; what the others have is added up where it can be, not taken from one, which cancels."""
    tiny = np.finfo(np.float32).tiny
    return tf.math.log(shares + tiny) - tf.math.log(others + tiny)


def _are_shares(outputs: np.ndarray) -> bool:
    """Whether outputs look like the probabilities of several classes, also in half precision."""
    return outputs.shape[1] > 1 and bool((outputs >= 0).all()) and bool((np.abs(outputs.sum(axis=1) - 1) < 2e-2).all())


def _refuse_state(model: Any) -> None:
    """Refuse layers that remember the last batch: looking at them would change what they remember."""
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False):
            raise ValueError(
                f"layer {layer.name!r} of model {model.name!r} is stateful: a score depends on the series before; "
                f"build the model with stateful=False and take its weights over"
            )
