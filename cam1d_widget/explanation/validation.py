"""Checks of arguments, each error in one sentence: the argument, the rule, what was passed, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import UTC
from math import isfinite
from typing import Any
from weakref import WeakValueDictionary

import numpy as np


def check_count(
    argument: str, value: Any, least: int = 1, most: int | None = None, unit: str = "", way_out: str = ""
) -> None:
    """Refuse a value that is not a whole number from `least` to `most`."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        rule = f", at least {least}" if most is None else f" from {least} to {most}{unit}"
        raise ValueError(f"{argument} must be a whole number{rule}, but is {value!r}{way_out}")


def check_index(argument: str, value: Any, count: int, names: str = "") -> int:
    """Index that is one of `count`."""
    check_count(argument, value, 0, count - 1, names)
    return int(value)


def check_seed(seed: Any) -> None:
    """Refuse a value that cannot seed numpy's generators."""
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


def check_real(argument: str, values: np.ndarray) -> np.ndarray:
    """The values; an error if they are not real numbers."""
    if values.dtype.kind not in "iufb":
        raise TypeError(f"{argument} must hold real numbers, but holds {values.dtype}")
    return values


def check_finite(argument: str, values: np.ndarray, way_out: str = "") -> np.ndarray:
    """The values; an error if some are NaN or infinite."""
    wrong = np.count_nonzero(~np.isfinite(values))
    if wrong:
        raise ValueError(f"{argument} must be finite, but holds {wrong} NaN or infinite values{way_out}")
    return values


def check_names(argument: str, names: Sequence[str] | None, noun: str, count: int) -> tuple[str, ...]:
    """Names as a tuple of str, one of each; numbered nouns by default."""
    if names is None:
        return tuple(f"{noun} {index}" if noun else "" for index in range(count))
    if isinstance(names, str):
        raise TypeError(f"{argument} must be a sequence of {count} names, but is one str, {names!r}")
    if isinstance(names, Mapping | Set) or not hasattr(names, "__len__"):
        raise TypeError(f"{argument} must be a sequence of {count} names, but is a {type(names).__name__}")
    if len(names) != count:
        raise ValueError(f"{argument} must hold {count} names, but holds {len(names)}")
    return tuple(str(name) for name in names)


def check_targets(targets: Any, instances: int, classes: int) -> np.ndarray:
    """Class indices as int, of shape (instance, target)."""
    targets = unmasked("targets", targets)
    if targets.size and not np.issubdtype(targets.dtype, np.integer):
        raise TypeError(f"targets must hold class indices, but holds {targets.dtype}")
    shaped("targets", targets, "(instance, target)", (instances, None))
    wrong = targets[(targets < 0) | (targets >= classes)]
    if wrong.size:
        raise ValueError(f"targets must be class indices from 0 to {classes - 1}, but hold {wrong[0]}")
    return targets.astype(np.int64)


def check_sampling_rate(sampling_rate: Any) -> float | None:
    """Samples per second as a positive float, or None."""
    if sampling_rate is None:
        return None
    check_number("sampling_rate", sampling_rate, above=0, way_out="; it is in samples per second")
    return float(sampling_rate)


def check_start(start: Any, instances: int, sampling_rate: float | None) -> np.ndarray | None:
    """Date and time of each instance's first sample, without a time zone: times with one are converted to UTC."""
    if start is None:
        return None
    if sampling_rate is None:
        raise ValueError("start must come with sampling_rate, which determines the times of all later samples")
    several = (
        start if np.ndim(start) or (hasattr(start, "__len__") and not isinstance(start, str)) else [start] * instances
    )
    moments = np.array([_moment(one) for one in several], dtype="datetime64[ns]")
    if moments.shape != (instances,) or np.isnat(moments).any():
        raise ValueError(f"start must be one date, or one for each of {instances} instances, but is {start!r}")
    return moments


def _moment(one: Any) -> np.datetime64:
    try:
        if getattr(one, "tzinfo", None) is not None:
            one = one.astimezone(UTC).replace(tzinfo=None)
        if isinstance(one, int | float):
            raise TypeError
        return np.datetime64(one, "ns")
    except (TypeError, ValueError):
        raise TypeError(f"start must be a datetime, datetime64 or Timestamp, but is {one!r}") from None


def finite(name: str, values: Any) -> np.ndarray:
    """Numbers as float32, none of them NaN or infinite."""
    return check_finite(name, numbers(name, values))


def with_gaps(name: str, values: Any) -> np.ndarray:
    """Numbers as float32, none of them infinite; NaN is a gap."""
    values = numbers(name, values)
    if np.isinf(values).any():
        raise ValueError(
            f"{name} must be finite, or NaN for a gap, but holds {np.count_nonzero(np.isinf(values))} infinite values"
        )
    return values


# Series in use, by their shape, so that equal series share one array.
_HELD: WeakValueDictionary[tuple[int, ...], np.ndarray] = WeakValueDictionary()


def held_once(values: np.ndarray) -> np.ndarray:
    """An array of these numbers that is already in use, if there is one.

    A cell that is run again makes another widget of the same series, and notebooks keep the earlier ones.
    """
    held = _HELD.get(values.shape)
    if held is None or not np.array_equal(held, values):
        held = _HELD[values.shape] = values
    return held


def numbers(name: str, values: Any, dtype: type = np.float32) -> np.ndarray:
    """Real numbers as a copy, so that an explanation does not change when the caller's array does."""
    values = check_real(name, unmasked(name, values))
    return as_float32(name, values) if dtype is np.float32 else values.astype(dtype)


def within(name: str, values: np.ndarray, least: float, most: float = np.inf) -> np.ndarray:
    """Numbers from `least` to `most`, with a tolerance for rounding; NaN is allowed."""
    wrong = values[(values < least - 1e-6) | (values > most + 1e-6)]
    if wrong.size:
        rule = f"from {least:g} to {most:g}" if np.isfinite(most) else f"at least {least:g}"
        raise ValueError(f"{name} must be {rule}, but holds {wrong[0]:g}")
    return values


def check_receptive_field(values: Any, samples: int) -> np.ndarray:
    """First sample, one past the last sample, and center of each step, float of shape (step, 3)."""
    field = finite("receptive_field", values).astype(float)
    shaped("receptive_field", field, "(step, 3)", (None, 3))
    start, stop = field[:, 0], field[:, 1]
    if ((start < 0) | (start > stop) | (stop > samples)).any():
        raise ValueError(
            f"receptive_field must hold samples with 0 <= start <= stop <= {samples}, but holds from "
            f"{field[:, :2].min():g} to {field[:, :2].max():g}"
        )
    return field


def check_mapping(name: str, values: Any) -> Mapping[str, Any]:
    """Values by the label of a method."""
    if not isinstance(values, Mapping):
        raise TypeError(f"{name} must be a mapping from labels of methods, but is a {type(values).__name__}")
    wrong = [label for label in values if not isinstance(label, str)]
    if wrong:
        raise TypeError(f"{name} must name methods by str, but has the key {wrong[0]!r}; give str({wrong[0]!r})")
    return values


def check_flag(argument: str, value: Any) -> bool:
    """Python bool, also from a numpy bool, which JSON cannot store."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{argument} must be True or False, but is {value!r}")
    return bool(value)


def shaped(name: str, values: np.ndarray, dims: str, shape: tuple[int | None, ...]) -> None:
    """Refuse an array of another shape; None is any size."""
    if values.ndim != len(shape) or any(want not in (None, got) for want, got in zip(shape, values.shape, strict=True)):
        wanted = f" = {shape}".replace("None", "any") if any(shape) else ""
        raise ValueError(f"{name} must have shape {dims}{wanted}, but has {values.shape}")


def shaped_as_map(name: str, values: np.ndarray, shape: tuple[int, ...]) -> None:
    """Refuse maps that do not have a map for each target, of every channel or of all together."""
    if values.shape not in (shape, (*shape[:-1], 1)):
        raise ValueError(
            f"{name} must have shape (instance, target, time, channel) = {shape}, or channel of size 1, "
            f"but has {values.shape}"
        )
