"""What belongs to each instance of a data set besides its series: other inputs of the model, and a length."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from functools import partial
from typing import Any, Self

import numpy as np

from ..validation import shown
from .inputs import Inputs, checked_others, named_inputs

__all__ = ["PerInstanceClassifier"]


class PerInstanceClassifier:
    """Part of a classifier by a network that deals with other inputs than the series, and with unequal lengths.

    A classifier for a data set holds the values of all instances. The classifier of one instance is a copy of it, which
    shares all compiled functions.
    """

    _network: Any
    _passes: Any
    _features: Any
    _length: int | None = None
    # Values of the model's other inputs: by name for every instance of a data set, and those of the passes.
    _others: Mapping[str, np.ndarray] | None = None
    _held: tuple[np.ndarray, ...] | None = None
    # Lengths of a data set's series, what fills them up (None if nothing does), and the length of those of the passes.
    _lengths: np.ndarray | None = None
    _fill: float | None = None
    _own: int | None = None

    # What the classifier itself has

    name: Any
    propagations: Any

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
            length, or one that takes other arguments; a model that takes any length is given each series at its own.
        """
        read = self._read_at(x.shape[1:])
        longest = read._network.input_shape[0] or x.shape[1]
        base = read if read._length or padding_value is None else read._for_length(longest)
        if base._length is None:
            base._network.refuse_short(int(lengths.min()))
        elif lengths.max() > base._length:
            raise ValueError(
                f"x must hold series of at most {base._length} samples, as model {self.name!r} was built for, but "
                f"instance {lengths.argmax()} has {lengths.max()}"
            )
        other = copy(base)
        other._lengths = lengths
        if base._length is not None:
            other._fill = base._mask_value() if padding_value is None else padding_value
        return other

    def _read_at(self, shape: tuple[int, ...]) -> Self:
        """The classifier with its model read, for series of a shape (time, channel) if it has not been read before."""
        return self

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
        other.__dict__.pop("filters", None)
        other._lengths, other._own = None, length
        return other

    def _for_length(self, length: int) -> Self:
        """The same classifier for series of one length; compiled functions are shared."""
        _ = self.propagations  # created before the copy, to be shared by it
        other = copy(self)
        other.__dict__.pop("filters", None)
        other._length, other._own = length, None
        return other

    @property
    def _padded(self) -> Callable[[np.ndarray], np.ndarray]:
        """Fills series up to the length of the model."""
        return partial(_filled, self._own, self._length, self._fill)

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
        if self._held is not None:
            return
        inputs = self._network.inputs
        if inputs.others:
            names = ", ".join(one.name for one in inputs.others)
            raise ValueError(
                f"model {self.name!r} takes {names} besides the series, whose values are not known: call "
                f"holding({{{_example(inputs, series=False)}}}), and for_instances([0]) for the first instance"
            )


def _filled(own: int | None, length: int | None, fill: float | None, x: np.ndarray) -> np.ndarray:
    """Series of `own` samples, filled up to a length; others as they are."""
    if own is None or length is None or x.shape[1] != own or own == length:
        return x
    filled = np.full((len(x), length, x.shape[2]), fill, np.float32)
    filled[:, :own] = x
    return filled


def _example(inputs: Inputs, series: bool = True) -> str:
    """How to write the inputs of a model by name."""
    names = [*([inputs.series[0]] if series else []), *(one.name for one in inputs.others)]
    return ", ".join(f"{name!r}: ..." for name in names)
