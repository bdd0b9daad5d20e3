"""Penalties that keep generated series similar to real ones, each with its gradient.

All act on deviations, in standard deviations of each channel, of shape (solution, time, channel), and are means over
time and channel, so that a weight means the same for every length. Of real series they are about one.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

__all__ = ["Nearness", "Penalties", "Penalty", "Size", "Smoothness", "Variation", "similarity_gradient"]

_TINY = 1e-6
# Parts of a frequency's own power, and of the mean power of all, that are added to its covariance to make it regular.
_SHRUNK, _FLOOR = 0.02, 1e-3


class Penalty(Protocol):
    """Penalty of deviations."""

    def __call__(self, deviations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Penalties of shape (solution,), and their gradient with respect to the deviations."""


class Size:
    """Mean square: the soft form of a bound on the norm."""

    def __call__(self, deviations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Penalties and their gradient."""
        return _quadratic(deviations, deviations)


class Variation:
    """Total variation: mean change from one sample to the next."""

    def __call__(self, deviations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Penalties and their gradient."""
        change = np.diff(deviations, axis=1)
        size = np.sqrt(change**2 + _TINY)
        count = deviations[0].size
        slope = np.zeros_like(deviations)
        slope[:, 1:] += change / size
        slope[:, :-1] -= change / size
        return size.sum(axis=(1, 2)) / count, slope / count


class Smoothness:
    """Power, weighted by the square of its frequency as a part of the highest that samples can carry."""

    def __call__(self, deviations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Penalties and their gradient."""
        length = deviations.shape[1]
        weights = (2 * np.fft.rfftfreq(length)) ** 2
        spectrum = np.fft.rfft(deviations, axis=1) * weights[:, np.newaxis]
        return _quadratic(deviations, np.fft.irfft(spectrum, length, axis=1))


class Nearness:
    """Mahalanobis distance, squared, under the covariance of real series: over channels, frequency by frequency.

    Windows are cut anywhere from longer recordings, so that their covariance over time is that of a stationary
    process, and decomposes into one small matrix per frequency: its estimate is stable with a few dozen series.

    Parameters
    ----------
    real : ndarray of shape (instance, time, channel)
        Deviations of real series.
    """

    def __init__(self, real: np.ndarray) -> None:
        self._length, channels = real.shape[1:]
        spectra = np.fft.rfft(real, axis=1)
        power = np.einsum("ifc,ifd->fcd", spectra, spectra.conj()) / (len(real) * self._length)
        own = np.trace(power, axis1=1, axis2=2).real / channels
        added = _SHRUNK * own + _FLOOR * own.mean() + _TINY
        self._inverse = np.linalg.inv(power + added[:, np.newaxis, np.newaxis] * np.eye(channels))

    def __call__(self, deviations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Penalties and their gradient."""
        whitened = np.einsum("fcd,sfd->sfc", self._inverse, np.fft.rfft(deviations, axis=1))
        return _quadratic(deviations, np.fft.irfft(whitened, self._length, axis=1))


class Penalties(NamedTuple):
    """Penalties with their weights, added up."""

    weighted: tuple[tuple[float, Penalty], ...]

    def __call__(self, deviations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Penalties and their gradient."""
        total, slope = np.zeros(len(deviations)), np.zeros_like(deviations)
        for weight, penalty in self.weighted:
            one, by = penalty(deviations)
            total, slope = total + weight * one, slope + weight * by
        return total, slope


def similarity_gradient(deviations: np.ndarray) -> np.ndarray:
    """Gradient of the squared cosines between each series and the others; its negative drives them apart."""
    flat = deviations.reshape(len(deviations), -1)
    length = np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), _TINY)
    unit = flat / length
    cosines = unit @ unit.T - np.eye(len(unit))
    slope = 2 * (cosines @ unit - (cosines**2).sum(axis=1, keepdims=True) * unit) / length
    return slope.reshape(deviations.shape)


def _quadratic(deviations: np.ndarray, mapped: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of z · Mz with a symmetric M, and its gradient, from z and Mz."""
    count = deviations[0].size
    return (deviations * mapped).sum(axis=(1, 2)) / count, 2 * mapped / count
