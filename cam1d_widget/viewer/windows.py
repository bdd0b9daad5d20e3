"""Windows of a series: the selected one, annotated ones, and those that contain the true cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..typing import IntervalsLike
from ..validation import SAMPLES, check_count, check_index, check_list, check_number, counted, shown

__all__ = [
    "Annotation",
    "Intervals",
    "ScoresWithout",
    "WithoutWindow",
    "as_samples",
    "as_times",
    "check_window",
    "checked_intervals",
]

Intervals = Sequence[Sequence[tuple[int, int]]]
"""By instance, windows of samples [first, stop); empty if there are none."""


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
    times = check_list(name, window, "two times (t0, t1)")
    if len(times) != 2:
        raise ValueError(f"{name} must be two times (t0, t1), but is {shown(window)}")
    t0, t1 = (check_number(name, time, way_out="; it must be two times (t0, t1)") for time in times)
    if not (0 <= t0 < t1 and round(t1 * rate) <= samples):
        raise ValueError(f"{name} must be times (t0, t1) with 0 <= t0 < t1 <= {samples / rate:g}, but is {(t0, t1)}")
    first = min(samples - 1, round(t0 * rate))
    return first, max(first + 1, round(t1 * rate))


def check_window(name: str, window: Any, samples: int) -> tuple[int, int]:
    """Window of samples [first, stop), with at least one."""
    edges = check_list(name, window, "two samples (first, stop)")
    if len(edges) != 2:
        raise ValueError(f"{name} must be two samples (first, stop), but is {shown(window)}")
    stop = check_count(name, edges[1], 1, samples, SAMPLES)
    return check_count(name, edges[0], 0, stop - 1, ", before the last sample"), stop


def as_times(window: tuple[int, int], sampling_rate: float | None) -> tuple[float, float]:
    """Times (t0, t1) of the samples [first, stop)."""
    rate = sampling_rate or 1.0
    return window[0] / rate, window[1] / rate


def checked_intervals(intervals: IntervalsLike | None, lengths: np.ndarray, sampling_rate: float | None) -> Intervals:
    """Intervals that a user gives in times, as windows of samples of series of these lengths."""
    instances = len(lengths)
    if intervals is None:
        return []
    rule = "a list of (t0, t1) for each instance"
    given = intervals if isinstance(intervals, Mapping) else dict(enumerate(check_list("intervals", intervals, rule)))
    if not isinstance(intervals, Mapping) and len(given) != instances:
        raise ValueError(
            f"intervals must hold a list of (t0, t1) for each of {counted(instances, 'instance')}, "
            f"but holds {len(given)}"
        )
    known = {check_index("each key of intervals", instance, instances): one for instance, one in given.items()}

    def windows(instance: int) -> list[tuple[int, int]]:
        name = f"intervals[{instance}]"
        listed = check_list(name, known.get(instance, []), "times (t0, t1)")
        return [as_samples(name, window, int(lengths[instance]), sampling_rate) for window in listed]

    return list(map(windows, range(instances)))
