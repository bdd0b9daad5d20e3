"""KernelSHAP is the Shapley value if all coalitions are computed, and otherwise estimates its error."""

from __future__ import annotations

from itertools import product

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier, explain
from cam1d_widget.attribution.masking import LinearBridge, Slices, replaced
from cam1d_widget.attribution.methods import KernelSHAP
from cam1d_widget.attribution.methods.families.coalitions import coalitions

from ...support.games import random_game, shapley_values
from ...support.selection import slow_but
from ...support.toys import linear, multi_layer

RNG = np.random.default_rng(4)
ONES = np.ones((1, 12, 1), np.float32)
BOTH = np.array([[0, 1]])


@pytest.fixture(scope="module")
def nonlinear() -> KerasClassifier:
    keras.utils.set_random_seed(1)
    layers = [L.Conv1D(8, 5, activation="relu"), L.MaxPooling1D(3), L.Flatten(), L.Dense(8, "tanh"), L.Dense(3)]
    return KerasClassifier(keras.Sequential([keras.Input((40, 2)), *layers]))


def by_definition(classifier, x, slices, columns, baseline):
    """Shapley values of slices by looking at every subset, of shape (window, channel or 1, class)."""

    def scores(on):
        gone = ~on.reshape(len(slices), columns)[slices.of_sample]
        return classifier.scores(replaced(x, np.broadcast_to(gone, x.shape), baseline)[np.newaxis])

    return shapley_values(scores, len(slices) * columns).reshape(len(slices), columns, -1)


def slice_sums(values, slices):
    return np.add.reduceat(values, slices.start, axis=0)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"size": 1}, [76.666667, 196.666667, 116.666667]),
        ({"change_points": [2]}, [275, 115]),
        ({"size": 3}, [390]),
    ],
)
def test_oracle_bank(options, expected):
    x = np.array([[[20.0], [50.0], [30.0]]])
    values = KernelSHAP(**options).attribute(multi_layer(), x, 0)[0]
    slices = Slices.apart(3, options.get("size"), options.get("change_points"))
    np.testing.assert_allclose(slice_sums(values, slices)[:, 0], expected, rtol=1e-6)


@pytest.mark.parametrize("baseline", [0.3, LinearBridge()])
@pytest.mark.parametrize(("size", "channels"), [(5, "all"), (10, "each")])
def test_all_coalitions_of_eight_slices_give_the_shapley_values(nonlinear, size, channels, baseline):
    x = RNG.normal(size=(1, 40, 2)).astype(np.float32)
    slices = Slices.apart(40, size)
    made = KernelSHAP(size=size, channels=channels, baseline=baseline).maps(nonlinear, x, np.array([[0, 1, 2]]))
    expected = by_definition(nonlinear, x[0], slices, 2 if channels == "each" else 1, baseline)
    for target in range(3):
        np.testing.assert_allclose(slice_sums(made.values[0, target], slices), expected[..., target], atol=1e-4)
    assert np.abs(expected).max() > 0.05
    assert (made.errors == 0).all()


@pytest.mark.parametrize("players", range(1, 8))
def test_any_number_of_slices(players):
    game = random_game(players, players, interactions=6) if players > 1 else linear(np.ones((2, 1, 1)), np.zeros(2))
    expected = shapley_values(lambda on: game.scores(on[..., np.newaxis]), players)
    made = KernelSHAP(size=1).maps(game, ONES[:, :players], BOTH)
    np.testing.assert_allclose(made.values[0, :, :, 0].T, expected, atol=1e-6)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("samples", "least"),
    slow_but(
        [(32, 0), (50, 0.3), (200, 0.8)],
        [(24, 0), (32, 0), (40, 0), (50, 0.3), (80, 0.8), (200, 0.8), (1000, 0.8), (3000, 0.8)],
    ),
)
@pytest.mark.slow
def test_error_is_what_the_standard_error_says(samples, least):
    """Over many games and draws, the error in standard errors spreads about one, and its sum is exact."""
    in_errors, total = [], []
    for seed in range(120):
        game = random_game(12, seed % 6)
        expected = shapley(seed % 6)
        made = KernelSHAP(samples=samples, size=1, seed=seed).maps(game, ONES, BOTH)
        in_errors.append((made.values[0, :, :, 0].T - expected) / made.errors[0, :, :, 0].T)
        total.append(made.totals[0] - expected.sum(axis=0))
    assert np.abs(total).max() < 1e-9
    in_errors = np.array(in_errors)
    assert np.abs(in_errors.mean(axis=0)).max() < 1
    assert least < np.sqrt((in_errors**2).mean()) < 1.25


def test_more_samples_make_it_better_as_the_standard_error_says():
    def errors(samples):
        off, said = [], []
        for seed in range(40):
            made = KernelSHAP(samples=samples, size=1, seed=seed).maps(random_game(12, 3), ONES, BOTH)
            off.append(made.values[0, :, :, 0].T - shapley(3))
            said.append(made.errors)
        return np.sqrt(np.mean(np.square(off))), np.sqrt(np.mean(np.square(said)))

    few, many, all_there_are = errors(100), errors(1600), errors(4096)
    assert many[0] < few[0] / 3
    assert few[0] / many[0] == pytest.approx(few[1] / many[1], rel=0.25)
    assert all_there_are[1] == 0
    assert all_there_are[0] < 1e-6


_KNOWN = {}


def shapley(seed):
    if seed not in _KNOWN:
        game = random_game(12, seed)
        _KNOWN[seed] = shapley_values(lambda on: game.scores(on[..., np.newaxis]), 12)
    return _KNOWN[seed]


def test_slice_that_does_not_matter_gets_nothing_where_all_coalitions_are_seen():
    game = random_game(8, 1)
    idle = [player for player in range(8) if np.abs(by_leaving_out(game, player)).max() == 0]
    silenced = type(game)(lambda on: game._value(on * (np.arange(8) != 5)), 8, 2)
    values = KernelSHAP(size=1).attribute(silenced, ONES[:, :8], 0)
    assert not idle
    assert abs(values[0, 5, 0]) < 1e-9
    assert np.abs(values).max() > 0.1


def by_leaving_out(game, player):
    on = np.array(list(product([0, 1], repeat=8)), float)
    off = on * (np.arange(8) != player)
    return game._value(on) - game._value(off)


def test_standard_errors_reach_the_explanation(nonlinear):
    x = RNG.normal(size=(3, 40, 2)).astype(np.float32)
    made = explain(nonlinear, x, methods=[KernelSHAP(samples=60)], targets="all", background=x, progress=False)
    assert made.standard_errors["KernelSHAP"].shape == made.attributions["KernelSHAP"].shape
    assert (made.standard_errors["KernelSHAP"] > 0).all()
    assert made.exactness["KernelSHAP"] == "complete"
    assert made.completeness["KernelSHAP"].max() < 1e-4


# Coalitions


@pytest.mark.parametrize(("slices", "pairs"), [(2, 1), (3, 3), (8, 127), (8, 500), (11, 1023), (14, 8191)])
def test_all_pairs_are_there_once_where_they_fit(slices, pairs):
    made = coalitions(slices, pairs, RNG)
    both = np.concatenate([made.kept, ~made.kept])
    assert len(np.unique(both, axis=0)) == len(both) == 2**slices - 2
    assert not made.drawn.any()


@pytest.mark.parametrize(("slices", "pairs"), [(12, 60), (12, 700), (30, 1000), (90, 1114)])
def test_sizes_that_weigh_most_are_complete_and_the_budget_is_kept(slices, pairs):
    made = coalitions(slices, pairs, np.random.default_rng(0))
    assert len(made.kept) == pairs
    sizes = made.kept.sum(axis=1)
    assert sizes[made.drawn].min(initial=slices) > sizes[~made.drawn].max()
    assert (sizes == 1).sum() == slices
    # the weights of all pairs add up to the kernel's, however they are drawn
    every = np.arange(1, slices)
    assert made.weights.sum() == pytest.approx(((slices - 1) / (every * (slices - every))).sum() / 2)


@pytest.mark.parametrize("pairs", [12, 13, 20])
def test_few_draws_do_not_pass_for_certainty(pairs):
    made = coalitions(12, pairs, np.random.default_rng(0))
    assert len(made.kept) == pairs
    assert made.drawn.all()


def test_too_few_samples_are_refused_with_the_way_out():
    x = RNG.normal(size=(1, 300, 9)).astype(np.float32)
    classifier = linear(np.ones((1, 300, 9)), np.zeros(1))
    message = "KernelSHAP needs .* 5400 for 300 windows × 9 channels, but has samples=800; give more, or a larger size"
    with pytest.raises(ValueError, match=message):
        KernelSHAP(samples=800, size=1).attribute(classifier, x, 0)
    KernelSHAP(samples=180).attribute(classifier, x, 0)
    with pytest.raises(ValueError, match="180 for 10 windows"):
        KernelSHAP(samples=179).attribute(classifier, x, 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"channels": "some"}, "channels must be 'each' or 'all'"),
        ({"samples": 0}, "samples must be a whole number, at least 1"),
        ({"size": 0}, "size must be a whole number, at least 1"),
        ({"size": 5, "change_points": [3]}, "size and change_points exclude each other"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        KernelSHAP(**options)
