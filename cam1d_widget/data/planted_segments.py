"""Real segments, planted into channels of others: known truth after dCAM."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..validation import check_choice, check_count, check_flag, check_number
from .installed import folder_of
from .known_truth import KnownTruth, check_set, context_generator, numbered_channels

SEGMENT, SEGMENTS, PLANTED = 55, 5, 2
TIME = SEGMENT * SEGMENTS
# Every fifth of Trace's 275 samples.
EVERY, CLASSES = 5, (1, 2, 3, 4)
NAMES = {
    1: ("nothing planted", "two planted"),
    2: ("nothing planted", "planted apart", "planted together"),
    3: ("nothing planted", "one or two planted"),
}


def make_planted_segments(
    kind: Literal[1, 2, 3] = 1,
    instances: int = 1_500,
    *,
    channels: int = 6,
    aligned: bool = False,
    background: int = 3,
    pattern: int = 1,
    held_out: bool = False,
    noise: float = 0.05,
    leak: bool = False,
    seed: int = 0,
) -> KnownTruth:
    """Channels of real segments, into some of which a segment of another kind is planted.

    Each channel is a row of segments of one class of Trace, each standardized and of 55 samples. The first class
    consists of such rows only. In the others, segments of another class of Trace replace 55 samples of channels drawn
    for each series:

    * kind 1, *two planted*: in two channels, at two times that do not overlap.
    * kind 2, *planted apart* or *planted together*: in two channels, at two times that do not overlap, or at the same
      time. A network must compare channels to distinguish these two classes.
    * kind 3, *one or two planted*: in one channel or in two, with equal probability. One is enough to make the class,
      so that removing one of two changes little: the evidence is redundant.

    Parameters
    ----------
    kind : {1, 2, 3}
        What makes the class.
    instances : int
        Number of series, the classes in turn.
    channels : int
        At least 2.
    aligned : bool
        Whether segments begin at multiples of 55 samples in all channels, as in the paper. This favors methods that use
        windows on that grid, and a linear classifier solves kind 1. By default a row begins anywhere in a segment, and
        a segment is planted anywhere.
    background, pattern : int
        Class of Trace, 1 to 4, of the segments that make the rows, and of the planted ones. By default a spike and a
        dip are planted into rows of steps. Conversely, the planted segments are those that have no spike,
        and a network can count the spikes: it then uses the unmarked segments.
    held_out : bool
        Whether segments come from Trace's test set rather than from its training set.
    noise : float
        Standard deviation of added Gaussian noise.
    leak : bool
        Whether the segments of a planted channel begin where the planted one does, modulo 55 samples. In kind 2 the
        two planted channels then have the same phase in the whole series exactly if the class is *planted together*. A
        network can recognize the class without the planted segments, and the mask is not the ground truth. Another
        context is drawn without the leak. For teaching how a benchmark can mislead; see docs/leaderboard.md.
    seed : int
        Of every draw.

    Returns
    -------
    KnownTruth
        Of shape (instance, 275, channel), with the planted segments marked.

    Notes
    -----
    Trace (simulated faults of a nuclear power plant's instruments, Davide Roverso) comes inside the wheel of `tslearn`
    (BSD license), which is read, not imported. Where a segment is planted has the same distribution in every class that
    has any.

    References
    ----------
    Boniol, Meftah, Remy, Palpanas (2022), "dCAM: dimension-wise class activation map for explaining multivariate data
    series classification", SIGMOD, https://doi.org/10.1145/3514221.3526183.
    """
    check_set(instances, seed, least=2)
    _check(kind, channels, noise, background, pattern)
    for name, flag in (("aligned", aligned), ("held_out", held_out), ("leak", leak)):
        check_flag(name, flag)
    segments, patterns = _segments(held_out, background), _segments(held_out, pattern)
    rng = np.random.default_rng(seed)
    y = np.arange(instances) % len(NAMES[kind])
    places = [_places(rng, target, kind, aligned, channels) for target in y.tolist()]
    pieces, mask = _planted(rng, places, patterns, channels)

    def rows(rng: np.random.Generator, tied: bool) -> NDArray[np.float64]:
        phases = np.zeros((instances, channels), int) if aligned else rng.integers(SEGMENT, size=(instances, channels))
        if tied:
            for own, starts in zip(phases, places, strict=True):
                for channel, start in starts.items():
                    own[channel] = start % SEGMENT
        return _rows(rng, segments, phases)

    def with_noise(rng: np.random.Generator, *series: NDArray[np.float64]) -> list[NDArray[np.float32]]:
        on_top = rng.normal(0, noise, size=mask.shape)
        return [(one + on_top).astype(np.float32) for one in series]

    def replanted(other: int) -> NDArray[np.float32]:
        rng = context_generator(seed, other)
        return np.where(mask, x, *with_noise(rng, rows(rng, tied=False)))

    unplanted, planted = with_noise(rng, rows(rng, tied=leak), pieces)
    x = np.where(mask, planted, unplanted)
    return KnownTruth(x, y, mask, NAMES[kind], numbered_channels(channels), unplanted, replanted)


def _check(kind: int, channels: int, noise: Any, background: int, pattern: int) -> None:
    check_choice("kind", kind, NAMES)
    check_count("channels", channels, least=PLANTED)
    check_number("noise", noise, least=0)
    for name, label in (("background", background), ("pattern", pattern)):
        check_count(name, label, CLASSES[0], CLASSES[-1], ", the classes of Trace")
    if background == pattern:
        raise ValueError(f"background and pattern must be two classes of Trace, but are both {pattern}")


def _segments(held_out: bool, label: int) -> NDArray[np.float64]:
    """Standardized segments of one class of Trace, of shape (segment, sample)."""
    path = folder_of("tslearn", "make_planted_segments", "pip install tslearn") / ".cached_datasets" / "Trace.npz"
    part = "test" if held_out else "train"
    with np.load(path) as archive:
        series = archive[f"X_{part}"][archive[f"y_{part}"] == label, ::EVERY, 0]
    return np.asarray((series - series.mean(axis=1, keepdims=True)) / series.std(axis=1, keepdims=True))


def _places(rng: np.random.Generator, target: int, kind: int, aligned: bool, channels: int) -> dict[int, int]:
    """First sample of the planted segment, by channel."""
    if target == 0:
        return {}
    one, other = rng.choice(channels, PLANTED, replace=False).tolist()
    start, second = _apart(rng, aligned)
    if kind == 2 and target == 2:
        return {one: start, other: start}
    if kind == 3 and rng.random() < 0.5:
        return {one: start}
    return {one: start, other: second}


def _apart(rng: np.random.Generator, aligned: bool) -> tuple[int, int]:
    """First samples of two segments that do not overlap; each has the same distribution."""
    step = SEGMENT if aligned else 1
    while True:
        start, second = (rng.integers(0, (TIME - SEGMENT) // step + 1, size=2) * step).tolist()
        if abs(start - second) >= SEGMENT:
            return start, second


def _planted(
    rng: np.random.Generator, places: list[dict[int, int]], patterns: NDArray[np.float64], channels: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Planted segments, zero elsewhere, and where they are; both of shape (instance, time, channel)."""
    planted = np.zeros((len(places), TIME, channels))
    mask = np.zeros(planted.shape, bool)
    for one, marked, starts in zip(planted, mask, places, strict=True):
        for channel, start in starts.items():
            one[start : start + SEGMENT, channel] = rng.choice(patterns)
            marked[start : start + SEGMENT, channel] = True
    return planted, mask


def _rows(rng: np.random.Generator, segments: NDArray[np.float64], phases: NDArray[Any]) -> NDArray[np.float64]:
    """Rows of segments, the first of which ends at sample `phases` (instance, channel); (instance, time, channel)."""
    rows = rng.choice(segments, (*phases.shape, SEGMENTS + 1)).reshape(*phases.shape, -1)
    first = (SEGMENT - phases) % SEGMENT
    cut = np.take_along_axis(rows, first[..., np.newaxis] + np.arange(TIME), axis=-1)
    return np.asarray(cut.transpose(0, 2, 1))
