from threading import Event, Thread

import numpy as np
import pytest

from cam1d_widget.attribution import growing_scores
from cam1d_widget.attribution.growing_scores import GrowingScores
from cam1d_widget.attribution.lazy_explanation import LazyExplanation
from cam1d_widget.attribution.methods import Saliency
from cam1d_widget.explanation.source import ModelChangedError
from tests.support.waiting import until

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 6, 2)).astype(np.float32)


class Linear:
    """Linear classifier that counts how often it scored each series, and can be retrained."""

    classes, input_shape, continuous = 3, (6, 2), True

    def __init__(self):
        self.weights = RNG.normal(size=(3, 6, 2))
        self.times = np.zeros(len(X), int)
        self.version, self.held, self.go = 0, 0, Event()
        self.go.set()

    def scores(self, x):
        for one in x:
            self.times[np.flatnonzero((one == X).all((1, 2)))] += 1
        return np.einsum("itc,ktc->ik", x, self.weights)

    def probabilities(self, x):
        return None

    def gradient(self, x, target):
        """The first series is held until it may go on."""
        if (x == X[0]).all():
            self.held += 1
            self.go.wait()
        return np.broadcast_to(self.weights[target], x.shape)

    def fingerprint(self):
        return self.version


@pytest.fixture(autouse=True)
def hurried(unhurried, monkeypatch):
    """No series is waited for but the first ones."""
    monkeypatch.setattr(growing_scores, "PATIENCE", -1.0)


@pytest.fixture
def linear():
    return Linear()


@pytest.fixture
def expected(linear):
    return np.einsum("itc,ktc->ik", X, linear.weights).astype(np.float32)


def test_first_scores_are_there_and_the_others_follow_in_blocks_each_once(linear, expected):
    growing = GrowingScores(linear, X)
    first = np.isfinite(growing.known.scores[:, 0])
    assert first.tolist() == [True] * 4 + [False] * 26
    growing._size = 7
    lengths = []
    while length := growing.advance(20):
        lengths.append(length)
    assert lengths == [7, 3, 7, 7, 2], "from 20 on, and then the others"
    np.testing.assert_allclose(growing.known.scores, expected, rtol=1e-5)
    assert (linear.times[4:] == 1).all()


def test_only_two_series_are_scored_first_if_they_take_long(linear, expected, monkeypatch):
    monkeypatch.setattr(growing_scores, "_CLEAR", -1.0)
    growing = GrowingScores(linear, X)
    assert linear.times.tolist() == [1, 1] + [0] * 28
    np.testing.assert_allclose(growing.known.scores[:2], expected[:2], rtol=1e-5)


def test_one_series_is_scored_when_it_is_asked_for(linear, expected):
    growing = GrowingScores(linear, X)
    np.testing.assert_allclose(growing.of(17).scores, expected[17], rtol=1e-5)
    assert (growing.has(17), growing.has(16), growing.remaining) == (True, False, 25)


def test_all_scores_are_computed_for_whoever_reads_them(linear, expected):
    lazy = LazyExplanation(linear, X, methods=[Saliency()])
    assert np.isnan(lazy.known_scores().scores).any()
    assert lazy.x.shape == X.shape
    assert lazy.class_names == ("class 0", "class 1", "class 2")
    assert np.isnan(lazy.known_scores().scores).any(), "neither series nor names need scores"
    np.testing.assert_allclose(lazy.scores, expected, rtol=1e-5)
    np.testing.assert_array_equal(lazy.known_scores().scores, lazy.scores)


def test_scores_of_a_changed_model_are_not_mixed_with_those_before(linear, expected):
    lazy = LazyExplanation(linear, X, methods=[Saliency()])
    linear.version += 1
    np.testing.assert_allclose(lazy.scores_of(2).scores, expected[2], rtol=1e-5)
    for ask in (lambda: lazy.scores, lambda: lazy.scores_of(20), lazy.more_scores):
        with pytest.raises(ModelChangedError):
            ask()
    lazy.update_model()
    np.testing.assert_allclose(lazy.scores, expected, rtol=1e-5)


def test_scores_that_are_not_finite_are_refused_wherever_they_are(linear):
    growing = GrowingScores(linear, X)
    linear.weights = np.full_like(linear.weights, np.inf)
    with pytest.raises(ValueError, match="scores must be finite"):
        growing.complete()


def test_the_first_map_is_expected_to_take_half_as_long_as_reading_the_model(linear):
    lazy = LazyExplanation(linear, X, methods=[Saliency()])
    lazy.seconds_to_read = 400.0
    assert 200 <= lazy.seconds("Saliency", 0, 1) < 201
    lazy.attribution("Saliency", 1, 1)
    assert lazy.seconds("Saliency", 0, 1) < 200


def test_a_map_that_is_being_computed_is_not_started_again_and_others_do_not_wait_for_it(linear):
    lazy = LazyExplanation(linear, X, methods=[Saliency()])
    linear.go.clear()
    made = {}

    def make(name):
        made[name] = lazy.attribution("Saliency", 0, 1)

    threads = [Thread(target=make, args=(name,)) for name in ("first", "second")]
    for thread in threads:
        thread.start()
    until(lambda: linear.held)
    assert lazy.attribution("Saliency", 1, 1).shape == (6, 2), "another map"
    linear.go.set()
    for thread in threads:
        thread.join()
    assert linear.held == 1
    np.testing.assert_array_equal(made["first"], made["second"])
