"""What a PyTorch module takes: the arguments of its forward pass."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from ...names import did_you_mean
from ...validation import check_text, shown
from ..inputs import Input, Inputs, check_among, finite_values
from .called import Order

__all__ = [
    "ALONE",
    "alone",
    "arguments",
    "check_series_name",
    "checked_arguments",
    "inputs_of",
    "named_arguments",
    "required",
    "series_of",
]

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
ALONE = "x"


def alone() -> Inputs:
    """A module that takes the series and nothing else."""
    return Inputs([Input(ALONE, (None, None))], [ALONE], lambda values: values[0])


def inputs_of(module: nn.Module, others: Mapping[str, np.ndarray], series: Sequence[str]) -> Inputs:
    """Inputs of a module that is called by name; it is tried with the values of the first instance.

    Parameters
    ----------
    module : torch.nn.Module
    others : mapping of str to ndarray
        Values (instance, ...) of the arguments besides the series.
    series : sequence of str
        Arguments that are given the series.
    """
    order = [name for name in (*_parameters(module), *series) if name in series or name in others]
    taken = [
        Input(name, (None, None)) if name in series else Input(name, others[name].shape[1:], str(others[name].dtype))
        for name in dict.fromkeys(order)
    ]
    examples = [others[one.name][:1] for one in taken if one.name not in series]
    return Inputs(taken, series, partial(_by_name, [one.name for one in taken]), examples)


def _by_name(names: Sequence[str], values: list[Any]) -> dict[str, Any]:
    return dict(zip(names, values, strict=True))


def arguments(module: nn.Module, inputs: Inputs, x: torch.Tensor, order: Order, ops: Any) -> tuple[list[Any], Any]:
    """Arguments of a module, by place and by name, for series (instance, time, channel): in its precision and order."""
    like = next((one for one in module.parameters() if one.is_floating_point()), x)
    series = x.permute(order).to(like).contiguous()
    others = [inputs.held(place, x, ops).to(like.device) for place in range(len(inputs.others))]
    taken = inputs.arranged(series, [one.to(like.dtype) if one.is_floating_point() else one for one in others])
    return ([], taken) if isinstance(taken, dict) else ([taken], {})


def _parameters(module: nn.Module) -> dict[str, inspect.Parameter]:
    """Arguments of the forward pass that can be given by name."""
    every = inspect.signature(module.forward).parameters
    return {name: one for name, one in every.items() if one.kind in _NAMED}


def required(module: nn.Module) -> list[str]:
    """Arguments without a default value."""
    return [name for name, one in _parameters(module).items() if one.default is one.empty]


def check_series_name(series: str, module: nn.Module) -> None:
    """Refuse a name that is no argument of the forward pass."""
    check_text("series", series)
    check_among(series, _parameters(module), f"an argument of {type(module).__name__}'s forward pass")


def named_arguments(x: Mapping[Any, Any], module: nn.Module, series: str | None) -> tuple[Any, dict[str, np.ndarray]]:
    """The series among arguments by name, and the values of the others.

    Raises
    ------
    TypeError, ValueError
        If an argument is missing or unknown or not finite, or if it is not clear which is the series.
    """
    given, names, model = dict(x), list(_parameters(module)), type(module).__name__
    if "series" in given and "series" not in names:
        missing = [name for name in required(module) if name not in given]
        given = {(missing or names)[0] if name == "series" else name: value for name, value in given.items()}
        series = series or (missing or names)[0]
    every = f"the arguments of {model}'s forward pass, {', '.join(names)}"
    unknown = [name for name in given if name not in names]
    if unknown:
        raise ValueError(f"x must hold {every}, but holds {shown(unknown[0])}{did_you_mean(unknown[0], names)}")
    missing = [name for name in required(module) if name not in given]
    if missing:
        raise ValueError(f"x must hold {every}, but lacks {', '.join(missing)}")
    found = _series_among(given, series, required(module), model)
    return given[found[0]], {
        name: finite_values(f"x[{name!r}]", value) for name, value in given.items() if name not in found
    }


def checked_arguments(others: Any, module: nn.Module) -> dict[str, np.ndarray]:
    """Values of arguments besides the series; an error if they are no arguments, or not finite."""
    names = list(_parameters(module))
    if not isinstance(others, Mapping) or not set(others) <= set(names):
        raise TypeError(
            f"others must be a mapping of arguments of {type(module).__name__}'s forward pass ({', '.join(names)}) to "
            f"arrays, but is {shown(others)}"
        )
    return {name: finite_values(f"others[{name!r}]", values) for name, values in others.items()}


def series_of(module: nn.Module, others: Mapping[str, Any]) -> list[str]:
    """Arguments that are given the series: those that a module requires besides some others."""
    return [name for name in (required(module) or _parameters(module)) if name not in others] or [ALONE]


def _series_among(given: Mapping[str, Any], series: str | None, needed: list[str], model: str) -> tuple[str, ...]:
    """Arguments that are the series: the one that is named, the one of three dims, or several that are the same."""
    if series is not None:
        check_among(series, given, "the name of an input in x")
        return (series,)
    found = [name for name, value in given.items() if _dims(value) == 3 and (name in needed or not needed)]
    if not found:
        raise ValueError(
            f"x must hold the series, of shape (instance, time, channel), but of {', '.join(given)} none has three "
            f"dims; say which it is, as series={next(iter(given), 'x')!r}"
        )
    if any(given[found[0]] is not given[name] and not np.array_equal(given[found[0]], given[name]) for name in found):
        raise ValueError(
            f"x holds several arrays of three dims, {', '.join(found)}: say which is the series of {model}, as "
            f"series={found[0]!r}, and the others are held fixed"
        )
    return tuple(found)


def _dims(value: Any) -> int:
    """Number of dims of an array, or of a list of arrays."""
    one = value[0] if isinstance(value, list | tuple) and value else None
    return int(getattr(value, "ndim", 0)) if one is None else 1 + _dims(one)
