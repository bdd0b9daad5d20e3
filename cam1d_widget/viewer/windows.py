"""Windows of a series: the selected one, annotated ones, and those that contain the true cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..typing import IntervalsLike

__all__ = ["Annotation", "Intervals", "ScoresWithout", "WithoutWindow", "as_samples", "as_times", "checked_intervals"]

Intervals = Sequence[Sequence[tuple[int, int]]]
"""By instance, windows of samples [first, stop)."""


class Annotation(NamedTuple):
    """Note on a window of an instance; times in the unit of the time axis."""

    instance: int
    t0: float
    t1: float
    text: str


class WithoutWindow(NamedTuple):
    """Scores and probabilities of a series with one window replaced, each of shape (class,)."""

    scores: np.ndarray
    probabilities: np.ndarray | None


class ScoresWithout(Protocol):
    """Computes what a classifier returns for a series with one window replaced."""

    baseline: str
    """Description of the replacement values."""

    def __call__(self, instance: int, first: int, stop: int) -> WithoutWindow:
        """Scores of an instance with its samples [first, stop) replaced."""


def as_samples(name: str, window: Any, samples: int, sampling_rate: float | None) -> tuple[int, int]:
    """Samples [first, stop) of a window of times t0 <= t < t1."""
    rate = sampling_rate or 1.0
    try:
        t0, t1 = (float(time) for time in window)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be two times (t0, t1), but is {window!r}") from None
    if not (0 <= t0 < t1 and round(t1 * rate) <= samples):
        raise ValueError(f"{name} must be times (t0, t1) with 0 <= t0 < t1 <= {samples / rate:g}, but is {(t0, t1)}")
    first = min(samples - 1, round(t0 * rate))
    return first, max(first + 1, round(t1 * rate))


def as_times(window: tuple[int, int], sampling_rate: float | None) -> tuple[float, float]:
    """Times (t0, t1) of the samples [first, stop)."""
    rate = sampling_rate or 1.0
    return window[0] / rate, window[1] / rate


def checked_intervals(
    intervals: IntervalsLike | None, instances: int, samples: int, sampling_rate: float | None
) -> Intervals:
    """Intervals that a user gives in times, as windows of samples."""
    if intervals is None:
        return [[]] * instances
    given = intervals if isinstance(intervals, Mapping) else dict(enumerate(intervals))
    if not isinstance(intervals, Mapping) and len(given) != instances:
        raise ValueError(
            f"intervals must hold a list of (t0, t1) for each of {instances} instances, but holds {len(given)}"
        )
    unknown = [instance for instance in given if instance not in range(instances)]
    if unknown:
        raise ValueError(f"intervals must name instances from 0 to {instances - 1}, but names {unknown[0]!r}")
    return [
        [as_samples(f"intervals[{instance}]", window, samples, sampling_rate) for window in given.get(instance, [])]
        for instance in range(instances)
    ]
