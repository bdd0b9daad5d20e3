"""A PyTorch module as a classifier of time series."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from copy import copy
from typing import Any, get_args

import numpy as np
import torch

from ...attribution.series import check_series
from ...explanation.source import ModelChangedError
from ...typing import LayerLike, Layout, Score
from ...validation import check_choice, check_count, shown
from ..network_classifier import NetworkClassifier
from .engine import Eager
from .module import ORDERS, checked_module, first_layer, own_layout, path_of
from .network import TorchNetwork
from .randomized import randomized
from .structure import Structure
from .weights import digest_of

__all__ = ["TorchClassifier"]


class TorchClassifier(NetworkClassifier):
    """A PyTorch classifier of time series: numpy in, numpy out.

    Parameters
    ----------
    module : torch.nn.Module
        Maps series of shape (batch, channel, time) or (batch, time, channel) to scores of shape (batch, class). It is
        never changed.
    layer : str, int or torch.nn.Module, optional
        Layer whose map is explained by the CAM methods, by its path as in `named_modules`. Default: the map that enters
        the pooling or flatten of the head.
    output : str or int, optional
        Name or index of the explained output, of a module that returns several.
    score : {"logits", "probabilities"}
        What is explained. Logits are the values before a final softmax, log_softmax or sigmoid.
    batch_size : int
        Series in a batch.
    device : torch.device or str, optional
        Where to compute. Default: where the parameters are.
    layout : {"channels_first", "channels_last"}, optional
        Shape that the module takes: (batch, channel, time) or (batch, time, channel). Default: found from its first
        layer.

    Notes
    -----
    The module is read by ``torch.export`` for the shape of the first series that are explained. A module that cannot be
    exported is called as it is: gradient and perturbation methods work, and CAM methods with `layer`.

    The weights are read at every call, so that the classifier follows further training. A module that is changed
    otherwise raises a `ModelChangedError`.

    Examples
    --------
    >>> classifier = TorchClassifier(module.eval())
    >>> CAM1DWidget(classifier, x_test, y_test)
    """

    def __init__(
        self,
        module: Any,
        *,
        layer: LayerLike | torch.nn.Module | None = None,
        output: str | int | None = None,
        score: Score = "logits",
        batch_size: int = 64,
        device: Any = None,
        layout: Layout | None = None,
    ) -> None:
        self.model = checked_module(module)
        check_choice("score", score, ("logits", "probabilities"))
        check_count("batch_size", batch_size)
        if layout is not None:
            check_choice("layout", layout, get_args(Layout))
        layer = path_of(self.model, layer)
        self.score: Score = score
        self.batch_size = batch_size
        self.device = _device_of(module) if device is None else _checked_device(device)
        self._structure: Structure | None = None
        # The classifier for the last shape, and its fingerprint, so that explaining again reads nothing.
        self._last: tuple[TorchClassifier, Hashable] | None = None
        self._layer, self._output, self._layout = layer, output, layout

    def __getattr__(self, name: str) -> Any:
        if name in ("_network", "_passes", "_features"):
            raise ValueError(
                f"model {self.name!r} is read for series of one shape, which is not known yet; call for_series(x) first"
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def name(self) -> str:
        """Name of the module's class."""
        return type(self.model).__name__

    def for_series(self, x: np.ndarray) -> TorchClassifier:
        """The same classifier for series of the shape of `x`, for which the module is read."""
        x = check_series(x, *self.input_shape)
        if self._length is not None:
            return self
        last = self._last
        if last is None or last[0].input_shape != x.shape[1:] or last[0].fingerprint() != last[1]:
            made = self._read_for(x)
            self._last = last = made, made.fingerprint()
        return last[0]

    def _read_for(self, x: np.ndarray) -> TorchClassifier:
        """The classifier for series of the shape of `x`."""
        layout = self._layout or own_layout(self.model, x, self.device)
        other = copy(self)
        other._last = None
        other._length = x.shape[1]
        other._take(TorchNetwork(self.model, ORDERS[layout], x.shape[1:], self.device, self._layer, self._output))
        if other._network.link is None and self.score == "probabilities":
            raise ValueError(f"model {self.name!r} gives no probabilities to explain; use score='logits'")
        other._structure = other._network.structure()
        return other

    def for_length(self, length: int) -> TorchClassifier:
        """The same classifier for series of one length, of a module whose first layer states the number of channels."""
        check_count("length", length)
        if length == self._length:
            return self
        if self._length is not None:
            raise ValueError(f"length must be {self._length}, for which model {self.name!r} was read, but is {length}")
        first = first_layer(self.model)
        if first is None:
            raise ValueError(f"the first layer of model {self.name!r} states no number of channels; call for_series(x)")
        return self.for_series(np.zeros((1, length, first.channels), np.float32))

    @property
    def input_shape(self) -> tuple[int | None, int | None]:
        """Samples and channels of its series; None before the module is read."""
        return (None, None) if self._length is None else self._network.input_shape

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Name of a single number, which is "prediction"; None for classes."""
        return ("prediction",) if self.classes == 1 else None

    def fingerprint(self) -> Hashable:
        """Value that changes with the module's parameters, buffers and settings."""
        return digest_of(self.model), None if self._structure is None else self._structure.changed()

    def _randomized(self, seed: int, draws: int) -> Iterator[tuple[int, str, TorchClassifier]]:
        options: Any = {
            "layer": self._layer,
            "output": self._output,
            "score": self.score,
            "batch_size": self.batch_size,
        }

        def read(module: Any) -> TorchClassifier:
            made = TorchClassifier(module, device=self.device, layout=self._network.layout, **options)
            return made.for_series(np.zeros((1, *self._network.input_shape), np.float32))

        return randomized(self.model, seed, draws, read)

    def at(self, layer: Any) -> TorchClassifier:
        """The same classifier with another explained layer."""
        layer = path_of(self.model, layer)
        other = self._at(layer)
        other._layer = layer
        return other

    def _compiled(self, function: Callable[..., Any], *arguments: Any, branches: bool = True) -> Eager:
        return Eager(function, arguments, self.device)

    def _refuse_changes(self) -> None:
        what = None if self._structure is None else self._structure.changed()
        if what:
            raise ModelChangedError(
                f"model {self.name!r} has changed since this classifier was made ({what}); create a new classifier"
            )


def _checked_device(device: Any) -> torch.device:
    try:
        return torch.device(device)
    except (TypeError, RuntimeError, ValueError):
        raise ValueError(f"device must be a torch.device, such as 'cpu' or 'cuda', but is {shown(device)}") from None


def _device_of(module: torch.nn.Module) -> torch.device:
    return next((one.device for one in module.parameters()), torch.device("cpu"))
