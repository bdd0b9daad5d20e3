"""Two bursts whose frequencies have to be added: known truth after InterpretTime."""

from __future__ import annotations

import numpy as np

from .known_truth import KnownTruth, check_set, numbered_channels

TIME, CHANNELS, BURST = 500, 6, 100
SLOW, FAST = range(2, 6), range(10, 51)


def make_frequency_sums(instances: int = 2_000, *, seed: int = 0) -> KnownTruth:
    """Series in which two channels hold a burst, and the sum of the bursts' frequencies makes the class.

    Each of six channels is a slow sine, 0.5 sin(2 π b t) with b from 2 to 5 cycles a series. Two channels, drawn for
    each series, hold a sine of 10 to 50 cycles a series on top, 100 samples long, each at a place of its own. The other
    four hold a square wave like it, or nothing, as a coin falls. The class is whether the two sines' frequencies add up
    to more than 60, their median: no channel tells it alone, and no place matters.

    Parameters
    ----------
    instances : int
        Number of series.
    seed : int
        Of every draw.

    Returns
    -------
    KnownTruth
        Of shape (instance, 500, 6), with both bursts marked, a fifteenth of all values.

    References
    ----------
    Turbé, Bjelogrlic, Lovis, Mengaldo (2023), "Evaluation of post-hoc interpretability methods in time-series
    classification", Nature Machine Intelligence 5, 250-260, https://doi.org/10.1038/s42256-023-00620-w.
    """
    check_set(instances, seed)
    rng = np.random.default_rng(seed)
    time = np.arange(TIME) / TIME
    slow = rng.choice(SLOW, size=(instances, 1, CHANNELS))
    x = 0.5 * np.sin(2 * np.pi * slow * time[:, np.newaxis])
    mask = np.zeros(x.shape, bool)
    fast = rng.choice(FAST, size=(instances, CHANNELS))
    starts = rng.integers(TIME - BURST + 1, size=(instances, CHANNELS))
    for one, marked, cycles, start in zip(x, mask, fast, starts, strict=True):
        order = rng.permutation(CHANNELS)
        silent = rng.random(CHANNELS) < 0.5
        for rank, channel in enumerate(order):
            burst = slice(start[channel], start[channel] + BURST)
            wave = np.sin(2 * np.pi * cycles[channel] * time[:BURST])
            if rank < 2:
                one[burst, channel] += wave
                marked[burst, channel] = True
            elif not silent[rank]:
                one[burst, channel] += np.sign(wave)
        # The two that count come first, for the sum below.
        cycles[:] = cycles[order]
    y = (fast[:, :2].sum(axis=1) > FAST[0] + FAST[-1]).astype(np.int64)
    names = ("sum of frequencies up to 60", "sum of frequencies above 60")
    return KnownTruth(x.astype(np.float32), y, mask, names, numbered_channels(CHANNELS))
