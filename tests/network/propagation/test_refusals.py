"""Layers without a rule: an error names the layer, and the menu lacks the method."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.methods import LRP, AttributionMethod, DeepLIFT, GuidedBackprop, GuidedGradCAM, Saliency
from cam1d_widget.attribution.requests import chosen_methods

from ...support.networks import of_steps, state_of
from ...support.selection import slow_but
from ...support.toys import linear, question


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(4, 20, 3)).astype(np.float32)


def convolved(series: Any) -> Any:
    return L.Conv1D(3, 3, padding="same", activation="relu")(series)


class Squaring(L.Conv1D):
    """A convolution that is none."""

    def call(self, inputs: Any) -> Any:
        return super().call(inputs) ** 2


def squared(z: Any) -> Any:
    return z * z


UNKNOWN = {
    "recurrent": (lambda s: L.LSTM(4, activation="elu", name="odd")(s), ("DeepLIFT", "LRP"), "'odd' (LSTM)"),
    "given states": (
        lambda s: L.GRU(4, name="odd")(s, initial_state=L.Dense(4)(s[:, 0])),
        ("DeepLIFT", "LRP"),
        "'odd' (GRU)",
    ),
    "recurrent ReLU": (
        lambda s: L.LSTM(4, activation="relu", recurrent_activation="hard_sigmoid", name="odd")(s),
        ("DeepLIFT", "LRP", "Guided Backprop"),
        "(LSTM)",
    ),
    "wrapped ReLU": (
        lambda s: L.TimeDistributed(keras.Sequential([L.Dense(4, activation="relu")]), name="odd")(s),
        ("DeepLIFT", "LRP", "Guided Backprop"),
        "'odd' (TimeDistributed)",
    ),
    "attention with a mask": (
        lambda s: L.MultiHeadAttention(2, 2, name="odd")(s, s, attention_mask=L.Dot(axes=2)([s, s]) > 0),
        ("DeepLIFT", "LRP"),
        "'odd' (MultiHeadAttention)",
    ),
    "sparse maximum": (
        lambda s: L.Activation("sparsemax", name="odd")(L.Conv1D(4, 3)(s)),
        ("DeepLIFT", "LRP"),
        "'odd' (Activation), whose activation is 'sparsemax'",
    ),
    "mask": (
        lambda s: L.GlobalAveragePooling1D()(L.Masking(name="odd")(s)),
        ("DeepLIFT", "LRP", "Guided Backprop"),
        "'odd' (Masking)",
    ),
    "own layer": (
        lambda s: Squaring(4, 3, name="odd")(s),
        ("DeepLIFT", "LRP", "Guided Backprop"),
        "'odd' (Squaring)",
    ),
    "own activation": (
        lambda s: L.Conv1D(4, 3, activation=squared, name="odd")(s),
        ("DeepLIFT", "LRP", "Guided Backprop"),
        "'odd' (Conv1D), ",
    ),
    "quotient": (
        lambda s: (lambda h: 1 / (1 + keras.ops.exp(h)))(L.Conv1D(4, 3)(s)),
        ("DeepLIFT", "LRP"),
        "(TrueDivide)",
    ),
    "choice by the sign": (
        lambda s: (lambda h: keras.ops.where(h > 0, h, 0.1 * h))(L.Conv1D(4, 3)(s)),
        ("DeepLIFT", "LRP", "Guided Backprop"),
        "(Where)",
    ),
    "factor by the sign": (
        lambda s: (lambda h: h * keras.ops.cast(h > 0, "float32"))(L.Conv1D(4, 3)(s)),
        ("DeepLIFT", "LRP", "Guided Backprop"),
        "layer",
    ),
    "sigmoid": (
        lambda s: L.Conv1D(4, 3, activation="sigmoid", name="odd")(s),
        ("LRP",),
        "'odd' (Conv1D), whose activation is 'sigmoid'",
    ),
    "product": (
        lambda s: L.Multiply(name="odd")([L.Conv1D(4, 3)(s), L.Conv1D(4, 3)(s)]),
        ("LRP",),
        "'odd' (Multiply), for it cannot tell which factor is the gate",
    ),
}


@pytest.mark.parametrize(
    "name", slow_but(["wrapped ReLU", "norm over time", "own layer", "quotient", "sigmoid", "product"], UNKNOWN)
)
def test_layer_that_is_not_known_is_named(name, x):
    body, refusing, layer = UNKNOWN[name]
    model = of_steps(body)
    classifier, before = KerasClassifier(model), state_of(model)
    in_menu = {method.label for method in chosen_methods(None, classifier)}
    for method in (DeepLIFT(), LRP(), GuidedBackprop()):
        assert (method.label in in_menu) == (method.label not in refusing)
        if method.label in refusing:
            reason = method.refusal(classifier)
            assert reason.startswith(f"{method.label} cannot go through layer")
            assert layer in reason
            assert "Integrated Gradients" in reason
            with pytest.raises(ValueError, match="cannot go through layer"):
                method.attribute(classifier, x, 0)
        else:
            assert np.isfinite(method.attribute(classifier, x, 0)).all()
    assert state_of(model) == before


def test_gradients_are_as_they_were_after_a_failure(x):
    """No gradient is registered or replaced: a tape gives what it gave before."""
    model = of_steps(UNKNOWN["recurrent"][0])
    classifier = KerasClassifier(model)
    before = Saliency().attribute(classifier, x, 1)
    for method in (DeepLIFT(), LRP()):
        with pytest.raises(ValueError, match="cannot go through"):
            method.attribute(classifier, x, 1)
    series = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(series)
        score = model(series)[:, 1]
    np.testing.assert_allclose(tape.gradient(score, series), before, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("method", [DeepLIFT(), LRP(), GuidedBackprop(), GuidedGradCAM()], ids=lambda one: one.label)
def test_classifier_without_layers_is_refused(method: AttributionMethod, x):
    classifier = linear(np.ones((2, 20, 3)), np.zeros(2))
    assert method.refusal(classifier).startswith(f"{method.label} needs propagation through the layers")
    with pytest.raises(ValueError, match="which a Formula does not offer; give a Keras model"):
        method.attribute(classifier, x, 0)


def test_probabilities_are_refused(x):
    model = question([L.Flatten(), L.Dense(3, activation="softmax")], length=80, channels=3, filters=4)
    classifier = KerasClassifier(model, score="probabilities")
    for method in (DeepLIFT(), LRP(), GuidedBackprop()):
        assert "cannot explain probabilities; use score='logits'" in method.refusal(classifier)


class Searching(keras.Model):
    """A model that looks at its values, which no graph can say."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = L.Dense(3)

    def call(self, x: Any) -> Any:
        return self.dense(tf.reduce_mean(tf.nn.relu(x), axis=1))


def test_model_whose_graph_cannot_be_read_is_refused(x):
    model = Searching()
    model(x)
    classifier = KerasClassifier(model)
    for method in (DeepLIFT(), LRP(), GuidedBackprop()):
        assert "cannot be read" in method.refusal(classifier)


def test_hidden_logits_are_refused(x):
    series = keras.Input((20, 3))
    shares = L.Dense(3, activation=lambda z: keras.ops.softmax(z))(L.Flatten()(series))
    classifier = KerasClassifier(keras.Model(series, shares))
    for method in (DeepLIFT(), LRP(), GuidedBackprop()):
        assert method.refusal(classifier).startswith(f"{method.label} starts at the logits, which cannot be found")
        with pytest.raises(ValueError, match="cannot be found"):
            method.attribute(classifier, x, 0)
