"""Two bursts whose frequencies have to be added: known truth after InterpretTime."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .known_truth import KnownTruth, check_set, context_generator, numbered_channels

TIME, CHANNELS, COUNTED, BURST = 500, 6, 2, 100
SLOW, FAST = range(2, 6), range(10, 51)


def make_frequency_sums(instances: int = 2_000, *, seed: int = 0) -> KnownTruth:
    """Series in which two channels hold a burst, and the sum of the bursts' frequencies makes the class.

    Each of six channels is a slow sine, 0.5 sin(2 π b t) with b from 2 to 5 cycles per series. Two channels, drawn for
    each series, hold a sine of 10 to 50 cycles per series on top, 100 samples long, each at its own position. The other
    four hold a square wave like it, or nothing, with equal probability. The class is whether the two sines' frequencies
    add up to more than 60, their median. No channel alone determines the class, and the positions do not matter.

    Parameters
    ----------
    instances : int
        Number of series.
    seed : int
        Of every draw.

    Returns
    -------
    KnownTruth
        Of shape (instance, 500, 6), with both bursts marked, a fifteenth of all values. Without the truth the two
        channels are slow sines; another context has other slow sines and square waves.

    References
    ----------
    Turbé, Bjelogrlic, Lovis, Mengaldo (2023), "Evaluation of post-hoc interpretability methods in time-series
    classification", Nature Machine Intelligence 5, 250-260, https://doi.org/10.1038/s42256-023-00620-w.
    """
    check_set(instances, seed)
    rng = np.random.default_rng(seed)
    shape = (instances, CHANNELS)
    counted = rng.permuted(np.tile(np.arange(CHANNELS) < COUNTED, (instances, 1)), axis=1)
    cycles, starts = _cycles_and_starts(rng, shape)
    mask = np.zeros((instances, TIME, CHANNELS), bool)
    for one, channel in np.argwhere(counted):
        mask[one, starts[one, channel] : starts[one, channel] + BURST, channel] = True
    sines = _bursts(np.sin, cycles, starts, counted)
    y = ((cycles * counted).sum(axis=1) > FAST[0] + FAST[-1]).astype(np.int64)

    def context(rng: np.random.Generator) -> NDArray[np.float64]:
        slow = 2 * np.pi * rng.choice(SLOW, size=(instances, 1, CHANNELS)) * np.arange(TIME)[:, np.newaxis] / TIME
        present = ~counted & (rng.random(shape) < 0.5)
        return 0.5 * np.sin(slow) + _bursts(_square, *_cycles_and_starts(rng, shape), present)

    def replanted(other: int) -> NDArray[np.float32]:
        return (context(context_generator(seed, other)) + sines).astype(np.float32)

    unplanted = context(rng)
    names = ("sum of frequencies up to 60", "sum of frequencies above 60")
    return KnownTruth(
        (unplanted + sines).astype(np.float32),
        y,
        mask,
        names,
        numbered_channels(CHANNELS),
        unplanted.astype(np.float32),
        replanted,
    )


def _square(phase: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sign(np.sin(phase)))


def _cycles_and_starts(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Cycles a series, and first sample, of a burst in every channel."""
    return rng.choice(FAST, size=shape), rng.integers(TIME - BURST + 1, size=shape)


def _bursts(
    wave: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    cycles: NDArray[Any],
    starts: NDArray[Any],
    present: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Bursts of a wave where they are present, zero elsewhere, of shape (instance, time, channel)."""
    bursts = np.zeros((len(cycles), TIME, CHANNELS))
    turns = 2 * np.pi * np.arange(BURST) / TIME
    for one, channel in np.argwhere(present):
        start = starts[one, channel]
        bursts[one, start : start + BURST, channel] = wave(cycles[one, channel] * turns)
    return bursts
