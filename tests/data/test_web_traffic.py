"""Every anomaly of the recipe has its property, and the mask marks it."""

from __future__ import annotations

import numpy as np
import pytest

from cam1d_widget.data import LinearProbe, make_web_traffic, web_traffic
from cam1d_widget.data.web_traffic import LONGEST, SAMPLING_RATE, SHORTEST, SIGNATURES, Week

IN_WINDOW = [name for name in SIGNATURES if name not in ("none", "spikes")]


@pytest.fixture(scope="module")
def traffic():
    return make_web_traffic()


def drawn(name, count=200):
    """Plain series, odd ones, and truths."""
    rng = np.random.default_rng(1)
    plain = [web_traffic._week(Week.drawn(rng), rng) for _ in range(count)]
    made = [SIGNATURES[name](series, rng) for series in plain]
    return np.stack(plain), np.stack([odd for odd, _ in made]), np.stack([truth for _, truth in made])


def windows(name, count=200):
    """Inside of the window of each series, before and after."""
    for plain, odd, truth in zip(*drawn(name, count), strict=True):
        yield plain[truth], odd[truth]


def test_shapes_are_those_of_the_recipe(traffic):
    assert (traffic.x.shape, traffic.x.dtype) == ((500, 1008, 1), np.float32)
    assert (traffic.mask.shape, traffic.mask.dtype) == ((500, 1008, 1), bool)
    assert np.bincount(traffic.y).tolist() == [50] * 10
    np.testing.assert_allclose(traffic.x.mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(traffic.x.std(axis=1), 1, atol=1e-5)
    assert traffic.class_names == tuple("none spikes flip skew noise cutoff average wander peak trough".split())
    assert SAMPLING_RATE * 600 == 1  # one sample in ten minutes


def test_a_seed_is_a_data_set(traffic):
    assert (make_web_traffic().x == traffic.x).all()
    assert not {series.tobytes() for series in make_web_traffic(seed=1).x} & {series.tobytes() for series in traffic.x}


def test_a_random_map_would_find_as_much_as_the_paper_says(traffic):
    """The share of relevant samples, which NDCG at their number expects of chance: 0.227 in the released data."""
    assert abs(traffic.mask.mean() - 0.227) < 0.01


def test_a_straight_line_does_not_tell_the_classes(traffic):
    """Else the set would say nothing of a map."""
    test = make_web_traffic(seed=1)
    assert LinearProbe.fitted(traffic.x, traffic.y).accuracy(test.x, test.y) < 0.3


def test_weeks_before_anything_odd():
    """Seven days, least viewed at one time of day, and a noise that the week scales."""
    rng = np.random.default_rng(0)
    weeks = np.stack([web_traffic._week(Week.drawn(rng), rng) for _ in range(400)])
    spectrum = np.abs(np.fft.rfft((weeks - weeks.mean(axis=1, keepdims=True)).mean(axis=0)))
    assert set(np.argsort(-spectrum)[:2]) == {1, 7}  # once a week, and once a day
    # between 0.1 and 0.3 a sample, times a week's factor of 1 on average
    jitter = np.diff(weeks, n=2, axis=1).std(axis=1) / np.sqrt(6)
    assert 0.09 < jitter.min() < 0.13
    assert 0.29 < jitter.max() < 0.42


def test_the_formula_of_a_week_without_noise():
    week = Week(amplitude=3, intercept=4, phase=0.02, skew=1.5, noise=0, weekly=1.1)
    day, whole = np.linspace(0, 7, 1008), np.linspace(0, 1, 1008)
    u, v = 2 * np.pi * (day - 0.02 - 0.55), 2 * np.pi * (whole - 0.6)
    expected = (1.5 * np.sin(u - np.sin(u) / 1.5) + 4) * (0.55 * np.sin(v - np.sin(v) / 2) + 1)
    np.testing.assert_allclose(web_traffic._week(week, np.random.default_rng(0)), expected)


@pytest.mark.parametrize("name", SIGNATURES)
def test_nothing_is_odd_outside_of_the_truth(name):
    plain, odd, truth = drawn(name)
    assert (plain[~truth] == odd[~truth]).all()
    if name != "none":
        assert (np.abs(plain - odd).sum(axis=1) > 0).all()


@pytest.mark.few(2)
@pytest.mark.parametrize("name", IN_WINDOW)
def test_windows_are_whole_and_of_any_length_of_the_recipe_at_any_place(name):
    _, _, truth = drawn(name, 2000)
    assert (np.abs(np.diff(truth, axis=1, prepend=False, append=False)).sum(axis=1) == 2).all()
    lengths = truth.sum(axis=1)
    assert SHORTEST <= lengths.min() < SHORTEST + 3
    assert LONGEST - 3 < lengths.max() <= LONGEST
    assert abs(lengths.mean() - (SHORTEST + LONGEST) / 2) < 6
    starts = truth.argmax(axis=1) / (1008 - lengths)
    assert abs(starts.mean() - 0.5) < 0.03
    assert starts.min() < 0.01 < 0.99 < starts.max()


def test_none_is_left_alone_and_true_everywhere():
    plain, odd, truth = drawn("none", 5)
    assert (plain == odd).all()
    assert truth.all()


def test_spikes_are_three_high_up_or_down_at_one_sample_in_a_hundred():
    plain, odd, truth = drawn("spikes", 400)
    heights = (odd - plain)[truth]
    assert abs(truth.mean() - 0.01) < 0.001
    assert truth.any(axis=1).all()
    assert abs((heights > 0).mean() - 0.5) < 0.05
    assert abs(np.abs(heights).mean() - 3) < 0.02
    assert abs(np.abs(heights).std() - 0.2) < 0.02


def test_flip_runs_backwards():
    assert all((after == before[::-1]).all() for before, after in windows("flip"))


def test_skew_moves_the_middle_and_keeps_the_ends():
    """Each half goes through the same values, quicker or slower."""
    moved = []
    for before, after in windows("skew", 400):
        assert (before[[0, -1]] == after[[0, -1]]).all()
        at = np.abs(after - before[len(before) // 2]) < 1e-9
        moved += [np.flatnonzero(at).mean() / len(before) - 0.5]
    assert all(0.2 < abs(shift) < 0.47 for shift in moved)
    assert abs(np.mean(np.sign(moved))) < 0.2
    after, truth = SIGNATURES["skew"](np.arange(1008.0), np.random.default_rng(0))
    assert (np.diff(after[truth]) >= 0).all()


def test_noise_has_a_deviation_from_a_half_to_one():
    deviations = [(after - before).std() for before, after in windows("noise")]
    assert abs(np.mean(deviations) - 0.75) < 0.03
    assert 0.4 < min(deviations) < 0.6 < 0.9 < max(deviations) < 1.2


def test_cutoff_is_almost_zero_for_every_input():
    levels = [after.mean() for _, after in windows("cutoff")]
    assert -0.05 < min(levels) < max(levels) < 0.25
    assert abs(np.mean(levels) - 0.1) < 0.02
    assert abs(np.mean([after.std() for _, after in windows("cutoff")]) - 0.1) < 0.005


def test_average_is_a_moving_average_of_five_to_nine():
    widths = []
    for plain, odd, truth in zip(*drawn("average", 60), strict=True):
        fits = [
            width
            for width in range(2, 15)
            if np.allclose(np.convolve(plain, np.ones(width) / width, "same")[truth], odd[truth])
        ]
        assert len(fits) == 1
        widths += fits
    assert set(widths) == {5, 6, 7, 8, 9}


def test_wander_drifts_on_a_line_by_two_to_three():
    drifts = [after - before for before, after in windows("wander")]
    assert all(np.allclose(np.diff(drift, 2), 0, atol=1e-9) and drift[0] == 0 for drift in drifts)
    ends = np.array([drift[-1] for drift in drifts])
    assert 2 <= np.abs(ends).min() < 2.1 < 2.9 < np.abs(ends).max() <= 3
    assert abs(np.sign(ends).mean()) < 0.2


@pytest.mark.parametrize(("name", "sign"), [("peak", 1), ("trough", -1)])
def test_peaks_and_troughs_are_bells_that_scale(name, sign):
    """The factor is 1 + a density of up to 0.4, times 1.5 to 2.5."""
    factors = [after / before for before, after in windows(name)]
    heights = [sign * (factor[len(factor) // 2] - 1) for factor in factors]
    assert 0.58 < min(heights) < 0.65 < 0.95 < max(heights) < 1
    for factor in factors:
        np.testing.assert_allclose(factor, factor[::-1])
        assert (np.diff(sign * factor[: len(factor) // 2]) > -1e-9).all()
        np.testing.assert_allclose(factor[0], 1, atol=1e-4)


def test_no_page_has_views_below_zero(traffic):
    """Standardized, the floor is the lowest value of a series that was clipped; it is met often where it was."""
    series = traffic.x[traffic.y == 5, :, 0]
    assert (np.isclose(series, series.min(axis=1, keepdims=True)).sum(axis=1) > 1).mean() > 0.5
