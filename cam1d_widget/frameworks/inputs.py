"""The inputs of a model: the series, at one of them or at several, and others that are held fixed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import numpy as np

from ..names import did_you_mean
from ..validation import as_array, check_finite, shaped, shown

__all__ = ["Input", "Inputs", "check_among", "checked_others", "finite_values", "named_inputs", "series_among"]


class Input(NamedTuple):
    """One input of a model: its name, its shape without the batch, and its dtype."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str = "float32"


class Inputs:
    """All inputs of a model, and the values of the other inputs during a pass.

    Parameters
    ----------
    every : sequence of Input
        All inputs, in the order of the model.
    series : sequence of str
        Names of those that are given the series; all others are held fixed.
    packed : callable
        Returns the argument of the model from the values of all inputs in their order.
    examples : sequence of ndarray, optional
        Values of the others for one instance, of shape (1, ...), with which a model is tried. Default: ones.
    """

    def __init__(
        self,
        taken: Sequence[Input],
        series: Sequence[str],
        packed: Callable[[list[Any]], Any],
        examples: Sequence[np.ndarray] | None = None,
    ) -> None:
        self._taken, self.series, self._packed = tuple(taken), tuple(series), packed
        self.others = tuple(one for one in taken if one.name not in self.series)
        """Inputs besides the series."""
        self.examples = tuple(map(_ones, self.others)) if examples is None else tuple(examples)
        self._current: ContextVar[Sequence[Any] | None] = ContextVar("held inputs", default=None)

    def __bool__(self) -> bool:
        """Whether there are others than the series."""
        return bool(self.others)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all inputs."""
        return tuple(one.name for one in self._taken)

    @property
    def signature(self) -> tuple[object, ...]:
        """Names, shapes and dtypes, for which a model is read."""
        return self._taken, self.series

    @contextmanager
    def holding(self, tensors: Sequence[Any]) -> Iterator[None]:
        """Hold the other inputs at these values, of one instance or of as many as a batch has."""
        token = self._current.set(tensors)
        try:
            yield
        finally:
            self._current.reset(token)

    def taking(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function of tensors that takes the values of the other inputs as its last arguments."""
        count = len(self.others)

        def called(*arguments: Any) -> Any:
            with self.holding(arguments[-count:]):
                return function(*arguments[:-count])

        return called if count else function

    def held(self, place: int, x: Any, ops: Any) -> Any:
        """Value of one of the others for a batch x, in which each instance may be repeated."""
        current = self._current.get()
        value = ops.convert_to_tensor((self.examples if current is None else current)[place])
        return ops.repeat(value, ops.shape(x)[0] // ops.shape(value)[0], axis=0)

    def filled(self, x: Any, ops: Any) -> Any:
        """Argument of the model for a batch of series."""
        x = ops.convert_to_tensor(x) if self.others else x
        return self.arranged(x, [self.held(place, x, ops) for place in range(len(self.others))])

    def arranged(self, x: Any, others: Sequence[Any]) -> Any:
        """Argument of the model, from the series and the others."""
        values = dict(zip((one.name for one in self.others), others, strict=True))
        return self._packed([values.get(one.name, x) for one in self._taken])


def _ones(taken: Input) -> np.ndarray:
    """One instance of an input; indices, lengths and masks are valid if they are one."""
    return np.ones((1, *(1 if size is None else size for size in taken.shape)), taken.dtype)


def check_among(series: str, names: Collection[str], rule: str) -> None:
    """Refuse a name of the series that is none of these names."""
    if series not in names:
        raise ValueError(
            f"series must be {rule} ({', '.join(names)}), but is {shown(series)}{did_you_mean(series, names)}"
        )


def series_among(taken: Sequence[Input], series: str | None, model: str) -> tuple[str, ...]:
    """Names of the inputs that are given the series: the named one, or those of rank three if their shapes are equal.

    Raises
    ------
    ValueError
        If the named one is no input, or if there are several of different shapes.
    """
    names = [one.name for one in taken]
    if series is not None:
        check_among(series, names, f"the name of an input of model {model!r}")
        return (series,)
    found = [one for one in taken if len(one.shape) == 2]
    if len({one.shape for one in found}) > 1:
        raise ValueError(
            f"model {model!r} takes several inputs of shape (batch, time, channel), {_listed(found)}: say which is the "
            f"series, as series={found[0].name!r}"
        )
    return tuple(one.name for one in found)


def _listed(taken: Sequence[Input]) -> str:
    return ", ".join(f"{one.name} {one.shape}".replace("None", "any") for one in taken)


def named_inputs(x: Mapping[Any, Any], inputs: Inputs, model: str) -> tuple[Any, dict[str, np.ndarray]]:
    """The series among inputs by name, and the values of the others.

    Parameters
    ----------
    x : mapping of str to array-like
        By the names of the inputs; the series may be called "series".
    inputs : Inputs
    model : str
        The model's name, for messages.

    Raises
    ------
    TypeError, ValueError
        If an input is missing or unknown, does not have the shape that the model takes, or is not finite.
    """
    given = dict(x)
    if "series" in given and "series" not in inputs.names and not given.keys() & set(inputs.series):
        given[inputs.series[0]] = given.pop("series")
    every = f"the inputs of model {model!r}, {', '.join(inputs.names)}"
    unknown = [name for name in given if name not in inputs.names]
    if unknown:
        raise ValueError(f"x must hold {every}, but holds {shown(unknown[0])}{did_you_mean(unknown[0], inputs.names)}")
    missing = [one.name for one in inputs.others if one.name not in given]
    there = [name for name in inputs.series if name in given]
    missing += [] if there else [inputs.series[0]]
    if missing:
        raise ValueError(f"x must hold {every}, but lacks {', '.join(missing)}")
    series = [given[name] for name in there]
    if any(not _same(series[0], one) for one in series[1:]):
        raise ValueError(
            f"x holds different arrays for {', '.join(there)}, which model {model!r} takes in the same shape: say "
            f"which is the series, as series={there[0]!r}, and the others are held fixed"
        )
    return series[0], {one.name: _checked(f"x[{one.name!r}]", one, given[one.name]) for one in inputs.others}


def _same(one: Any, other: Any) -> bool:
    return one is other or np.array_equal(one, other)


def checked_others(others: Any, taken: Sequence[Input], model: str) -> dict[str, np.ndarray]:
    """Values of all inputs besides the series.

    Raises
    ------
    TypeError, ValueError
        If they are no mapping with these names, or not as the model takes them.
    """
    names = ", ".join(one.name for one in taken) or "none"
    if not isinstance(others, Mapping) or set(others) != {one.name for one in taken}:
        raise TypeError(
            f"others must be a mapping of the inputs of model {model!r} besides the series ({names}) to arrays, but is "
            f"{shown(others)}"
        )
    return {one.name: _checked(f"others[{one.name!r}]", one, others[one.name]) for one in taken}


def _checked(argument: str, taken: Input, values: Any) -> np.ndarray:
    """Values of an input, of shape (instance, ...), in its dtype."""
    array = finite_values(argument, values)
    if array.ndim == 1 and taken.shape == (1,):
        array = array[:, np.newaxis]
    shaped(argument, array, "(instance, ...)", (None, *taken.shape))
    cast = array.astype(taken.dtype)
    if cast.dtype.kind in "iub" and (cast != array).any():
        raise ValueError(
            f"{argument} must hold {taken.dtype} values, as the model takes, but holds {array[cast != array].flat[0]}"
        )
    return cast


def finite_values(argument: str, values: Any) -> np.ndarray:
    """Numbers of shape (instance, ...), those with a fraction as float32."""
    array = check_finite(argument, as_array(argument, values))
    if not array.ndim:
        raise ValueError(f"{argument} must have shape (instance, ...), but is {shown(values)}")
    return array.astype(np.float32) if array.dtype.kind == "f" else array.copy()
