"""A classifier of time series by a network that has been read into a graph, whatever its framework."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from ..attribution.classifier import as_targets, warn_if_saturated
from ..attribution.propagation_rules import Rule
from ..attribution.receptive_field import ReceptiveField
from ..attribution.series import check_series
from ..attribution.stage_map import StageMap
from ..explanation.portable_model import PortableModel
from ..explanation.source import LayerFacts
from ..network.layers_in_time import layers_in_time
from ..network.portable import NotPortable
from ..network.propagation.propagation import Propagations
from ..network.stages import maps_of
from ..typing import Score
from ..validation import as_array, check_count, check_finite, check_layer, check_seed, finite, shaped, shown
from .features import Features
from .filters import NetworkFilters
from .network import Network
from .passes import Argument, CompiledFunction, Passes, with_held
from .per_instance import PerInstanceClassifier
from .portable_classifier import portable_model

__all__ = ["NetworkClassifier"]


class NetworkClassifier(PerInstanceClassifier, ABC):
    """A classifier of time series by a network that is read into a graph.

    A framework creates the network, and compiles functions of its tensors.
    """

    score: Score
    batch_size: int
    _batch: tuple[np.ndarray, np.ndarray] | None = None
    """Series that it was made for, as they were given and as they were checked."""
    _regression = False

    def _take(self, network: Network) -> None:
        self._network: Any = network
        if self._regression and network.link_is_assumed:
            network.link = None
        passes = Passes(network, self.score == "probabilities", self.batch_size, self._compiled)
        self._passes = passes if self._held is None else passes.holding(self._held)
        self._features = Features(network, self._passes, self.classes)

    # What a framework does

    @property
    @abstractmethod
    def name(self) -> str:
        """The model's name."""

    @abstractmethod
    def _compiled(self, function: Callable[..., Any], *arguments: Argument, branches: bool = True) -> CompiledFunction:
        """Function of tensors, which may have branches and loops on them, compiled for arguments of these shapes."""

    @abstractmethod
    def _randomized(self, seed: int, draws: int) -> Iterator[tuple[int, str, Any]]:
        """Classifiers as of :meth:`randomized`, whose arguments have been checked."""

    @abstractmethod
    def _refuse_changes(self) -> None:
        """Refuse a model that has changed since it was read."""

    # What the model is

    @property
    def classes(self) -> int:
        """Number of classes."""
        return 2 if self._network.two_sided else int(self._network.units)

    @property
    def labels(self) -> Sequence[Any] | None:
        """Label of each class, of a fitted classifier; None where there are none."""
        return None

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Name of each class, if the model has them, or of each predicted value."""
        if self.labels is not None:
            return tuple(map(str, self.labels))
        if self.classes == 1:
            return ("prediction",)
        return tuple(f"prediction {number}" for number in range(self.classes)) if self._regression else None

    def for_regression(self) -> Self:
        """The same classifier of a model whose scores are predicted values; itself if they are known to be logits."""
        network = vars(self).get("_network")
        if self.score == "probabilities" or not (network is None or network.link is None or network.link_is_assumed):
            return self
        other = copy(self)
        other._regression = True
        if network is not None:
            other._network = copy(network)
            other._network.link = None
        return other

    @property
    def input_shape(self) -> tuple[int | None, int | None]:
        """Samples and channels of its series; None where it takes any number."""
        return self._own or self._length, self._network.input_shape[1]

    @property
    def no_gradient(self) -> str | None:
        """Why the scores cannot be differentiated; None where they can, or where the model is not read yet."""
        return self._network.no_gradient if "_network" in vars(self) else None

    @property
    def no_features(self) -> str | None:
        """Why there is no layer to explain, or why its map cannot be placed in time; None otherwise."""
        if self._network.no_map is None and self._length is not None:
            try:
                _ = self.receptive_field
            except ValueError as fault:
                return str(fault)
        return self._network.no_map

    @cached_property
    def head(self) -> str:
        """Kind of the head: "gap", "flatten", "gmp", "mil", "attention" or "other"."""
        return str(self._network.head.kind)

    @property
    def affine_head(self) -> bool:
        """Whether the scores are an affine function of the explained layer."""
        return bool(self.score == "logits" and self._network.head.affine)

    @property
    def homogeneous_head(self) -> bool:
        """Whether a score is its bias plus a function that doubles with the features."""
        return bool(self.score == "logits" and self._network.head.homogeneous)

    @property
    def continuous(self) -> bool:
        """Whether scores are the integral of their gradient: no masking, rounding or stopped gradients."""
        return not self._network.jumps

    @property
    def receptive_field(self) -> ReceptiveField:
        """Receptive fields of the steps of the explained layer."""
        if self._length is None:
            raise ValueError(f"model {self.name!r} takes series of any length; use for_length(length) to choose one")
        return self.receptive_field_at(self._own or self._length)

    @property
    def layers(self) -> tuple[LayerFacts, ...]:
        """Layers whose map has a time axis; none where the model cannot be read."""
        graph = self._network.graph
        return () if graph is None else layers_in_time(graph, self._length)

    @property
    def explained_layer(self) -> str | None:
        """Name of the layer that is explained; None if there is none."""
        return None if self._network.entry is None else self._network.stages[-1].node.name

    def _at(self, layer: Any) -> Self:
        """The same classifier with another explained layer."""
        check_layer(layer)
        if layer is None:
            raise ValueError("layer must name a layer, but is None")
        other = copy(self)
        for made in ("head", "filters"):
            other.__dict__.pop(made, None)
        other._take(self._network.cut_at(layer))
        return other

    @cached_property
    def filters(self) -> NetworkFilters:
        """Filters of the explained layer as functions of the series."""
        if not self.per_instance:
            self._refuse_unknown_inputs()
        return NetworkFilters(self._network, self._passes, self._padded)

    def randomized(self, seed: int = 0, draws: int = 1) -> Iterator[tuple[int, str, Self]]:
        """Classifiers on a copy of the model, with more and more layers randomized, from the output down.

        Each must be used before the next is taken. The model itself is not changed.

        Yields
        ------
        draw : int
            Number of the draw; each begins with the model's own weights.
        layer : str
            Name of the layer that was randomized last, by its own initializers; its path in a PyTorch module.
        classifier : classifier of the same class
        """
        check_seed(seed)
        check_count("draws", draws)
        return self._randomized(seed, draws)

    @property
    def traces(self) -> dict[str, int]:
        """Number of compilations of each pass that was used, by name: one, however often it is called."""
        return self._passes.traces

    # What methods use

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Score of every class, of shape (instance, class)."""
        scores = self._passes.run_checked(self._refuse_new_changes, "scores", self._as_taken(x))[0]
        if self.score == "probabilities":
            warn_if_saturated(scores)
        return scores

    def for_batch(self, x: np.ndarray) -> Self:
        """The same classifier for one batch of series, whose scores and features are computed in one pass.

        Neither it nor the classifiers that are made of it look for changes of the model.
        """
        other, checked = copy(self), self._checked(x)
        other._batch = x, checked
        other._passes = self._passes.sharing(checked)
        other._features = self._features.sharing(other._passes)
        return other

    def probabilities(self, x: np.ndarray) -> np.ndarray | None:
        """Probability of every class, of shape (instance, class); None for a model that has none."""
        return None if self._network.link is None else self._linked(self.scores(x))

    def probabilities_of(self, scores: np.ndarray) -> np.ndarray | None:
        """Probabilities that belong to scores (instance, class); None for a model that has none."""
        scores = finite("scores", scores)
        shaped("scores", scores, "(instance, class)", (None, self.classes))
        return None if self._network.link is None else self._linked(scores)

    def _linked(self, scores: np.ndarray) -> np.ndarray:
        return scores if self.score == "probabilities" else self._network.probabilities_of(scores)

    def gradient(self, x: np.ndarray, target: Any) -> np.ndarray:
        """Gradient of the target's score with respect to the input, of shape (instance, time, channel)."""
        x = self._as_taken(x)
        targets = as_targets(target, len(x), self.classes)
        return self._passes.run_checked(self._refuse_new_changes, "gradient", x, targets)[0][:, : self._own]

    def features(self, x: np.ndarray, target: Any) -> tuple[np.ndarray, np.ndarray]:
        """Feature maps of the explained layer, and the gradient of the target's score with respect to them.

        Parameters
        ----------
        x : ndarray of shape (instance, time, channel)
        target : int, or ndarray of int of shape (instance,) or (instance, target)

        Returns
        -------
        features : ndarray of shape (instance, step, filter)
        gradients : ndarray of shape (instance, step, filter), or (instance, target, step, filter)
        """
        if self._network.entry is None:
            raise ValueError(self.no_features)
        x = self._checked(x)
        targets = as_targets(target, len(x), self.classes)
        columns = targets if targets.ndim == 2 else targets[:, np.newaxis]
        features, gradients = self._features.with_gradients(x, columns, self.affine_head)
        return features, gradients if targets.ndim == 2 else gradients[:, 0]

    def head_scores(self, x: np.ndarray, features: np.ndarray) -> np.ndarray:
        """Score of every class on given features of the explained layer, of shape (instance, class)."""
        x, maps = self._checked(x), as_array("features", features)
        shaped("features", maps, "(instance, step, filter)", (len(x), *self._network.map_shape[-2:]))
        return self._passes.run("head_scores", x, maps)[0]

    def trunk(self, x: np.ndarray) -> np.ndarray:
        """Feature maps of series of any length, such as crops of longer ones, of shape (instance, step, filter)."""
        if self._network.entry is None:
            raise ValueError(self._network.no_map)
        self._refuse_changes()
        self._refuse_unknown_inputs()
        x = self._padded(check_series(x, None, self.input_shape[1]))
        self._network.refuse_short(x.shape[1])
        return self._passes.run("features", x)[0]

    def stages(self, x: np.ndarray) -> list[StageMap]:
        """Maps of the layers that make the explained map filter by filter, in the order of computing."""
        if self._network.entry is None:
            raise ValueError(self.no_features)
        return maps_of(self._network.graph, self._network.stages, self._passes.run("stages", self._checked(x)))

    def receptive_field_at(self, length: int) -> ReceptiveField:
        """Receptive fields of the steps of the explained layer, for series of this length, filled up if they are."""
        if self._network.entry is None:
            raise ValueError(self._network.no_map)
        field = self._network.receptive_field_at
        if self._own is None or self._length is None or length != self._own:
            return field(check_count("length", length))
        return replace(field(self._length), padding=self._length - self._own)

    def bias(self) -> np.ndarray:
        """Score of each class on features that are zero, of shape (class,)."""
        steps, filters = len(self.receptive_field), self._network.map_shape[-1]
        series: Any = np.zeros((1, self._own or self._length, self.input_shape[1]), np.float32)
        return self.head_scores(series, np.zeros((1, steps, filters), np.float32))[0]

    def portable(self) -> PortableModel:
        """The model as plain data, with which a page computes scores and maps without Python.

        Raises
        ------
        NotPortable
            If an operation of it cannot be computed without Python; the error names the layer.
        """
        if self._network.inputs or self.per_instance:
            raise NotPortable(
                f"model {self.name!r} is given other inputs, or series of unequal length, so a page cannot contain it"
            )
        if self._length is None:
            raise ValueError(f"model {self.name!r} takes series of any length; use for_length(length) to choose one")
        self._refuse_changes()
        field = None if self.no_features else self.receptive_field
        return portable_model(self._network, self._length, field, self.score)

    # Attention among steps

    @property
    def no_self_attention(self) -> str | None:
        """Why there is no stack of attention layers before the explained map; None if there is."""
        stack = self._network.attention_stack
        if not isinstance(stack, str):
            return None
        return f"model {self.name!r} has no attention rollout: {stack}; use Integrated Gradients or LRP instead"

    @property
    def step_read(self) -> int | None:
        """The one step of the explained map that the head reads; None if it reads the mean of all."""
        stack = self._network.attention_stack
        return None if isinstance(stack, str) else stack.step

    def self_attention(self, x: np.ndarray) -> np.ndarray:
        """Weights with which each step attends to each, mean over heads, of shape (instance, layer, step, step)."""
        if self.no_self_attention:
            raise ValueError(self.no_self_attention)
        return self._passes.run("self_attention", self._checked(x))[0]

    # Attention to steps

    @property
    def no_attention(self) -> str | None:
        """Why there is no attention to the steps of the explained map; None where there is."""
        if self._network.attending or self._network.step_weights:
            return None
        return (
            f"model {self.name!r} has no attention over the steps of the explained map, by models.TemporalAttention or "
            f"a softmax over the steps; name the map before it with layer="
        )

    @property
    def attention_adds_up(self) -> bool:
        """Whether a score is its value without attention plus the sum of gradients times weights, held constant."""
        return self.score == "logits" and self._network.attention_adds_up

    def attention(self, x: np.ndarray) -> np.ndarray:
        """Attention weight of every step, of shape (instance, head, step)."""
        if self.no_attention:
            raise ValueError(self.no_attention)
        return self._passes.run("attention", self._checked(x))[0]

    def attention_gradients(self, x: np.ndarray, target: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Weights, gradients with respect to them (instance, target, head, step), and scores without attention."""
        if self.no_attention:
            raise ValueError(self.no_attention)
        x = self._checked(x)
        targets = as_targets(target, len(x), self.classes).reshape(len(x), -1)
        weights, gradients, without = self._passes.run("attention_and_gradients", x, targets)
        return weights, gradients, without

    # Propagation rules

    def propagate(self, x: np.ndarray, target: Any, rule: Rule, baseline: np.ndarray | None = None) -> np.ndarray:
        """Result of a propagation rule from the target's score to the input, of shape (instance, time, channel).

        Parameters
        ----------
        x : ndarray of shape (instance, time, channel)
        target : int, or ndarray of int of shape (instance,)
        rule : Rule
            One of :mod:`~cam1d_widget.attribution.propagation_rules`.
        baseline : ndarray of the shape of x, optional
            Series that a rule of differences compares with. Default: zero.

        Raises
        ------
        ValueError
            If the rule does not support a layer; :meth:`no_propagation` reports so beforehand.
        """
        x = self._checked(x)
        targets = as_targets(target, len(x), self.classes)
        reason = self.no_propagation(rule)
        if reason:
            raise ValueError(reason)
        if baseline is not None:
            baseline = self._padded(check_finite("baseline", as_array("baseline", baseline)))
            shaped("baseline", baseline, "(instance, time, channel)", x.shape)
        return self.propagations(rule)(x, targets, baseline, self.batch_size, self._passes.held)[:, : self._own]

    def no_propagation(self, rule: Rule) -> str | None:
        """Why a rule does not support the model; None where it does."""
        if not isinstance(rule, Rule):
            raise TypeError(f"rule must be a rule of cam1d_widget.attribution.propagation_rules, but is {shown(rule)}")
        if self.score == "probabilities":
            return f"{rule.label} starts at the logits and cannot explain probabilities; use score='logits'"
        if self._network.graph is None:
            return str(self._network.no_map)
        if self._network.hidden:
            return f"{rule.label} starts at the logits, which cannot be found in model {self.name!r}"
        return self.propagations.refusal(rule)

    @cached_property
    def propagations(self) -> Propagations:
        """Backward passes through the model, by rule."""
        network, series = self._network, Argument((None, *self._network.input_shape), "float32")

        def compiled(function: Callable[..., Any]) -> CompiledFunction:
            arguments = with_held(network.inputs, function, series, Argument((None,), "int32"), series)
            return self._compiled(*arguments, branches=False)

        return Propagations(network.graph, network.exit, network.two_sided, compiled)

    def _checked(self, x: np.ndarray) -> np.ndarray:
        self._refuse_new_changes()
        return self._as_taken(x)

    def _refuse_new_changes(self) -> None:
        """Refuse a model that has changed, except while one batch is computed."""
        if self._batch is None:
            self._refuse_changes()

    def _as_taken(self, x: np.ndarray) -> np.ndarray:
        """Series as the model takes them, or an error that states what is wrong with them."""
        if self._batch is not None and x is self._batch[0]:
            return self._batch[1]
        self._refuse_unknown_inputs()
        x = check_series(x, *self.input_shape)
        if self._length is None:
            self._network.refuse_short(x.shape[1])
        return x if self._own is None else self._padded(x)

    def refuse_weights(self) -> None:
        """Raise a ValueError that names the layer if weights are NaN or infinite."""
        self._network.refuse_weights()
