"""Occlusion, RISE and LIME compared with their definitions."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.methods import LIME, RISE, KernelSHAP, Occlusion

from ...support.games import random_game
from ...support.toys import linear, question

RNG = np.random.default_rng(6)
X = RNG.normal(size=(2, 24, 3)).astype(np.float32)
WEIGHTS = RNG.normal(size=(2, 24, 3))
BOTH = np.array([[0, 1], [1, 0]])


@pytest.fixture(scope="module")
def network() -> KerasClassifier:
    return KerasClassifier(question([L.Flatten(), L.Dense(4)]))


# Occlusion


@pytest.mark.parametrize(("size", "stride"), [(7, 5), (6, 2), (24, 24), (1, 1)])
def test_occlusion_is_the_mean_over_the_windows_that_cover_a_value(size, stride):
    classifier, baseline = linear(WEIGHTS, np.zeros(2)), np.array([0.5, -1, 2])
    first = sorted({*range(0, 24 - size + 1, stride), 24 - size})
    contribution = (X[0] - baseline) * WEIGHTS[1]
    expected = np.array(
        [
            np.mean([contribution[start : start + size].sum(axis=0) for start in first if start <= t < start + size], 0)
            for t in range(24)
        ]
    )
    values = Occlusion(size=size, stride=stride, baseline=baseline).attribute(classifier, X[:1], 1)
    np.testing.assert_allclose(values[0], expected, rtol=1e-4, atol=1e-4)


def test_occlusion_by_several_sizes_is_the_mean_of_their_maps():
    classifier = linear(WEIGHTS, np.zeros(2))
    values = Occlusion(size=(3, 8)).attribute(classifier, X, 1)
    apart = [Occlusion(size=size, stride=max(1, size // 4)).attribute(classifier, X, 1) for size in (3, 8)]
    np.testing.assert_allclose(values, np.mean(apart, axis=0), rtol=1e-5)


def test_occlusion_s_own_sizes_are_a_quarter_an_eighth_and_a_sixteenth_of_the_series():
    classifier = linear(WEIGHTS, np.zeros(2))
    values = Occlusion().attribute(classifier, X, 1)
    np.testing.assert_allclose(values, Occlusion(size=(6, 3, 2)).attribute(classifier, X, 1), rtol=1e-5)


@pytest.fixture(scope="module")
def brief():
    """A class that depends on 20 samples of one channel out of 1,024, one that depends on all, and the series."""
    weights = np.zeros((2, 1024, 2))
    weights[0, 300:320, 1] = 1
    weights[1] = RNG.normal(size=(1024, 2))
    return linear(weights, np.zeros(2)), np.ones((1, 1024, 2), np.float32)


def test_occlusion_of_a_long_series_refines_its_windows_where_they_matter(brief):
    classifier, x = brief
    coarse, fine = (method.attribute(classifier, x, 0)[0] for method in (Occlusion(size=(256, 128, 64)), Occlusion()))
    width = [(one[:, 1] > one.max() / 2).sum() for one in (coarse, fine)]
    assert width[1] < width[0]
    assert 300 <= fine[:, 1].argmax() < 320
    np.testing.assert_array_equal(fine[:, 0], 0)
    np.testing.assert_array_equal(fine[coarse == 0], 0)


def test_occlusion_of_a_class_does_not_depend_on_the_classes_asked_for(brief):
    classifier, x = brief
    both = Occlusion().maps(classifier, x, np.array([[1, 0]])).values
    np.testing.assert_array_equal(both[:, 1], Occlusion().attribute(classifier, x, 0))


def test_occlusion_runs_no_more_series_than_it_states(brief):
    classifier, x = brief
    run = []

    class Counted(type(classifier)):
        def scores(self, x):
            run.append(len(x))
            return super().scores(x)

    counted = copy(classifier)
    counted.__class__ = Counted
    Occlusion().attribute(counted, x, 0)
    assert len(Occlusion()._finer(1024)) == 2
    assert sum(run) <= Occlusion()._passes(1024, 2) + 5  # and the series itself, for each size


def test_occlusion_between_change_points_gives_each_slice_its_fall():
    values = Occlusion(change_points=[5, 6, 20]).attribute(linear(WEIGHTS, np.zeros(2)), X, 0)
    for start, stop in ((0, 5), (5, 6), (6, 20), (20, 24)):
        fall = (X * WEIGHTS[0])[:, start:stop].sum(axis=1, keepdims=True)
        np.testing.assert_allclose(values[:, start:stop], np.broadcast_to(fall, (2, stop - start, 3)), atol=1e-4)


def test_occlusion_takes_windows_or_change_points():
    with pytest.raises(ValueError, match="change_points exclude size and stride"):
        Occlusion(size=3, change_points=[5])


# LIME


@pytest.mark.parametrize("channels", ["each", "all"])
def test_lime_finds_the_contributions_of_a_linear_score(channels):
    baseline = np.array([0.5, -1, 2])
    made = LIME(samples=80, size=5, channels=channels, baseline=baseline).maps(linear(WEIGHTS, np.ones(2)), X, BOTH)
    for row, target in ((0, 0), (0, 1), (1, 0)):
        contribution = (X[row] - baseline) * WEIGHTS[BOTH[row, target]]
        contribution = contribution if channels == "each" else contribution.sum(axis=1, keepdims=True)
        for start in range(0, 24, 5):
            part = made.values[row, target, start : start + 5]
            np.testing.assert_allclose(part.sum(axis=0), contribution[start : start + 5].sum(axis=0), atol=1e-4)
            np.testing.assert_allclose(part, np.broadcast_to(part[:1], part.shape))
    assert made.errors.max() < 1e-6


@pytest.mark.parametrize(("kernel_width", "ridge"), [(0.75, 0), (0.3, 0), (0.75, 5.0)])
def test_lime_is_the_weighted_fit_with_a_free_constant(kernel_width, ridge):
    """Row by row, with a column of ones that is not penalized."""
    game, players = random_game(10, 1), 10
    method = LIME(samples=300, size=1, seed=3, kernel_width=kernel_width, ridge=ridge)
    kept = method.draw(players, 300, np.random.default_rng(3))
    gram, right = np.diag([0.0] + [ridge] * players), np.zeros(players + 1)
    for on in kept:
        row = np.array([1.0, *on])
        weight = np.exp(-(players - on.sum()) / (kernel_width**2 * players))
        gram += weight * np.outer(row, row)
        right += weight * row * game._value(on[np.newaxis].astype(float))[0, 1]
    values = method.attribute(game, np.ones((1, players, 1), np.float32), 1)
    np.testing.assert_allclose(values[0, :, 0], np.linalg.solve(gram, right)[1:], rtol=1e-5, atol=1e-6)


def test_lime_weighs_what_is_near_the_series_more():
    # a product of all is there only where all are kept: near the series
    game = type(random_game(2, 0))(lambda on: on.prod(axis=1, keepdims=True), 6, 1)
    near, far = (
        LIME(samples=4000, size=1, kernel_width=width).attribute(game, np.ones((1, 6, 1), np.float32), 0).sum()
        for width in (0.3, 10)
    )
    assert near > 2 * far > 0


@pytest.mark.parametrize("samples", [100, 400])
def test_standard_error_of_lime_is_that_of_another_draw(samples):
    ones, game = np.ones((1, 12, 1), np.float32), random_game(12, 2)
    made = [LIME(samples=samples, size=1, seed=seed).maps(game, ones, np.array([[0, 1]])) for seed in range(150)]
    values, errors = np.stack([one.values for one in made]), np.stack([one.errors for one in made])
    np.testing.assert_allclose(np.sqrt((errors**2).mean(axis=0)), values.std(axis=0), rtol=0.3)


@pytest.mark.parametrize("method", [LIME(samples=60), KernelSHAP(samples=60), RISE(masks=60)])
def test_channel_that_a_network_does_not_read_stays_within_its_error(method, network):
    classifier = KerasClassifier(question([L.Flatten(), L.Dense(4)], length=90, channels=2))
    kernel, bias = classifier.model.layers[0].get_weights()
    kernel[:, 1] = 0
    classifier.model.layers[0].set_weights([kernel, bias])
    made = method.maps(classifier, RNG.normal(size=(3, 90, 2)).astype(np.float32), np.array([[0, 1]] * 3))
    idle, heard = made.values[..., 1], made.values[..., 0]
    assert (np.abs(idle) < 6 * made.errors[..., 1]).all()
    assert np.abs(idle).mean() < 0.5 * np.abs(heard).mean()


# RISE


def covariance(length, size, probability):
    """Covariance of a mask's values at two samples: those of the cells, by the shares that they have at each shift."""
    shared = np.zeros((length, length))
    for shift in range(size):
        shares = np.zeros((length, length // size + 3))
        for t in range(length):
            cell, within = divmod(t + shift, size)
            shares[t, cell : cell + 2] = 1 - within / size, within / size
        shared += shares @ shares.T / size
    return probability * (1 - probability) * shared


@pytest.mark.parametrize(("size", "probability"), [(5, 0.5), (7, 0.2), (1, 0.7)])
def test_rise_of_a_linear_score_is_its_expectation_within_the_standard_error(size, probability):
    classifier, baseline = linear(WEIGHTS, np.array([50.0, -20])), np.array([0.5, -1, 2])
    contribution = (X - baseline) * WEIGHTS[np.array([0, 1])]
    expected = np.einsum("tu,iuc->itc", covariance(24, size, probability), contribution) / probability
    in_errors = []
    for seed in range(40):
        method = RISE(masks=400, size=size, probability=probability, baseline=baseline, seed=seed)
        made = method.maps(classifier, X, np.array([[0], [1]]))
        in_errors.append((made.values[:, 0] - expected) / made.errors[:, 0])
    in_errors = np.array(in_errors)
    assert np.abs(in_errors.mean(axis=0)).max() < 5 / np.sqrt(40)
    assert 0.85 < in_errors.std() < 1.15


def test_rise_is_its_formula_mask_by_mask():
    game = random_game(20, 4)
    method = RISE(masks=50, size=3, seed=2)
    masks = method._masks(20, 1).fine(slice(0, 50))
    scores = game.scores(masks)
    made = method.maps(game, np.ones((1, 20, 1), np.float32), np.array([[1, 0]]))
    for column, target in enumerate((1, 0)):
        kept = (scores[:, target, np.newaxis] * masks[..., 0]).sum(axis=0) / masks[..., 0].sum(axis=0)
        np.testing.assert_allclose(made.values[0, column, :, 0], kept - scores[:, target].mean(), atol=1e-5)
        # the ratio's linearization, mask by mask
        moved = (scores[:, target, np.newaxis] - kept) * masks[..., 0] / masks[..., 0].mean(axis=0)
        moved -= scores[:, target, np.newaxis] - scores[:, target].mean()
        np.testing.assert_allclose(made.errors[0, column, :, 0], moved.std(axis=0) / 7, rtol=1e-3)


def test_masks_are_lines_between_cells_that_are_there_or_not():
    masks = RISE(masks=500, size=6, probability=0.3)._masks(40, 2)
    fine = masks.fine(slice(0, 500))
    assert fine.shape == (500, 40, 2)
    assert 0 <= fine.min() < fine.max() <= 1
    np.testing.assert_allclose(fine.mean(axis=(0, 2)), 0.3, atol=0.06)
    # a line within each cell: its second difference is zero but where a cell begins
    bends = np.abs(np.diff(fine, 2, axis=1)) > 1e-5
    for shift, bent in zip(masks.shift, bends, strict=True):
        assert set((np.flatnonzero(bent.any(axis=1)) + 1 + shift) % 6) <= {0}
    assert set(masks.shift) == set(range(6))
    np.testing.assert_array_equal(masks.fine(slice(100, 130)), fine[100:130])


def test_rise_adds_a_constant_nowhere():
    one, other = (RISE(masks=100).attribute(linear(WEIGHTS, bias), X, 0) for bias in (np.zeros(2), np.full(2, 1e3)))
    np.testing.assert_allclose(one, other, atol=1e-3 * np.abs(one).max())


@pytest.mark.parametrize("method", [RISE(masks=70), KernelSHAP(samples=72, size=2), LIME(samples=70, size=8)])
def test_draws_depend_on_the_seed_alone(method):
    classifier = linear(WEIGHTS**3, np.zeros(2))
    bent = random_game(24, 5)
    series = np.abs(X[:, :, :1])
    together = method.maps(bent, series, BOTH)
    for row in range(2):
        single = method.maps(bent, series[row : row + 1], BOTH[row : row + 1])
        np.testing.assert_allclose(together.values[row], single.values[0], rtol=1e-6)
        np.testing.assert_allclose(together.errors[row], single.errors[0], rtol=1e-6)
    assert (replace(method, seed=1).maps(bent, series, BOTH).values != together.values).any()
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    method.attribute(classifier, X, 0)
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RISE(channels="some"), "channels must be 'each' or 'all'"),
        (lambda: RISE(masks=1), "masks must be a whole number, at least 2"),
        (lambda: RISE(probability=1), "probability must be a finite number above 0 and below 1"),
        (
            lambda: RISE(size=25).attribute(linear(WEIGHTS, np.zeros(2)), X, 0),
            "size must be a whole number from 1",
        ),
        (lambda: LIME(kernel_width=0), "kernel_width must be a finite number above 0"),
        (lambda: LIME(ridge=-1), "ridge must be a finite number at least 0"),
        (
            lambda: LIME(change_points=[30]).attribute(linear(WEIGHTS, np.zeros(2)), X, 0),
            "samples in ascending order from 0 to 23",
        ),
    ],
)
def test_wrong_options_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
