"""One call of a Keras layer or function: its arguments, shapes and axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import signature
from typing import Any

import keras
import numpy as np

__all__ = ["Called", "axes_from", "axes_of", "ends", "numbers"]


@dataclass(frozen=True)
class Called:
    """One call of a layer or function.

    Attributes
    ----------
    layer : keras.Layer or keras.Operation
    arguments : sequence
        What it was called with, symbolic tensors and constants; lists with tensors are opened.
    shapes : sequence of tuple
        Of the distinct symbolic tensors among them.
    shape : tuple
        Of the first output.
    order : tuple of int
        Which of the distinct tensors each symbolic tensor among the arguments is.
    call : tuple, optional
        Positional arguments and those by name, as the layer was called.
    """

    layer: Any
    arguments: Sequence[Any]
    shapes: Sequence[tuple[int | None, ...]]
    shape: tuple[int | None, ...]
    order: tuple[int, ...] = (0,)
    call: tuple[tuple[Any, ...], dict[str, Any]] = ((), {})

    @cached_property
    def named(self) -> dict[str, Any]:
        """Arguments by name, without those that are None or False."""
        args, kwargs = self.call
        bound = signature(self.layer.call).bind_partial(*args, **kwargs).arguments
        return {name: one for name, one in bound.items() if one is not None and one is not False}

    def place(self, tensor: Any) -> int:
        """Which of the distinct tensors a symbolic tensor is."""
        given = [one for one in self.arguments if keras.backend.is_keras_tensor(one)]
        return self.order[next(place for place, one in enumerate(given) if one is tensor)]

    @property
    def rank(self) -> int:
        """Number of axes of the output."""
        return len(self.shape)

    @property
    def constants(self) -> list[Any]:
        """Arguments that are neither symbolic tensors nor flags."""
        given = [one for one in self.arguments if one is not None and not isinstance(one, bool)]
        return [one for one in given if not keras.backend.is_keras_tensor(one)]

    @property
    def axes_of_constants(self) -> frozenset[int]:
        """Axes of the output along which constant arguments differ."""
        return frozenset().union(*(axes_of(constant, self.rank) for constant in self.constants))


def axes_from(axis: Any, rank: int) -> frozenset[int]:
    """Axes, given as one, several or None, counted from the first."""
    if axis is None:
        return frozenset()
    return frozenset(int(one) % rank for one in (axis if isinstance(axis, list | tuple) else [axis]))


def axes_of(constant: Any, rank: int) -> frozenset[int]:
    """Axes along which a constant that is broadcast to a tensor of this rank has more than one value."""
    shape = getattr(constant, "shape", None)
    sizes = tuple(np.shape(constant)) if shape is None else tuple(shape)
    return frozenset(axis for axis, size in enumerate(sizes, rank - len(sizes)) if size != 1)


def numbers(size: Any, count: int) -> tuple[int, ...]:
    """One number for each axis."""
    return tuple(map(int, size)) if isinstance(size, list | tuple) else (int(size),) * count


def ends(size: Any) -> tuple[tuple[int, int], ...]:
    """What is added or removed at both ends of each axis."""
    return tuple(map(tuple, size if isinstance(size[0], list | tuple) else [size]))
