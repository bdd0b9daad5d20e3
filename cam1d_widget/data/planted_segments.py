"""Real segments, planted into channels of others: known truth after dCAM."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .installed import folder_of
from .known_truth import KnownTruth, check_count, check_set, numbered_channels

SEGMENT, SEGMENTS, PLANTED = 55, 5, 2
TIME = SEGMENT * SEGMENTS
# Every fifth of Trace's 275 samples.
EVERY, CLASSES = 5, (1, 2, 3, 4)


def make_planted_segments(
    kind: Literal[1, 2] = 1,
    instances: int = 1_500,
    *,
    channels: int = 6,
    aligned: bool = False,
    background: int = 3,
    pattern: int = 1,
    held_out: bool = False,
    noise: float = 0.05,
    seed: int = 0,
) -> KnownTruth:
    """Channels made of real segments of one kind, in two of which one segment is of another kind.

    Each channel is a row of segments of one class of Trace, each standardized and of 55 samples. Two channels, drawn
    for each series, hold one segment of another class among them. In kind 1, that is the second class, in which the
    two stand apart; the first has none. In kind 2 both classes have them: apart in the first, at the same time in the
    second, so that a network must put channels beside each other to tell them.

    Parameters
    ----------
    kind : {1, 2}
        Whether the planted segments are what makes the class, or that they stand together.
    instances : int
        Number of series, half of each class.
    channels : int
        At least 2.
    aligned : bool
        Whether segments begin at multiples of 55 samples in all channels, as in the paper. A method that looks at
        windows of that grid is then told the truth beforehand, and a linear classifier tells kind 1 without a fault. By
        default each channel begins anywhere in a segment.
    background, pattern : int
        Class of Trace, 1 to 4, of the segments that make the rows, and of the planted ones. By default a spike and a
        dip stand in rows of steps. The other way round, the planted segments are those that have no spike, which a
        network can count: what it then looks at is elsewhere.
    held_out : bool
        Whether segments come from Trace's test set, of which those of the training set know nothing.
    noise : float
        Standard deviation of Gaussian noise on top.
    seed : int
        Of every draw.

    Returns
    -------
    KnownTruth
        Of shape (instance, 275, channel), with the planted segments marked: a fifteenth of the values of six channels.

    Notes
    -----
    Trace (simulated faults of a nuclear power plant's instruments, Davide Roverso) comes inside the wheel of `tslearn`
    (BSD license), which is read, not imported.

    References
    ----------
    Boniol, Meftah, Remy, Palpanas (2022), "dCAM: dimension-wise class activation map for explaining multivariate data
    series classification", SIGMOD, https://doi.org/10.1145/3514221.3526183.
    """
    check_set(instances, seed, least=2)
    _check(kind, channels, noise, background, pattern)
    rows, plants = _segments(held_out, background), _segments(held_out, pattern)
    rng = np.random.default_rng(seed)
    y = np.arange(instances) % 2
    x = np.empty((instances, TIME, channels))
    mask = np.zeros(x.shape, bool)
    for one, marked, target in zip(x, mask, y.tolist(), strict=True):
        planted = _places(rng, target, kind, aligned, channels)
        for channel in range(channels):
            start = planted.get(channel)
            phase = (0 if aligned else int(rng.integers(SEGMENT))) if start is None else start % SEGMENT
            one[:, channel] = _row(rng, rows, phase)
            if start is not None:
                one[start : start + SEGMENT, channel] = rng.choice(plants)
                marked[start : start + SEGMENT, channel] = True
    x += rng.normal(0, noise, size=x.shape)
    names = ("nothing planted", "two planted") if kind == 1 else ("planted apart", "planted together")
    return KnownTruth(x.astype(np.float32), y.astype(np.int64), mask, names, numbered_channels(channels))


def _check(kind: int, channels: int, noise: Any, background: int, pattern: int) -> None:
    if kind not in (1, 2):
        raise ValueError(f"kind must be 1 or 2, but is {kind!r}")
    check_count("channels", channels, least=PLANTED)
    if not isinstance(noise, int | float | np.number) or not 0 <= noise < np.inf:
        raise ValueError(f"noise must be a number, at least 0, but is {noise!r}")
    if background == pattern or not {background, pattern} <= set(CLASSES):
        raise ValueError(
            f"background and pattern must be two of the classes 1 to 4 of Trace, but are {background} and {pattern}"
        )


def _segments(held_out: bool, label: int) -> NDArray[np.float64]:
    """Standardized segments of one class of Trace, of shape (segment, sample)."""
    path = folder_of("tslearn", "make_planted_segments", "pip install tslearn") / ".cached_datasets" / "Trace.npz"
    part = "test" if held_out else "train"
    with np.load(path) as archive:
        series = archive[f"X_{part}"][archive[f"y_{part}"] == label, ::EVERY, 0]
    return np.asarray((series - series.mean(axis=1, keepdims=True)) / series.std(axis=1, keepdims=True))


def _places(rng: np.random.Generator, target: int, kind: int, aligned: bool, channels: int) -> dict[int, int]:
    """First sample of the planted segment, by channel."""
    if kind == 1 and target == 0:
        return {}
    one, other = rng.choice(channels, PLANTED, replace=False)
    step = SEGMENT if aligned else 1
    together = kind == 2 and target == 1
    while True:
        start, stop = rng.integers(0, (TIME - SEGMENT) // step + 1, size=2) * step
        if together:
            return {int(one): int(start), int(other): int(start)}
        if abs(start - stop) >= SEGMENT:
            return {int(one): int(start), int(other): int(stop)}


def _row(rng: np.random.Generator, segments: NDArray[np.float64], phase: int) -> NDArray[np.float64]:
    """Segments one behind the other, the first of which ends at sample `phase`."""
    row = np.concatenate(rng.choice(segments, SEGMENTS + 1))
    first = (SEGMENT - phase) % SEGMENT
    return np.asarray(row[first : first + TIME])
