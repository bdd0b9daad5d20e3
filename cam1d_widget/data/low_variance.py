"""A short interval of low variance in a noisy series: known truth after LowVarDetect."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .known_truth import KnownTruth, check_set, context_generator, numbered_channels

TIME, CHANNELS = 200, 2
LONGEST, SHORTEST = 20, 10
LEVEL, QUIET = 1.5, 0.1
# Coefficients of the standard nonlinear autoregressive moving average, and samples until its start has no effect.
A, B, C, D, BURN_IN = 0.3, 0.05, 1.5, 0.1, 50


def make_low_variance(instances: int = 1_000, *, seed: int = 0) -> KnownTruth:
    """Noise with a quiet stretch in one of two channels, above or below zero, which makes one of four classes.

    Each channel is a nonlinear autoregressive moving average of order 2 with unit Gaussian noise on top. For 10 to 20
    samples, at a place drawn for each series, one channel is Gaussian with mean +1.5 or -1.5 and deviation 0.1 instead.
    Single values of that size are common in the noise, but not a sequence of them. The class is channel and sign, so
    that a map must localize time and channel.

    Parameters
    ----------
    instances : int
        Number of series.
    seed : int
        Of every draw.

    Returns
    -------
    KnownTruth
        Of shape (instance, 200, 2), with the quiet stretch marked, a twenty-seventh of all values.

    References
    ----------
    Queen, Hartvigsen, Koker, He, Tsiligkaridis, Zitnik (2023), "Encoding time-series explanations through
    self-supervised model behavior consistency", NeurIPS, https://arxiv.org/abs/2306.02109.
    """
    check_set(instances, seed)
    rng = np.random.default_rng(seed)
    unplanted = _background(rng, instances)
    y = rng.integers(4, size=instances)
    channel, sign = y // 2, np.where(y % 2, 1, -1)
    size = rng.integers(SHORTEST, LONGEST + 1, size=instances)
    start = rng.integers(TIME - size + 1)
    time = np.arange(TIME)
    when = (time >= start[:, np.newaxis]) & (time < (start + size)[:, np.newaxis])
    mask = when[..., np.newaxis] & (np.arange(CHANNELS) == channel[:, np.newaxis, np.newaxis])
    quiet = rng.normal(sign[:, np.newaxis, np.newaxis] * LEVEL, QUIET, size=mask.shape).astype(np.float32)
    names = tuple(f"channel {index + 1} {where}" for index in range(CHANNELS) for where in ("low", "high"))

    def replanted(other: int) -> NDArray[np.float32]:
        return np.where(mask, quiet, _background(context_generator(seed, other), instances))

    x = np.where(mask, quiet, unplanted)
    return KnownTruth(x, y, mask, names, numbered_channels(CHANNELS), unplanted, replanted)


def _background(rng: np.random.Generator, instances: int) -> NDArray[np.float32]:
    """Nonlinear autoregressive moving average of order 2 with noise, around zero; (instance, time, channel)."""
    steps = BURN_IN + TIME
    drive = rng.uniform(0, 0.5, size=(instances, steps, CHANNELS))
    values = np.zeros((instances, steps, CHANNELS))
    for step in range(2, steps):
        last, before = values[:, step - 1], values[:, step - 2]
        values[:, step] = A * last + B * last * (last + before) + C * drive[:, step - 2] * drive[:, step - 1] + D
    settled = values[:, BURN_IN:]
    return (settled - settled.mean() + rng.normal(size=settled.shape)).astype(np.float32)
