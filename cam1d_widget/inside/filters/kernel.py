"""The kernel of a filter that is an affine function of the series, and its frequency response."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...attribution.abilities import HasLayers

__all__ = ["FilterKernel", "kernels_of"]

# Least number of points of a frequency response, also for short kernels.
_POINTS = 256


@dataclass(frozen=True, eq=False)
class FilterKernel:
    """Kernel of one filter.

    Attributes
    ----------
    weights : ndarray of shape (tap, channel)
        Weight of each sample of the window in the filter's pre-activation; batch norms are merged into it.
    bias : float
        The filter's value where the series is zero.
    sampling_rate : float or None
        Samples per second.
    """

    weights: np.ndarray
    bias: float
    sampling_rate: float | None = None

    @property
    def frequencies(self) -> np.ndarray:
        """Frequencies of the response, of shape (frequency,): in Hz, or cycles per sample without a sampling rate."""
        return np.fft.rfftfreq(self._points, 1 / (self.sampling_rate or 1.0))

    @property
    def response(self) -> np.ndarray:
        """Gain of each channel at each frequency, of shape (frequency, channel)."""
        return np.abs(np.fft.rfft(self.weights, self._points, axis=0))

    @property
    def peak_frequency(self) -> float:
        """Frequency of the wave, of any phase in each channel, to which the filter responds most."""
        return float(self.frequencies[(self.response**2).sum(axis=1).argmax()])

    @property
    def _points(self) -> int:
        return max(_POINTS, 4 * len(self.weights))


def kernels_of(classifier: HasLayers, length: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Kernels (filter, tap, channel) and biases (filter,) of a layer; None if it is not affine in the series."""
    filters, field = classifier.filters, classifier.receptive_field_at(length)
    step = field.whole_step
    if not filters.affine or step is None:
        return None
    silence = np.zeros((filters.count, length, classifier.input_shape[1] or 1), np.float32)
    biases, slopes = filters.drive(silence, np.arange(filters.count), np.full(filters.count, step))
    return slopes[:, field.start[step] : field.stop[step]], biases
