"""The stated exactness of a map follows from its measured gap."""

from __future__ import annotations

from functools import cache
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import CAM1DWidget, KerasClassifier, explain
from cam1d_widget.attribution.lazy_explanation import LazyExplanation
from cam1d_widget.attribution.metrics import completeness_gap
from cam1d_widget.explanation.source import GAP_TOLERANCE

from ...support.selection import slow_but

X = np.random.default_rng(0).normal(0.3, 1, size=(4, 100, 3)).astype(np.float32)
PATHS = ["Integrated Gradients", "Expected Gradients"]


class Stopped(L.Layer):
    """A layer of the user's, into which nothing looks."""

    def call(self, maps: Any) -> Any:
        return maps + keras.ops.stop_gradient(maps * maps)


BROKEN = {
    "unit norm over time": lambda maps: L.UnitNormalization(axis=1)(maps),
    "stopped": lambda maps: keras.ops.stop_gradient(maps),
    "stopped by half": lambda maps: maps + keras.ops.stop_gradient(2 * maps),
    "rounded": lambda maps: keras.ops.round(3 * maps),
    "thresholded": lambda maps: L.ReLU(threshold=0.5)(maps),
    "stopped inside a layer": lambda maps: Stopped()(maps),
}
STATED_BY_STRUCTURE = ["unit norm over time", "stopped", "stopped by half", "rounded", "thresholded"]
SOUND = {
    "plain": lambda maps: maps,
    "pooled": lambda maps: L.MaxPooling1D(5)(maps),
    "normalised": lambda maps: L.LayerNormalization()(maps),
}


def model_of(between: Any, seed: int = 0) -> keras.Model:
    keras.utils.set_random_seed(seed)
    series = keras.Input((100, 3))
    maps = between(L.Conv1D(8, 7, activation="relu")(series))
    return keras.Model(series, L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(maps)))


@cache
def classifier_of(name: str) -> KerasClassifier:
    return KerasClassifier(model_of((BROKEN | SOUND)[name]))


def words(explanation: Any, method: str, gaps: np.ndarray) -> np.ndarray:
    """Word for each map that was computed."""
    return np.array(
        [[explanation.exactness_of(method, i, int(t)) for t in explanation.targets[i]] for i in range(len(gaps))]
    )


@pytest.mark.parametrize("name", slow_but(["stopped by half"], BROKEN))
def test_a_map_with_a_wrong_sum_is_never_called_complete(name):
    classifier = classifier_of(name)
    explanation = explain(classifier, X, methods=PATHS, background=X + 0.5, targets="all", progress=False)
    lazy = LazyExplanation(classifier, X, methods=PATHS, background=X + 0.5)
    mean = np.broadcast_to((X + 0.5).mean(axis=(0, 1)), X[:1].shape)
    for method, references in zip(PATHS, (mean, X + 0.5), strict=True):
        values = explanation.attributions[method]
        totals, masses = values.sum(axis=(2, 3), dtype=float), np.abs(values).sum(axis=(2, 3), dtype=float)
        scores = explanation.scores - classifier.scores(references).mean(axis=0)
        off = np.abs(totals - scores) > 0.011 * np.maximum(np.abs(scores), 0.1 * masses)
        said = words(explanation, method, totals)
        assert off.any()
        assert (said[off] == "approximate").all()
        assert lazy.exactness_of(method, 0, 1) == said[0, 1]


@pytest.mark.slow
@pytest.mark.parametrize("name", SOUND)
def test_a_map_whose_values_add_up_is_called_complete(name):
    explanation = explain(model_of(SOUND[name]), X, methods=PATHS, background=X + 0.5, targets="all", progress=False)
    for method in PATHS:
        assert (words(explanation, method, explanation.scores) == "complete").all()


@pytest.mark.parametrize("name", slow_but(["thresholded"], STATED_BY_STRUCTURE))
def test_operations_that_break_the_path_are_seen_beforehand(name):
    classifier = classifier_of(name)
    assert not classifier.continuous
    explanation = explain(classifier, X, methods=["Integrated Gradients"], progress=False)
    assert explanation.exactness["Integrated Gradients"] == "approximate"


@pytest.mark.parametrize("activation", ["hard_shrink", "threshold"])
def test_activations_that_jump_are_seen_beforehand(activation):
    function = getattr(keras.activations, activation, None)
    if activation == "threshold":
        made = lambda maps: keras.ops.threshold(maps, 0.3, 1.0)  # noqa: E731
    else:
        made = lambda maps: L.Activation(function)(maps)  # noqa: E731
    assert not KerasClassifier(model_of(made)).continuous
    assert classifier_of("plain").continuous


def test_a_network_that_cannot_be_looked_into_is_complete_by_promise_only():
    explanation = explain(classifier_of("stopped inside a layer"), X, methods=["Integrated Gradients"], progress=False)
    assert explanation.exactness["Integrated Gradients"] == "complete"
    assert explanation.completeness["Integrated Gradients"].min() > GAP_TOLERANCE
    assert (words(explanation, "Integrated Gradients", explanation.targets) == "approximate").all()


def test_a_score_near_the_baselines_does_not_make_a_good_sum_bad():
    """Values that cancel a hundred times over, off by their rounding alone."""
    model = keras.Sequential([keras.Input((100, 3)), L.Flatten(), L.Dense(2)])
    kernel = np.random.default_rng(1).normal(size=(300, 2))
    flat = X[0].reshape(-1).astype(float)
    kernel -= np.outer(flat, flat @ kernel) / (flat @ flat)  # so that the score is that of a series of zeros
    model.layers[-1].set_weights([kernel, np.zeros(2)])
    explanation = explain(model, X[:1], methods=["Integrated Gradients"], targets="all", progress=False)
    assert np.abs(explanation.scores).max() < 1e-4
    assert (words(explanation, "Integrated Gradients", explanation.scores[:1]) == "complete").all()


def test_gap_of_the_metric_is_that_of_the_explanation():
    classifier = classifier_of("unit norm over time")
    explanation = explain(classifier, X, methods=["Integrated Gradients"], progress=False)
    maps, targets = explanation.attributions["Integrated Gradients"][:, 0], explanation.targets[:, 0]
    np.testing.assert_allclose(
        completeness_gap(classifier, X, maps, targets),
        explanation.completeness["Integrated Gradients"][:, 0],
        rtol=1e-3,
    )


def test_check_and_picture_say_what_was_measured():
    pytest.importorskip("matplotlib")
    widget = CAM1DWidget(classifier_of("stopped inside a layer"), X, methods=["Integrated Gradients"])
    found = widget.check().findings[0]
    assert found.passed is False
    assert "should add up to the score minus the baseline's, but miss" in found.text
    assert "complete" not in found.text
    labels = [axis.get_xlabel() for axis in widget.explanation.compute(progress=False).plot().axes]
    assert "Integrated Gradients (approximate)" in labels


def test_mean_of_maps_has_the_gap_of_the_worst():
    from cam1d_widget.viewer.choice import Mean
    from cam1d_widget.viewer.synced.means import Means, mean_key

    explanation = explain(
        classifier_of("stopped inside a layer"), X, methods=["Integrated Gradients"], y=[0, 0, 0, 1], targets="all",
        progress=False,
    )  # fmt: skip
    tile = Means(explanation, range(3)).tile(mean_key("attribution", Mean("true", 0), 0, 1), seconds=60)
    assert tile.gap == explanation.completeness["Integrated Gradients"][:3, 1].max()
