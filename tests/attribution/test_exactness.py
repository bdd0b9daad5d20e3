"""What each method says of its maps, head by head, held against numbers: the table of what is faithful where."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier, all_methods
from cam1d_widget.attribution.methods import ClassActivationMap

from .toys import question

RNG = np.random.default_rng(4)
HEADS: dict[str, Any] = {
    "gap": lambda: [L.GlobalAveragePooling1D(), L.Dense(4, activation="softmax")],
    "flatten": lambda: [L.Flatten(), L.Dropout(0.5), L.Dense(4)],
    "gmp": lambda: [L.GlobalMaxPooling1D(), L.Dense(4)],
    "relu layer behind gap": lambda: [
        L.GlobalAveragePooling1D(),
        L.Dense(6, activation="relu", use_bias=False),
        L.Dense(4),
    ],
    "relu layer behind flatten": lambda: [
        L.Flatten(),
        L.Dense(6, use_bias=False),
        L.LeakyReLU(),
        L.Dense(4, activation="softmax"),
    ],
    "relu layer with a bias": lambda: [L.GlobalAveragePooling1D(), L.Dense(6, activation="relu"), L.Dense(4)],
    "tanh layer": lambda: [L.Flatten(), L.Dense(6, activation="tanh", use_bias=False), L.Dense(4)],
    "capped relu": lambda: [L.Flatten(), L.Dense(6, use_bias=False), L.ReLU(max_value=0.5), L.Dense(4)],
    "recurrent": lambda: [L.LSTM(4), L.Dense(4)],
}
SAID = {
    "gap": {"CAM": "exact", "Grad-CAM": "exact", "HiResCAM": "exact", "XGrad-CAM": "exact"},
    "flatten": {"HiResCAM": "exact", "XGrad-CAM": "complete"},
    "gmp": {"HiResCAM": "exact", "XGrad-CAM": "complete"},
    "relu layer behind gap": {"Grad-CAM": "complete", "HiResCAM": "complete", "XGrad-CAM": "complete"},
    "relu layer behind flatten": {"HiResCAM": "complete", "XGrad-CAM": "complete"},
    "relu layer with a bias": {},
    "tanh layer": {},
    "capped relu": {},
    "recurrent": {},
}
CAMS = {method.label: method for method in all_methods() if issubclass(method, ClassActivationMap)}


@pytest.fixture(scope="module", params=HEADS)
def head(request) -> tuple[str, KerasClassifier]:
    return request.param, KerasClassifier(question(HEADS[request.param]()))


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return RNG.normal(size=(4, 300, 9)).astype(np.float32)


def fitting(classifier: KerasClassifier) -> list[ClassActivationMap]:
    return [method() for method in CAMS.values() if method().refusal(classifier) is None]


def test_what_is_said_is_the_table(head):
    name, classifier = head
    said = {method.label: method.exactness(classifier) for method in fitting(classifier)}
    assert {label: word for label, word in said.items() if word != "approximate"} == SAID[name]


def test_maps_that_are_said_to_add_up_do_and_the_others_do_not(head, x):
    _, classifier = head
    targets = np.tile(np.arange(4), (4, 1))
    score = classifier.scores(x) - classifier.bias()
    for method in fitting(classifier):
        total = method.maps(classifier, x, targets).totals
        if method.exactness(classifier) == "approximate":
            assert method.expected_total(classifier, x, targets) is None
            assert np.abs(total - score).max() > 1e-3 * np.abs(score).max(), method.label
        else:
            expected = method.expected_total(classifier, x, targets)
            np.testing.assert_allclose(total, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("name", ["gap", "flatten"])
def test_exact_values_are_what_the_score_loses_without_the_step(name, x):
    """In an affine head each step can be taken away by itself."""
    classifier = KerasClassifier(question(HEADS[name]()))
    features, _ = classifier.features(x[:1], 2)
    without = np.repeat(features, features.shape[1], axis=0)
    without[np.arange(len(without)), np.arange(len(without))] = 0
    loss = (
        classifier.scores(x[:1])[:, 2] - classifier.head_scores(np.repeat(x[:1], len(without), axis=0), without)[:, 2]
    )
    for method in fitting(classifier):
        if method.exactness(classifier) == "exact":
            steps = method.at_steps(classifier, x[:1], np.array([[2]]))[0, 0]
            scale = len(loss) if method.label == "CAM" else 1  # CAM averages where the others add up
            np.testing.assert_allclose(steps, scale * loss, rtol=1e-3, atol=1e-4)


def test_exact_values_of_a_maximum_stand_where_it_was_taken(x):
    classifier = KerasClassifier(question(HEADS["gmp"]()))
    features, _ = classifier.features(x, 2)
    kernel = classifier.model.layers[-1].get_weights()[0][:, 2]
    own = np.zeros(features.shape[:2])
    for instance, maps in enumerate(features):
        for filter_, step in enumerate(maps.argmax(axis=0)):
            own[instance, step] += kernel[filter_] * maps[step, filter_]
    steps = CAMS["HiResCAM"]().at_steps(classifier, x, np.full((4, 1), 2))[:, 0]
    np.testing.assert_allclose(steps, own, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", HEADS)
def test_probabilities_do_not_add_up(name):
    model = question([*HEADS[name]()[:-1], L.Dense(4, activation="softmax")])
    classifier = KerasClassifier(model, score="probabilities")
    assert {method.exactness(classifier) for method in fitting(classifier)} == {"approximate"}
