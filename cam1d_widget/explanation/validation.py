"""Checks of arguments that belong to an explanation: classes, dates, receptive fields and maps."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from ..validation import check_class, check_index, counted, finite, is_sequence, shaped, shown, unmasked

__all__ = [
    "check_receptive_field",
    "check_start",
    "check_targets",
    "held_once",
    "place_of_map",
    "shaped_as_map",
    "with_target",
]


def check_targets(targets: Any, instances: int, classes: int) -> np.ndarray:
    """Class indices as int, of shape (instance, target); from one class per instance, of shape (instance,), as well."""
    targets = unmasked("targets", targets)
    if targets.ndim == 1:
        targets = targets[:, np.newaxis]
    if targets.size and not np.issubdtype(targets.dtype, np.integer):
        raise TypeError(f"targets must hold class indices, but holds {targets.dtype}")
    shaped("targets", targets, "(instance, target)", (instances, None))
    wrong = targets[(targets < 0) | (targets >= classes)]
    if wrong.size:
        raise ValueError(f"targets must be class indices from 0 to {classes - 1}, but hold {wrong[0]}")
    return targets.astype(np.int64)


def check_start(start: Any, instances: int, sampling_rate: float | None) -> np.ndarray | None:
    """Date and time of each instance's first sample, without a time zone: times with one are converted to UTC."""
    if start is None:
        return None
    if sampling_rate is None:
        raise ValueError("start must come with sampling_rate, which determines the times of all later samples")
    several = list(start) if is_sequence(start) else [start] * instances
    moments = np.array([_moment(one) for one in several], dtype="datetime64[ns]")
    if moments.shape != (instances,) or np.isnat(moments).any():
        raise ValueError(
            f"start must be one date, or one for each of {counted(instances, 'instance')}, but is {shown(start)}"
        )
    return moments


def _moment(one: Any) -> np.datetime64:
    try:
        if getattr(one, "tzinfo", None) is not None:
            one = one.astimezone(UTC).replace(tzinfo=None)
        if isinstance(one, int | float):
            raise TypeError
        moment = np.datetime64(one, "ns")
        year = np.datetime64(one).astype("datetime64[Y]")
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"start must be a datetime, datetime64 or Timestamp, but is {shown(one)}") from None
    if not np.isnat(year) and moment.astype("datetime64[Y]") != year:  # nanoseconds are counted in 64 bits
        raise ValueError(f"start must be a date between the years 1678 and 2261, but is {shown(one)}")
    return moment


# Series in use, by their shape, so that equal series share one array.
_HELD: WeakValueDictionary[tuple[int, ...], np.ndarray] = WeakValueDictionary()


def held_once(values: np.ndarray) -> np.ndarray:
    """An equal array that is already in use, or else this one.

    A cell that is run again makes another widget of the same series, and notebooks keep the earlier ones.
    """
    held = _HELD.get(values.shape)
    if held is None or not _equal(held, values):
        held = _HELD[values.shape] = values
    return held


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    # Only series with gaps or padding need the slower comparison.
    return np.array_equal(one, other) or (bool(np.isnan(one).any()) and np.array_equal(one, other, equal_nan=True))


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


def with_target(values: np.ndarray, targets: np.ndarray, dims: int) -> np.ndarray:
    """Values of dims (instance, target, ...), whose axis of targets may be left out for one class per instance."""
    return values[:, np.newaxis] if values.ndim == dims - 1 and targets.shape[1] == 1 else values


def shaped_as_map(name: str, values: np.ndarray, shape: tuple[int, ...]) -> None:
    """Refuse maps that do not have a map for each target, of every channel or of all together."""
    if values.shape not in (shape, (*shape[:-1], 1)):
        raise ValueError(
            f"{name} must have shape (instance, target, time, channel) = {shape}, or channel of size 1, "
            f"but has {values.shape}"
        )


def place_of_map(targets: np.ndarray, class_names: tuple[str, ...], instance: Any, target: Any) -> tuple[int, int]:
    """Instance, and column of `targets` (instance, target) that holds a class; an error if it was not explained."""
    explained = targets[check_index("instance", instance, len(targets))]
    columns = np.flatnonzero(explained == check_class("target", target, class_names))
    if not len(columns):
        if (explained < 0).all():
            raise ValueError(f"instance must have maps, but instance {instance} was skipped when the store was written")
        raise ValueError(
            f"target must be a class that was explained on instance {instance}, one of {explained.tolist()}, but is "
            f"{target!r}"
        )
    return instance, int(columns[0])
