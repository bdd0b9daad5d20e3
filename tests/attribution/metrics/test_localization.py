"""Metrics of known truth: best and worst maps, chance, ties, what is not defined, and scikit-learn's own numbers."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, ndcg_score, roc_auc_score

from cam1d_widget.attribution import metrics

ALL = [
    metrics.average_precision,
    metrics.ndcg,
    metrics.pointing_game,
    metrics.relevance_mass,
    metrics.relevance_rank,
    metrics.roc_auc,
]
RANKING = [metric for metric in ALL if metric is not metrics.relevance_mass]
OVER = ("time", "channel", "cell")


@pytest.fixture
def truth():
    """Windows that stand anywhere, in one or two of four channels."""
    mask = np.zeros((3, 40, 4), bool)
    mask[0, 3:13, 1] = mask[1, 20:33, 0] = mask[1, 25:30, 3] = mask[2, 35:, 2] = True
    return mask


@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("metric", ALL)
def test_a_perfect_map_has_the_best_value_and_its_opposite_the_worst(metric, over, truth):
    np.testing.assert_allclose(metric(truth, truth, over=over).values, 1)
    worst = metric(~truth if over == "cell" else ~_whole(truth, over), truth, over=over).values
    if metric is metrics.average_precision:  # the true ones come last, and precision rises to their share
        items = _items(truth, over)
        lowest = [
            np.mean([k / (n - t + k) for k in range(1, t + 1)]) for n, t in ((row.size, row.sum()) for row in items)
        ]
        share = items.mean(axis=1)  # they tie, as a constant map does
        assert (worst <= share + 1e-12).all()
        assert (worst >= lowest).all()
    else:
        np.testing.assert_allclose(worst, 0)


def _whole(truth, over):
    """The truth, spread over whole samples or whole channels."""
    axis = 2 if over == "time" else 1
    return np.broadcast_to(truth.any(axis=axis, keepdims=True), truth.shape)


def _items(truth, over):
    return truth.any(axis={"time": 2, "channel": 1}[over]) if over != "cell" else truth.reshape(len(truth), -1)


@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("metric", ALL)
def test_random_maps_have_chance(metric, over, truth):
    many = np.repeat(truth, 700, axis=0)
    result = metric(np.random.default_rng(0).random(many.shape), many, over=over)
    per_instance = result.values.reshape(3, 700).mean(axis=1)
    np.testing.assert_allclose(per_instance, result.chance[::700], atol=0.05)


@pytest.mark.parametrize("metric", RANKING)
@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("factor", [1e-6, 0.37, 1e6])
def test_no_metric_is_improved_by_rescaling(metric, over, factor, truth):
    maps = np.random.default_rng(1).normal(size=truth.shape)
    one, other = metric(maps, truth, over=over), metric(factor * maps, truth, over=over)
    np.testing.assert_allclose(one.values, other.values, rtol=1e-6)


def test_mass_is_not_improved_by_rescaling(truth):
    maps = np.random.default_rng(1).normal(size=truth.shape)
    for factor in (1e-30, 1e30):
        values = metrics.relevance_mass(factor * maps, truth, over="cell").values
        np.testing.assert_allclose(values, metrics.relevance_mass(maps, truth, over="cell").values, rtol=1e-9)


def test_average_precision_and_roc_auc_are_those_of_scikit_learn_with_ties_as_well(truth):
    maps = np.random.default_rng(2).integers(0, 6, truth.shape)
    precision = metrics.average_precision(maps, truth, over="cell").values
    area = metrics.roc_auc(maps, truth, over="cell").values
    for place, (map_, true) in enumerate(zip(maps, truth, strict=True)):
        assert precision[place] == pytest.approx(average_precision_score(true.ravel(), map_.ravel()))
        assert area[place] == pytest.approx(roc_auc_score(true.ravel(), map_.ravel()))


def test_ndcg_is_that_of_scikit_learn_and_ties_are_shared(truth):
    maps = np.random.default_rng(3).integers(0, 4, truth.shape)
    values = metrics.ndcg(maps, truth, over="cell").values
    for place, (map_, true) in enumerate(zip(maps, truth, strict=True)):
        assert values[place] == pytest.approx(ndcg_score([true.ravel()], [map_.ravel()], k=int(true.sum())))


def test_a_map_of_time_alone_says_nothing_of_channels(truth):
    strip = truth.any(axis=2, keepdims=True)
    assert metrics.average_precision(strip, truth, over="time").mean == 1
    channel = metrics.average_precision(strip, truth, over="channel")
    np.testing.assert_allclose(channel.values, channel.share)
    np.testing.assert_allclose(metrics.roc_auc(strip, truth, over="channel").values, 0.5)
    assert metrics.average_precision(strip, truth, over="cell").mean < 0.6


def test_signs_are_added_up_as_asked():
    maps = np.array([[[3.0, -3.0], [1.0, 0.0], [0.0, -5.0]]])
    truth = np.array([[[1, 0], [0, 0], [0, 0]]], bool)
    assert metrics.pointing_game(maps, truth, sign="positive").values[0] == 1
    assert metrics.pointing_game(maps, truth, sign="signed").values[0] == 0
    assert metrics.pointing_game(maps, truth, sign="absolute").values[0] == 1
    assert metrics.relevance_mass(maps, truth, sign="absolute").values[0] == pytest.approx(0.5)
    assert metrics.relevance_mass(maps, truth).values[0] == pytest.approx(0.75)


@pytest.mark.parametrize("metric", ALL)
def test_nothing_to_find_is_left_out_of_the_mean_and_nothing_true_is_not_defined(metric, truth):
    everywhere, nowhere = np.ones((1, 40, 4), bool), np.zeros((1, 40, 4), bool)
    masks = np.concatenate([truth, everywhere, nowhere])
    result = metric(masks, masks)
    assert np.isnan(result.values[4])
    assert result.informative.tolist() == [True, True, True, False, False]
    assert result.mean == 1
    assert np.isnan(metric(nowhere, nowhere).mean)
    assert "2 left out" in repr(result)


def test_a_map_that_is_zero_has_the_share_of_what_is_true(truth):
    zero = np.zeros(truth.shape)
    for metric in (metrics.average_precision, metrics.pointing_game, metrics.relevance_mass, metrics.relevance_rank):
        result = metric(zero, truth, over="cell")
        np.testing.assert_allclose(result.values, result.share)


def test_one_map_is_a_batch_of_one_and_classes_are_distinguished(truth):
    assert metrics.average_precision(truth[0], truth[0]).values.shape == (1,)
    maps = np.where([[[1]], [[1]], [[0]]], truth, ~truth)
    assert metrics.pointing_game(maps, truth, over="cell").per_class([5, 5, 2]) == {2: 0.0, 5: 1.0}


@pytest.mark.parametrize(
    ("maps", "mask", "options", "words"),
    [
        (np.full((4, 2), np.nan), np.ones((4, 2), bool), {}, "8 NaN or infinite values, which have no rank"),
        (np.ones((4, 2)), np.ones((5, 2), bool), {}, r"\(instance, time, channel\) = \(1, 4, 2\)"),
        (np.ones((4, 2)), np.ones((4, 1), bool), {"over": "cell"}, "score over 'time'"),
        (np.ones((4, 2)), np.full((4, 2), 0.5), {}, "truth must be a mask of bool"),
        (np.ones((4, 2)), np.ones((4, 2), bool), {"over": "space"}, "over must be one of"),
        (np.ones((4, 2)), np.ones((4, 2), bool), {"sign": "+"}, "sign must be one of"),
        (np.ones(4), np.ones(4, bool), {}, r"but has \(4,\)"),
    ],
)
def test_what_cannot_be_scored_is_refused_in_a_sentence(maps, mask, options, words):
    with pytest.raises(ValueError, match=words):
        metrics.average_precision(maps, mask, **options)
