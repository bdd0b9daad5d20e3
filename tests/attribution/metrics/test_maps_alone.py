"""Metrics of a map alone: sums, sparseness, sensitivity, agreement, and whether the class matters."""

import numpy as np
import pytest

from cam1d_widget.attribution import metrics
from cam1d_widget.attribution.methods import EigenCAM, GradientXInput, Saliency

from ...support.toys import Formula, linear

SHAPE = (10, 2)


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(3, *SHAPE)).astype(np.float32)


def test_the_gap_is_what_the_sum_misses_of_the_difference_from_the_baseline(x):
    weights = np.random.default_rng(1).normal(size=(2, *SHAPE))
    classifier = linear(weights, np.array([3.0, -1.0]))
    targets = np.array([0, 1, 1])
    whole = weights[targets] * (x - 0.5)
    np.testing.assert_allclose(
        metrics.completeness_gap(classifier, x, whole, targets, baseline=np.float32(0.5)), 0, atol=1e-5
    )
    gaps = metrics.completeness_gap(classifier, x, 0.75 * whole, targets, baseline=np.float32(0.5))
    difference, mass = np.abs(whole.sum(axis=(1, 2))), 0.75 * np.abs(whole).sum(axis=(1, 2))
    assert (difference < 0.1 * mass).tolist() == [True, False, False]  # one that nearly cancels
    np.testing.assert_allclose(gaps, 0.25 * difference / np.maximum(difference, 0.1 * mass), rtol=1e-4)


def test_gini_of_an_even_map_is_nothing_and_of_one_sample_almost_all():
    one = np.zeros((1, 50, 4))
    one[0, 7, 2] = -3
    assert metrics.gini(np.ones((1, 50, 4)))[0] == pytest.approx(0)
    assert metrics.gini(one)[0] == pytest.approx(1 - 1 / 200)
    assert metrics.gini(one, over="channel")[0] == pytest.approx(1 - 1 / 4)
    assert metrics.gini(np.zeros((50, 4)))[0] == 0


def test_gini_is_half_the_relative_mean_difference_and_not_changed_by_rescaling():
    maps = np.random.default_rng(2).normal(size=(4, 30, 3))
    flat = np.abs(maps).reshape(4, -1)
    differences = np.abs(flat[:, :, np.newaxis] - flat[:, np.newaxis]).mean(axis=(1, 2))
    np.testing.assert_allclose(metrics.gini(maps), differences / flat.mean(axis=1) / 2)
    np.testing.assert_allclose(metrics.gini(1e-20 * maps), metrics.gini(maps))


def test_a_linear_model_has_a_saliency_that_nothing_moves(x):
    classifier = linear(np.random.default_rng(1).normal(size=(2, *SHAPE)), np.zeros(2))
    assert metrics.max_sensitivity(Saliency(), classifier, x, 0).values.max() == 0
    moved = metrics.max_sensitivity(GradientXInput(), classifier, x, 0, radius=0.1)
    assert 0 < moved.mean < 0.1 < moved.random_mean


def test_more_draws_find_no_smaller_change_and_units_do_not_matter(x):
    weights = np.random.default_rng(1).normal(size=(1, *SHAPE))
    few, many = (
        metrics.max_sensitivity(GradientXInput(), linear(weights, np.zeros(1)), x, 0, draws=draws) for draws in (2, 20)
    )
    assert (many.values >= few.values).all()
    units = np.array([1.0, 1000.0], np.float32)
    rescaled = metrics.max_sensitivity(GradientXInput(), linear(weights / units, np.zeros(1)), x * units, 0, draws=2)
    np.testing.assert_allclose(rescaled.values, few.values, rtol=1e-3)


def test_a_map_of_zeros_has_no_sensitivity(x):
    constant = linear(np.zeros((1, *SHAPE)), np.ones(1))
    result = metrics.max_sensitivity(GradientXInput(), constant, x, 0)
    assert np.isnan(result.values).all()
    assert "nan" in repr(result)


def test_methods_agree_with_themselves_with_their_square_in_order_and_not_with_their_opposite(x):
    result = metrics.agreement({"one": x, "tenfold": 10 * x, "opposite": -x}, over="cell")
    np.testing.assert_allclose(result.matrix, [[1, 1, -1], [1, 1, -1], [-1, -1, 1]], atol=1e-12)
    assert result.with_others("one") == {"tenfold": pytest.approx(1), "opposite": pytest.approx(-1)}
    assert "3 methods on 3 series" in repr(result)


def test_maps_of_time_alone_are_compared_over_time(x):
    result = metrics.agreement({"cells": x, "strip": x.sum(axis=2, keepdims=True)})
    np.testing.assert_allclose(result.matrix, 1)
    with pytest.raises(ValueError, match="compare over 'time'"):
        metrics.agreement({"cells": x, "strip": x.sum(axis=2, keepdims=True)}, over="cell")
    with pytest.raises(ValueError, match="maps of the same instances and times"):
        metrics.agreement({"cells": x, "short": x[:, :4]})


def test_a_map_that_ignores_the_class_is_the_same_for_all_and_one_of_two_rivals_is_the_opposite(gap, x):
    weights = np.random.default_rng(1).normal(size=SHAPE)
    two = linear(np.stack([weights, -weights]), np.zeros(2))
    maps = [GradientXInput().attribute(two, x, target) for target in (0, 1)]
    np.testing.assert_allclose(metrics.class_similarity(maps[0], maps[1:]), -1)
    long = np.random.default_rng(0).normal(size=(2, 300, 9)).astype(np.float32)
    maps = [EigenCAM().attribute(gap, long, target) for target in range(4)]
    np.testing.assert_allclose(metrics.class_similarity(maps[0], maps[1:]), 1)


def test_a_formula_that_is_constant_crashes_nothing(x):
    constant = Formula(lambda x: np.ones(2), lambda x, c: np.zeros(SHAPE), SHAPE, 2)
    maps = GradientXInput().attribute(constant, x, 0)
    assert metrics.completeness_gap(constant, x, maps, 0).tolist() == [0, 0, 0]
    assert metrics.class_similarity(maps, [maps]).tolist() == [1, 1, 1]
