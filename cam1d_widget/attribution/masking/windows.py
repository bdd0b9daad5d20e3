"""Segments of a series: windows in time, sliding or adjacent, or the intervals between change points.

Replacing single samples is expensive and shows little, since a network responds to events. Slices are therefore
replaced as a whole, one channel at a time or all together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...validation import MOST, SAMPLES, check_choice, check_count, check_list, indices, shown

__all__ = ["Slices", "check_change_points", "check_channels", "pooled", "windows"]

ChangePoints = Sequence[int] | np.ndarray | None
"""Samples at which one slice ends and the next begins."""


@dataclass(frozen=True, eq=False)
class Slices:
    """Windows of a series of `length` samples.

    Attributes
    ----------
    start, stop : ndarray of int, of shape (window,)
        First sample of each window, and one past its last sample.
    length : int
        Samples of the series.
    """

    start: np.ndarray
    stop: np.ndarray
    length: int

    @classmethod
    def sliding(cls, length: int, size: int, stride: int) -> Slices:
        """Windows of one size that cover every sample, usually several times."""
        start = windows(length, size, stride)
        return cls(start, start + size, length)

    @classmethod
    def apart(
        cls,
        length: int,
        size: int | None = None,
        change_points: ChangePoints = None,
        argument: str = "change_points",
    ) -> Slices:
        """Adjacent windows, so that each sample is in exactly one.

        Parameters
        ----------
        length : int
            Samples of the series.
        size : int, optional
            Samples in a window; the last one may have fewer. Default: a tenth of the series.
        change_points : sequence of int, optional
            Samples at which windows begin, instead of `size`; sample 0 may be omitted.
        argument : str
            Name of the caller's argument that holds the change points.
        """
        if change_points is not None:
            if size is not None:
                raise ValueError("size and change_points exclude each other: give one of them")
            start = check_change_points(change_points, length, argument)
        else:
            size = -(-length // 10) if size is None else size
            _must_fit(size, length)
            start = np.arange(0, length, size)
        return cls(start, np.append(start[1:], length), length)

    def __len__(self) -> int:
        return len(self.start)

    @property
    def sizes(self) -> np.ndarray:
        """Samples in each window, of shape (window,)."""
        return self.stop - self.start

    @property
    def of_sample(self) -> np.ndarray:
        """Window that each sample is in, of shape (time,), of adjacent windows."""
        return np.repeat(np.arange(len(self)), self.sizes)

    def averaged(self, values: np.ndarray) -> np.ndarray:
        """Mean over the windows that cover a sample: (..., window, channel) to (..., time, channel)."""
        spread = np.zeros((*values.shape[:-2], self.length, values.shape[-1]), values.dtype)
        cover = np.zeros((self.length, 1), values.dtype)
        for window, (start, stop) in enumerate(zip(self.start, self.stop, strict=True)):
            spread[..., start:stop, :] += values[..., window, np.newaxis, :]
            cover[start:stop] += 1
        return np.asarray(spread / cover)

    def divided(self, values: np.ndarray) -> np.ndarray:
        """Each window's value divided evenly among its samples: (..., window, channel) to (..., time, channel)."""
        return np.asarray((values / self.sizes[:, np.newaxis])[..., self.of_sample, :])


def check_channels(channels: str) -> None:
    """Refuse a value that is not "each" (one channel at a time) or "all"."""
    check_choice("channels", channels, ("each", "all"))


def windows(length: int, size: int, stride: int) -> np.ndarray:
    """First samples of windows that cover every sample, the last one moved to end with the series.

    Returns
    -------
    ndarray of int, of shape (window,)
    """
    _must_fit(size, length)
    check_count("stride", stride, most=size, unit=", the size of a window, or samples are left out")
    first = np.arange(0, length - size + 1, stride)
    return first if first[-1] == length - size else np.append(first, length - size)


def pooled(
    values: np.ndarray,
    window: int | None = None,
    change_points: ChangePoints = None,
    *,
    argument: str = "change_points",
) -> np.ndarray:
    """Map in which every sample has the mean of its window; the sum of the map is preserved.

    Parameters
    ----------
    values : ndarray of shape (..., time, channel)
        One map or many.
    window : int, optional
        Samples in a window; the last one may have fewer. Default: a tenth of the series.
    change_points : sequence of int, optional
        Samples at which windows begin, instead of `window`.
    argument : str
        Name of the caller's argument that holds the change points.

    Returns
    -------
    ndarray like `values`
    """
    values = np.asarray(values)
    if values.ndim < 2:
        raise ValueError(f"values must have shape (..., time, channel), but has {values.shape}")
    if window is not None and change_points is not None:
        raise ValueError("window and change_points exclude each other: give one of them")
    if window is not None:
        check_count("window", window, most=values.shape[-2], unit=SAMPLES)
    slices = Slices.apart(values.shape[-2], window, change_points, argument)
    sums = np.add.reduceat(values, slices.start, axis=-2, dtype=np.float64)
    return slices.divided(sums).astype(values.dtype)


def _must_fit(size: int, length: int) -> None:
    check_count("size", size, most=length, unit=SAMPLES)


def check_change_points(change_points: Any, length: int = MOST, argument: str = "change_points") -> np.ndarray:
    """First samples of the windows between change points."""
    rule = "samples in ascending order"
    given = check_list(argument, change_points, rule)
    points = indices(argument, given, length, rule) if given else np.zeros(0, int)
    if points.ndim != 1 or (np.diff(points) <= 0).any():
        raise ValueError(f"{argument} must be {rule}, but is {shown(change_points)}")
    return np.union1d([0], points)
