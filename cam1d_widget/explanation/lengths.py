"""Series of unequal length, padded with NaN to one array."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..validation import as_array, check_finite, shown, unmasked

__all__ = [
    "check_lengths",
    "joined",
    "joined_maps",
    "own_lengths",
    "padded",
    "padding",
    "samples_in_words",
    "within_lengths",
]


def joined(argument: str, x: Any, lengths: Any, axis: int = 0) -> tuple[Any, Any]:
    """Series with their lengths: a list of series of unequal length is padded with NaN, anything else stays as it is.

    Parameters
    ----------
    argument : str
        Name of the caller's argument.
    x : array-like, or list of array-like
    lengths : array-like of int, of shape (instance,), or None
        As the caller gave them.
    axis : int
        Axis of time in one series.
    """
    if not isinstance(x, list | tuple) or not any(map(np.iterable, x)):
        return x, lengths
    series = [as_array(argument, one) for one in x]
    if len({one.shape for one in series}) < 2:
        return x, lengths
    if not all(one.ndim for one in series) or len({_others(one, axis) for one in series}) > 1:
        raise ValueError(
            f"{argument} must hold series of the same channels, but they have the shapes "
            f"{shown(list(dict.fromkeys(one.shape for one in series)))}"
        )
    own = [one.shape[axis] for one in series]
    if lengths is not None and not np.array_equal(lengths, own):
        raise ValueError(f"lengths must be those of the series, {shown(own)}, but is {shown(lengths)}; leave it out")
    return padded(series, axis), own


def _others(array: np.ndarray, axis: int) -> tuple[int, ...]:
    """Sizes of all dims but one."""
    return tuple(np.delete(array.shape, axis).tolist())


def padded(series: list[np.ndarray], axis: int, samples: int | None = None) -> np.ndarray:
    """One array of arrays of unequal length along their axis of time, padded with NaN to the longest or `samples`."""
    shape = np.max([one.shape for one in series], axis=0)
    shape[axis] = shape[axis] if samples is None else samples
    array = np.full((len(series), *shape), np.nan)
    for place, one in zip(array, series, strict=True):
        np.moveaxis(place, axis, 0)[: one.shape[axis]] = np.moveaxis(one, axis, 0)
    return array


def joined_maps(name: str, maps: Any, lengths: np.ndarray | None, samples: int) -> Any:
    """Maps; a list of one array for each series, each of the series' length along one axis, is padded with NaN."""
    if lengths is None or not isinstance(maps, list | tuple) or len(maps) != len(lengths):
        return maps
    each = [as_array(name, one) for one in maps]
    dims = {one.ndim for one in each}
    axes = range(dims.pop()) if len(dims) == 1 else ()
    axis = next((axis for axis in axes if [one.shape[axis] for one in each] == lengths.tolist()), None)
    if axis is None or len({_others(one, axis) for one in each}) > 1:
        return maps
    return padded(each, axis, samples)


def check_lengths(lengths: Any, instances: int, samples: int) -> np.ndarray | None:
    """Lengths as int of shape (instance,); None if all series have `samples` samples."""
    if lengths is None:
        return None
    given = unmasked("lengths", lengths)
    whole = given.shape == (instances,) and np.issubdtype(given.dtype, np.integer)
    if not whole or ((given < 1) | (given > samples)).any():
        raise ValueError(
            f"lengths must hold the number of samples, from 1 to {samples}, of each of {instances} series, but is "
            f"{shown(lengths)}"
        )
    return None if (given == samples).all() else given.astype(np.int64)


def own_lengths(values: np.ndarray) -> np.ndarray:
    """Number of samples of each series or map (instance, time, channel): what follows is NaN in all channels."""
    if not np.issubdtype(values.dtype, np.floating) or not np.isnan(values[:, -1:]).any():
        return np.full(len(values), values.shape[1])
    known = ~np.isnan(values).all(axis=2)
    return np.where(known.any(axis=1), values.shape[1] - known[:, ::-1].argmax(axis=1), values.shape[1])


def padding(lengths: np.ndarray, samples: int) -> np.ndarray:
    """Which samples are padding, bool of shape (instance, time)."""
    return np.arange(samples) >= lengths[:, np.newaxis]


def within_lengths(name: str, maps: np.ndarray, lengths: np.ndarray | None, axis: int) -> np.ndarray:
    """Maps, in place NaN after the length of each series along an axis; an error if they are not finite before it."""
    if lengths is None:
        return check_finite(name, maps)
    after = padding(lengths, maps.shape[axis])
    by_time = np.moveaxis(maps, axis, 1)
    by_time[after] = 0.0
    check_finite(name, maps)
    by_time[after] = np.nan
    return maps


def samples_in_words(x: np.ndarray, lengths: np.ndarray | None) -> str:
    """Number of samples of series (instance, time, channel), such as "300 samples" or "80 to 300 samples"."""
    if lengths is None or lengths.min() == lengths.max():
        return f"{x.shape[1] if lengths is None else lengths[0]} samples"
    return f"{lengths.min()} to {lengths.max()} samples"
