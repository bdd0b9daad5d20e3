"""Protocol of what a viewer requires to edit series: their scores and maps."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from ..explanation.source import Scores
from .windows import WithoutWindow

__all__ = ["OtherSeries", "SeriesMap"]


class SeriesMap(NamedTuple):
    """Map of one series.

    Attributes
    ----------
    values : ndarray of shape (time, channel or 1)
    gap : float
        Completeness gap; nan if no sum is promised.
    errors : ndarray of the shape of `values`, or None
        Standard error of every value, of methods that draw at random.
    """

    values: np.ndarray
    gap: float
    errors: np.ndarray | None


@runtime_checkable
class OtherSeries(Protocol):
    """Computes scores and maps of other series in the place of an instance; it has all that `ScoresWithout` has."""

    baseline: str
    """Description of the replacement values."""

    baselines: np.ndarray
    """Replacement value of each channel."""

    def __call__(self, instance: int, first: int, stop: int) -> WithoutWindow:
        """Scores of an instance with its samples [first, stop) replaced."""

    def scores(self, instance: int, series: np.ndarray) -> Scores:
        """Scores of a series (time, channel) in the place of an instance."""

    def attribution(self, method: str, instance: int, target: int, series: np.ndarray) -> SeriesMap:
        """Map of a series (time, channel) in the place of an instance."""
