"""A classifier of time series by a network that has been read into a graph, whatever its framework."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from ..attribution.classifier import as_targets, warn_if_saturated
from ..attribution.propagation_rules import Rule
from ..attribution.receptive_field import ReceptiveField, TooShort
from ..attribution.series import check_series
from ..explanation.source import LayerFacts
from ..network.layers_in_time import layers_in_time
from ..network.propagation.propagation import Propagations
from ..typing import Score
from ..validation import as_array, check_count, check_finite, check_layer, finite, shaped, shown
from .features import Features
from .filters import NetworkFilters
from .inputs import Inputs, checked_others, named_inputs
from .network import Network
from .passes import Argument, CompiledFunction, Passes, with_held

__all__ = ["NetworkClassifier"]


class NetworkClassifier(ABC):
    """A classifier of time series by a network that is read into a graph.

    A framework creates the network, and compiles functions of its tensors.
    """

    score: Score
    batch_size: int
    _length: int | None = None
    # Values of the model's other inputs: by name for every instance of a data set, and those of the passes.
    _others: Mapping[str, np.ndarray] | None = None
    _held: tuple[np.ndarray, ...] | None = None
    # Lengths of a data set's series, what fills them up (None if nothing does), and the length of those of the passes.
    _lengths: np.ndarray | None = None
    _fill: float | None = None
    _own: int | None = None

    def _take(self, network: Network) -> None:
        self._network: Any = network
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
    def _refuse_changes(self) -> None:
        """Refuse a model that has changed since it was read."""

    # What the model is

    @property
    def classes(self) -> int:
        """Number of classes."""
        return 2 if self._network.two_sided else int(self._network.units)

    @property
    def input_shape(self) -> tuple[int | None, int | None]:
        """Samples and channels of its series; None where it takes any number."""
        return self._own or self._length, self._network.input_shape[1]

    # Other inputs

    def named_inputs(self, x: Any) -> tuple[Any, dict[str, np.ndarray] | None]:
        """The series among the inputs of the model, and the values of the others.

        Parameters
        ----------
        x : mapping of str to array-like, or array-like
            Inputs by name; of a model that takes only the series, the series alone.

        Raises
        ------
        TypeError, ValueError
            If an input is missing or unknown, or is not as the model takes it.
        """
        inputs = self._network.inputs
        if isinstance(x, Mapping):
            return named_inputs(x, inputs, self.name)
        if inputs and self._held is None and not self.per_instance:
            raise ValueError(
                f"x must hold the inputs of model {self.name!r} by name, as {{{_example(inputs)}}}, but is {shown(x)}"
            )
        return x, None

    def holding(self, others: Mapping[str, np.ndarray]) -> Self:
        """The same classifier for a data set, whose inputs besides the series have these values, (instance, ...)."""
        checked = checked_others(others, self._network.inputs.others, self.name)
        _ = self.propagations  # created before the copy, to be shared by it
        other = copy(self)
        other._others = checked
        return other

    @property
    def per_instance(self) -> bool:
        """Whether it is for a data set, whose instances have other inputs, or lengths, of their own."""
        return bool(self._others) or self._lengths is not None

    def for_lengths(self, x: np.ndarray, lengths: np.ndarray, padding_value: float | None = None) -> Self:
        """The same classifier for series of unequal length.

        Parameters
        ----------
        x : ndarray of shape (instance, time, channel)
            What follows the length of a series does not matter.
        lengths : ndarray of int, of shape (instance,)
        padding_value : float, optional
            What a series is filled up with. Default: the value of a `Masking` layer, or zero, for a model of fixed
            length; a model that takes any length is given each series at its own.
        """
        longest = self._network.input_shape[0] or x.shape[1]
        base = self if self._length or padding_value is None else self._for_length(longest)
        if base._length is None:
            base._must_be_long_enough(int(lengths.min()))
        elif lengths.max() > base._length:
            raise ValueError(
                f"x must hold series of at most {base._length} samples, as model {self.name!r} was built for, but "
                f"instance {lengths.argmax()} has {lengths.max()}"
            )
        other = copy(base)
        other._lengths = lengths
        if base._length is not None:
            other._fill = self._mask_value() if padding_value is None else padding_value
        return other

    def _mask_value(self) -> float:
        """What the model takes for padding."""
        return 0.0

    def for_instances(self, rows: np.ndarray) -> Self:
        """The same classifier for perturbed copies of one instance, or for as many series as rows, of one length."""
        made = self
        if self._lengths is not None:
            made = self._of_length(int(self._lengths[rows[0]]))
        if not self._others:
            return made
        return made._with_held(tuple(self._others[one.name][rows] for one in self._network.inputs.others))

    def _of_length(self, length: int) -> Self:
        """The same classifier for series of one length, filled up to that of the model, or as they are."""
        if self._fill is None:
            other = self._for_length(length)
            other._lengths = None
            return other
        other = copy(self)
        other._lengths, other._own = None, length
        return other

    def _padded(self, x: np.ndarray) -> np.ndarray:
        """Series filled up to the length of the model."""
        if self._own is None or self._length is None or x.shape[1] != self._own or self._own == self._length:
            return x
        filled = np.full((len(x), self._length, x.shape[2]), self._fill, np.float32)
        filled[:, : self._own] = x
        return filled

    def _with_held(self, held: tuple[np.ndarray, ...]) -> Self:
        _ = self.propagations
        other = copy(self)
        other.__dict__.pop("filters", None)
        other._others, other._held = None, held
        other._passes = self._passes.holding(held)
        other._features = self._features.with_passes(other._passes)
        return other

    def _holding_like(self, other: Self) -> Self:
        """Another classifier that holds what this one does."""
        other._others, other._lengths, other._fill, other._own = self._others, self._lengths, self._fill, self._own
        return other if self._held is None else other._with_held(self._held)

    def _refuse_unknown_inputs(self) -> None:
        inputs = self._network.inputs
        if inputs and self._held is None:
            names = ", ".join(one.name for one in inputs.others)
            raise ValueError(
                f"model {self.name!r} takes {names} besides the series, whose values are not known: call "
                f"holding({{{_example(inputs, series=False)}}}), and for_instances([0]) for the first instance"
            )

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
        field = self.receptive_field_at(self._length)
        return field if self._own is None else replace(field, padding=self._length - self._own)

    @property
    def layers(self) -> tuple[LayerFacts, ...]:
        """Layers whose map has a time axis; none where the model cannot be read."""
        graph = self._network.graph
        return () if graph is None else layers_in_time(graph, self._length)

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

    def _for_length(self, length: int) -> Self:
        """The same classifier for series of one length; compiled functions are shared."""
        _ = self.propagations  # created before the copy, to be shared by it
        other = copy(self)
        other._length, other._own = length, None
        return other

    @cached_property
    def filters(self) -> NetworkFilters:
        """Filters of the explained layer as functions of the series."""
        if not self.per_instance:
            self._refuse_unknown_inputs()
        return NetworkFilters(self._network, self._passes)

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
        return scores if self.score == "probabilities" else self._network.probabilities_of(scores)

    def gradient(self, x: np.ndarray, target: Any) -> np.ndarray:
        """Gradient of the target's score with respect to the input, of shape (instance, time, channel)."""
        x = self._checked(x)
        targets = as_targets(target, len(x), self.classes)
        return self._passes.run("gradient", x, targets)[0][:, : self._own]

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
        series: Any = np.zeros((1, self._own or self._length, self.input_shape[1]), np.float32)
        return self.head_scores(series, np.zeros((1, steps, filters), np.float32))[0]

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
        self._refuse_changes()
        self._refuse_unknown_inputs()
        x = check_series(x, *self.input_shape)
        if self._length is None:
            self._must_be_long_enough(x.shape[1])
        return self._padded(x)

    def refuse_weights(self) -> None:
        """Raise a ValueError if the model has NaN or infinite weights, which names their layer."""
        self._network.refuse_weights()

    def _must_be_long_enough(self, length: int) -> None:
        """Refuse series that are too short for a layer before anything is computed."""
        try:
            if self._network.entry is not None:
                self.receptive_field_at(length)
        except TooShort:
            raise
        except ValueError:  # a map that cannot be placed is no reason to refuse the series
            return


def _example(inputs: Inputs, series: bool = True) -> str:
    """How to write the inputs of a model by name."""
    names = [*([inputs.series[0]] if series else []), *(one.name for one in inputs.others)]
    return ", ".join(f"{name!r}: ..." for name in names)
