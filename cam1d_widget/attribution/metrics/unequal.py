"""Series of unequal length: metrics are evaluated without the padding, which is NaN at the end of a series or map."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from ...explanation.lengths import own_lengths
from ..masking import Baseline, PieceBaseline

__all__ = ["by_length", "cut_baseline", "groups", "own_lengths"]

P = ParamSpec("P")
R = TypeVar("R")
Rows = np.ndarray | slice

# Arguments that are cut to the length of a series.
_CUT = ("attribution", "attributions", "truth", "others")


def groups(lengths: np.ndarray) -> Iterator[tuple[Rows, int]]:
    """Rows of each length, and the length."""
    found, group = np.unique(lengths, return_inverse=True)
    if len(found) == 1:
        yield slice(None), int(found[0])
        return
    for place, length in enumerate(found):
        yield np.flatnonzero(group == place), int(length)


def cut_baseline(baseline: Baseline, rows: Rows, length: int, shape: tuple[int, ...]) -> Baseline:
    """The part of a baseline for some series of one length; `shape` is that of all series, with their padding."""
    if baseline is None or callable(baseline) or isinstance(baseline, PieceBaseline | str):
        return baseline
    try:
        return np.broadcast_to(np.asarray(baseline), shape)[rows, :length]
    except ValueError:
        return baseline  # refused where it is used


def by_length(metric: Callable[P, R]) -> Callable[P, R]:
    """The metric of maps, evaluated separately for the maps of each length, without their padding."""
    signature = inspect.signature(metric)

    @wraps(metric)
    def evaluated(*args: P.args, **kwargs: P.kwargs) -> R:
        given = dict(zip(signature.parameters, args, strict=False)) | kwargs
        maps = _first_maps(given)
        lengths = None if maps is None else own_lengths(maps)
        if maps is None or lengths is None or (lengths == maps.shape[1]).all():
            return metric(*args, **kwargs)
        parts, order = [], []
        for rows, length in groups(lengths):
            cut = {
                name: _cut(value, rows, length, maps.shape) if name in _CUT else value for name, value in given.items()
            }
            parts.append(metric(**cut))  # type: ignore[arg-type, call-arg]
            order.append(np.arange(len(maps))[rows])
        return _joined(parts, np.argsort(np.concatenate(order)))

    return evaluated


def _first_maps(given: Mapping[str, Any]) -> np.ndarray | None:
    """Maps (instance, time, channel or 1) whose lengths are those of all arguments; None if they are no such array."""
    maps = given.get("attribution")
    if isinstance(several := given.get("attributions"), Mapping):
        maps = next(iter(several.values()), None)
    try:
        array = np.asarray(maps, np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    array = array[np.newaxis] if array.ndim == 2 else array
    return array if array.ndim == 3 and array.size else None


def _cut(value: Any, rows: Rows, length: int, shape: tuple[int, ...]) -> Any:
    """Maps of some series without their padding; a mapping or list of maps likewise."""
    if isinstance(value, Mapping):
        return {name: _cut(one, rows, length, shape) for name, one in value.items()}
    if isinstance(value, list | tuple) or getattr(value, "ndim", 0) == 4:
        return [_cut(one, rows, length, shape) for one in value]
    array = np.asarray(value)
    if array.shape[:2] == shape[:2]:
        return array[rows, :length]
    return array[:length] if array.shape[:1] == shape[1:2] and shape[0] == 1 else value


def _joined(parts: list[Any], order: np.ndarray) -> Any:
    """Results for the series of each length as one, in the order of the series."""
    first = parts[0]
    if isinstance(first, np.ndarray):
        return np.concatenate(parts)[order]
    arrays = {one.name: [getattr(part, one.name) for part in parts] for one in fields(first)}
    return replace(
        first, **{name: np.concatenate(one)[order] for name, one in arrays.items() if isinstance(one[0], np.ndarray)}
    )
