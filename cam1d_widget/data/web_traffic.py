"""WebTraffic: synthetic weeks of page views, each with one anomaly: known truth after MILLET."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .known_truth import KnownTruth, check_set, context_generator

__all__ = ["SAMPLING_RATE", "make_web_traffic"]

DAYS, SAMPLES_PER_DAY = 7, 144
LENGTH = DAYS * SAMPLES_PER_DAY
SAMPLING_RATE = 1 / 600
"""Samples per second: one in ten minutes."""
# Length of an anomaly: a quarter of a day to two days.
SHORTEST, LONGEST = 36, 288

Series = NDArray[np.floating[Any]]
Truth = NDArray[np.bool_]


def make_web_traffic(instances: int = 500, *, seed: int = 0) -> KnownTruth:
    """Ten classes of synthetic page views: "none", and nine anomalies of a window or of single samples.

    *spikes* go up or down at one sample in a hundred. In one window of 36 to 288 samples: *flip* runs backwards, *skew*
    has its middle moved, *noise* has more of it, *cutoff* has almost no views, *average* is smoothed, *wander* drifts
    away and is back at once, *peak* and *trough* have more and fewer views. Windows that are short, or at night, may
    hardly show: no classifier is right about all of them.

    Parameters
    ----------
    instances : int
        Number of series, the classes in turn; the paper has 500 to train on and 500 to test with.
    seed : int
        Of every draw.

    Returns
    -------
    KnownTruth
        Of shape (instance, 1008, 1), one sample every ten minutes, each series with mean zero and standard deviation
        one. The anomaly is marked; for "none" everything, as in the paper. Without the truth a series is the week
        before its anomaly was inserted, in the units of `x`. Another context is another week with an anomaly drawn from
        the same random numbers.

    Notes
    -----
    The published recipe, with all of its parameters. A linear probe classifies it hardly better than chance.

    The recipe leaks: each series is standardized after its anomaly is inserted, so that the scale of unmarked samples
    depends on the class. :func:`~cam1d_widget.data.verify_truth` shows for which classes a network uses that.

    References
    ----------
    Early, Cheung, Cutajar, Xie, Kandola, Twomey (2024), "Inherently interpretable time series classification via
    multiple instance learning", ICLR, https://arxiv.org/abs/2311.10049.
    """
    check_set(instances, seed)
    rng = np.random.default_rng(seed)
    y = np.arange(instances) % len(SIGNATURES)
    odd = tuple(SIGNATURES.values())
    weeks, views, masks, later = [], [], [], []
    for label in y:
        weeks.append(_week(Week.drawn(rng), rng))
        later.append(deepcopy(rng))  # its copies draw the same anomaly in another week
        series, truth = odd[label](weeks[-1], rng)
        views.append(series)
        masks.append(truth)

    def replanted(other: int) -> NDArray[np.float32]:
        rng = context_generator(seed, other)
        others = [_week(Week.drawn(rng), rng) for _ in later]
        changed = [odd[label](week, deepcopy(own))[0] for label, week, own in zip(y, others, later, strict=True)]
        return _standardized(changed, changed)

    x, mask = _standardized(views, views), np.stack(masks)[..., np.newaxis]
    return KnownTruth(x, y, mask, tuple(SIGNATURES), ("page views",), _standardized(weeks, views), replanted)


def _standardized(views: list[Series], units: list[Series]) -> NDArray[np.float32]:
    """Page views in units of others, which have mean zero and standard deviation one; (instance, time, channel)."""
    own, other = np.maximum(views, 0), np.maximum(units, 0)
    x = (own - other.mean(axis=1, keepdims=True)) / other.std(axis=1, keepdims=True)
    return np.asarray(x[..., np.newaxis], np.float32)


@dataclass(frozen=True)
class Week:
    """A week without an anomaly.

    Attributes
    ----------
    amplitude, intercept : float
        Page views between night and day, and on average.
    phase : float
        Shift of the days, in days.
    skew : float
        How evenly views rise and fall: small for a slow rise and a steep fall, large for a sine.
    noise : float
        Standard deviation of a sample.
    weekly : float
        How much more is viewed in the middle of the week than at its end.
    """

    amplitude: float
    intercept: float
    phase: float
    skew: float
    noise: float
    weekly: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Week:
        """Week with the paper's ranges."""
        return cls(
            amplitude=rng.uniform(2, 4),
            intercept=rng.uniform(2.5, 5),
            phase=rng.uniform(-0.05, 0.05),
            skew=rng.uniform(1, 3),
            noise=rng.uniform(0.1, 0.3),
            weekly=rng.uniform(0.8, 1.2),
        )


def _week(week: Week, rng: np.random.Generator) -> Series:
    """Page views of a week: days, with noise, times the week's own rise and fall."""
    days = _warped_sine(np.linspace(0, DAYS, LENGTH) - week.phase - 0.55, week.skew)
    views = rng.normal(week.amplitude / 2 * days + week.intercept, week.noise)
    return views * (week.weekly / 2 * _warped_sine(np.linspace(0, 1, LENGTH) - 0.6, 2) + 1)


def _warped_sine(cycles: Series, skew: float) -> Series:
    turns = 2 * np.pi * cycles
    return np.sin(turns - np.sin(turns) / skew)


# Anomalies: each takes a series, and returns the changed series and where it was changed.


def none(series: Series, rng: np.random.Generator) -> tuple[Series, Truth]:
    """No anomaly: every sample is evidence of that."""
    return series, np.ones(len(series), bool)


def spikes(series: Series, rng: np.random.Generator) -> tuple[Series, Truth]:
    """Single samples, far up or down."""
    truth = rng.random(len(series)) < 0.01
    if not truth.any():
        return spikes(series, rng)
    heights = rng.normal(3, 0.2, len(series)) * rng.choice([-1, 1], len(series))
    return series + truth * heights, truth


def _in_window(odd: Callable[[Series, slice, np.random.Generator], Series]) -> Callable[..., tuple[Series, Truth]]:
    """Anomaly of one window, drawn at random; `odd` returns the values of the window."""

    @wraps(odd)
    def signature(series: Series, rng: np.random.Generator) -> tuple[Series, Truth]:
        size = rng.integers(SHORTEST, LONGEST, endpoint=True)
        start = rng.integers(len(series) - size, endpoint=True)
        window = slice(start, start + size)
        changed, truth = series.copy(), np.zeros(len(series), bool)
        changed[window], truth[window] = odd(series, window, rng), True
        return changed, truth

    return signature


def _either_sign(rng: np.random.Generator) -> int:
    return int(rng.choice([-1, 1]))


@_in_window
def flip(series: Series, window: slice, rng: np.random.Generator) -> Series:
    """Time runs backwards."""
    return series[window][::-1]


@_in_window
def skew(series: Series, window: slice, rng: np.random.Generator) -> Series:
    """The middle comes early or late: one half is squeezed, the other stretched."""
    inside = series[window]
    size = len(inside)
    middle = int(size * (0.5 + _either_sign(rng) * rng.uniform(0.25, 0.45)))
    left, right = np.linspace(0, size // 2, middle), np.linspace(size // 2, size - 1, size - middle)
    return np.interp(np.concatenate([left, right]), np.arange(size), inside)


@_in_window
def noise(series: Series, window: slice, rng: np.random.Generator) -> Series:
    """More noise."""
    inside = series[window]
    return inside + rng.normal(0, rng.uniform(0.5, 1), len(inside))


@_in_window
def cutoff(series: Series, window: slice, rng: np.random.Generator) -> Series:
    """Almost no views."""
    return rng.normal(rng.uniform(0, 0.2), 0.1, len(series[window]))


@_in_window
def average(series: Series, window: slice, rng: np.random.Generator) -> Series:
    """A moving average."""
    width = rng.integers(5, 10)
    return np.convolve(series, np.full(width, 1 / width), "same")[window]


@_in_window
def wander(series: Series, window: slice, rng: np.random.Generator) -> Series:
    """A drift away that ends at once."""
    inside = series[window]
    return inside + np.linspace(0, _either_sign(rng) * rng.uniform(2, 3), len(inside))


@_in_window
def peak(series: Series, window: slice, rng: np.random.Generator) -> Series:
    """More views, most of them in the middle."""
    inside = series[window]
    return inside * (1 + rng.uniform(1.5, 2.5) * _bell(len(inside)))


@_in_window
def trough(series: Series, window: slice, rng: np.random.Generator) -> Series:
    """Fewer views, fewest in the middle."""
    inside = series[window]
    return inside * (1 - rng.uniform(1.5, 2.5) * _bell(len(inside)))


def _bell(size: int) -> Series:
    """Density of the normal distribution from -5 to 5."""
    at = np.linspace(-5, 5, size)
    return np.exp(-(at**2) / 2) / np.sqrt(2 * np.pi)


_ALL = (none, spikes, flip, skew, noise, cutoff, average, wander, peak, trough)
SIGNATURES = {made.__name__: made for made in _ALL}
"""Anomaly of each class, in the order of the classes."""
