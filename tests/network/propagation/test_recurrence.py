"""Recurrent layers: relevance as its papers write it out, step by step, and sums."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.methods import LRP, DeepLIFT, GuidedBackprop

from ...support.passages import Passage
from ...support.passages import passages as passages_of
from ...support.selection import slow_but

STEPS, CHANNELS, UNITS = 6, 3, 4
X, OTHER = np.random.default_rng(0).normal(size=(2, 2, STEPS, CHANNELS)).astype(np.float32)

LAYERS = {
    "LSTM": lambda s: L.LSTM(UNITS)(s),
    "LSTM of each step": lambda s: L.LSTM(UNITS, return_sequences=True)(s),
    "two LSTMs": lambda s: L.LSTM(UNITS)(L.LSTM(UNITS, return_sequences=True)(s)),
    "LSTM of ReLUs": lambda s: L.LSTM(UNITS, activation="relu")(s),
    "GRU": lambda s: L.GRU(UNITS)(s),
    "GRU of each step": lambda s: L.GRU(UNITS, return_sequences=True)(s),
    "GRU that resets before": lambda s: L.GRU(UNITS, reset_after=False)(s),
    "no bias": lambda s: L.GRU(UNITS, use_bias=False)(s),
    "backwards": lambda s: L.LSTM(UNITS, go_backwards=True, return_sequences=True)(s),
    "simple": lambda s: L.SimpleRNN(UNITS, return_sequences=True)(s),
    "cell": lambda s: L.RNN(L.LSTMCell(UNITS))(s),
    "both ways": lambda s: L.Bidirectional(L.LSTM(UNITS))(s),
    "both ways, each step": lambda s: L.Bidirectional(L.GRU(UNITS, return_sequences=True), merge_mode="ave")(s),
}
FAST = ["LSTM", "both ways, each step"]


def classifier_of(body: Any, bias: float) -> KerasClassifier:
    """Classifier with weights that are not trivial, and biases times a number."""
    series = keras.Input((STEPS, CHANNELS))
    model = keras.Model(series, L.Dense(2, name="scores")(L.Flatten()(body(series))))
    rng = np.random.default_rng(1)
    for weight in model.weights:
        weight.assign(rng.normal(size=weight.shape) * (bias if "bias" in weight.path else 0.7))
    return KerasClassifier(model)


def passages(classifier: KerasClassifier, method: Any, baseline: np.ndarray = X) -> list[Passage]:
    """What went through each part, computed without compilation."""
    propagation = classifier.propagations(method.propagation_rule)
    return passages_of(propagation, X, np.ones(len(X), np.int32), baseline)


@pytest.mark.few(1)
@pytest.mark.parametrize("name", slow_but(FAST, LAYERS))
def test_parts_compute_what_the_layer_computes(name):
    classifier = classifier_of(LAYERS[name], bias=0.5)
    scores = passages(classifier, LRP())[0].outputs[0]
    np.testing.assert_allclose(scores, np.asarray(classifier.model(X)), rtol=1e-4, atol=1e-5)


@pytest.mark.few(1)
@pytest.mark.parametrize("name", slow_but(FAST, LAYERS))
def test_all_relevance_reaches_the_series_if_there_are_no_biases(name):
    passed = passages(classifier_of(LAYERS[name], bias=0), LRP())
    arrived = sum(
        part.sent[0] for part in passed if part.operation == "Recurrence" and np.array_equal(part.inputs[0], X)
    )
    np.testing.assert_allclose(arrived.sum(axis=(1, 2)), passed[0].received[0].sum(axis=1), rtol=1e-4, atol=1e-4)


@pytest.mark.few(1)
@pytest.mark.parametrize("baseline", [np.zeros_like(X), OTHER], ids=["zero", "series"])
@pytest.mark.parametrize("name", slow_but(FAST, LAYERS))
def test_contributions_add_up_in_every_part(name, baseline):
    for part in passages(classifier_of(LAYERS[name], bias=0.5), DeepLIFT(), baseline):
        received, sent = (sum(one.sum() for one in side) for side in (part.received, part.sent))
        mass = sum(np.abs(one).sum() for one in [*part.received, *part.sent])
        assert abs(received - sent) <= 1e-5 * mass + 1e-7, part.operation


@pytest.mark.parametrize("method", [LRP(), DeepLIFT(baseline=OTHER), GuidedBackprop()], ids=lambda one: one.label)
@pytest.mark.parametrize("name", slow_but([], LAYERS))
def test_compiled_passes_give_the_same(name, method):
    classifier = classifier_of(LAYERS[name], bias=0.5)
    passed = passages(classifier, method, OTHER)
    expected = sum(part.sent[0] for part in passed if np.array_equal(part.inputs[0], X))
    values = method.attribute(classifier, X, 1)
    np.testing.assert_allclose(values, expected, rtol=1e-3, atol=1e-5)
    if method == GuidedBackprop() and "ReLU" not in name:
        np.testing.assert_allclose(values, classifier.gradient(X, 1), rtol=1e-3, atol=1e-6)


# Arras et al. (2017), written out: one step and one unit after the other


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def shared(parts: list[np.ndarray], bias: np.ndarray, arrived: np.ndarray) -> list[np.ndarray]:
    """Shares of inputs in a sum over them, (input, unit) each, of what arrives at each unit."""
    z = sum(part.sum(axis=0) for part in parts) + bias
    return [(part * (arrived / z)).sum(axis=1) for part in parts]


def lstm_by_hand(x: np.ndarray, weights: list[np.ndarray], arrived: np.ndarray) -> np.ndarray:
    """Relevance of a series (step, channel), from that of the last output."""
    kernel, recurrent, bias = weights
    outputs, memories, gates = [np.zeros(UNITS)], [np.zeros(UNITS)], []
    for row in x:
        i, f, g, o = np.split(row @ kernel + outputs[-1] @ recurrent + bias, 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        memories.append(f * memories[-1] + i * g)
        outputs.append(o * np.tanh(memories[-1]))
        gates.append((i, f, g))
    part, of_series = slice(2 * UNITS, 3 * UNITS), np.zeros_like(x)
    of_output, of_memory = arrived, np.zeros(UNITS)
    for t in reversed(range(len(x))):
        i, f, g = gates[t]
        of_memory = of_memory + of_output  # the output gate gets nothing
        of_candidate = of_memory * i * g / memories[t + 1]
        of_memory = of_memory * f * memories[t] / memories[t + 1]
        parts = [x[t][:, None] * kernel[:, part], outputs[t][:, None] * recurrent[:, part]]
        of_series[t], of_output = shared(parts, bias[part], of_candidate)
    return of_series


def gru_by_hand(x: np.ndarray, weights: list[np.ndarray], arrived: np.ndarray) -> np.ndarray:
    """The same of a GRU: update and reset gates get nothing."""
    kernel, recurrent, (bias, recurrent_bias) = weights
    outputs, gates = [np.zeros(UNITS)], []
    for row in x:
        (xz, xr, xn), (hz, hr, hn) = (
            np.split(row @ kernel + bias, 3),
            np.split(outputs[-1] @ recurrent + recurrent_bias, 3),
        )
        z, r = sigmoid(xz + hz), sigmoid(xr + hr)
        n = np.tanh(xn + r * hn)
        outputs.append(z * outputs[-1] + (1 - z) * n)
        gates.append((z, r, n))
    part, of_series, of_output = slice(2 * UNITS, None), np.zeros_like(x), arrived
    for t in reversed(range(len(x))):
        z, r, n = gates[t]
        ratio = of_output / outputs[t + 1]
        parts = [x[t][:, None] * kernel[:, part], r * (outputs[t][:, None] * recurrent[:, part])]
        constant = bias[part] + r * recurrent_bias[part]
        of_series[t], of_past = shared(parts, constant, ratio * (1 - z) * n)
        of_output = ratio * z * outputs[t] + of_past
    return of_series


@pytest.mark.parametrize(("layer", "by_hand"), [(L.LSTM, lstm_by_hand), (L.GRU, gru_by_hand)])
def test_relevance_is_that_of_the_paper(layer, by_hand):
    classifier = classifier_of(lambda s: layer(UNITS, name="layer")(s), bias=0.5)
    part = next(one for one in passages(classifier, LRP(epsilon=1e-9)) if one.operation == "Recurrence")
    weights = [np.asarray(one, np.float64) for one in classifier.model.get_layer("layer").get_weights()]
    for x, arrived, sent in zip(X, part.received[0], part.sent[0], strict=True):
        expected = by_hand(x.astype(np.float64), weights, arrived.astype(np.float64))
        np.testing.assert_allclose(sent, expected, rtol=1e-3, atol=1e-5 * np.abs(expected).max())


@pytest.mark.slow
def test_series_of_any_length():
    series = keras.Input((None, CHANNELS))
    classifier = KerasClassifier(keras.Model(series, L.Dense(2)(L.Bidirectional(L.GRU(UNITS))(series))))
    for length in (5, 9):
        x = np.random.default_rng(length).normal(size=(2, length, CHANNELS)).astype(np.float32)
        values = DeepLIFT().attribute(classifier, x, 0)
        expected = classifier.scores(x) - classifier.scores(np.zeros_like(x))
        np.testing.assert_allclose(values.sum(axis=(1, 2)), expected[:, 0], rtol=1e-4, atol=1e-6)
