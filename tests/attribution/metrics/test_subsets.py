"""Faithfulness correlation and infidelity: totals of random segments, compared with the score drops."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from cam1d_widget.attribution import metrics
from cam1d_widget.attribution.metrics.rank_correlation import rank_correlation

from ...support.toys import Formula, linear

SHAPE = (12, 3)
BOTH = (metrics.faithfulness_correlation, metrics.infidelity)


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(1, 1, size=(3, *SHAPE)).astype(np.float32)


@pytest.fixture
def total():
    return linear(np.ones((1, *SHAPE)), np.full(1, 7.0))


@pytest.mark.parametrize("kind", ["pearson", "spearman"])
@pytest.mark.parametrize("window", [1, 5])
def test_of_a_sum_the_series_itself_is_faithful_and_its_opposite_is_not(kind, window, total, x):
    for sign in (1, -1):
        result = metrics.faithfulness_correlation(total, x, sign * x, 0, kind=kind, window=window)
        np.testing.assert_allclose(result.values, sign, atol=1e-4)


def test_of_a_sum_the_series_itself_has_no_infidelity_and_its_opposite_all(total, x):
    np.testing.assert_allclose(metrics.infidelity(total, x, x, 0).values, 0, atol=1e-9)
    np.testing.assert_allclose(metrics.infidelity(total, x, -x, 0).values, 1)


def test_slopes_are_multiplied_by_the_removed_values(x):
    weights = np.random.default_rng(1).normal(size=(1, *SHAPE))
    maps = np.broadcast_to(weights, x.shape)
    classifier = linear(weights, np.zeros(1))
    fill = np.float32(0.5)
    assert metrics.infidelity(classifier, x, maps, 0, slopes=True, fill=fill).mean == pytest.approx(0, abs=1e-9)
    assert metrics.infidelity(classifier, x, maps, 0, fill=fill).mean > 0.05
    assert metrics.infidelity(classifier, x, maps * (x - fill), 0, fill=fill).mean == pytest.approx(0, abs=1e-9)


def test_a_map_of_time_alone_is_judged_by_whole_samples(x):
    result = metrics.faithfulness_correlation(linear(np.ones((1, *SHAPE)), np.zeros(1)), x, x.sum(2, keepdims=True), 0)
    np.testing.assert_allclose(result.values, 1, atol=1e-5)


def test_random_maps_have_nothing(total):
    x = np.random.default_rng(2).normal(size=(60, *SHAPE)).astype(np.float32)
    maps = np.random.default_rng(3).normal(size=x.shape)
    result = metrics.faithfulness_correlation(total, x, maps, 0)
    assert abs(result.mean) < 0.1
    assert abs(result.random_mean) < 0.1
    assert metrics.infidelity(total, x, maps, 0).mean > 0.8


@pytest.mark.parametrize("metric", BOTH)
def test_a_constant_model_and_a_map_of_zeros_do_not_crash(metric, x):
    constant = linear(np.zeros((2, *SHAPE)), np.ones(2))
    for maps in (np.zeros(x.shape), np.ones(x.shape), x):
        result = metric(constant, x, maps, [0, 1, 1])
        assert np.isfinite(result.values).all()
        assert sorted(result.per_class()) == [0, 1]


@pytest.mark.parametrize("metric", BOTH)
def test_neither_is_improved_by_rescaling(metric, x):
    toy = Formula(lambda x: np.array([np.sin(x).sum()]), None, SHAPE, 1)
    maps = np.random.default_rng(2).normal(size=x.shape)
    one, other = (metric(toy, x, factor * maps, 0) for factor in (1, 1e4))
    np.testing.assert_allclose(one.values, other.values, atol=1e-9)


@pytest.mark.parametrize("metric", BOTH)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(metric, total, x):
    with pytest.raises(ValueError, match="share must be a finite number above 0 and below 1"):
        metric(total, x, x, 0, share=1.0)


def test_rank_correlation_is_that_of_scipy_with_ties_as_well():
    one, other = np.random.default_rng(4).integers(0, 5, (2, 6, 30))
    expected = [spearmanr(*pair).statistic for pair in zip(one, other, strict=True)]
    np.testing.assert_allclose(rank_correlation(one, other), expected)


def test_a_constant_has_nothing_in_common_with_what_moves_and_all_with_a_constant():
    constant, moving = np.full((1, 5), 3.3), np.arange(5.0)[np.newaxis]
    assert [rank_correlation(*pair)[0] for pair in ((constant, moving), (moving, constant), (constant, constant))] == [
        0,
        0,
        1,
    ]
