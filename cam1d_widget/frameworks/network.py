"""A network as functions of tensors: from series to scores, cut in two at the explained layer.

A framework defines how its models are called and read; everything else is the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from copy import copy
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from typing import Any

import numpy as np

from ..attribution.receptive_field import ReceptiveField, TooShort
from ..network.graph import Graph, Node, Tensors
from ..network.head import Head, ending, entry_of, head_of, is_affine_between, step_poolings
from ..network.receptive_field import receptive_field_of
from ..network.rollout import AttentionStack, attention_stack, weights_of
from ..network.stages import Stage, stages_of
from ..network.step_weights import StepWeights, step_weights
from ..network.two_dimensional import in_rows, with_map_in_rows
from .inputs import Inputs
from .own_outputs import are_shares, checked_outputs, odds_in

__all__ = ["Network"]


class Network(ABC):
    """One input and one output of a model, with its logits and its explained layer found.

    Attributes
    ----------
    graph : Graph or None
        None for a model whose calls cannot be read.
    exit : int or None
        Value that holds the logits, or the scores if no logits are known.
    inputs : Inputs
        The series, and what else the model takes.
    units : int
        Scores that the model returns for a series.
    entry : int or None
        Map (batch, step, filter) that the head takes, or that was named; None if there is none, for the reason
        `no_map`.
    link : {"softmax", "sigmoid", "odds", "unit odds", None}
        Function from scores to probabilities. If the logits are unknown, log-odds replace them: "odds" of shares that
        add up to one, "unit odds" of each unit separately.
    seen : bool
        Whether the link is part of the model, not only of its loss.
    logs : bool
        Whether the model returns logarithms of the probabilities.
    """

    no_map: str | None = None
    no_gradient: str | None = None  # why the scores cannot be differentiated
    graph: Graph | None = None
    exit: int | None = None
    entry: int | None = None
    link: str | None = None
    seen = False
    logs = False
    units: int
    # The model's own outputs for `samples_of_noise()` when it was read.
    outputs_when_read: np.ndarray

    def __init__(
        self,
        model: Any,
        name: str,
        tensors: Tensors,
        input_shape: tuple[int | None, int | None],
        batch: int | None,
        inputs: Inputs,
    ) -> None:
        self.model, self.name, self.tensors = model, name, tensors
        self.input_shape, self._batch, self.inputs = input_shape, batch, inputs

    # What a framework defines

    @abstractmethod
    def _called(self, x: Any) -> Any:
        """The model's own output for series, of shape (batch, unit), in float32."""

    @abstractmethod
    def _run(self, function: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
        """Result of a function of tensors for series."""

    @abstractmethod
    def _output_of(self, layer: Any) -> int:
        """Output of a layer, given by its name, its number or itself."""

    @abstractmethod
    def _link_of_plain_scores(self) -> str | None:
        """Link of a model that ends without an activation."""

    @abstractmethod
    def _not_read(self, reason: str) -> str:
        """Why there is no graph, and what to do."""

    @abstractmethod
    def head_version(self) -> Callable[[], Hashable]:
        """Function that returns a digest of the weights between the explained map and the scores."""

    @abstractmethod
    def refuse_weights(self) -> None:
        """Raise an error if weights are NaN or infinite."""

    # Its parts

    def opened(self, node: Node, shape: tuple[int, ...]) -> Graph | None:
        """Operations of a layer that pools steps, for an input of a shape; None if they cannot be read."""
        return None

    def _take(self, graph: Graph | str, layer: Any) -> None:
        """Find the parts of a graph; if it could not be read, take the model as it is."""
        if isinstance(graph, str):
            self.no_map = self._not_read(graph)
            if layer is not None:
                raise ValueError(self.no_map)
            return
        graph = with_map_in_rows(graph)
        of_series = tuple(layer for layer in graph.layers if graph.of_series.issuperset(layer.values))
        self.graph = graph = replace(graph, layers=of_series)
        self.exit, self.link, plain, self.logs = ending(graph)
        self.seen = self.link is not None
        if plain:
            self.link = self._link_of_plain_scores()
        if layer is None:
            self.entry = entry_of(graph, self.exit)
        else:
            self._cut(layer)
        if self.entry is None:
            self.no_map = (
                f"model {self.name!r} has no single map of shape (batch, step, filter) with several steps before its "
                f"head; name a layer with layer=, or use a gradient or perturbation method, which need no map"
            )

    def cut_at(self, layer: Any) -> Network:
        """The same network with another explained layer."""
        if self.graph is None:
            raise ValueError(self.no_map)
        other = copy(self)
        for made in ("head", "receptive_field_at", "attention_stack", "stages", "step_weights"):
            other.__dict__.pop(made, None)
        other.no_map = None
        other._cut(layer)
        return other

    def _cut(self, layer: Any) -> None:
        """Explain the map of a layer."""
        self.entry = self._output_of(layer)
        if self._graph.values[self.entry].rank == 4:
            self.graph, self.entry = in_rows(self._graph, self.entry)
            self.exit = ending(self.graph)[0]

    @property
    def link_is_assumed(self) -> bool:
        """Whether scores are taken for logits of classes only since there are several."""
        return not self.seen

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

    def refuse_short(self, length: int) -> None:
        """Refuse series that are too short for a layer before anything is computed."""
        try:
            if self.entry is not None:
                self.receptive_field_at(length)
        except TooShort:
            raise
        except ValueError:  # a map that cannot be placed is no reason to refuse the series
            return

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """Layers that make the explained map filter by filter."""
        return stages_of(self._graph, self._entry)

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

    @cached_property
    def step_weights(self) -> StepWeights | None:
        """Softmax over the steps of the explained map that weighs them, where no layer of this package does."""
        if self.graph is None or self.entry is None or self.exit is None or self.hidden or self.attending:
            return None
        return step_weights(self.graph, self.entry, self.exit)

    @property
    def attention_adds_up(self) -> bool:
        """Whether scores are an affine function of the attention weights."""
        if self.step_weights is not None:
            return self.step_weights.affine
        pooled = [node.outputs[0] for node in self.attending]
        return len(pooled) == 1 and is_affine_between(self._graph, pooled[0], self._exit)

    @cached_property
    def attention_stack(self) -> AttentionStack | str:
        """Attention layers before the explained map; the reason if they are no stack."""
        if self.graph is None or self.entry is None or self.exit is None or self.hidden:
            return self.no_map or "its head is unknown"
        return attention_stack(self.graph, self.entry, self.exit)

    def self_attention(self, x: Any) -> Any:
        """Weights of all layers of the stack, mean over their heads, of shape (instance, layer, step, step)."""
        stack = self.attention_stack
        assert isinstance(stack, AttentionStack)
        maps = self._graph.compute({0: x}, [node.inputs[0] for node in stack.nodes])
        pairs = zip(stack.nodes, maps, strict=True)
        return self._ops.stack([weights_of(self._graph, node, one) for node, one in pairs], axis=1)

    @cached_property
    def jumps(self) -> bool:
        """Whether scores are discontinuous, as with masking or rounding, or have stopped gradients."""
        nodes = () if self.graph is None else self.graph.nodes
        return any(node.operation.facts.jumps for node in nodes)

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

    def stage_maps(self, x: Any) -> list[Any]:
        """Outputs of the layers that make the explained map filter by filter."""
        return self._graph.compute({0: x}, [stage.value for stage in self.stages])

    def logits_of_features(self, x: Any, features: Any) -> Any:
        """Scores of features; heads with another path from the series take the series as well."""
        return self._finished(self._after({0: x, self.entry: self._in_precision(features)}))

    def step_scores(self, features: Any) -> Any:
        """What every step of the explained map contributes to each score, of shape (batch, step, class)."""
        scores = self._ops.cast(self.scoring[0].layer.step_scores(self._in_precision(features)), "float32")
        return self._ops.concatenate([-scores, scores], axis=-1) if self.two_sided else scores

    def outer_bias(self) -> np.ndarray:
        """Remaining bias of the scores besides the sum over steps, of shape (class,)."""
        bias = self._ops.convert_to_numpy(self.scoring[0].layer.outer_bias()).astype(np.float32)
        return np.concatenate([-bias, bias]) if self.two_sided else bias

    def attention_weights(self, x: Any, features: Any) -> Any:
        """Weight of every step of the explained map, of shape (batch, head, step)."""
        if self.step_weights is not None:
            weights = self.step_weights.by_head(self._ops, self.compute(self.step_weights.value, x))
            return self._ops.cast(weights, "float32")
        features = self._in_precision(features)
        weights = [node.layer.attention_weights(features) for node in self.attending]
        return self._ops.cast(self._ops.stack(weights, axis=1), "float32")

    def logits_of_attention(self, x: Any, features: Any, weights: Any) -> Any:
        """Scores of given weights (batch, head, step) of the steps of a map."""
        weights, features = self._in_precision(weights), self._in_precision(features)
        if self.step_weights is not None:
            return self._finished(
                self._after({0: x, self.step_weights.value: self.step_weights.as_value(self._graph, weights)})
            )
        known = {0: x, self.entry: features}
        for head, node in enumerate(self.attending):
            known[node.outputs[0]] = node.layer.pooled(features, weights[:, head])
        return self._finished(self._after(known))

    def probabilities(self, logits: Any) -> Any:
        """Probabilities of scores; the scores themselves if there are none."""
        if self.link is None:
            return logits
        return self._ops.softmax(logits) if self.link == "softmax" else self._ops.sigmoid(logits)

    def probabilities_of(self, scores: np.ndarray) -> np.ndarray:
        """Probabilities of scores in an array; the scores themselves if there are none."""
        if self.link is None:
            return scores
        # By numpy, for which few numbers take less time than for a framework.
        if self.link == "softmax":
            shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
            return shares / shares.sum(axis=-1, keepdims=True)
        return np.exp(-np.logaddexp(0, -scores))

    def own_outputs(self, scores: np.ndarray) -> np.ndarray:
        """The model's own outputs that belong to logits."""
        if not self.seen or not self.logs:
            return self.probabilities_of(scores) if self.seen else scores
        if self.link == "sigmoid":
            return -np.logaddexp(0, -scores)
        return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)

    @property
    def _ops(self) -> Any:
        return self.tensors.ops

    def _after(self, known: dict[Any, Any]) -> Any:
        return self._graph.compute(known, [self._exit])[0]

    def _in_precision(self, values: Any) -> Any:
        """Values in the precision of the explained map."""
        return self._ops.cast(values, self._graph.values[self._entry].dtype)

    def _finished(self, logits: Any) -> Any:
        """Scores of all classes from logits or, if these are unknown, from probabilities."""
        logits = self._ops.cast(logits, "float32")
        if self.link == "odds":
            return self._log_odds(logits, others=logits @ (1 - self._ops.eye(self.units)))
        if self.link == "unit odds":
            logits = self._log_odds(logits, others=1 - logits)
        return self._ops.concatenate([-logits, logits], axis=-1) if self.two_sided else logits

    def _log_odds(self, shares: Any, others: Any) -> Any:
        """Log-odds of probabilities; the complement is a sum where possible, since subtraction from one cancels."""
        tiny = float(np.finfo(np.float32).tiny)
        return self._ops.log(shares + tiny) - self._ops.log(others + tiny)

    # What the outputs show

    def _compare(self, samples: np.ndarray, outputs: np.ndarray) -> None:
        """Compare what was found with the model's own outputs; if the logits are unknown, explain log-odds."""
        if not np.isfinite(outputs).all():
            self.refuse_weights()
        if np.isnan(outputs).any():
            raise ValueError(
                f"model {self.name!r} gives NaN as scores of Gaussian noise, as a logarithm of negative numbers "
                f"does; clip what enters it"
            )
        self.outputs_when_read = checked_outputs(self._own, samples, outputs, self._batch, self.name)
        hidden = None if self.seen else odds_in(outputs, self.graph, self.exit)
        if hidden:
            return self._explain_odds(hidden)
        ours = self.own_outputs(self._run(self.logits, samples))[:, -outputs.shape[1] :]
        if np.allclose(ours, outputs, rtol=1e-2, atol=1e-2):
            return None
        if are_shares(outputs):
            return self._explain_odds("odds")
        raise ValueError(self._other_scores())

    def _other_scores(self) -> str:
        """What to do where the scores that were found are not those of the model."""
        return (
            f"the logits of model {self.name!r} cannot be found before its last layer; "
            f"let it end in Dense with activation='softmax' or 'sigmoid', or in a Softmax layer"
        )

    def outputs_now(self) -> np.ndarray:
        """The model's own outputs now for `samples_of_noise()`, (instance, unit)."""
        return self._own(self.samples_of_noise())

    def samples_of_noise(self) -> np.ndarray:
        """One series of noise, or as many as the model takes."""
        return self._samples(3)[1:2] if self._batch is None else self._samples(self._batch)

    def _own(self, samples: np.ndarray) -> np.ndarray:
        """The model's own outputs as an array."""
        return self._run(self._called, samples)

    def _explain_odds(self, link: str) -> None:
        self.link, self.seen = link, True
        self.exit = None if self.graph is None else self.graph.output

    def _samples(self, count: int) -> np.ndarray:
        """Some series of noise, faint and loud."""
        length, channels = self.input_shape
        noise = np.random.default_rng(0).normal(size=(count, length or 256, channels or 1))
        return (10 ** np.linspace(-1, 1, count)[:, np.newaxis, np.newaxis] * noise).astype(np.float32)
