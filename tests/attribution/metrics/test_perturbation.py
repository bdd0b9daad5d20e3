"""Deletion, insertion and AOPC on classifiers whose curves are known."""

import numpy as np
import pytest

from cam1d_widget.attribution import metrics
from cam1d_widget.attribution.masking import LinearBridge, channel_mean

from ...support.toys import Formula, linear

SHAPE = (10, 3)


def shares(score):
    """A classifier of one formula, whose probability is its score."""
    toy = Formula(lambda x: np.array([float(score(x))]), None, SHAPE, 1)
    toy.probabilities = toy.scores
    return toy


@pytest.fixture
def x():
    return np.random.default_rng(0).uniform(1, 2, size=(2, *SHAPE)).astype(np.float32)


def test_a_score_that_any_hole_destroys_has_a_deletion_of_nothing(x):
    classifier = shares(lambda x: 1 - (x == 0).max())
    result = metrics.deletion(classifier, x, x, 0, steps=30)
    np.testing.assert_allclose(result.values, 1 / 60)  # the first step falls from 1 to 0
    assert result.curves[:, 1:].max() == 0


def test_a_score_that_any_value_brings_back_has_an_insertion_of_all(x):
    classifier = shares(lambda x: (x != 0).max())
    np.testing.assert_allclose(metrics.insertion(classifier, x, x, 0, steps=30).values, 59 / 60)


def test_of_a_sum_the_right_map_is_best_and_its_opposite_worst(x):
    classifier = shares(np.sum)
    right = {
        metric: [metric(classifier, x, sign * x, 0, over="cell", measure="score", orders=20) for sign in (1, -1)]
        for metric in (metrics.deletion, metrics.insertion, metrics.aopc)
    }
    for best, worst in right.values():
        assert (best.margins > 0).all()
        assert (worst.margins < 0).all()
        sign = 1 if best.better == "larger" else -1
        assert (sign * best.values >= (sign * best.random).max(axis=0)).all()
        assert (sign * worst.values <= (sign * worst.random).min(axis=0)).all()


def test_the_curve_of_a_sum_is_what_is_left_of_it(x):
    result = metrics.deletion(shares(np.sum), x[:1], x[:1], 0, steps=30, measure="score")
    falling = np.sort(x[0].ravel())[::-1]
    np.testing.assert_allclose(result.curves[0], falling.sum() - np.append(0, np.cumsum(falling)), atol=1e-4)
    fall = metrics.aopc(shares(np.sum), x[:1], x[:1], 0, over="cell", steps=10, measure="score")
    taken = [falling[:count].sum() for count in np.rint(np.linspace(0, 0.5, 11) * 30).astype(int)]
    assert fall.values[0] == pytest.approx(np.mean(taken), rel=1e-5)
    assert fall.margin == pytest.approx(float((fall.values - fall.random.mean(axis=0)).mean()))


def test_insertion_of_all_but_the_opposite_order_is_deletion(x):
    classifier = shares(lambda x: float(np.tanh(x[:4, 0].sum())))
    deleted = metrics.deletion(classifier, x, x, 0, steps=10)
    inserted = metrics.insertion(classifier, x, -x, 0, steps=10)
    np.testing.assert_allclose(inserted.curves, deleted.curves[:, ::-1])


def test_a_random_map_is_no_better_than_random_orders():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(80, *SHAPE)).astype(np.float32)
    result = metrics.deletion(linear(rng.normal(size=(2, *SHAPE)), np.zeros(2)), x, rng.random(x.shape), 1,
                              measure="score")  # fmt: skip
    assert abs(result.margin) < 0.1 * np.abs(result.curves).mean()


@pytest.mark.parametrize("metric", [metrics.deletion, metrics.insertion, metrics.aopc])
def test_a_constant_model_and_a_constant_map_do_not_crash(metric, x):
    constant = linear(np.zeros((2, *SHAPE)), np.ones(2))
    result = metric(constant, x, np.zeros((2, 10, 1)), [0, 1], measure="score")
    assert result.margin == pytest.approx(0)
    assert sorted(result.per_class()) == [0, 1]
    assert "at random" in repr(result)


@pytest.mark.parametrize("metric", [metrics.deletion, metrics.insertion, metrics.aopc])
def test_no_curve_is_improved_by_rescaling(metric, x):
    classifier = shares(lambda x: float(np.sin(x).sum()))
    maps = np.random.default_rng(2).normal(size=x.shape)
    one, other = (metric(classifier, x, factor * maps, 0, measure="score") for factor in (1, 1e4))
    np.testing.assert_array_equal(one.curves, other.curves)


def test_windows_go_together_and_channels_apart(x):
    seen = []

    def score(x):
        seen.append((x == 0).copy())
        return float(x.sum())

    maps = np.zeros((1, *SHAPE))
    maps[0, 4:6, 1] = 1
    metrics.deletion(shares(score), x[:1], maps, 0, window=2, steps=15, orders=1, measure="score")
    first = np.zeros(SHAPE, bool)
    first[4:6, 1] = True
    np.testing.assert_array_equal(seen[1], first)
    seen.clear()
    metrics.deletion(shares(score), x[:1], maps, 0, over="time", window=2, steps=5, orders=1, measure="score")
    np.testing.assert_array_equal(seen[1], np.broadcast_to(first.any(axis=1, keepdims=True), SHAPE))
    seen.clear()
    metrics.deletion(shares(score), x[:1], maps, 0, over="channel", steps=3, orders=1, measure="score")
    np.testing.assert_array_equal(seen[1], np.broadcast_to(first.any(axis=0), SHAPE))


@pytest.mark.parametrize(
    "fill", [3.0, channel_mean(np.ones((2, *SHAPE))), LinearBridge(), lambda x: x.mean(axis=1, keepdims=True)]
)
def test_every_baseline_fills(fill, x):
    ends = metrics.deletion(shares(np.mean), x, x, 0, fill=fill, over="time", measure="score").curves[:, -1]
    assert (ends > 0.5).all()


def test_classes_are_distinguished_and_random_orders_depend_on_the_seed_alone(x):
    classifier = linear(np.stack([np.ones(SHAPE), -np.ones(SHAPE)]), np.zeros(2))
    result = metrics.aopc(classifier, x, x, [0, 1], orders=4, seed=5)
    assert result.per_class()[0].mean > 0 > result.per_class()[1].mean
    assert result.per_class()[0].series == 1
    np.testing.assert_array_equal(result.random, metrics.aopc(classifier, x, -x, [0, 1], orders=4, seed=5).random)
    assert (result.random != metrics.aopc(classifier, x, x, [0, 1], orders=4, seed=6).random).any()


def test_what_cannot_be_done_is_refused_in_a_sentence(x):
    classifier = linear(np.ones((1, *SHAPE)), np.zeros(1))
    with pytest.raises(ValueError, match="measure must be 'score'"):
        metrics.deletion(classifier, x, x, 0)
    with pytest.raises(ValueError, match="orders must be"):
        metrics.deletion(classifier, x, x, 0, orders=0)
    with pytest.raises(ValueError, match="steps must be"):
        metrics.deletion(classifier, x, x, 0, steps=0)
    with pytest.raises(ValueError, match=r"the shape of x \(instance, time, channel\)"):
        metrics.deletion(classifier, x, x[:, :5], 0)
    with pytest.raises(ValueError, match="window must be"):
        metrics.deletion(classifier, x, x, 0, window=11, measure="score")


def test_ties_are_broken_at_random_and_not_in_the_order_of_time():
    """The score is one value, and the map is the same everywhere or in two groups: the value's place is drawn."""
    x = np.ones((200, *SHAPE), np.float32)
    first = shares(lambda x: x[0, 0])
    constant = metrics.deletion(first, x, np.zeros_like(x), 0, steps=30, over="cell")
    gone = (constant.curves == 0).argmax(axis=1)  # the step at which the value is removed, 1 to 30
    assert len(set(gone)) > 20
    assert abs(gone.mean() - 15.5) < 4 * np.sqrt((30**2 - 1) / 12 / len(x))
    again = metrics.deletion(first, x, np.zeros_like(x), 0, steps=30, over="cell", seed=1)
    assert (again.curves != constant.curves).any()
    groups = np.zeros_like(x)
    groups[:, :5] = 1
    gone = (metrics.deletion(first, x, groups, 0, steps=30, over="cell").curves == 0).argmax(axis=1)
    assert (gone.min(), gone.max()) == (1, 15)
