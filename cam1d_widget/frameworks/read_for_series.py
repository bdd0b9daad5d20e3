"""A classifier whose model is read once the first series are known, with the other arguments of the model."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Mapping
from copy import copy
from typing import Any, Self

import numpy as np

from ..attribution.series import check_series
from .arguments import Arguments
from .inputs import Inputs
from .network_classifier import NetworkClassifier

__all__ = ["ReadForSeries"]

# Shapes of series, and sets of inputs, for which one model is kept as it was read: about 3 MB each.
_MOST_READ = 64


class ReadForSeries(NetworkClassifier):
    """A classifier by a model that is read for the shape of the first series, and for the other arguments given.

    Attributes
    ----------
    _arguments : Arguments
        Those of the function by which the model is called.
    _inputs : Inputs
        Those that it is given.
    _series : str or None
        The argument that the user named as the series.
    """

    _arguments: Arguments
    _inputs: Inputs
    _series: str | None

    def __init__(self) -> None:
        # The classifier for the last shapes, and its fingerprint, so that explaining again reads nothing.
        self._last: dict[Hashable, tuple[Self, Hashable]] = {}

    @abstractmethod
    def fingerprint(self) -> Hashable:
        """Value that changes with the model."""

    @abstractmethod
    def for_length(self, length: int) -> Self:
        """The same classifier for series of one length."""

    @abstractmethod
    def _read_for(self, x: np.ndarray) -> Self:
        """The classifier for series of the shape of these."""

    def __getattr__(self, name: str) -> Any:
        if name in ("_network", "_passes", "_features", "_changes"):
            raise ValueError(
                f"model {self.name!r} is read for series of one shape, which is not known yet; call for_series(x) first"
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def _is_read(self) -> bool:
        return "_network" in vars(self)

    def _still_holds(self, version: Hashable) -> bool:
        """Whether the model is as it was when it was read, with a fingerprint of then."""
        return self.fingerprint() == version

    @property
    def input_shape(self) -> tuple[int | None, int | None]:
        """Samples and channels of its series; None where it takes any number, and before the model is read."""
        return super().input_shape if self._is_read else (None, None)

    def for_series(self, x: np.ndarray) -> Self:
        """The same classifier for series of the shape of `x`, for which the model is read."""
        x = check_series(x, *self.input_shape)
        if self._is_read:
            return self if self._length is not None else self.for_length(x.shape[1])
        key = x.shape[1:], self._inputs.signature
        made, version = self._last.get(key, (None, None))
        if made is None or not made._still_holds(version):
            made = self._read_for(x)
            while len(self._last) >= _MOST_READ:
                self._last.pop(next(iter(self._last)))
            self._last[key] = made, made.fingerprint()
        return made if self._others is None else made.holding(self._others)

    def _read_at(self, shape: tuple[int, ...]) -> Self:
        return self if self._is_read else self.for_series(np.zeros((1, *shape), np.float32))

    def named_inputs(self, x: Any) -> tuple[Any, dict[str, np.ndarray] | None]:
        """The series among the arguments of the model, and the values of the others.

        Parameters
        ----------
        x : mapping of str to array-like, or array-like
            Arguments by name; of a model that takes only the series, the series alone.

        Raises
        ------
        TypeError, ValueError
            If an argument is missing, unknown or not finite, or if it is not clear which is the series.
        """
        if self._is_read:
            return super().named_inputs(x)
        if isinstance(x, Mapping):
            return self._arguments.named(x, self._series)
        self._arguments.refuse_alone(x)
        return x, None

    def for_regression(self) -> Self:
        """The same classifier of a model whose scores are predicted values; itself if they are known to be logits."""
        other = super().for_regression()
        if other is not self:
            other._last = {}
        return other

    def holding(self, others: Mapping[str, np.ndarray]) -> Self:
        """The same classifier for a data set, whose inputs besides the series have these values, (instance, ...)."""
        if self._is_read:
            return super().holding(others)
        other = copy(self)
        other._others = others = self._arguments.checked(others)
        if others or self._series is None:
            other._inputs = self._arguments.inputs(others, self._series)
        return other
