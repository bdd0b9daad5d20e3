"""Estimates of the time that a map takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from .methods import AttributionMethod

__all__ = ["MapTimes"]


class MapTimes:
    """Estimated seconds of a map by each method: those of the fastest one so far, or from the time of the scores.

    Parameters
    ----------
    seconds : float
        Time of the scores of one series.
    shape : tuple of int
        Samples and channels of a series.
    """

    def __init__(self, seconds: float, shape: tuple[int, int]) -> None:
        self._pass, self._shape = seconds, shape
        self._maps: dict[str, float] = {}

    @property
    def none_yet(self) -> bool:
        """Whether no map was measured, so that the next one compiles what it needs."""
        return not self._maps

    def estimate(self, method: AttributionMethod) -> float:
        """Seconds of a map."""
        if method.label in self._maps:
            return self._maps[method.label]
        return method._passes(*self._shape) * self._pass

    @contextmanager
    def measured(self, method: AttributionMethod) -> Iterator[None]:
        """Measure the computation of a map; the first one takes longer, since functions are compiled."""
        started = perf_counter()
        yield
        took = perf_counter() - started
        self._maps[method.label] = min(took, self._maps.get(method.label, took))
