"""Rules for numbers, flags and text."""

from __future__ import annotations

import os
from math import isfinite
from typing import Any

import numpy as np

from .wording import shown

__all__ = [
    "MOST",
    "SAMPLES",
    "check_count",
    "check_flag",
    "check_index",
    "check_number",
    "check_sampling_rate",
    "check_seed",
    "check_text",
    "is_whole",
]

MOST = 2**31 - 1
"""Largest count: a larger one is a mistake, and could not be computed."""

SAMPLES = ", the samples of a series"
"""Unit of the largest window, in messages."""


def check_count(
    argument: str, value: Any, least: int = 1, most: int | None = None, unit: str = "", way_out: str = ""
) -> int:
    """Whole number from `least` to `most`."""
    limit = MOST if most is None else most
    whole = is_whole(value)
    if not whole or not least <= value <= limit:
        open_ended = most is None and not (whole and value > limit)
        rule = f", at least {least}" if open_ended else f" from {least} to {limit}{unit}"
        raise ValueError(f"{argument} must be a whole number{rule}, but is {shown(value)}{way_out}")
    return int(value)


def check_index(argument: str, value: Any, count: int, names: str = "") -> int:
    """Index below `count`."""
    return check_count(argument, value, 0, count - 1, names)


def check_seed(seed: Any) -> int:
    """Seed of numpy's and of Keras' generators."""
    return check_count("seed", seed, 0, 2**32 - 1 if is_whole(seed) and seed > MOST else None)


def check_number(
    argument: str,
    value: Any,
    *,
    above: float = -np.inf,
    least: float = -np.inf,
    below: float = np.inf,
    most: float = np.inf,
    way_out: str = "",
) -> float:
    """Finite number within these limits; `above` and `below` are exclusive."""
    number = _as_float(value)
    # Written so that NaN is refused: every comparison with it is false.
    if isfinite(number) and above < number < below and least <= number <= most:
        return number
    limits = {"above": above, "at least": least, "below": below, "at most": most}
    rule = " and".join(f" {word} {limit:g}" for word, limit in limits.items() if isfinite(limit))
    raise ValueError(f"{argument} must be a finite number{rule}, but is {shown(value)}{way_out}")


def check_sampling_rate(sampling_rate: Any) -> float | None:
    """Samples per second as a positive float, or None."""
    if sampling_rate is None:
        return None
    return check_number("sampling_rate", sampling_rate, above=0, way_out="; it is in samples per second")


def is_whole(value: Any) -> bool:
    """Whether a value is an integer; a bool or 1.0 is not."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool | np.timedelta64)


def _as_float(value: Any) -> float:
    """A number as float; NaN for anything else, and for a whole number that is too large."""
    try:
        return float(value) if is_whole(value) or isinstance(value, float | np.floating) else np.nan
    except OverflowError:
        return np.nan


def check_flag(argument: str, value: Any) -> bool:
    """Python bool, also from a numpy bool, which JSON cannot store."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{argument} must be True or False, but is {shown(value)}")
    return bool(value)


def check_text(argument: str, value: Any) -> str:
    """A str, also from a Path or a numpy str."""
    if not isinstance(value, str | os.PathLike):
        raise TypeError(f"{argument} must be a str, but is {shown(value)}")
    return str(value)
