"""A Keras network as functions of tensors: from series to scores, cut in two at the explained layer.

The model is never changed: its layers are called one by one, and the activation after the logits is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cached_property, lru_cache, partial
from typing import Any

import keras
import numpy as np
from keras import ops

from ...attribution.receptive_field import ReceptiveField
from ...network import operations as kinds
from ...network.graph import Graph, Node
from ...network.head import Head, ending, entry_of, head_of, is_affine_between, step_poolings
from ...network.layers_in_time import output_of
from ...network.order_of_steps import forget_tried_layers
from ...network.receptive_field import receptive_field_of
from ...network.two_dimensional import with_map_in_rows
from .fingerprint import settings_of
from .layer_table import jumps
from .user_model import graph_of, input_shape, own_output, run_on, which_output
from .weights import refuse_weights

__all__ = ["Network"]


class Network:
    """One input and one output of a model, with its logits and its explained layer found.

    Attributes
    ----------
    graph : Graph or None
        None for a model whose calls cannot be read.
    exit : int or None
        Value that holds the logits, or the scores if no logits are known.
    entry : int or None
        Map (batch, step, filter) that the head takes, or that was asked for; None if there is none, for the reason
        `no_map`.
    link : {"softmax", "sigmoid", "odds", "unit odds", None}
        Function from scores to probabilities. If the logits are unknown, log-odds replace them: "odds" of shares that
        add up to one, "unit odds" of each unit separately.
    seen : bool
        Whether the link is part of the model, not only of its loss.
    """

    no_map: str | None = None
    graph: Graph | None = None
    exit: int | None = None
    entry: int | None = None
    link: str | None = None
    seen = False

    def __init__(self, model: Any, layer: Any, output: str | int | None) -> None:
        self.model = model
        self.input_shape: tuple[int | None, int | None] = input_shape(model)[1:]  # type: ignore[assignment]
        _refuse_state(model)
        forget_tried_layers()
        samples = self._samples(input_shape(model)[0] or 3)
        made = own_output(model, samples)
        self.settings_after_batch = settings_of(model)
        self._index = which_output(model, made, output)
        outputs = ops.convert_to_numpy(self._chosen(made))
        if outputs.ndim != 2:
            raise ValueError(
                f"model {model.name!r} must give one score per class, shape (batch, class), but gives {outputs.shape}"
            )
        self.units = outputs.shape[1]
        self._take(graph_of(model, self._index), layer)
        self._compare(samples, outputs)

    def _take(self, graph: Graph | str, layer: Any) -> None:
        """Find the parts of a graph; if it could not be read, take the model as it is."""
        name = self.model.name
        if isinstance(graph, str):
            self.no_map = (
                f"model {name!r} cannot be read, since its call uses more than layers and keras.ops ({graph}); "
                f"write it with these for CAM methods, or use a gradient or perturbation method"
            )
            if layer is not None:
                raise ValueError(self.no_map)
            return
        self.graph = graph = with_map_in_rows(graph)
        self.exit, self.link, plain = ending(graph)
        self.seen = self.link is not None
        if plain:
            self.link = _link_of_loss(self.model, self._index, self.units)
        self.entry = entry_of(graph, self.exit) if layer is None else self._output_of(layer)
        if self.entry is None:
            self.no_map = (
                f"model {name!r} has no single map of shape (batch, step, filter) before its head for CAM methods to "
                f"look at; name a layer with layer=, or use a gradient or perturbation method"
            )

    def cut_at(self, layer: Any) -> Network:
        """The same network with another explained layer."""
        if self.graph is None:
            raise ValueError(self.no_map)
        other = copy(self)
        for made in ("head", "receptive_field_at"):
            other.__dict__.pop(made, None)
        other.entry, other.no_map = self._output_of(layer), None
        return other

    def _output_of(self, layer: Any) -> int:
        layers, graph = self.model.layers, self.graph
        assert graph is not None
        by_number = isinstance(layer, int) and -len(layers) <= layer < len(layers)
        return output_of(graph, layers[layer] if by_number else layer, self.model.name)

    @property
    def two_sided(self) -> bool:
        """Whether one unit distinguishes two classes."""
        return self.link in ("sigmoid", "unit odds") and self.units == 1

    @property
    def hidden(self) -> bool:
        """Whether the logits are unknown."""
        return self.link in ("odds", "unit odds")

    @cached_property
    def head(self) -> Head:
        """What is between the explained layer and the scores."""
        if self.graph is None or self.entry is None or self.exit is None or self.hidden:
            return Head()
        return head_of(self.graph, self.entry, self.exit)

    @cached_property
    def receptive_field_at(self) -> Callable[[int], ReceptiveField]:
        """Receptive field of the explained map, by length of the series; the most recent lengths are cached."""
        return lru_cache(maxsize=16)(partial(receptive_field_of, self._graph, self._entry))

    @property
    def scoring(self) -> list[Node]:
        """Layer that scores the explained map's steps and adds them up to the scores; mostly none."""
        return self._step_poolings(scoring=True)

    @property
    def attending(self) -> list[Node]:
        """Layers that weigh the explained map's steps by attention, one per head; mostly none."""
        return self._step_poolings(scoring=False)

    def _step_poolings(self, scoring: bool) -> list[Node]:
        if self.graph is None or self.entry is None or self.exit is None or self.hidden:
            return []
        return step_poolings(self.graph, self.entry, self.exit, scoring)

    @property
    def attention_adds_up(self) -> bool:
        """Whether scores are an affine function of the attention weights."""
        pooled = [node.outputs[0] for node in self.attending]
        return len(pooled) == 1 and is_affine_between(self._graph, pooled[0], self._exit)

    def head_weights(self) -> list[Any]:
        """Variables of the layers between the explained map and the scores."""
        nodes = [] if self.entry is None else self._graph.between([self.entry], [self._exit])
        layers = {id(node.layer): node.layer for node in nodes}
        return [weight for layer in layers.values() for weight in getattr(layer, "weights", ())]

    @cached_property
    def jumps(self) -> bool:
        """Whether scores are discontinuous, as with masking or rounding, or have stopped gradients."""
        nodes = () if self.graph is None else self.graph.nodes
        return any(node.operation.facts.jumps for node in nodes) or jumps(self.model)

    @property
    def _graph(self) -> Graph:
        assert self.graph is not None
        return self.graph

    @property
    def _exit(self) -> int:
        assert self.exit is not None
        return self.exit

    @property
    def _entry(self) -> int:
        assert self.entry is not None
        return self.entry

    @property
    def map_shape(self) -> tuple[int | None, ...]:
        """Steps and filters of the explained map."""
        return self._graph.values[self._entry].shape[1:]

    # Functions of tensors

    def compute(self, value: int, x: Any) -> Any:
        """Any value of the graph."""
        return self._graph.compute({0: x}, [value])[0]

    def logits(self, x: Any) -> Any:
        """Scores of series."""
        return self._finished(self._called(x) if self.exit is None else self.compute(self.exit, x))

    def features(self, x: Any) -> Any:
        """Map of the explained layer."""
        return self.compute(self._entry, x)

    def logits_of_features(self, x: Any, features: Any) -> Any:
        """Scores of features; heads with another path from the series take the series as well."""
        return self._finished(self._after({0: x, self.entry: self._in_precision(features)}))

    def step_scores(self, features: Any) -> Any:
        """What every step of the explained map contributes to each score, of shape (batch, step, class)."""
        scores = ops.cast(self.scoring[0].layer.step_scores(self._in_precision(features)), "float32")
        return ops.concatenate([-scores, scores], axis=-1) if self.two_sided else scores

    def outer_bias(self) -> np.ndarray:
        """Remaining bias of the scores besides the sum over steps, of shape (class,)."""
        bias = ops.convert_to_numpy(self.scoring[0].layer.outer_bias()).astype(np.float32)
        return np.concatenate([-bias, bias]) if self.two_sided else bias

    def attention_weights(self, features: Any) -> Any:
        """Weight of every step of the explained map, of shape (batch, head, step)."""
        features = self._in_precision(features)
        weights = [node.layer.attention_weights(features) for node in self.attending]
        return ops.cast(ops.stack(weights, axis=1), "float32")

    def logits_of_attention(self, x: Any, features: Any, weights: Any) -> Any:
        """Scores of given weights (batch, head, step) of the steps of a map."""
        weights, features = self._in_precision(weights), self._in_precision(features)
        known = {0: x, self.entry: features}
        for head, node in enumerate(self.attending):
            known[node.outputs[0]] = node.layer.pooled(features, weights[:, head])
        return self._finished(self._after(known))

    def probabilities(self, logits: Any) -> Any:
        """Probabilities of scores; the scores themselves if there are none."""
        if self.link is None:
            return logits
        return ops.softmax(logits) if self.link == "softmax" else ops.sigmoid(logits)

    def _after(self, known: dict[Any, Any]) -> Any:
        return self._graph.compute(known, [self._exit])[0]

    def _in_precision(self, values: Any) -> Any:
        """Values in the precision of the explained map."""
        return ops.cast(values, self._graph.values[self._entry].dtype)

    def _called(self, x: Any) -> Any:
        """The model's own output."""
        return self._chosen(own_output(self.model, x))

    def _chosen(self, made: Any) -> Any:
        return ops.cast(keras.tree.flatten(made)[self._index], "float32")

    def _finished(self, logits: Any) -> Any:
        """Scores of all classes from logits or, if these are unknown, from probabilities."""
        logits = ops.cast(logits, "float32")
        if self.link == "odds":
            return _log_odds(logits, others=logits @ (1 - ops.eye(self.units)))
        if self.link == "unit odds":
            logits = _log_odds(logits, others=1 - logits)
        return ops.concatenate([-logits, logits], axis=-1) if self.two_sided else logits

    # What the outputs say

    def _compare(self, samples: np.ndarray, outputs: np.ndarray) -> None:
        """Compare what was found with the model's own outputs; if the logits are unknown, explain log-odds."""
        if not np.isfinite(outputs).all():
            refuse_weights(self.model)
        if np.isnan(outputs).any():
            raise ValueError(
                f"model {self.model.name!r} gives NaN as scores of Gaussian noise, as a logarithm of negative numbers "
                f"does; clip what enters it"
            )
        self._refuse_other_scores(samples, outputs)
        hidden = None if self.seen else self._hidden_odds(outputs)
        if hidden:
            return self._explain_odds(hidden)
        logits = run_on(self.model, self.logits, samples)
        ours = ops.convert_to_numpy(self.probabilities(logits) if self.seen else logits)[:, -outputs.shape[1] :]
        if np.allclose(ours, outputs, rtol=1e-2, atol=1e-2):
            return None
        if _are_shares(outputs):
            return self._explain_odds("odds")
        raise ValueError(
            f"the logits of model {self.model.name!r} cannot be found before its last layer; "
            f"let it end in Dense with activation='softmax' or 'sigmoid', or in a Softmax layer"
        )

    def sampled(self) -> tuple[np.ndarray, np.ndarray]:
        """One series of noise, or as many as the model takes, and the model's own outputs now, (instance, unit)."""
        batch = input_shape(self.model)[0]
        samples = self._samples(3)[1:2] if batch is None else self._samples(batch)
        return samples, ops.convert_to_numpy(self._called(samples))

    def _refuse_other_scores(self, samples: np.ndarray, outputs: np.ndarray) -> None:
        """Refuse a model whose scores of a series change from call to call, or with the other series in the batch."""
        middle, scale = len(samples) // 2, np.abs(outputs).max(axis=0)
        one = samples[middle : middle + 1]
        others = np.repeat(-2 * one, len(samples), axis=0)
        others[middle] = one
        same = np.allclose(
            ops.convert_to_numpy(self._called(others))[middle], outputs[middle], rtol=0, atol=1e-3 * scale
        )
        if same and input_shape(self.model)[0] is None:
            # The batch size changes the order of summation, which matters in half precision and on GPUs.
            same = np.allclose(ops.convert_to_numpy(self._called(one))[0], outputs[middle], rtol=0, atol=2e-2 * scale)
        if same:
            return
        if not np.allclose(ops.convert_to_numpy(self._called(samples)), outputs, rtol=1e-3, atol=1e-4):
            raise ValueError(
                f"model {self.model.name!r} gives different scores on each call, as dropout in training mode or random "
                f"noise does; build it without"
            )
        raise ValueError(
            f"model {self.model.name!r} gives a series scores that depend on the other series of its batch, as a "
            f"mean over the batch does; let it compute the scores of each series from that series alone"
        )

    def _hidden_odds(self, outputs: np.ndarray) -> str | None:
        """Kind of the probabilities that an unknown layer returns; None if its outputs are not probabilities."""
        if _are_shares(outputs):
            return "odds"
        last = None if self.exit is None else self._graph.makers[self.exit]
        of_layer = [] if last is None else [node.operation for node in self._graph.nodes if node.layer is last.layer]
        plain = any(isinstance(one, kinds.Dense) or getattr(one, "name", "") == "relu" for one in of_layer)
        inside = ((outputs > 0) & (outputs < 1)).mean() > 0.5 and ((outputs >= 0) & (outputs <= 1)).all()
        return "unit odds" if inside and not plain else None

    def _explain_odds(self, link: str) -> None:
        self.link, self.seen = link, True
        self.exit = None if self.graph is None else self.graph.output

    def _samples(self, count: int) -> np.ndarray:
        """Some series of noise, faint and loud."""
        length, channels = self.input_shape
        noise = np.random.default_rng(0).normal(size=(count, length or 256, channels or 1))
        return (10 ** np.linspace(-1, 1, count)[:, np.newaxis, np.newaxis] * noise).astype(np.float32)


def _log_odds(shares: Any, others: Any) -> Any:
    """Log-odds of probabilities; their complement is summed up where possible, since subtraction from one cancels."""
    tiny = np.finfo(np.float32).tiny
    return ops.log(shares + tiny) - ops.log(others + tiny)


def _are_shares(outputs: np.ndarray) -> bool:
    """Whether outputs look like the probabilities of several classes, also in half precision."""
    return outputs.shape[1] > 1 and bool((outputs >= 0).all()) and bool((np.abs(outputs.sum(axis=1) - 1) < 2e-2).all())


def _refuse_state(model: Any) -> None:
    """Refuse layers with a state that outlasts a batch: reading the model would change it."""
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False):
            raise ValueError(
                f"layer {layer.name!r} of model {model.name!r} is stateful: a score depends on the series before; "
                f"build the model with stateful=False and copy its weights"
            )


def _link_of_loss(model: Any, index: int, units: int) -> str | None:
    """Activation that scores were trained for, according to the loss; without one, several units are logits."""
    loss = getattr(model, "loss", None)
    if isinstance(loss, dict):
        loss = loss.get((getattr(model, "output_names", None) or [None])[index])
    elif isinstance(loss, list | tuple):
        loss = loss[index]
    if loss is None:
        return "softmax" if units > 1 else None
    if not getattr(loss, "from_logits", False):
        return None
    return "sigmoid" if "Binary" in type(loss).__name__ else "softmax"
