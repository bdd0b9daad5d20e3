"""Metrics of padded series: each has exactly the value that the series alone has."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from cam1d_widget.attribution import metrics
from cam1d_widget.attribution.masking import LinearBridge
from cam1d_widget.attribution.methods import GradientXInput

from ...support.toys import Formula

LENGTHS, CHANNELS = [9, 14, 9, 5], 2
RNG = np.random.default_rng(1)


def padded(*shape: int) -> np.ndarray:
    values = RNG.normal(size=(len(LENGTHS), max(LENGTHS), *shape)).astype(np.float32)
    for one, length in zip(values, LENGTHS, strict=True):
        one[length:] = np.nan
    return values


X, MAPS, OTHERS, OF_TIME = padded(CHANNELS), padded(CHANNELS), padded(CHANNELS), padded(1)
TRUTH = RNG.random(X.shape) < 0.3
TARGETS = np.array([1, 0, 1, 1])


def alone(values: np.ndarray, instance: int) -> np.ndarray:
    return values[instance : instance + 1, : LENGTHS[instance]]


def classifier(channels: int = CHANNELS, scale: float = 1.0) -> Formula:
    """A network for series of any length: the class scores are means of functions of the series."""

    def score(x: np.ndarray) -> np.ndarray:
        return np.array([np.tanh(scale * x).sum(), (x[:, 0] * x[:, -1]).mean()])

    def gradient(x: np.ndarray, target: int) -> np.ndarray:
        if target == 0:
            return scale * (1 - np.tanh(scale * x) ** 2)
        return np.stack([x[:, 1], x[:, 0]], axis=1) / len(x)

    return Formula(score, gradient, (None, channels), 2)


LOCALIZATIONS = [
    metrics.average_precision,
    metrics.roc_auc,
    metrics.ndcg,
    metrics.relevance_mass,
    metrics.relevance_rank,
    metrics.pointing_game,
]


@pytest.mark.parametrize("over", ["time", "channel", "cell"])
@pytest.mark.parametrize("metric", LOCALIZATIONS, ids=lambda metric: metric.__name__)
def test_localization(metric, over):
    for maps in (MAPS, OF_TIME):
        for many in (metric(maps, TRUTH, over=over), metric(attribution=maps, truth=TRUTH, over=over)):
            ones = [metric(alone(maps, place), alone(TRUTH, place), over=over) for place in range(len(LENGTHS))]
            for name in ("values", "chance", "share"):
                np.testing.assert_array_equal(getattr(many, name), [getattr(one, name)[0] for one in ones])
            assert (many.metric, many.over) == (ones[0].metric, over)


@pytest.mark.parametrize("over", ["time", "channel", "cell"])
def test_maps_without_truth(over):
    ones = [metrics.gini(alone(MAPS, place), over=over)[0] for place in range(4)]
    np.testing.assert_allclose(metrics.gini(MAPS, over=over), ones, rtol=1e-12)
    for others in ([OTHERS, MAPS], np.stack([OTHERS, MAPS]), (OTHERS, MAPS)):
        many = metrics.class_similarity(MAPS, others, over=over)
        ones = [
            metrics.class_similarity(alone(MAPS, i), [alone(one, i) for one in others], over=over)[0] for i in range(4)
        ]
        np.testing.assert_array_equal(many, ones)
    many = metrics.agreement({"one": MAPS, "other": OTHERS}, over=over)
    ones = [
        metrics.agreement({"one": alone(MAPS, i), "other": alone(OTHERS, i)}, over=over).values[0] for i in range(4)
    ]
    np.testing.assert_array_equal(many.values, ones)
    assert many.labels == ("one", "other")


def test_a_single_padded_map():
    np.testing.assert_allclose(metrics.gini(MAPS[3]), metrics.gini(MAPS[3, :5]), rtol=1e-12)
    one = metrics.average_precision(MAPS[3], TRUTH[3])
    np.testing.assert_array_equal(one.values, metrics.average_precision(MAPS[3, :5], TRUTH[3, :5]).values)


FILLS = {
    "zero": None,
    "a value of each channel": np.array([0.5, -1.0]),
    "a series for each": RNG.normal(size=X.shape),
    "a function": lambda x: x.mean(axis=1, keepdims=True) * np.ones_like(x),
    "a line": LinearBridge(),
}


def fill_alone(fill, place):
    return alone(fill, place) if getattr(fill, "ndim", 0) == 3 else fill


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("maps", [MAPS, OF_TIME], ids=["of channels", "of time"])
def test_curves(fill, maps):
    for metric in (metrics.deletion, metrics.insertion, metrics.aopc):
        measured = partial(metric, classifier(), window=2, measure="score", steps=4, orders=2)
        many = measured(X, maps, TARGETS, fill=FILLS[fill])
        for place in range(len(LENGTHS)):
            one = measured(alone(X, place), alone(maps, place), TARGETS[place], fill=fill_alone(FILLS[fill], place))
            np.testing.assert_array_equal(many.curves[place], one.curves[0])
            assert many.values[place] == one.values[0]
        assert np.isfinite(many.random).all()
        np.testing.assert_array_equal(many.targets, TARGETS)


@pytest.mark.parametrize("fill", FILLS)
def test_subsets(fill):
    for metric in (metrics.faithfulness_correlation, metrics.infidelity):
        many = metric(classifier(), X, MAPS, TARGETS, fill=FILLS[fill], subsets=9)
        one = metric(classifier(), alone(X, 0), alone(MAPS, 0), TARGETS[0], fill=fill_alone(FILLS[fill], 0), subsets=9)
        assert many.values[0] == one.values[0]
        np.testing.assert_array_equal(many.random[:, 0], one.random[:, 0])
        assert np.isfinite(many.values).all()


def test_completeness():
    many = metrics.completeness_gap(classifier(), X, MAPS, TARGETS, baseline=np.array([0.5, -1.0]))
    ones = [
        metrics.completeness_gap(classifier(), alone(X, i), alone(MAPS, i), TARGETS[i], baseline=np.array([0.5, -1.0]))[
            0
        ]
        for i in range(4)
    ]
    np.testing.assert_allclose(many, ones, rtol=1e-6)


def test_sensitivity_and_randomization():
    method = GradientXInput()
    many = metrics.max_sensitivity(method, classifier(), X, TARGETS)
    networks = [(draw, f"layer {k}", classifier(scale=1.0 + k + draw)) for draw in range(2) for k in range(3)]
    random = metrics.weight_randomization(method, classifier(), X, TARGETS, destroyed=networks)
    for place in range(len(LENGTHS)):
        if LENGTHS.count(LENGTHS[place]) == 1:  # series of one length share their changes
            one = metrics.max_sensitivity(method, classifier(), alone(X, place), TARGETS[place])
            assert many.values[place] == one.values[0]
        own = metrics.weight_randomization(method, classifier(), alone(X, place), TARGETS[place], destroyed=networks)
        np.testing.assert_array_equal(random.signed[..., place], own.signed[..., 0])
        np.testing.assert_array_equal(random.magnitude[..., place], own.magnitude[..., 0])


def test_nan_within_a_series_is_no_padding():
    broken = MAPS.copy()
    broken[1, 3] = np.nan
    with pytest.raises(ValueError, match="attribution must be finite"):
        metrics.gini(broken)
    with pytest.raises(ValueError, match="attribution must be finite"):
        metrics.deletion(classifier(), X, broken, TARGETS, measure="score")
    series = X.copy()
    series[0, 2, 1] = np.inf
    with pytest.raises(ValueError, match="x must be finite"):
        metrics.deletion(classifier(), series, MAPS, TARGETS, measure="score")
    with pytest.raises(ValueError, match="attribution must have the shape of x"):
        metrics.deletion(classifier(), X, np.nan_to_num(MAPS[:, :-1]), TARGETS, measure="score")


def test_a_classifier_of_one_length_takes_no_others():
    fixed = classifier()
    fixed.input_shape = (14, CHANNELS)
    with pytest.raises(ValueError, match="x must have 14 samples, as the model was built for"):
        metrics.deletion(fixed, X, MAPS, TARGETS, measure="score")
