"""A Keras network: how a model is called and read.

The model is never changed: its layers are called one by one, and the activation after the logits is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Any

import keras
import numpy as np
from keras import ops

from ...network.graph import Graph, Node
from ...network.layers_in_time import output_of
from ...network.order_of_steps import forget_tried_layers
from ..inputs import Inputs
from ..network import Network
from .fingerprint import settings_of
from .layer_table import jumps
from .tensors import KerasTensors
from .user_model import graph_of, graph_of_call, inputs_of, own_output, run_on, which_output
from .weights import digest_of, refuse_weights

__all__ = ["KerasNetwork"]


class KerasNetwork(Network):
    """One input and one output of a Keras model.

    Parameters
    ----------
    model : keras.Model
    layer : str, int, keras.Layer or None
        The explained layer; None for the map that enters the head.
    output : str, int or None
        The explained output.
    inputs : Inputs, optional
        What the model takes. Default: what it was built with.
    shape : tuple of int or None, optional
        Shape (batch, time, channel) of the series, likewise.
    """

    def __init__(
        self,
        model: Any,
        layer: Any,
        output: str | int | None,
        inputs: Inputs | None = None,
        shape: tuple[int | None, ...] = (),
    ) -> None:
        if inputs is None:
            inputs, shape = inputs_of(model)
        batch, *sizes = shape
        super().__init__(model, str(model.name), KerasTensors(), tuple(sizes), batch, inputs)  # type: ignore[arg-type]
        _refuse_state(model)
        forget_tried_layers()
        samples = self._samples(batch or 3)
        made = own_output(model, inputs, samples)
        self.settings_after_batch = settings_of(model)
        self._index = which_output(model, made, output)
        outputs = ops.convert_to_numpy(self._chosen(made))
        if outputs.ndim != 2:
            raise ValueError(
                f"model {model.name!r} must give one score per class, shape (batch, class), but gives {outputs.shape}"
            )
        self.units = outputs.shape[1]
        self._take(graph_of(model, self._index, inputs, shape), layer)
        self._compare(samples, outputs)

    def _called(self, x: Any) -> Any:
        return self._chosen(own_output(self.model, self.inputs, x))

    def _chosen(self, made: Any) -> Any:
        return ops.cast(keras.tree.flatten(made)[self._index], "float32")

    def _run(self, function: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
        return ops.convert_to_numpy(function(x) if function == self._called else run_on(self.model, function, x))

    def opened(self, node: Node, shape: tuple[int, ...]) -> Graph | None:
        """Operations of a layer that pools steps, as its call computes them with the current weights."""
        return graph_of_call(node.layer, shape)

    def _output_of(self, layer: Any) -> int:
        layers, graph = self.model.layers, self.graph
        assert graph is not None
        by_number = isinstance(layer, int) and -len(layers) <= layer < len(layers)
        return output_of(graph, layers[layer] if by_number else layer, self.name)

    def _link_of_plain_scores(self) -> str | None:
        return _link_of_loss(self.model, self._index, self.units)

    @property
    def link_is_assumed(self) -> bool:
        """Whether scores are taken for logits of classes only since there are several, and no loss is known."""
        return super().link_is_assumed and getattr(self.model, "loss", None) is None

    def _not_read(self, reason: str) -> str:
        return (
            f"model {self.name!r} cannot be read, since its call uses more than layers and keras.ops ({reason}); "
            f"write it with these for CAM methods, or use a gradient or perturbation method"
        )

    def head_version(self) -> Callable[[], Hashable]:
        """Function that returns a digest of the weights between the explained map and the scores."""
        nodes = [] if self.entry is None else self._graph.between([self.entry], [self._exit])
        layers = {id(node.layer): node.layer for node in nodes}
        return digest_of([weight for layer in layers.values() for weight in getattr(layer, "weights", ())])

    def refuse_weights(self) -> None:
        """Raise an error if weights are NaN or infinite."""
        refuse_weights(self.model)

    @cached_property
    def jumps(self) -> bool:
        """Whether scores are discontinuous, as with masking or rounding, or have stopped gradients."""
        return super().jumps or jumps(self.model)


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
