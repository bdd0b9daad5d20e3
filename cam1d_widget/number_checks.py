"""Checks of numeric options and of arrays: each error names the argument, the rule and the value that was passed."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

__all__ = ["check_count", "check_index", "check_number", "check_seed", "refuse_masked", "unmasked"]


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


def refuse_masked(argument: str, values: Any) -> None:
    """Refuse an array, or a list of arrays, of which a mask hides some values: np.asarray would ignore the mask."""
    parts = values if isinstance(values, list | tuple) else [values]
    if any(np.ma.is_masked(part) for part in parts):
        raise ValueError(
            f"{argument} must not be masked, for the hidden values would be used as all others, but some are hidden; "
            f"fill them first, as in {argument}.filled(0)"
        )


def unmasked(argument: str, values: Any) -> np.ndarray:
    """Values as an array, of which no mask hides any."""
    refuse_masked(argument, values)
    return np.asarray(values)
