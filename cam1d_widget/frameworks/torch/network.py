"""A PyTorch network: how a module is called and read."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils import _pytree as pytree

from ...attribution.receptive_field import ReceptiveField
from ...network.graph import Graph
from ...network.layers_in_time import output_of
from ...network.order_of_steps import forget_tried_layers
from ...typing import Layout
from ...validation import shown
from ..inputs import Inputs
from ..network import Network
from .arguments import arguments
from .called import Order
from .export import exported
from .hooked import measured_field, split
from .module import ORDERS, called, explained, run
from .reader import read
from .structure import Structure
from .tensors import TorchTensors, no_inference_mode, tensor_of
from .weights import refuse_weights

__all__ = ["TorchNetwork"]


class TorchNetwork(Network):
    """One output of a module, for series of one shape.

    Parameters
    ----------
    module : torch.nn.Module
    order : Order
        Axes of the series in the module's input.
    input_shape : tuple of int
        Samples and channels.
    device : torch.device
    layer : str, int, torch.nn.Module or None
        The explained layer; None for the map that enters the head.
    output : str, int or None
        The explained output.
    inputs : Inputs
        What the module takes.
    """

    _measured = False  # whether receptive fields are measured, since the module cannot be exported

    @no_inference_mode()
    def __init__(
        self,
        module: nn.Module,
        order: Order,
        input_shape: tuple[int, int],
        device: torch.device,
        layer: Any,
        output: str | int | None,
        inputs: Inputs,
    ) -> None:
        super().__init__(module, type(module).__name__, TorchTensors(device), input_shape, None, inputs)
        self._order, self._sizes, self.device = order, input_shape, device
        forget_tried_layers()
        samples = self._samples(3)
        self._index = self._output_index(samples, output)
        outputs = self._own(samples)
        if outputs.ndim != 2 or len(outputs) != len(samples):
            raise ValueError(
                f"model {self.name!r} must give one score a class, of shape (batch, class), but gives {outputs.shape} "
                f"for a batch of {len(samples)}"
            )
        self.units = outputs.shape[1]
        graph = self._graph_of(samples)
        if isinstance(graph, str) and layer is not None:
            graph = split(module, layer, self._called, tensor_of(samples, device))
            self._measured = True
        self._take(graph, layer)
        if isinstance(graph, str) or self._measured:
            self.link = self._link_of_plain_scores()
            self.no_gradient = self._without_gradient(tensor_of(samples, device))
        self._compare(samples, outputs)

    def cut_at(self, layer: Any) -> TorchNetwork:
        """The same network with another explained layer."""
        if self.graph is not None and not self._measured:
            return super().cut_at(layer)  # type: ignore[return-value]
        return TorchNetwork(self.model, self._order, self._sizes, self.device, layer, self._index, self.inputs)

    @cached_property
    def receptive_field_at(self) -> Callable[[int], ReceptiveField]:
        """Receptive field of the explained map, by length of the series."""
        return lru_cache(maxsize=16)(self._measured_field) if self._measured else super().receptive_field_at

    @no_inference_mode()
    def _measured_field(self, length: int) -> ReceptiveField:
        """The support of the gradient, for a module that cannot be exported."""
        x = tensor_of(self._samples(2)[:, :length], self.device)
        return measured_field(self.features, x, self._graph.nodes[0].name)

    def _graph_of(self, samples: np.ndarray) -> Graph | str:
        """Graph of the module; if it cannot be exported, the reason."""
        try:
            with explained(self.model):
                program = exported(self.model, *self._arguments(tensor_of(samples, self.device)))
            graph = read(self.model, program, self._order, self._index, self.inputs, self.device)
            self._compare_gradients(graph, tensor_of(samples, self.device))
            return graph
        except Exception as fault:  # the exporter raises many kinds, and any that the user's module does
            return (str(fault).strip() or type(fault).__name__).splitlines()[0][:200]

    def _compare_gradients(self, graph: Graph, x: torch.Tensor) -> None:
        """Refuse a graph whose gradient is not that of the module: an own backward pass is not exported."""
        weights = torch.linspace(1, 2, x.shape[0] * self.units, device=x.device).reshape(x.shape[0], -1)

        def gradient(function: Callable[[torch.Tensor], Any]) -> torch.Tensor:
            _, pull = self.tensors.vector_jacobian(function, [x])
            found: torch.Tensor = pull([weights])[0]
            return found

        try:
            own = gradient(self._called)
        except (ValueError, RuntimeError):  # of a module without gradients, which is explained without them
            self.no_gradient = self._without_gradient(x)
            return
        ours = gradient(lambda series: graph.compute({0: series}, [graph.output])[0].reshape(len(x), -1))
        if not torch.allclose(ours, own, rtol=0, atol=1e-2 * float(own.abs().max()), equal_nan=True):
            raise ValueError("its gradient is not that of its operations, as of a torch.autograd.Function")

    def _without_gradient(self, x: torch.Tensor) -> str | None:
        """Why the scores have no gradient; None if they have one."""
        try:
            # PyTorch has no backward pass of recurrent layers in evaluation mode through cuDNN.
            with torch.enable_grad(), torch.backends.cudnn.flags(enabled=False):
                scores = self._called(x.requires_grad_())
                found = torch.autograd.grad(scores.sum(), x, allow_unused=True)[0]
        except (ValueError, RuntimeError):  # numpy refuses tensors that may have a gradient
            found = None
        way = "as under torch.no_grad, in numpy, or by a function without a derivative"
        return f"model {self.name!r} computes without gradients, {way}" if found is None else None

    @property
    def layout(self) -> Layout:
        """Layout of the module's input."""
        return next(layout for layout, order in ORDERS.items() if order == self._order)

    def _output_index(self, samples: np.ndarray, output: str | int | None) -> int:
        """Which of the module's outputs is explained, from what it returns for some series."""
        with torch.no_grad():
            return self._which_output(self._returned(tensor_of(samples, self.device)), output)

    def _returned(self, x: torch.Tensor) -> Any:
        """All that the module returns for series (instance, time, channel)."""
        args, named = self._arguments(x)
        try:
            return called(self.model, args, named)
        except Exception as fault:  # any error that the user's module raises
            reason = (str(fault).strip() or type(fault).__name__).splitlines()[0][:200]
            shape = tuple(x.permute(self._order).shape)
            raise ValueError(
                f"model {self.name!r} could not compute scores of series of shape {shape} ({reason})"
            ) from fault

    def _called(self, x: Any) -> Any:
        made = pytree.tree_leaves(self._returned(x))[self._index]
        if torch.is_grad_enabled() and x.requires_grad and not made.requires_grad:
            raise ValueError(
                f"model {self.name!r} computes without gradients, as under torch.no_grad; use a perturbation method"
            )
        removed = made.ndim < 2 and (len(x) == 1 or made.numel() == len(x))  # axis of classes, or of one series
        if removed and made.is_floating_point():
            made = made.reshape(len(x), -1)
        return made.float().to(x.device)

    @no_inference_mode()
    def _run(self, function: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return function(tensor_of(x, self.device)).cpu().numpy()

    def probabilities_of(self, scores: np.ndarray) -> np.ndarray:
        """Probabilities of scores in an array."""
        return self._run(self.probabilities, scores)

    def _which_output(self, made: Any, output: str | int | None) -> int:
        places = [place for place, one in enumerate(pytree.tree_leaves(made)) if isinstance(one, torch.Tensor)]
        names = {place: name for place, name in _names_of(made).items() if place in places}
        if not places:
            raise ValueError(
                f"model {self.name!r} must return a tensor of shape (batch, class), but returns {shown(made)}"
            )
        if output is None and len(places) == 1:
            return places[0]
        if isinstance(output, str) and output in names.values():
            return next(place for place, name in names.items() if name == output)
        if isinstance(output, int | np.integer) and not isinstance(output, bool) and output in places:
            return int(output)
        there = ", ".join(names.get(place, str(place)) for place in places)
        raise ValueError(
            f"output must be the name or index of an output of model {self.name!r} ({there}), but is {shown(output)}"
        )

    def _output_of(self, layer: Any) -> int:
        assert self.graph is not None
        return output_of(self.graph, layer, self.name)

    def _link_of_plain_scores(self) -> str | None:
        return "softmax" if self.units > 1 else None

    def _not_read(self, reason: str) -> str:
        return (
            f"model {self.name!r} cannot be exported by torch.export ({reason}); name a layer with layer= for CAM "
            f"methods, or use a gradient or perturbation method"
        )

    def _other_scores(self) -> str:
        return (
            f"model {self.name!r} gives other scores than the operations that were read of it, as a module does that "
            f"changes itself in its forward pass; explain a function that calls it, by perturbation methods"
        )

    def head_version(self) -> Callable[[], Hashable]:
        """Function that returns a digest of the weights between the explained map and the scores."""
        nodes = [] if self.entry is None else self._graph.between([self.entry], [self._exit])
        return lambda: tuple(weight.tobytes() for node in nodes for weight in node.call.weights())

    def refuse_weights(self) -> None:
        """Raise an error if weights are NaN or infinite."""
        refuse_weights(self.model)

    @no_inference_mode()
    def structure(self) -> Structure:
        """Submodules and settings, as they are now."""
        args, named = self._arguments(tensor_of(self._samples(2), self.device))
        with explained(self.model):
            return Structure(self.model, lambda: run(self.model, args, named))

    def _arguments(self, x: torch.Tensor) -> tuple[list[Any], dict[str, Any]]:
        """Arguments of the module for series (instance, time, channel)."""
        return arguments(self.model, self.inputs, x, self._order, self.tensors.ops)


def _names_of(made: Any) -> dict[int, str]:
    """Names of single outputs by their place among all: keys of a mapping, or fields of a named tuple."""
    fields = made if isinstance(made, dict) else made._asdict() if hasattr(made, "_asdict") else {}
    names, place = {}, 0
    for name, value in fields.items():
        count = len(pytree.tree_leaves(value))
        names.update({place: str(name)} if count == 1 else {})
        place += count
    return names
