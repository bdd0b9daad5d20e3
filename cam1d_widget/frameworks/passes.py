"""Passes through a network: numpy in, numpy out, in batches.

A framework that compiles does so once for batches of any size: the number of instances is left open, and targets are
tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..cancellation import check_cancelled
from ..network.layers_in_time import pre_activation_of
from .inputs import Inputs
from .network import Network

__all__ = ["Argument", "Compile", "CompiledFunction", "Passes", "with_held"]


class Argument(NamedTuple):
    """Shape and dtype of an argument of a compiled function; None for axes of any size."""

    shape: tuple[int | None, ...]
    dtype: str


class CompiledFunction(Protocol):
    """A function of tensors, compiled: numpy in, numpy out."""

    def __call__(self, *arrays: np.ndarray) -> list[np.ndarray]:
        """Results, one array each."""

    @property
    def traces(self) -> int:
        """How often it has been compiled."""


class Compile(Protocol):
    """Compiles a function of tensors for arguments of these shapes."""

    def __call__(self, function: Callable[..., Any], *arguments: Argument) -> CompiledFunction:
        """The compiled function."""


class Passes:
    """Passes forward and back.

    Parameters
    ----------
    network : Network
    probabilities : bool
        Whether the score of a class is its probability.
    batch_size : int
        Series in a batch.
    compile_ : Compile
        Compiles a function of tensors.
    """

    def __init__(self, network: Network, probabilities: bool, batch_size: int, compile_: Compile) -> None:
        self._network, self._probabilities = network, probabilities
        self._batch_size, self._compile = batch_size, compile_
        self._ops: Any = network.tensors.ops
        self._compiled: dict[str, CompiledFunction] = {}
        self.held: Sequence[np.ndarray] = network.inputs.examples
        """Values of the other inputs, of one instance or of as many as the series."""
        self._batch: np.ndarray | None = None
        self._shared: list[np.ndarray] | None = None

    def sharing(self, x: np.ndarray) -> Passes:
        """The same passes, of which features and scores of the batch `x` are one, computed once."""
        other = copy(self)
        other._batch, other._shared = x, None
        return other

    def shares(self, x: np.ndarray) -> bool:
        """Whether features and scores of these series are one pass."""
        return self._batch is not None and (x is self._batch or np.array_equal(x, self._batch))

    def holding(self, held: Sequence[np.ndarray]) -> Passes:
        """The same passes, with other inputs held at these values; compiled functions are shared."""
        other = copy(self)
        other.held = held
        return other

    def run_checked(self, check: Callable[[], None], name: str, *arrays: np.ndarray) -> list[np.ndarray]:
        """Results of a pass, unless a check of the model raises an error; JAX computes while the check runs."""
        meanwhile = getattr(self.compiled(name), "while_computing", None)
        if meanwhile and self._batch is None and len(arrays[0]) <= self._batch_size:
            check_cancelled()
            return list(meanwhile(check, *arrays, *self.held))
        check()
        return self.run(name, *arrays)

    def run(self, name: str, *arrays: np.ndarray) -> list[np.ndarray]:
        """Results of a pass: the name of one of the methods below, compiled on first use."""
        if name in ("scores", "features_and_scores") and self.shares(arrays[0]):
            if self._shared is None:
                self._shared = self._results("features_and_scores", *arrays)
            return self._shared if name == "features_and_scores" else self._shared[1:]
        return self._results(name, *arrays)

    def _results(self, name: str, *arrays: np.ndarray) -> list[np.ndarray]:
        function, parts = self.compiled(name), []
        if len(arrays[0]) <= self._batch_size:
            check_cancelled()
            return list(function(*arrays, *self.held))
        for first in range(0, len(arrays[0]), self._batch_size):
            check_cancelled()
            part = slice(first, first + self._batch_size)
            others = [one if len(one) == 1 else one[part] for one in self.held]
            parts.append(function(*(one[part] for one in arrays), *others))
        return [part[0] if len(part) == 1 else np.concatenate(part) for part in zip(*parts, strict=True)]

    def compiled(self, name: str) -> Any:
        """Compiled function of a pass."""
        if name not in self._compiled:
            function, *signature = getattr(self, f"_{name}")()
            self._compiled[name] = self._compile(*with_held(self._network.inputs, function, *signature))
        return self._compiled[name]

    @property
    def traces(self) -> dict[str, int]:
        """How often each pass that was used has been compiled, by name."""
        return {name: function.traces for name, function in self._compiled.items()}

    @property
    def _series(self) -> Any:
        return _argument(None, *self._network.input_shape)

    def _score(self, logits: Any) -> Any:
        return self._network.probabilities(logits) if self._probabilities else logits

    def _map(self, x: Any) -> Any:
        return self._ops.cast(self._network.features(x), "float32")

    def _score_of_features(self, x: Any, features: Any) -> Any:
        return self._score(self._network.logits_of_features(x, features))

    # Each gives a function of tensors, and the shapes and dtypes of its arguments.

    def _scores(self) -> tuple[Any, ...]:
        """Score of every class, of shape (instance, class)."""
        return lambda x: self._score(self._network.logits(x)), self._series

    def _gradient(self) -> tuple[Any, ...]:
        """Gradient dS/dx of the scores of targets (instance,), of shape (instance, time, channel)."""

        def gradient(x: Any, targets: Any) -> Any:
            return self._gradients(lambda one: self._score(self._network.logits(one)), x, targets)

        return gradient, self._series, _argument(None, dtype="int32")

    def _features(self) -> tuple[Any, ...]:
        """Feature maps of series of any length, of shape (instance, step, filter)."""
        return self._map, _argument(None, None, self._network.input_shape[1])

    def _stages(self) -> tuple[Any, ...]:
        """Maps of the layers that make the explained map filter by filter."""

        def maps(x: Any) -> list[Any]:
            return [self._ops.cast(one, "float32") for one in self._network.stage_maps(x)]

        return maps, self._series

    def _features_and_gradients(self) -> tuple[Any, ...]:
        """Feature maps A, and the gradients dS/dA of targets (instance, target): (instance, target, step, filter)."""

        def both(x: Any, targets: Any) -> tuple[Any, Any]:
            maps = self._map(x)
            series, repeated = (self._for_each_target(one, targets) for one in (x, maps))
            gradients = self._gradients(
                lambda one: self._score_of_features(series, one), repeated, self._ops.reshape(targets, (-1,))
            )
            return maps, self._by_target(gradients, targets)

        return both, self._series, _argument(None, None, dtype="int32")

    def _features_and_scores(self) -> tuple[Any, ...]:
        """Feature maps, and the scores that the head computes from them."""

        def both(x: Any) -> tuple[Any, Any]:
            maps = self._map(x)
            return maps, self._score_of_features(x, maps)

        return both, self._series

    def _gradients_of_features(self) -> tuple[Any, ...]:
        """Gradients dS/dA of targets (instance, target) at given features: (instance, target, step, filter)."""

        def gradients(x: Any, features: Any, targets: Any) -> Any:
            series, repeated = (self._for_each_target(one, targets) for one in (x, features))
            made = self._gradients(
                lambda one: self._score_of_features(series, one), repeated, self._ops.reshape(targets, (-1,))
            )
            return self._by_target(made, targets)

        shapes = self._series, _argument(None, *self._network.map_shape), _argument(None, None, dtype="int32")
        return gradients, *shapes

    def _head_scores(self) -> tuple[Any, ...]:
        """Scores of given feature maps, of shape (instance, class)."""
        return self._score_of_features, self._series, _argument(None, *self._network.map_shape)

    def _step_scores(self) -> tuple[Any, ...]:
        """Contribution of every step to each score, of shape (instance, step, class)."""
        return lambda x: self._network.step_scores(self._map(x)), self._series

    def _attention(self) -> tuple[Any, ...]:
        """Weight of every step, of shape (instance, head, step)."""
        return lambda x: self._network.attention_weights(x, self._map(x)), self._series

    def _self_attention(self) -> tuple[Any, ...]:
        """Weights of a stack of attention layers, of shape (instance, layer, step, step)."""
        return self._network.self_attention, self._series

    def _attention_and_gradients(self) -> tuple[Any, ...]:
        """Weights, the gradients of targets (instance, target) with respect to them, and scores without attention."""

        def all_three(x: Any, targets: Any) -> tuple[Any, Any, Any]:
            maps, network = self._map(x), self._network
            weights = network.attention_weights(x, maps)
            series, features, repeated = (self._for_each_target(one, targets) for one in (x, maps, weights))
            gradients = self._gradients(
                lambda one: self._score(network.logits_of_attention(series, features, one)),
                repeated,
                self._ops.reshape(targets, (-1,)),
            )
            without = self._score(network.logits_of_attention(x, maps, self._ops.zeros_like(weights)))
            return weights, self._by_target(gradients, targets), without

        return all_three, self._series, _argument(None, None, dtype="int32")

    def _pre_activation(self) -> tuple[Any, ...]:
        """Pre-activation of a filter at a step of each series, and its gradient; places (instance, step and filter)."""
        network = self._network
        assert network.graph is not None
        assert network.entry is not None
        value = pre_activation_of(network.graph, network.entry).value

        def values_at(x: Any, places: Any) -> Any:
            maps = network.compute(value, x)
            _, steps, filters = self._ops.shape(maps)
            places = places[:, :1] * filters + places[:, 1:]
            return self._ops.take_along_axis(self._ops.reshape(maps, (-1, steps * filters)), places, axis=1)

        def both(x: Any, places: Any) -> tuple[Any, Any]:
            values, pull = self._network.tensors.vector_jacobian(lambda one: values_at(one, places), [x])
            return values[0][:, 0], pull([self._ops.ones_like(values[0])])[0]

        return both, self._series, _argument(None, 2, dtype="int32")

    # Their parts

    def _gradients(self, scores: Callable[[Any], Any], inputs: Any, targets: Any) -> Any:
        """Gradient of the score of one target for each instance."""
        values, pull = self._network.tensors.vector_jacobian(scores, [inputs])
        return pull([self._ops.one_hot(targets, values[0].shape[-1])])[0]

    def _for_each_target(self, values: Any, targets: Any) -> Any:
        """Each instance repeated for each of its targets."""
        return self._ops.repeat(values, self._ops.shape(targets)[1], axis=0)

    def _by_target(self, gradients: Any, targets: Any) -> Any:
        """Gradients of all targets, by instance and target."""
        ops = self._ops
        return ops.reshape(gradients, (*ops.shape(targets), *ops.shape(gradients)[1:]))


def with_held(inputs: Inputs, function: Callable[..., Any], *signature: Argument) -> tuple[Any, ...]:
    """A function of tensors and its arguments, with the model's other inputs as the last of them."""
    return inputs.taking(function), *signature, *(Argument((None, *one.shape), one.dtype) for one in inputs.others)


def _argument(*shape: int | None, dtype: str = "float32") -> Argument:
    return Argument(shape, dtype)
