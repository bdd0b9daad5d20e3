"""Baselines by name: the values that replace a segment, as a function of the series.

Which one is right depends on what the absence of a signal means for a sensor, and different ones favor different
methods; they have names so that they can be compared. An array is a baseline as well: zero, a mean of each channel, a
reference series. These are defined for a whole series, so that path methods and soft masks can use them. Baselines that
depend on the segment and on the values around it are a :class:`PieceBaseline`, which only methods that replace whole
segments can use.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from ...validation import check_count, check_number, check_seed, unmasked
from ..series import check_series

__all__ = ["Blur", "LinearBridge", "LocalMean", "Noise", "PieceBaseline", "Swap", "channel_mean"]


def channel_mean(background: np.ndarray) -> np.ndarray:
    """Mean of each channel over a background of shape (instance, time, channel): the baseline (channel,)."""
    background = check_series(background, None, None, "background")
    return np.asarray(background.mean(axis=(0, 1), dtype=np.float64), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Noise:
    """Gaussian noise with the mean and the standard deviation of each channel.

    Parameters
    ----------
    background : ndarray of shape (instance, time, channel), optional
        Series to take mean and deviation from. Default: each series' own.
    seed : int
        The same for every series, so that none depends on the others of its batch.
    """

    background: np.ndarray | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        check_seed(self.seed)
        if self.background is not None:
            check_series(self.background, None, None, "background")

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Noise of shape (instance, time, channel)."""
        known, axis = (x, (1,)) if self.background is None else (unmasked("background", self.background), (0, 1))
        draws = np.random.default_rng(self.seed).normal(size=x.shape[1:])
        return np.asarray(known.mean(axis, keepdims=True) + known.std(axis, keepdims=True) * draws)


@dataclass(frozen=True, eq=False)
class Swap:
    """Another series of a background, drawn at random.

    Parameters
    ----------
    background : ndarray of shape (instance, time, channel)
        Series to draw from, as long as the explained ones. A series is never swapped with itself.
    seed : int
        The same for every series, so that none depends on the others of its batch.
    """

    background: np.ndarray
    seed: int = 0

    def __post_init__(self) -> None:
        check_seed(self.seed)
        check_series(self.background, None, None, "background")

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """For each series the first of the shuffled background that differs from it."""
        background = unmasked("background", self.background)
        if background.shape[1:] != x.shape[1:]:
            raise ValueError(
                f"background must have shape (instance, time, channel) = (any, {x.shape[1]}, {x.shape[2]}) "
                f"to be swapped in, but has {background.shape}"
            )
        shuffled = np.random.default_rng(self.seed).permutation(background)
        return np.stack([self._another(one, shuffled) for one in x])

    def _another(self, x: np.ndarray, shuffled: np.ndarray) -> np.ndarray:
        for other in shuffled:
            if not np.array_equal(other, x):
                return np.asarray(other)
        raise ValueError("background must hold a series other than the explained one, but holds only that")


@dataclass(frozen=True)
class Blur:
    """The series itself, smoothed by a Gaussian: without fast events.

    Parameters
    ----------
    sigma : float
        Standard deviation of the Gaussian, in samples. The first and last values continue beyond the ends.
    """

    sigma: float = 10

    def __post_init__(self) -> None:
        check_number("sigma", self.sigma, above=0)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Smooth series, of shape (instance, time, channel)."""
        radius = int(np.ceil(4 * self.sigma))
        taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / self.sigma) ** 2)
        held = np.pad(x, ((0, 0), (radius, radius), (0, 0)), mode="edge")
        smooth = np.zeros(x.shape)
        for first, share in enumerate(taps / taps.sum()):
            smooth += share * held[:, first : first + x.shape[1]]
        return smooth


class PieceBaseline(ABC):
    """Replacement values that depend on the segment and on the values around it.

    Attributes
    ----------
    reach : int
        Samples on either side of a segment that the values depend on.
    """

    reach: int

    @abstractmethod
    def fill(self, x: np.ndarray, gone: np.ndarray) -> np.ndarray:
        """Values of the removed samples; the others are undefined.

        If a whole channel is removed, its mean replaces it.

        Parameters
        ----------
        x : ndarray of shape (time, channel)
            One series.
        gone : ndarray of bool, of shape (..., time, channel or 1)
            Removed samples, in one or several variants.

        Returns
        -------
        ndarray of shape (..., time, channel)
        """


@dataclass(frozen=True)
class LinearBridge(PieceBaseline):
    """A straight line from the last value before a gap to the first one after it.

    There is no step at the edges, which a convolution would detect as an event. At the ends of the series, the line is
    constant.
    """

    reach = 1

    def fill(self, x: np.ndarray, gone: np.ndarray) -> np.ndarray:
        """Line between the edges of each gap."""
        before, after = _edges(gone, x.shape)
        last = len(x) - 1
        left = np.take_along_axis(
            np.broadcast_to(x, before.shape), np.where(before < 0, after, before).clip(0, last), -2
        )
        right = np.take_along_axis(np.broadcast_to(x, before.shape), np.where(after > last, before, after).clip(0), -2)
        share = (np.arange(len(x))[:, np.newaxis] - before) / np.maximum(after - before, 1)
        return np.where((before < 0) & (after > last), x.mean(axis=0), left + share * (right - left))


@dataclass(frozen=True)
class LocalMean(PieceBaseline):
    """The mean of each channel in the neighborhood of a gap.

    Parameters
    ----------
    width : int
        Samples on either side of the gap; those that are not removed are averaged.
    """

    width: int = 25

    def __post_init__(self) -> None:
        check_count("width", self.width)

    @property
    def reach(self) -> int:  # type: ignore[override]
        """Samples on either side of a segment that the values depend on."""
        return self.width

    def fill(self, x: np.ndarray, gone: np.ndarray) -> np.ndarray:
        """Mean of the remaining values within `width` samples of each gap."""
        before, after = _edges(gone, x.shape)
        kept = np.broadcast_to(~gone, before.shape)
        first, stop = np.maximum(before + 1 - self.width, 0), np.minimum(after + self.width, len(x))
        total, count = (_sums(values, first, stop) for values in (np.where(kept, x, 0), kept))
        return np.where(count > 0, total / np.maximum(count, 1), x.mean(axis=0))


def _edges(gone: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Last remaining sample at or before each, -1 for none, and the first at or after it, the length for none."""
    gone = np.broadcast_to(gone, (*gone.shape[:-2], *shape))
    time = np.arange(shape[0])[:, np.newaxis]
    before = np.maximum.accumulate(np.where(gone, -1, time), axis=-2)
    after = np.minimum.accumulate(np.where(gone, shape[0], time)[..., ::-1, :], axis=-2)[..., ::-1, :]
    return before, after


def _sums(values: np.ndarray, first: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Sum of the values from `first` to before `stop`, along time."""
    running = np.cumsum(values, axis=-2, dtype=np.float64)
    running = np.concatenate([np.zeros_like(running[..., :1, :]), running], axis=-2)
    return np.asarray(np.take_along_axis(running, stop, -2) - np.take_along_axis(running, first, -2))
