"""What stands in a piece's place: named baselines, each an array that broadcasts to x, or a function of x.

Which one is right depends on what "nothing" means for a sensor, and different ones crown different methods; so they are
here by name, to be compared. An array is one already: zero, a mean of each channel, a reference series. These are made
for a whole series, so that path methods and soft masks can use them, too. Those that look at the piece and at what is
left around it are a :class:`PieceBaseline`, which only methods that take whole pieces away can use.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from ...explanation.validation import check_count, check_number, check_seed, unmasked

__all__ = ["Blur", "LinearBridge", "LocalMean", "Noise", "PieceBaseline", "Swap", "channel_mean"]


def channel_mean(background: np.ndarray) -> np.ndarray:
    """Mean of each channel over a background of shape (instance, time, channel): the baseline (channel,)."""
    return np.asarray(background.mean(axis=(0, 1), dtype=np.float64), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Noise:
    """Gaussian noise with the mean and the standard deviation of each channel.

    Parameters
    ----------
    background : ndarray of shape (instance, time, channel), optional
        Series to take mean and deviation from. Default: each series' own.
    seed : int
        The same for every series, so that none depends on those beside it.
    """

    background: np.ndarray | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        check_seed(self.seed)

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
        The same for every series, so that none depends on those beside it.
    """

    background: np.ndarray
    seed: int = 0

    def __post_init__(self) -> None:
        check_seed(self.seed)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """For each series the first of the shuffled background that is another one."""
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
        raise ValueError("background must hold another series than the one that is explained, but holds it alone")


@dataclass(frozen=True)
class Blur:
    """The series itself, smoothed by a Gaussian: what is left has no fast events.

    Parameters
    ----------
    sigma : float
        Standard deviation of the Gaussian, in samples. The series is held beyond its ends.
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
    """What stands in a piece's place where that depends on the piece and on what is left around it.

    Attributes
    ----------
    reach : int
        Samples on either side of a piece that it looks at.
    """

    reach: int

    @abstractmethod
    def fill(self, x: np.ndarray, gone: np.ndarray) -> np.ndarray:
        """Values that stand where samples are gone; elsewhere they mean nothing.

        Where a channel has nothing left, its mean stands.

        Parameters
        ----------
        x : ndarray of shape (time, channel)
            One series.
        gone : ndarray of bool, of shape (..., time, channel or 1)
            Samples that are taken away, in one way or in many.

        Returns
        -------
        ndarray of shape (..., time, channel)
        """


@dataclass(frozen=True)
class LinearBridge(PieceBaseline):
    """A straight line from the last value in front of a gap to the first one behind it.

    No step is left at the edges, which a convolution would see as an event. At the ends of the series, the line is
    level.
    """

    reach = 1

    def fill(self, x: np.ndarray, gone: np.ndarray) -> np.ndarray:
        """Line between the edges of each gap."""
        front, behind = _edges(gone, x.shape)
        last = len(x) - 1
        left = np.take_along_axis(np.broadcast_to(x, front.shape), np.where(front < 0, behind, front).clip(0, last), -2)
        right = np.take_along_axis(np.broadcast_to(x, front.shape), np.where(behind > last, front, behind).clip(0), -2)
        share = (np.arange(len(x))[:, np.newaxis] - front) / np.maximum(behind - front, 1)
        return np.where((front < 0) & (behind > last), x.mean(axis=0), left + share * (right - left))


@dataclass(frozen=True)
class LocalMean(PieceBaseline):
    """The mean of each channel in the neighborhood of a gap.

    Parameters
    ----------
    width : int
        Samples on either side of the gap, of which those that are left count.
    """

    width: int = 25

    def __post_init__(self) -> None:
        check_count("width", self.width)

    @property
    def reach(self) -> int:  # type: ignore[override]
        """Samples on either side of a piece that it looks at."""
        return self.width

    def fill(self, x: np.ndarray, gone: np.ndarray) -> np.ndarray:
        """Mean of what is left within `width` samples of each gap."""
        front, behind = _edges(gone, x.shape)
        kept = np.broadcast_to(~gone, front.shape)
        first, stop = np.maximum(front + 1 - self.width, 0), np.minimum(behind + self.width, len(x))
        total, count = (_sums(values, first, stop) for values in (np.where(kept, x, 0), kept))
        return np.where(count > 0, total / np.maximum(count, 1), x.mean(axis=0))


def _edges(gone: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Last sample that is left at or in front of each, -1 for none, and first at or behind it, the length for none."""
    gone = np.broadcast_to(gone, (*gone.shape[:-2], *shape))
    time = np.arange(shape[0])[:, np.newaxis]
    front = np.maximum.accumulate(np.where(gone, -1, time), axis=-2)
    behind = np.minimum.accumulate(np.where(gone, shape[0], time)[..., ::-1, :], axis=-2)[..., ::-1, :]
    return front, behind


def _sums(values: np.ndarray, first: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Sum of the values from `first` to in front of `stop`, along time."""
    running = np.cumsum(values, axis=-2, dtype=np.float64)
    running = np.concatenate([np.zeros_like(running[..., :1, :]), running], axis=-2)
    return np.asarray(np.take_along_axis(running, stop, -2) - np.take_along_axis(running, first, -2))
