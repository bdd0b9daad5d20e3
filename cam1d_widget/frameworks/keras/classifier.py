"""A Keras model as a classifier of time series.

The model is read, never changed: its layers are called one by one, and the activation after the logits is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from copy import copy
from typing import Any

import keras
import numpy as np

from ...typing import LayerLike, ModelLike, Score
from ...validation import check_choice, check_count, check_flag, check_layer, check_text
from ..inputs import Inputs
from ..read_for_series import ReadForSeries
from .engine import Compiled
from .fingerprint import settings_of
from .layer_table import computed_by_keras
from .model_changes import ModelChanges
from .network import KerasNetwork
from .randomized import randomized
from .user_model import alone, arguments_of, check_called, inputs_of, readable, symbolic_output
from .weights import content_digest

__all__ = ["KerasClassifier"]


class KerasClassifier(ReadForSeries):
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
    series : str, optional
        Name of the input that is the series, of a model that takes several. Default: the one of shape (batch, time,
        channel); if several have the same shape, the series is given to each of them.
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
        series: str | None = None,
        score: Score = "logits",
        batch_size: int = 64,
        jit_compile: bool = False,
    ) -> None:
        super().__init__()
        check_choice("score", score, ("logits", "probabilities"))
        check_count("batch_size", batch_size)
        check_flag("jit_compile", jit_compile)
        check_layer(layer)
        if series is not None:
            check_text("series", series)
        self.model, self._given = readable(model), model
        self._labels = getattr(model, "classes_", None)  # of a fitted classifier
        self.score: Score = score
        self._choice, self._series = (layer, output), series
        self.batch_size, self.jit_compile = batch_size, jit_compile
        arguments = arguments_of(self.model)
        if arguments is None:
            self._read(*inputs_of(self.model, series))
        else:
            if series is not None:
                arguments.check_series_name(series)
            self._arguments, self._inputs = arguments, alone((arguments.required or arguments.names)[0])

    def _read(self, inputs: Inputs, shape: tuple[int | None, ...]) -> None:
        """Read the model for these inputs, and series of shape (batch, time, channel)."""
        before = settings_of(self.model)
        self._take(KerasNetwork(self.model, *self._choice, inputs, shape))
        self._changes = ModelChanges(self.model, before, self._network, self._passes, self.score)
        if self._network.link is None and self.score == "probabilities":
            raise ValueError(f"model {self.name!r} gives no probabilities to explain; use score='logits'")
        self._length: int | None = self._network.input_shape[0]

    def _read_for(self, x: np.ndarray) -> KerasClassifier:
        other = copy(self)
        other._last, other._others = {}, None
        check_called(self.model, self._arguments, self._inputs, x)
        other._read(self._inputs, (None, *x.shape[1:]))
        return other

    # What the model is

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self.model.name)

    @property
    def labels(self) -> Any:
        """Label of each class, of a fitted classifier; None where there are none."""
        return self._labels if self._labels is not None and len(self._labels) == self.classes else None

    def for_length(self, length: int) -> KerasClassifier:
        """The same classifier for series of one length, of a model that takes any; compiled functions are shared."""
        check_count("length", length)
        if length == self.input_shape[0]:
            return self
        if self._network.input_shape[0] is not None:
            raise ValueError(f"length must be {self._length}, as model {self.name!r} was built for, but is {length}")
        self._network.refuse_short(length)
        return self._for_length(length)

    def _mask_value(self) -> float:
        masking = [one for one in self.model._flatten_layers() if isinstance(one, keras.layers.Masking)]
        return float(masking[0].mask_value) if masking else 0.0

    def fingerprint(self) -> Hashable:
        """Value that changes with the model's weights, layers and loss."""
        same_network = getattr(self._given, "model_", self.model) is self.model  # False once an estimator is refitted
        return *self._changes.fingerprint(), same_network

    def digest(self) -> str:
        """Digest of the model's layers and weights, the same in every process."""
        return content_digest(self.model)

    @property
    def has_probed_layers(self) -> bool:
        """Whether some layers, which Keras does not compute, were probed with the weights that they had then."""
        return not all(map(computed_by_keras, self.model._flatten_layers()))

    def _still_holds(self, version: Hashable) -> bool:
        # Weights are read at every call, but layers that Keras does not compute were probed with those of then.
        return self.computes_the_model() and not (self.has_probed_layers and self.fingerprint() != version)

    def computes_the_model(self) -> bool:
        """Whether the compiled scores equal the model's own output now, on series of noise.

        They differ if state that is not among the settings has changed since they were compiled, such as a private
        attribute of a layer.
        """
        return self._changes.compare()

    def at(self, layer: Any) -> KerasClassifier:
        """The same classifier with another explained layer."""
        other = self._at(layer)
        other._choice = layer, self._choice[1]
        other._changes = self._changes.with_passes(other._network, other._passes)
        return other

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

    def _randomized(self, seed: int, draws: int) -> Iterator[tuple[int, str, KerasClassifier]]:
        layer, output = getattr(self._choice[0], "name", self._choice[0]), self._choice[1]
        inputs, sizes = self._network.inputs, self._network.input_shape
        options: Any = {"series": self._series, "score": self.score, "batch_size": self.batch_size}

        def build(model: Any) -> None:
            symbolic_output(model, inputs, (None, *sizes))

        def read(model: Any) -> KerasClassifier:
            made = KerasClassifier(model, layer=layer, output=output, **options)
            made._inputs = inputs
            if self._length is not None:
                made = made.for_series(np.zeros((1, self._length, sizes[1]), np.float32))
            return self._holding_like(made)

        return randomized(self.model, seed, draws, build, read)

    def _compiled(self, function: Callable[..., Any], *arguments: Any, branches: bool = True) -> Compiled:
        # AutoGraph takes as long as the rest of a trace, and Keras' own layers have no branches on tensors.
        autograph = branches and self.has_probed_layers
        return Compiled(function, *arguments, autograph=autograph, jit_compile=self.jit_compile)

    def _refuse_changes(self) -> None:
        self._changes.refuse()
