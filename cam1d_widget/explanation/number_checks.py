"""Checks of numeric options and of arrays: each error names the argument, the rule and the value that was passed."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

__all__ = ["as_float32", "check_count", "check_index", "check_number", "check_seed", "refuse_masked", "unmasked"]


def check_count(argument: str, value: Any, least: int = 1, way_out: str = "") -> None:
    """Refuse a value that is not a whole number, or is less than `least`."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
        raise ValueError(f"{argument} must be a whole number, at least {least}, but is {value!r}{way_out}")


def check_index(argument: str, value: Any, count: int, names: str = "") -> int:
    """Index that is one of `count`."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or not 0 <= value < count:
        raise ValueError(f"{argument} must be a whole number from 0 to {count - 1}{names}, but is {value!r}")
    return int(value)


def check_seed(seed: Any) -> None:
    """Refuse a value that numpy's generators cannot be seeded with."""
    check_count("seed", seed, least=0)


def check_number(
    argument: str,
    value: Any,
    *,
    above: float = -np.inf,
    least: float = -np.inf,
    below: float = np.inf,
    most: float = np.inf,
    way_out: str = "",
) -> None:
    """Refuse a value that is not a finite number within these limits, of which `above` and `below` are exclusive."""
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    # Written so that NaN, of which every comparison is false, is refused.
    if number and isfinite(value) and above < value < below and least <= value <= most:
        return
    limits = {"above": above, "at least": least, "below": below, "at most": most}
    rule = " and".join(f" {word} {limit:g}" for word, limit in limits.items() if isfinite(limit))
    raise ValueError(f"{argument} must be a finite number{rule}, but is {value!r}{way_out}")


def as_float32(argument: str, values: np.ndarray, *, copy: bool = True) -> np.ndarray:
    """Numbers as float32; an error if a finite number is beyond its range and would become infinite."""
    with np.errstate(over="ignore"):
        single = values.astype(np.float32, copy=copy)
    infinite = np.isinf(single)
    if infinite.any() and np.isfinite(beyond := values[infinite]).any():
        limit = np.finfo(np.float32).max
        raise ValueError(
            f"{argument} must hold numbers from -{limit:.1e} to {limit:.1e}, as float32 does, but holds "
            f"{beyond[np.isfinite(beyond)][0]:g}; scale it, as for training"
        )
    return single


def refuse_masked(argument: str, values: Any) -> None:
    """Refuse an array, or nested lists of arrays, if a mask hides some values: np.asarray would ignore the mask."""
    if _is_masked(values):
        raise ValueError(
            f"{argument} must not be masked, but some of its values are: they would be used like all others; "
            f"fill them first, as in {argument}.filled(0)"
        )


def _is_masked(values: Any) -> bool:
    if isinstance(values, list | tuple):
        return any(map(_is_masked, values))
    return isinstance(values, np.ma.MaskedArray) and bool(np.ma.is_masked(values))


def unmasked(argument: str, values: Any) -> np.ndarray:
    """Values as an array; an error if a mask hides some of them."""
    refuse_masked(argument, values)
    return np.asarray(values)
