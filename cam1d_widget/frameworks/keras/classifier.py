"""A Keras model as a classifier of time series.

The model is read, never changed: its layers are called one by one, and the activation after the logits is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np
from keras import ops

from ...attribution.classifier import as_targets, warn_if_saturated
from ...attribution.propagation_rules import Rule
from ...attribution.receptive_field import ReceptiveField, TooShort
from ...attribution.series import check_series
from ...explanation.source import LayerFacts
from ...network.layers_in_time import layers_in_time
from ...network.propagation.propagation import Propagations
from ...typing import LayerLike, ModelLike, Score
from ...validation import (
    as_array,
    check_choice,
    check_count,
    check_finite,
    check_flag,
    check_layer,
    check_seed,
    finite,
    shaped,
    shown,
)
from .engine import Compiled, spec
from .features import Features
from .filters import KerasFilters
from .fingerprint import settings_of
from .layer_table import computed_by_keras
from .model_changes import ModelChanges
from .network import Network
from .passes import Passes
from .randomized import randomized
from .user_model import readable
from .weights import refuse_weights

__all__ = ["KerasClassifier"]


class KerasClassifier:
    """A Keras classifier of time series: numpy in, numpy out.

    Parameters
    ----------
    model : keras.Model, path of a saved one, or fitted classifier of aeon or sktime
        Sequential, Functional, nested or subclassed; its input has shape (batch, time, channel). It is never changed.
    layer : str, int or keras.Layer, optional
        Layer whose map is explained by the CAM methods, also one of a model inside the model. Default: the map that
        enters the pooling or flatten of the head.
    output : str or int, optional
        Name or index of the explained output, of a model that has several.
    score : {"logits", "probabilities"}
        What is explained. Logits are the values before a final softmax or sigmoid.
    batch_size : int
        Series in a batch.
    jit_compile : bool
        Whether XLA compiles passes of a single series, as in Keras' `compile`: its gradients then take two thirds of
        the time, and less for deep and recurrent models, after a first call of up to some seconds. Batches are not
        affected.

    Notes
    -----
    One sigmoid unit with logit z is a classifier of two classes with the scores -z and z. Several sigmoid units are
    labels, each with its own logit; units without an activation, such as those of a regression, are explained as they
    are. If a model returns probabilities and no logits are found before its last layer, the log-odds log p - log(1 - p)
    are explained.

    The weights are read at every call, so that the classifier follows further training. A layer, activation or loss
    that is changed after the classifier was created raises a `ModelChangedError`.
    """

    def __init__(
        self,
        model: ModelLike,
        *,
        layer: LayerLike | None = None,
        output: str | int | None = None,
        score: Score = "logits",
        batch_size: int = 64,
        jit_compile: bool = False,
    ) -> None:
        check_choice("score", score, ("logits", "probabilities"))
        check_count("batch_size", batch_size)
        check_flag("jit_compile", jit_compile)
        check_layer(layer)
        self.model, self._given = readable(model), model
        self._labels = getattr(model, "classes_", None)  # of a fitted classifier
        self.score: Score = score
        self._choice = getattr(layer, "name", layer), output
        self.batch_size, self.jit_compile = batch_size, jit_compile
        before = settings_of(self.model)
        self._take(Network(self.model, layer, output))
        self._changes = ModelChanges(self.model, before, self._network, self._passes, self.score)
        if self._network.link is None and score == "probabilities":
            raise ValueError(f"model {self.name!r} gives no probabilities to explain; use score='logits'")
        self._length: int | None = self._network.input_shape[0]

    def _take(self, network: Network) -> None:
        self._network: Any = network
        self._passes = Passes(network, self.score == "probabilities", self.batch_size, self.jit_compile)
        self.classes = 2 if network.two_sided else network.units
        self._features = Features(network, self._passes, self.classes)

    # What the model is

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self.model.name)

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Name of each class, if the model knows them; that of a single number is "prediction"."""
        if self.labels is not None:
            return tuple(map(str, self.labels))
        return ("prediction",) if self.classes == 1 else None

    @property
    def labels(self) -> Any:
        """Label of each class, of a fitted classifier; None where there are none."""
        return self._labels if self._labels is not None and len(self._labels) == self.classes else None

    @property
    def input_shape(self) -> tuple[int | None, int | None]:
        """Samples and channels of its series; None where it takes any number."""
        return self._length, self._network.input_shape[1]

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
        return self.receptive_field_at(self._length)

    def for_length(self, length: int) -> KerasClassifier:
        """The same classifier for series of one length, of a model that takes any; compiled functions are shared."""
        check_count("length", length)
        if length == self._length:
            return self
        if self._network.input_shape[0] is not None:
            raise ValueError(f"length must be {self._length}, as model {self.name!r} was built for, but is {length}")
        self._must_be_long_enough(length)
        _ = self.propagations  # created before the copy, to be shared by it
        other = copy(self)
        other._length = length
        return other

    def fingerprint(self) -> Hashable:
        """Value that changes with the model's weights, layers and loss."""
        same_network = getattr(self._given, "model_", self.model) is self.model  # False once an estimator is refitted
        return *self._changes.fingerprint(), same_network

    @property
    def has_probed_layers(self) -> bool:
        """Whether some layers, which Keras does not compute, were probed with the weights that they had then."""
        return not all(map(computed_by_keras, self.model._flatten_layers()))

    def computes_the_model(self) -> bool:
        """Whether the compiled scores equal the model's own output now, on series of noise.

        They differ if state that is not among the settings has changed since they were compiled, such as a private
        attribute of a layer.
        """
        return self._changes.compare()

    @property
    def layers(self) -> tuple[LayerFacts, ...]:
        """Layers whose map has a time axis; none where the model cannot be read."""
        graph = self._network.graph
        return () if graph is None else layers_in_time(graph, self._length)

    def at(self, layer: Any) -> KerasClassifier:
        """The same classifier with another explained layer."""
        check_layer(layer)
        if layer is None:
            raise ValueError("layer must name a layer, but is None")
        other = copy(self)
        for made in ("head", "filters"):
            other.__dict__.pop(made, None)
        other._choice = getattr(layer, "name", layer), self._choice[1]
        other._take(self._network.cut_at(layer))
        other._changes = self._changes.with_passes(other._network, other._passes)
        return other

    @cached_property
    def filters(self) -> KerasFilters:
        """Filters of the explained layer as functions of the series."""
        return KerasFilters(self._network, self._passes)

    @property
    def traces(self) -> dict[str, int]:
        """Number of compilations of each pass that was used, by name: one, however often it is called."""
        return self._passes.traces

    # What methods use

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Score of every class, of shape (instance, class)."""
        scores = self._passes.run("scores", self._checked(x))[0]
        if self.score == "probabilities":
            warn_if_saturated(scores)
        return scores

    def probabilities(self, x: np.ndarray) -> np.ndarray | None:
        """Probability of every class, of shape (instance, class); None for a model that has none."""
        return None if self._network.link is None else self._linked(self.scores(x))

    def probabilities_of(self, scores: np.ndarray) -> np.ndarray | None:
        """Probabilities that belong to scores (instance, class); None for a model that has none."""
        scores = finite("scores", scores)
        shaped("scores", scores, "(instance, class)", (None, self.classes))
        return None if self._network.link is None else self._linked(scores)

    def _linked(self, scores: np.ndarray) -> np.ndarray:
        return scores if self.score == "probabilities" else ops.convert_to_numpy(self._network.probabilities(scores))

    def gradient(self, x: np.ndarray, target: Any) -> np.ndarray:
        """Gradient of the target's score with respect to the input, of shape (instance, time, channel)."""
        x = self._checked(x)
        targets = as_targets(target, len(x), self.classes)
        return self._passes.run("gradient", x, targets)[0]

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
        self._changes.refuse()
        x = check_series(x, None, self.input_shape[1])
        self._must_be_long_enough(x.shape[1])
        return self._passes.run("features", x)[0]

    def receptive_field_at(self, length: int) -> ReceptiveField:
        """Receptive fields of the steps of the explained layer, for series of this length."""
        if self._network.entry is None:
            raise ValueError(self._network.no_map)
        return self._network.receptive_field_at(check_count("length", length))

    def bias(self) -> np.ndarray:
        """Score of each class on features that are zero, of shape (class,)."""
        steps, filters = len(self.receptive_field), self._network.map_shape[-1]
        series = np.zeros((1, self._length, self.input_shape[1]), np.float32)  # type: ignore[type-var]
        return self.head_scores(series, np.zeros((1, steps, filters), np.float32))[0]

    # Steps that the model itself scores or weighs

    @property
    def no_step_scores(self) -> str | None:
        """Why there are no scores of steps that add up to the model's; None where there are."""
        if self.score == "logits" and self._network.scoring:
            return None
        return (
            f"model {self.name!r} has no layer that scores the steps of the explained map and adds them up to its "
            f"logits, as multiple instance learning does; models.with_mil_head puts one on its trunk"
        )

    def step_scores(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Contribution of every step to each score, (instance, step, class), and the remaining bias, (class,)."""
        if self.no_step_scores:
            raise ValueError(self.no_step_scores)
        return self._passes.run("step_scores", self._checked(x))[0], self._network.outer_bias()

    @property
    def step_scores_stand_alone(self) -> bool:
        """Whether setting a step's features to zero lowers S by exactly that step's score."""
        return all(node.operation.stands_alone for node in self._network.scoring)

    @property
    def no_attention(self) -> str | None:
        """Why there is no attention to the steps of the explained map; None where there is."""
        if self._network.attending:
            return None
        return (
            f"model {self.name!r} has no attention of this package over the steps of the explained map; give it "
            f"models.TemporalAttention, or name the map before it with layer="
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
            baseline = check_finite("baseline", as_array("baseline", baseline))
            shaped("baseline", baseline, "(instance, time, channel)", x.shape)
        return self.propagations(rule)(x, targets, baseline, self.batch_size)

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
        network, series = self._network, spec(None, *self._network.input_shape)

        def compiled(function: Callable[..., Any]) -> Compiled:
            arguments = series, spec(None, dtype="int32"), series
            return Compiled(function, *arguments, autograph=False, jit_compile=self.jit_compile)

        return Propagations(network.graph, network.exit, network.two_sided, compiled)

    # Other networks

    def randomized(self, seed: int = 0, draws: int = 1) -> Iterator[tuple[int, str, KerasClassifier]]:
        """Classifiers on a copy of the model, with more and more layers randomized, from the output down.

        Each must be used before the next is taken. The model itself is not changed.

        Yields
        ------
        draw : int
            Number of the draw; each begins with the model's own weights.
        layer : str
            Name of the layer that was randomized last, by its own initializers.
        classifier : KerasClassifier
        """
        check_seed(seed)
        check_count("draws", draws)
        (layer, output), size = self._choice, self.batch_size

        def read(model: Any) -> KerasClassifier:
            made = KerasClassifier(model, layer=layer, output=output, score=self.score, batch_size=size)
            return made if self._length is None else made.for_length(self._length)

        return randomized(self.model, seed, draws, read)

    def _checked(self, x: np.ndarray) -> np.ndarray:
        self._changes.refuse()
        x = check_series(x, *self.input_shape)
        if self._length is None:
            self._must_be_long_enough(x.shape[1])
        return x

    def refuse_weights(self) -> None:
        """Raise a ValueError if the model has NaN or infinite weights, which names their layer."""
        refuse_weights(self.model)

    def _must_be_long_enough(self, length: int) -> None:
        """Refuse series that are too short for a layer before anything is computed."""
        try:
            if self._network.entry is not None:
                self.receptive_field_at(length)
        except TooShort:
            raise
        except ValueError:  # a map that cannot be placed is no reason to refuse the series
            return
