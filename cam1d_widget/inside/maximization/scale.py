"""Mean and standard deviation of each channel, for comparing channels of different units."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["Scale"]


class Scale(NamedTuple):
    """Mean and standard deviation of each channel.

    Channels are measured in different units, so that the norm of the raw values means little: a *deviation* is the
    distance from the channel's mean, in standard deviations.

    Attributes
    ----------
    center, spread : ndarray of shape (channel,)
    """

    center: np.ndarray
    spread: np.ndarray

    @classmethod
    def of(cls, data: np.ndarray) -> Scale:
        """Scale of series of shape (instance, time, channel); a constant channel has spread one."""
        spread = data.std(axis=(0, 1), dtype=np.float64)
        return cls(data.mean(axis=(0, 1), dtype=np.float64), np.where(spread > 0, spread, 1.0))

    @classmethod
    def plain(cls, channels: int) -> Scale:
        """Numbers as they are."""
        return cls(np.zeros(channels), np.ones(channels))

    def deviations(self, x: np.ndarray) -> np.ndarray:
        """Series in standard deviations from the mean."""
        return (x - self.center) / self.spread

    def series(self, deviations: np.ndarray) -> np.ndarray:
        """Series of these deviations, as float32."""
        return (self.center + deviations * self.spread).astype(np.float32)

    def norms(self, x: np.ndarray) -> np.ndarray:
        """Euclidean norm of each series' deviations over time and channel, of shape (instance,)."""
        return lengths(self.deviations(x))


def lengths(values: np.ndarray) -> np.ndarray:
    """Euclidean norm over time and channel, of shape (instance,)."""
    return np.sqrt((values.astype(np.float64) ** 2).sum(axis=(1, 2)))
