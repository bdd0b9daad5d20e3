"""What a model takes that is called with several arguments: the series and others, by their names."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from ..names import did_you_mean
from ..validation import check_text, shown
from .inputs import Input, Inputs, check_among, finite_values

__all__ = ["Arguments", "ByName"]

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class ByName(dict[str, Any]):
    """Values of a model's arguments, by their names."""


class Arguments:
    """Arguments of the function by which a model is called.

    Parameters
    ----------
    signature : inspect.Signature
    owner : str
        Whose arguments they are, for messages: "Net's forward pass".
    without : collection of str
        Those that are not for the user.
    """

    def __init__(self, signature: inspect.Signature, owner: str, without: Collection[str] = ()) -> None:
        every = signature.parameters.values()
        self._parameters = {one.name: one for one in every if one.kind in _NAMED and one.name not in without}
        self.owner = owner

    @property
    def names(self) -> tuple[str, ...]:
        """Those that can be given by name."""
        return tuple(self._parameters)

    @property
    def required(self) -> list[str]:
        """Those without a default value."""
        return [name for name, one in self._parameters.items() if one.default is one.empty]

    @property
    def optional(self) -> list[str]:
        """Those that are None by default, and may be a tensor."""
        return [name for name, one in self._parameters.items() if one.default is None]

    def check_series_name(self, series: str) -> None:
        """Refuse a name that is no argument."""
        check_text("series", series)
        check_among(series, self.names, f"an argument of {self.owner}")

    def refuse_alone(self, x: Any) -> None:
        """Refuse the series alone where more is required."""
        if len(self.required) > 1:
            example = ", ".join(f"{name!r}: ..." for name in self.required)
            raise ValueError(f"x must hold the arguments of {self.owner} by name, as {{{example}}}, but is {shown(x)}")

    def named(self, x: Mapping[Any, Any], series: str | None) -> tuple[Any, dict[str, np.ndarray]]:
        """The series among arguments by name, and the values of the others.

        Raises
        ------
        TypeError, ValueError
            If an argument is missing or unknown or not finite, or if it is not clear which is the series.
        """
        given = dict(x)
        if "series" in given and "series" not in self.names:
            missing = [name for name in self.required if name not in given]
            given = {(missing or self.names)[0] if name == "series" else name: value for name, value in given.items()}
            series = series or (missing or self.names)[0]
        every = f"the arguments of {self.owner}, {', '.join(self.names)}"
        unknown = next((name for name in given if name not in self.names), None)
        if unknown is not None:
            raise ValueError(f"x must hold {every}, but holds {shown(unknown)}{did_you_mean(unknown, self.names)}")
        missing = [name for name in self.required if name not in given]
        if missing:
            raise ValueError(f"x must hold {every}, but lacks {', '.join(missing)}")
        found = self._series_among(given, series)
        return given[found[0]], {
            name: finite_values(f"x[{name!r}]", value) for name, value in given.items() if name not in found
        }

    def checked(self, others: Any) -> dict[str, np.ndarray]:
        """Values of arguments besides the series; an error if they are no arguments, or not finite."""
        if not isinstance(others, Mapping) or not set(others) <= set(self.names):
            raise TypeError(
                f"others must be a mapping of arguments of {self.owner} ({', '.join(self.names)}) to arrays, but is "
                f"{shown(others)}"
            )
        return {name: finite_values(f"others[{name!r}]", values) for name, values in others.items()}

    def inputs(self, others: Mapping[str, np.ndarray], series: str | None = None) -> Inputs:
        """Inputs of a model that is called by name; it is tried with the values of the first instance.

        Parameters
        ----------
        others : mapping of str to ndarray
            Values (instance, ...) of the arguments besides the series.
        series : str, optional
            Argument that is given the series. Default: those that are required besides the others.
        """
        given = [name for name in (self.required or self.names) if name not in others] if series is None else [series]
        names = [name for name in self.names if name in given or name in others]
        taken = [
            Input(name, others[name].shape[1:], str(others[name].dtype))
            if name in others
            else Input(name, (None, None))
            for name in names
        ]
        examples = [others[name][:1] for name in names if name in others]
        return Inputs(taken, given, lambda values: ByName(zip(names, values, strict=True)), examples)

    def _series_among(self, given: Mapping[str, Any], series: str | None) -> tuple[str, ...]:
        """Arguments that are the series: the named one, the one of three dims, or several that are the same."""
        if series is not None:
            check_among(series, given, "the name of an input in x")
            return (series,)
        needed = self.required
        found = [name for name, value in given.items() if _dims(value) == 3 and (name in needed or not needed)]
        if not found:
            raise ValueError(
                f"x must hold the series, of shape (instance, time, channel), but of {', '.join(given)} none has three "
                f"dims; say which it is, as series={next(iter(given), 'x')!r}"
            )
        first = given[found[0]]
        if any(first is not given[name] and not np.array_equal(first, given[name]) for name in found):
            raise ValueError(
                f"x holds several arrays of three dims, {', '.join(found)}, as arguments of {self.owner}: say which is "
                f"the series, as series={found[0]!r}, and the others are held fixed"
            )
        return tuple(found)


def _dims(value: Any) -> int:
    """Number of dims of an array, or of a list of arrays."""
    one = value[0] if isinstance(value, list | tuple) and value else None
    return int(getattr(value, "ndim", 0)) if one is None else 1 + _dims(one)
