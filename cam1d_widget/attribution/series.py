"""Series of any accepted type as one array: frames, labeled arrays, channels first, a single series.

Names of channels and times are taken from frames and labeled arrays. Neither pandas nor xarray is imported: a caller
who passes one has imported it.
"""

from __future__ import annotations

from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from ..explanation.lengths import check_lengths, joined, own_lengths, padding
from ..explanation.times import names_and_times, rate_of, start_of
from ..validation import (
    as_float32,
    check_choice,
    check_real,
    counted,
    numpy_array,
    refuse_masked,
    shown,
    warn_if_wide,
    without_tensors,
)

__all__ = ["Series", "array_of_series", "check_series", "check_unequal", "known_samples", "read_series", "read_unequal"]


class Series(NamedTuple):
    """Values of shape (instance, time, channel), with names and times, and lengths if they are unequal."""

    values: np.ndarray
    channel_names: tuple[str, ...] | None = None
    sampling_rate: float | None = None
    start: np.ndarray | None = None
    lengths: np.ndarray | None = None


def read_unequal(
    argument: str, x: Any, layout: str = "channels_last", channels: int | None = None, lengths: Any = None
) -> Series:
    """Series that may have unequal lengths: values are cut to the longest, and NaN after the length of each.

    Parameters
    ----------
    argument, x, layout, channels
        As for :func:`read_series`; `x` may also be a list of arrays (time, channel), or end with NaN in all channels.
    lengths : array-like of int, of shape (instance,), optional
        Number of samples of each.
    """
    check_choice("layout", layout, ("channels_last", "channels_first"))
    last = layout == "channels_last"
    given = x = without_tensors(argument, x)
    if isinstance(x, list | tuple) and x and not hasattr(x[0], "columns"):
        if all(map(_is_flat, x)) and len({len(one) for one in x}) > 1:
            x = [np.expand_dims(one, 1 if last else 0) for one in x]
        given, lengths = joined(argument, x, lengths, 0 if last else 1)
    series = read_series(argument, given, layout, channels)
    values = series.values
    if values.ndim != 3 or not values.size:
        return series
    own = check_lengths(own_lengths(values) if lengths is None else lengths, *values.shape[:2])
    if own is None:
        return series
    values = values[:, : own.max()].astype(float)
    values[padding(own, values.shape[1])] = np.nan
    return series._replace(values=values, lengths=own)


def _is_flat(values: Any) -> bool:
    """Whether it holds numbers in one dim."""
    if isinstance(values, list | tuple):
        return not any(map(np.iterable, values))
    return getattr(values, "ndim", 0) == 1


def read_series(argument: str, x: Any, layout: str = "channels_last", channels: int | None = None) -> Series:
    """Series from an array, a DataFrame, a sequence of DataFrames or a DataArray.

    Parameters
    ----------
    argument : str
        Name of the caller's argument, for messages.
    x : array-like of shape (instance, time, channel) or (time, channel), DataFrame(s) or DataArray
        A DataFrame is one series, its columns are channels and its index is the time, or two levels of instance and
        time; a DataArray has the dims ``instance`` (optional), ``time`` and ``channel``.
    layout : {"channels_last", "channels_first"}
        Order of an array's dims.
    channels : int, optional
        Channels that the model takes. If it is one, an array with two dims is taken as (instance, time), and so is a
        DataFrame of several columns, unless its index holds times.
    """
    check_choice("layout", layout, ("channels_last", "channels_first"))
    if hasattr(x, "columns"):
        return _of_rows(x) if channels == 1 and _has_series_in_rows(x) else _of_frames(argument, _one_each(x))
    if isinstance(x, list | tuple) and x and all(hasattr(one, "columns") for one in x):
        return _of_frames(argument, list(x))
    if hasattr(x, "dims") and hasattr(x, "coords"):
        return _of_labeled(argument, x)
    values = array_of_series(argument, x)
    if values.ndim == 2:
        lone_channel = channels == 1 and values.shape[1] != 1
        values = np.expand_dims(values, (2 if layout == "channels_last" else 1) if lone_channel else 0)
    if layout == "channels_first" and values.ndim != 3:
        raise ValueError(f"{argument} must have shape (instance, channel, time), but has {values.shape}")
    if layout == "channels_first":
        return Series(np.moveaxis(values, 1, 2))
    if values.ndim == 3 and channels is None:
        warn_if_wide(argument, values, stacklevel=4)
    return Series(values)


def array_of_series(argument: str, x: Any) -> np.ndarray:
    """Array of numbers, or an error that states what is wrong."""
    refuse_masked(argument, x)
    plain = without_tensors(argument, x)
    try:
        values = numpy_array(plain)
    except ValueError:
        raise _uneven(argument) from None
    if values.dtype == object and not values.ndim:
        raise TypeError(
            f"{argument} must be an array of shape (instance, time, channel), but is {shown(x)}; "
            f"gather its series into one array"
        )
    if values.dtype == object and any(np.ndim(one) for one in values.flat):
        raise _uneven(argument)
    return check_real(argument, values)


def check_series(x: Any, time: int | None, channels: int | None, argument: str = "x") -> np.ndarray:
    """Series as float32 of shape (instance, time, channel), or an error that states what is wrong with them.

    Parameters
    ----------
    x : array-like
    time, channels : int or None
        Sizes that the model was built for; None for any.
    argument : str
        Name of the caller's argument.
    """
    if _is_checked(x, time, channels):
        return x
    x = array_of_series(argument, x)
    if x.ndim != 3:
        one = {1: "[np.newaxis, :, np.newaxis]", 2: "[np.newaxis]"}
        way_out = f"; pass one series as {argument}{one[x.ndim]}" if x.ndim in one else ""
        raise ValueError(f"{argument} must have shape (instance, time, channel), but has {x.shape}{way_out}")
    if not x.size:
        raise ValueError(f"{argument} must hold at least one series, but has shape {x.shape}")
    _, steps, variables = x.shape
    if (
        (time not in (None, steps) or channels not in (None, variables))
        and _fits(variables, time)
        and _fits(steps, channels)
    ):
        raise ValueError(
            f"{argument} must have shape (instance, time, channel) = (any, {time or 'any'}, {channels or 'any'}), but "
            f"has {x.shape}: the channels are first; pass layout='channels_first'"
        )
    if channels not in (None, variables):
        way_out = "; two dims are one series, (time, channel)" if len(x) == 1 else ""
        if channels == 1 and time == steps * variables:
            way_out = (
                "; if it was fitted to series in one row of values, explain a function that arranges them in the same "
                "way, such as lambda x: model.predict_proba(x.reshape(len(x), -1))"
            )
        elif channels == 1 and len(x) > 1 and time in (steps, variables):
            layout = "channels_last" if time == steps else "channels_first"
            way_out = (
                f"; for an estimator that was fitted to series of three dims, give FunctionClassifier(model, "
                f"layout={layout!r})"
            )
        raise ValueError(
            f"{argument} must have {counted(channels, 'channel')}, as the model was built for, but has shape "
            f"{x.shape}{way_out}"
        )
    if time not in (None, steps):
        raise ValueError(
            f"{argument} must have {counted(time, 'sample')}, as the model was built for, but has shape {x.shape}"
        )
    x = as_float32(argument, x, copy=False)
    if not np.isfinite(x).all():
        instances = np.flatnonzero(~np.isfinite(x).all(axis=(1, 2)))
        gaps = ", and show the gaps by dataclasses.replace(explanation, x=x)" if argument == "x" else ""
        raise ValueError(
            f"{argument} must be finite, but holds NaN or infinite values, first in instance {instances[0]}; explain "
            f"it with these filled, as the model was trained{gaps}"
        )
    return x


def _is_checked(x: Any, time: int | None, channels: int | None) -> bool:
    """Whether it is an array as it should be, found in a few microseconds; if not, the other checks decide."""
    return (
        type(x) is np.ndarray
        and x.dtype == np.float32
        and x.ndim == 3
        and x.size > 0
        and time in (None, x.shape[1])
        and channels in (None, x.shape[2])
        and isfinite(np.vdot(x, x))  # faster than looking at each value; huge values overflow
    )


def check_unequal(
    x: np.ndarray, lengths: np.ndarray | None, time: int | None, channels: int | None, argument: str = "x"
) -> np.ndarray:
    """Series as of :func:`check_series`; where they have unequal lengths, NaN after the end of each."""
    if lengths is None:
        return check_series(x, time, channels, argument)
    after = padding(lengths, x.shape[1])
    values = check_series(np.where(after[..., np.newaxis], 0.0, x), None, channels, argument)
    values[after] = np.nan
    return values


def known_samples(x: np.ndarray) -> np.ndarray:
    """Samples of series (instance, time, channel) that are not padding, as one series (1, sample, channel)."""
    after = padding(own_lengths(x), x.shape[1])
    return x[~after][np.newaxis] if after.any() else x


def _fits(size: int, wanted: int | None) -> bool:
    return wanted in (None, size)


def _uneven(argument: str) -> ValueError:
    return ValueError(
        f"{argument} must hold series of one length and one number of channels each; pad them as for training, or pass "
        f"one at a time"
    )


def _one_each(frame: Any) -> list[Any]:
    """Frame of each instance; the index has one level, or two, instance and time."""
    if frame.index.nlevels == 1:
        return [frame]
    return [frame.xs(instance, level=0) for instance in frame.index.get_level_values(0).unique()]


def _of_frames(argument: str, frames: list[Any]) -> Series:
    names = [tuple(map(str, frame.columns)) for frame in frames]
    if len({(one, len(frame)) for one, frame in zip(names, frames, strict=True)}) > 1:
        raise ValueError(
            f"{argument} must hold DataFrames of one length and one set of columns; pad them as for training, or "
            f"pass one at a time"
        )
    return Series(
        np.stack([_values(frame) for frame in frames]),
        names[0],
        rate_of(frames[0].index),
        start_of([frame.index for frame in frames]),
    )


def _has_series_in_rows(frame: Any) -> bool:
    """Whether the rows of a DataFrame are series of one channel: several columns, and no times in the index."""
    return frame.shape[1] != 1 and frame.index.nlevels == 1 and rate_of(frame.index) is None


def _of_rows(frame: Any) -> Series:
    """One series of one channel in each row; the columns are the time."""
    clock = frame.columns
    return Series(_values(frame)[..., np.newaxis], None, rate_of(clock), start_of([clock] * len(frame)))


def _values(frame: Any) -> np.ndarray:
    """Values of a DataFrame; pandas' nullable numbers become float, with NaN for gaps."""
    values: np.ndarray = frame.to_numpy()
    if values.dtype == object and all(dtype.kind in "iufb" for dtype in frame.dtypes):
        values = frame.to_numpy(float, na_value=np.nan)
    return values


def _of_labeled(argument: str, x: Any) -> Series:
    wanted = [dim for dim in ("instance", "time", "channel") if dim in x.dims]
    if wanted[-2:] != ["time", "channel"] or len(wanted) != len(x.dims):
        raise ValueError(f"{argument} must have the dims (instance, time, channel), but has {tuple(x.dims)}")
    values = x.transpose(*wanted).values
    values = values if values.ndim == 3 else values[np.newaxis]
    return Series(values, **names_and_times(x, len(values)))
