"""A PyTorch module as a classifier of time series."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator
from copy import copy
from typing import Any, get_args

import numpy as np
import torch

from ...explanation.source import ModelChangedError
from ...typing import LayerLike, Layout, Score
from ...validation import check_choice, check_count, shown
from ..read_for_series import ReadForSeries
from .arguments import alone, arguments_of
from .engine import Eager
from .module import ORDERS, checked_module, first_layer, own_layout, path_of
from .network import TorchNetwork
from .randomized import randomized
from .structure import Structure
from .weights import digest_of

__all__ = ["TorchClassifier"]


class TorchClassifier(ReadForSeries):
    """A PyTorch classifier of time series: numpy in, numpy out.

    Parameters
    ----------
    module : torch.nn.Module
        Maps series of shape (batch, channel, time) or (batch, time, channel) to scores of shape (batch, class), or
        (batch,) of one score. It is never changed.
    layer : str, int or torch.nn.Module, optional
        Layer whose map is explained by the CAM methods, by its path as in `named_modules`. Default: the map that enters
        the pooling or flatten of the head.
    output : str or int, optional
        Name or index of the explained output, of a module that returns several: a key of a dict, or a field of a named
        tuple.
    score : {"logits", "probabilities"}
        What is explained. Logits are the values before a final softmax, log_softmax or sigmoid.
    batch_size : int
        Series in a batch.
    device : torch.device or str, optional
        Where to compute. Default: where the parameters are.
    series : str, optional
        Argument of the forward pass that is the series, of a module that takes several. Default: the one of three dims.
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
        series: str | None = None,
        layout: Layout | None = None,
    ) -> None:
        super().__init__()
        self.model = checked_module(module)
        check_choice("score", score, ("logits", "probabilities"))
        check_count("batch_size", batch_size)
        if layout is not None:
            check_choice("layout", layout, get_args(Layout))
        self._arguments = arguments_of(self.model)
        if series is not None:
            self._arguments.check_series_name(series)
        layer = path_of(self.model, layer)
        self.score: Score = score
        self.batch_size = batch_size
        self.device = _device_of(module) if device is None else _checked_device(device)
        self._structure: Structure | None = None
        self._layer, self._output, self._layout = layer, output, layout
        self._series, self._inputs = series, alone()
        # The classifier that reads the module for other lengths, of one that takes any.
        self._unread: TorchClassifier | None = None

    @property
    def name(self) -> str:
        """Name of the module's class."""
        return type(self.model).__name__

    def for_lengths(self, x: np.ndarray, lengths: np.ndarray, padding_value: float | None = None) -> TorchClassifier:
        """The same classifier for series of unequal length.

        Parameters
        ----------
        x : ndarray of shape (instance, time, channel)
            What follows the length of a series does not matter.
        lengths : ndarray of int, of shape (instance,)
        padding_value : float, optional
            What a series is filled up with, to the length of the longest. Default: nothing if the module also computes
            with the next shorter one, and is then given each series at its own length, and zero otherwise.

        Raises
        ------
        ValueError
            If the module takes series of other lengths, but not of the shortest.
        """
        if self._length is not None:
            return super().for_lengths(x, lengths, 0.0 if padding_value is None else padding_value)
        *shorter, longest = (int(np.flatnonzero(lengths == length)[0]) for length in np.unique(lengths))
        made = self.for_series(x[longest : longest + 1, : lengths[longest]])
        if padding_value is not None or not shorter or self._fault_with(x[shorter[-1], : lengths[shorter[-1]]]):
            return made.for_lengths(x, lengths, padding_value)
        fault = self._fault_with(x[shorter[0], : lengths[shorter[0]]])
        if fault:
            raise fault
        other = copy(made)
        other._lengths, other._unread = lengths, self
        return other

    def _fault_with(self, series: np.ndarray) -> ValueError | None:
        """Why the module does not compute with a series (time, channel); None if it does."""
        try:
            own_layout(self.model, series[np.newaxis], self.device, self._inputs)
        except ValueError as fault:
            return fault
        return None

    def _of_length(self, length: int) -> TorchClassifier:
        if self._unread is None or length == self._length:
            return super()._of_length(length)
        unread = self._unread.for_regression() if self._regression else self._unread
        made = unread.for_series(np.zeros((1, length, self._network.input_shape[1]), np.float32))
        return made if self._layer == made._layer else made.at(self._layer)

    def _read_for(self, x: np.ndarray) -> TorchClassifier:
        """The classifier for series of the shape of these."""
        layout = self._layout or own_layout(self.model, x, self.device, self._inputs)
        other = copy(self)
        other._last, other._others, other._length = {}, None, x.shape[1]
        chosen = self.device, self._layer, self._output, self._inputs
        other._take(TorchNetwork(self.model, ORDERS[layout], x.shape[1:], *chosen))
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
    def takes_one_channel(self) -> bool:
        """Whether the first layer takes one channel, so that an array of two dims is of shape (instance, time)."""
        first = first_layer(self.model)
        return first is not None and first.channels == 1

    def digest(self) -> str:
        """Digest of the module's structure and weights, the same in every process."""
        return hashlib.sha256(str(self.model).encode() + digest_of(self.model)).hexdigest()

    def fingerprint(self) -> Hashable:
        """Value that changes with the module's parameters, buffers and settings."""
        return digest_of(self.model), None if self._structure is None else self._structure.changed()

    def _randomized(self, seed: int, draws: int) -> Iterator[tuple[int, str, TorchClassifier]]:
        options: Any = {
            "layer": self._layer,
            "output": self._output,
            "score": self.score,
            "batch_size": self.batch_size,
            "series": self._series,
        }

        def read(module: Any) -> TorchClassifier:
            made = TorchClassifier(module, device=self.device, layout=self._network.layout, **options)
            made._inputs = self._network.inputs
            return self._holding_like(made.for_series(np.zeros((1, *self._network.input_shape), np.float32)))

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
        checked = torch.device(device)
    except (TypeError, RuntimeError, ValueError):
        raise ValueError(f"device must be a torch.device, such as 'cpu' or 'cuda', but is {shown(device)}") from None
    try:
        torch.empty(0, device=checked)
    except (AssertionError, RuntimeError, NotImplementedError) as fault:  # each backend raises another of these
        reason = (str(fault).strip() or type(fault).__name__).splitlines()[0][:150]
        raise ValueError(
            f"device must be one that this installation of PyTorch can use, but {str(checked)!r} is not ({reason})"
        ) from None
    return checked


def _device_of(module: torch.nn.Module) -> torch.device:
    return next((one.device for one in module.parameters()), torch.device("cpu"))
