"""The exactness that each method states, head by head, compared with numbers: the table of the docs."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier, all_methods
from cam1d_widget.attribution.methods import ClassActivationMap, HiResCAM
from cam1d_widget.models import InstancePooling

from ...support.selection import slow_but
from ...support.toys import question

RNG = np.random.default_rng(4)
STEPS, FILTERS = 10, 16  # of the map that enters the head


def explained() -> L.Layer:
    """Layer whose map is explained instead of that which enters the pooling."""
    return L.Conv1D(6, 3, padding="same", name="explained")


def joined(*branches: Any) -> keras.Model:
    """Branches of the map, side by side."""
    maps = keras.Input((STEPS, FILTERS))
    return keras.Model(maps, L.Concatenate()([branch(maps) for branch in branches]))


def idle() -> list[L.Layer]:
    """Layers that do nothing at inference."""
    noises = [L.GaussianNoise(0.3), L.GaussianDropout(0.3), L.AlphaDropout(0.3), L.Dropout(0.3)]
    return [*noises, L.ActivityRegularization(0.1), L.Identity(), L.Activation("linear")]


HEADS: dict[str, Any] = {
    "idle layers": lambda: [
        L.SpatialDropout1D(0.3),
        *idle(),
        L.GlobalAveragePooling1D(),
        *idle(),
        L.Dense(4, activation="softmax"),
        *idle(),
    ],
    "rescaled": lambda: [
        L.GlobalAveragePooling1D(),
        L.Rescaling(0.5, offset=0.3),
        L.Normalization(mean=RNG.normal(size=FILTERS), variance=RNG.uniform(0.5, 2, FILTERS)),
        L.Dense(4),
    ],
    "rescaled before a relu layer": lambda: [
        L.GlobalAveragePooling1D(),
        L.Rescaling(0.5, offset=0.3),
        L.Dense(6, activation="relu", use_bias=False),
        L.Dense(4),
    ],
    "rescaled after a relu layer": lambda: [
        L.GlobalAveragePooling1D(),
        L.Rescaling(0.5),
        L.Dense(6, activation="relu", use_bias=False),
        L.BatchNormalization(),
        L.Dense(6),
        L.Dense(4),
    ],
    "gap and gmp": lambda: [joined(L.GlobalAveragePooling1D(), L.GlobalMaxPooling1D()), L.Dense(4)],
    "gap and flatten": lambda: [joined(L.GlobalAveragePooling1D(), L.Flatten()), L.Dense(4)],
    "gap and reshape": lambda: [joined(L.GlobalAveragePooling1D(), L.Reshape((STEPS * FILTERS,))), L.Dense(4)],
    "relu between map and gap": lambda: [explained(), L.ReLU(), L.GlobalAveragePooling1D(), L.Dense(4)],
    "scale of each step between map and gap": lambda: [
        explained(),
        L.BatchNormalization(axis=1),
        L.GlobalAveragePooling1D(),
        L.Dense(4),
    ],
    "average between map and flatten": lambda: [explained(), L.AveragePooling1D(2), L.Flatten(), L.Dense(4)],
    "average between map and gmp": lambda: [explained(), L.AveragePooling1D(2), L.GlobalMaxPooling1D(), L.Dense(4)],
    "bias between map and gmp": lambda: [
        explained(),
        L.Conv1D(6, 3, padding="same", bias_initializer="random_normal"),
        L.Conv1D(6, 3, padding="same"),
        L.GlobalMaxPooling1D(),
        L.Dense(4),
    ],
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
GAP = {"CAM": "exact", "Grad-CAM": "exact", "HiResCAM": "exact", "XGrad-CAM": "exact"}
IN_TOTAL = {"HiResCAM": "complete", "XGrad-CAM": "complete"}
SAID = {
    "idle layers": GAP,
    "rescaled": GAP,
    "rescaled before a relu layer": {},
    "rescaled after a relu layer": {"Grad-CAM": "complete", **IN_TOTAL},
    "gap and gmp": IN_TOTAL,
    "gap and flatten": {"HiResCAM": "exact", "XGrad-CAM": "complete"},
    "gap and reshape": {"HiResCAM": "exact", "XGrad-CAM": "complete"},
    "relu between map and gap": IN_TOTAL,
    "scale of each step between map and gap": {"HiResCAM": "exact", "XGrad-CAM": "complete"},
    "average between map and flatten": {"HiResCAM": "exact", "XGrad-CAM": "complete"},
    "average between map and gmp": IN_TOTAL,
    "bias between map and gmp": {},
    "gap": GAP,
    "flatten": {"HiResCAM": "exact", "XGrad-CAM": "complete"},
    "gmp": IN_TOTAL,
    "relu layer behind gap": {"Grad-CAM": "complete", "HiResCAM": "complete", "XGrad-CAM": "complete"},
    "relu layer behind flatten": {"HiResCAM": "complete", "XGrad-CAM": "complete"},
    "relu layer with a bias": {},
    "tanh layer": {},
    "capped relu": {},
    "recurrent": {},
}
QUICK = ["gap", "flatten", "gmp", "gap and gmp", "relu between map and gap", "rescaled after a relu layer"]
QUICK += ["relu layer behind flatten", "tanh layer"]
CAMS = {method.label: method for method in all_methods() if issubclass(method, ClassActivationMap)}


@pytest.fixture(scope="module", params=slow_but(QUICK, HEADS))
def head(request) -> tuple[str, KerasClassifier]:
    return request.param, classifier_of(request.param)


def classifier_of(name: str) -> KerasClassifier:
    layers = HEADS[name]()
    named = any(layer.name == "explained" for layer in layers)
    return KerasClassifier(question(layers), layer="explained" if named else None)


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return RNG.normal(size=(4, 300, 9)).astype(np.float32)


def fitting(classifier: KerasClassifier) -> list[ClassActivationMap]:
    return [method() for method in CAMS.values() if method().refusal(classifier) is None]


@pytest.mark.few(4)
def test_stated_exactness_is_that_of_the_table(head):
    name, classifier = head
    said = {method.label: method.exactness(classifier) for method in fitting(classifier)}
    assert {label: word for label, word in said.items() if word != "approximate"} == SAID[name]


@pytest.mark.few(3)
def test_maps_that_state_a_sum_add_up_and_the_others_do_not(head, x):
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


@pytest.mark.few(4)
def test_exact_values_are_what_the_score_loses_without_the_step(head, x):
    """With the features of one step at a time set to zero; without a maximum, the next largest takes over."""
    name, classifier = head
    features, _ = classifier.features(x, 2)
    steps = features.shape[1]
    without = np.repeat(features[:, np.newaxis], steps, axis=1)
    without[:, np.arange(steps), np.arange(steps)] = 0
    left = classifier.head_scores(np.repeat(x, steps, axis=0), without.reshape(-1, *features.shape[1:]))[:, 2]
    loss = classifier.scores(x)[:, 2:3] - left.reshape(-1, steps)
    for method in fitting(classifier):
        values = method.at_steps(classifier, x, np.full((len(x), 1), 2))[:, 0]
        values = values / steps if method.label == "CAM" else values  # CAM averages where the others add up
        far = (np.abs(values - loss).max(axis=1) / np.abs(loss).max(axis=1)).max()
        if method.exactness(classifier) == "exact":
            assert far < 1e-3, method.label
        elif method.exactness(classifier) == "complete" and ("gmp" in name or "relu layer" in name):
            assert far > 5e-3, method.label


def test_values_of_a_maximum_are_where_it_was_taken(x):
    classifier = KerasClassifier(question(HEADS["gmp"]()))
    features, _ = classifier.features(x, 2)
    kernel = classifier.model.layers[-1].get_weights()[0][:, 2]
    own = np.zeros(features.shape[:2])
    for instance, maps in enumerate(features):
        for filter_, step in enumerate(maps.argmax(axis=0)):
            own[instance, step] += kernel[filter_] * maps[step, filter_]
    steps = CAMS["HiResCAM"]().at_steps(classifier, x, np.full((4, 1), 2))[:, 0]
    np.testing.assert_allclose(steps, own, rtol=1e-3, atol=1e-5)


def test_pooling_that_averages_scores_with_a_bias_does_not_double():
    """Its bias goes through the ReLU behind it, and is in the scores alone where nothing bends behind it."""
    bent = question([InstancePooling(4), L.ReLU(), L.Dense(4)])
    assert HiResCAM().exactness(KerasClassifier(bent)) == "approximate"
    assert HiResCAM().exactness(KerasClassifier(question([InstancePooling(4), L.Dense(4)]))) == "exact"


def test_quantized_layers_round_and_are_not_exact():
    model = question([L.GlobalAveragePooling1D(), L.Dense(4, use_bias=False)])
    model.layers[-1].quantize("int8")
    assert HiResCAM().exactness(KerasClassifier(model)) == "approximate"


@pytest.mark.parametrize("name", slow_but(["gap", "gmp"], HEADS))
def test_probabilities_do_not_add_up(name):
    model = question([*HEADS[name]()[:-1], L.Dense(4, activation="softmax")])
    classifier = KerasClassifier(model, score="probabilities")
    assert {method.exactness(classifier) for method in fitting(classifier)} == {"approximate"}
