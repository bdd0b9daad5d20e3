"""Normalizations and attention: rules written out, sums in every part, and parts that compute what the layer does."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.methods import LRP, DeepLIFT, GuidedBackprop, IntegratedGradients
from cam1d_widget.network.propagation.propagation import Propagation

STEPS, CHANNELS = 7, 3
RNG = np.random.default_rng(0)
X, OTHER = RNG.normal(size=(2, 2, STEPS, CHANNELS)).astype(np.float32)


def classifier_of(body: Any) -> KerasClassifier:
    """Classifier with weights and biases that are not trivial."""
    series = keras.Input((STEPS, CHANNELS))
    model = keras.Model(series, L.Dense(2, name="scores")(L.Flatten()(body(series))))
    rng = np.random.default_rng(1)
    for weight in model.weights:
        if "seed" not in weight.path:
            weight.assign(rng.normal(size=weight.shape) * 0.7)
    return KerasClassifier(model)


def convolved(series: Any) -> Any:
    return L.Conv1D(4, 2, padding="same")(series)


def block(series: Any) -> Any:
    """Encoder of a transformer."""
    maps = convolved(series)
    maps = L.LayerNormalization()(L.Add()([maps, L.MultiHeadAttention(2, 3)(maps, maps)]))
    hidden = L.Dense(4)(L.Dense(6, activation="relu")(maps))
    return L.LayerNormalization()(L.Add()([maps, hidden]))


LAYERS = {
    "layer normalization": lambda s: L.LayerNormalization()(convolved(s)),
    "without learned factors": lambda s: L.LayerNormalization(center=False, scale=False)(convolved(s)),
    "with a bias only": lambda s: L.LayerNormalization(scale=False)(convolved(s)),
    "over steps": lambda s: L.LayerNormalization(axis=1)(convolved(s)),
    "over steps and filters": lambda s: L.LayerNormalization(axis=[1, 2])(convolved(s)),
    "root mean square": lambda s: L.RMSNormalization(epsilon=0.1)(convolved(s)),
    "softmax": lambda s: L.Softmax()(convolved(s)),
    "softmax over time": lambda s: L.Softmax(axis=1)(convolved(s)),
    "several heads": lambda s: (lambda h: L.MultiHeadAttention(2, 3)(h, h))(convolved(s)),
    "without biases": lambda s: (lambda h: L.MultiHeadAttention(2, 3, use_bias=False)(h, h))(convolved(s)),
    "causal": lambda s: (lambda h: L.MultiHeadAttention(2, 3)(h, h, use_causal_mask=True))(convolved(s)),
    "other values": lambda s: L.MultiHeadAttention(2, 3, value_dim=5)(key=s, value=convolved(s), query=convolved(s)),
    "shared heads": lambda s: (lambda h: L.GroupQueryAttention(3, 4, 2)(h, h))(convolved(s)),
    "attention": lambda s: (lambda h: L.Attention()([h, h]))(convolved(s)),
    "attention to another map": lambda s: L.Attention()([convolved(s), convolved(s)]),
    "scaled attention": lambda s: L.Attention(use_scale=True)([convolved(s), s[:, :5, :2], L.Conv1D(4, 3)(s)]),
    "encoder": block,
}


@pytest.fixture(scope="module", params=LAYERS)
def classifier(request):
    return classifier_of(LAYERS[request.param])


def passed(classifier: KerasClassifier, method: Any, baseline: np.ndarray) -> list[tuple[Any, ...]]:
    """Every step with its values, what it received, and what it sent."""
    propagation: Propagation = classifier.propagations(method.propagation_rule)
    tensors = map(keras.ops.convert_to_tensor, (X, np.ones(len(X), np.int32), baseline))
    return propagation._propagated(*tensors)[1]


@pytest.mark.few(5)
def test_parts_compute_what_the_layer_computes(classifier):
    scores = passed(classifier, LRP(), X)[0][1].outputs[0]
    np.testing.assert_allclose(scores, classifier.scores(X), rtol=1e-4, atol=1e-5)


def test_every_part_conserves_relevance_except_for_its_constants(classifier):
    for step, values, received, sent in passed(classifier, LRP(), X):
        z, arrived = np.asarray(values.outputs[0], np.float64), np.asarray(received[0], np.float64)
        stabilizer = np.where(z >= 0, 1e-6, -1e-6)
        kind, kept = type(step.operation).__name__, np.zeros_like(z)
        if step.linear is not None:
            bias = step.linear.bias()
            kept = arrived * ((0 if bias is None else np.asarray(bias)) + stabilizer) / (z + stabilizer)
        elif kind in ("Sum", "Rescale", "Reduce", "Product", "MatrixProduct"):
            constant = z - sum(map(np.asarray, values.inputs)) if getattr(step.operation, "constant", False) else 0
            kept = arrived * (constant + stabilizer) / (z + stabilizer)
        elif kind == "Normalize":  # the constant of the tangent
            x, axes = np.asarray(values.inputs[0], np.float64), tuple(step.operation.axes)
            kept = arrived - x * (arrived - z * arrived.sum(axes, keepdims=True))
        balance = sum(np.asarray(one, np.float64).sum() for one in sent) + kept.sum() - arrived.sum()
        mass = sum(np.abs(one).sum() for one in [*sent, kept, arrived])
        assert abs(balance) <= 1e-5 * mass + 1e-7, (str(step.node), kind)


@pytest.mark.few(10)
@pytest.mark.parametrize("baseline", [np.zeros_like(X), OTHER], ids=["zero", "series"])
def test_contributions_add_up_in_every_part(classifier, baseline):
    for step, values, received, sent in passed(classifier, DeepLIFT(), baseline):
        rise = [a - b for a, b in zip(values.outputs, values.baseline_outputs, strict=True)]
        moved = [a - b for a, b in zip(values.inputs, values.baseline_inputs, strict=True)]
        gave = sum(float(np.sum(m * d)) for m, d in zip(sent, moved, strict=True))
        got = sum(float(np.sum(m * d)) for m, d in zip(received, rise, strict=True))
        mass = sum(float(np.sum(np.abs(m * d))) for m, d in zip([*sent, *received], [*moved, *rise], strict=True))
        assert abs(gave - got) <= 1e-4 * mass + 1e-6, step.node


@pytest.mark.few(4)
def test_guided_backprop_is_the_gradient_where_there_is_no_relu(classifier):
    if not any(getattr(step.operation, "name", "") == "relu" for step, *_ in passed(classifier, LRP(), X)):
        values = GuidedBackprop().attribute(classifier, X, 1)
        np.testing.assert_allclose(values, classifier.gradient(X, 1), rtol=1e-3, atol=1e-5)


@pytest.mark.few(4)
def test_deep_lift_of_a_small_difference_is_integrated_gradients(classifier):
    near = X + 0.01 * OTHER
    values = DeepLIFT(baseline=near).attribute(classifier, X, 1)
    expected = IntegratedGradients(baseline=near, steps=8).attribute(classifier, X, 1)
    np.testing.assert_allclose(values, expected, rtol=0.05, atol=0.02 * np.abs(expected).max())


# The papers' rules, written out


def shares(parts: np.ndarray, z: np.ndarray, relevance: np.ndarray) -> np.ndarray:
    return parts * (relevance / z)


def softmax(z: np.ndarray) -> np.ndarray:
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def test_relevance_of_attention_is_that_of_the_paper():
    """Achtibat et al. (2024): equations 12 and 15, one pair of steps after the other."""
    series = keras.Input((STEPS, CHANNELS))
    model = keras.Model(series, L.Dense(2, use_bias=False)(L.Flatten()(L.Attention()([series, series]))))
    kernel = np.asarray(model.layers[-1].kernel, np.float64)[:, 1].reshape(STEPS, CHANNELS)
    x = X[0].astype(np.float64)
    logits = x @ x.T
    a = softmax(logits)
    made = a @ x
    arrived = made * kernel  # of the dense layer
    of_value, of_weights = np.zeros_like(x), np.zeros_like(a)
    for row in range(STEPS):
        for column in range(STEPS):
            share = shares(a[row, column] * x[column], 2 * made[row], arrived[row])
            of_value[column] += share
            of_weights[row, column] = share.sum()
    of_logits = logits * (of_weights - a * of_weights.sum(axis=1, keepdims=True))
    of_query, of_key = np.zeros_like(x), np.zeros_like(x)
    for row in range(STEPS):
        for column in range(STEPS):
            share = shares(x[row] * x[column], 2 * logits[row, column], of_logits[row, column])
            of_query[row] += share
            of_key[column] += share
    values = LRP(epsilon=1e-9).attribute(KerasClassifier(model), X[:1], 1)[0]
    np.testing.assert_allclose(values, of_value + of_query + of_key, rtol=1e-3, atol=1e-5)


def test_relevance_passes_a_normalization_with_its_statistics_held():
    """Relevance of the root mean square is unchanged, and that of the mean is shared as a sum's."""
    for layer, centered in ((L.LayerNormalization(), True), (L.RMSNormalization(), False)):
        series = keras.Input((STEPS, CHANNELS))
        model = keras.Model(series, L.Dense(2, use_bias=False)(L.Flatten()(layer(series))))
        layer.set_weights([RNG.uniform(0.5, 1.5, CHANNELS) for _ in layer.weights])
        kernel = np.asarray(model.layers[-1].kernel, np.float64)[:, 1].reshape(STEPS, CHANNELS)
        x = X[0].astype(np.float64)
        gain, offset = (np.asarray(layer.gamma), np.asarray(layer.beta)) if centered else (np.asarray(layer.scale), 0)
        moved = x - x.mean(axis=1, keepdims=True) if centered else x
        normed = moved / np.sqrt((moved**2).mean(axis=1, keepdims=True) + layer.epsilon) * gain
        relevance = kernel * (normed + offset)  # arrives
        relevance = shares(normed, normed + offset, relevance)
        expected = shares(x, moved, relevance)
        if centered:
            expected -= (shares(1, moved, relevance).sum(axis=1, keepdims=True) / CHANNELS) * x
        values = LRP(epsilon=1e-9).attribute(KerasClassifier(model), X[:1], 1)[0]
        np.testing.assert_allclose(values, expected, rtol=1e-3, atol=1e-5)


def test_softmax_multipliers_do_not_depend_on_the_level_of_the_scores():
    """Two steps of a softmax: each takes half of the difference of the two, by symmetry."""
    series = keras.Input((1, 2))
    model = keras.Model(series, L.Dense(2, use_bias=False)(L.Flatten()(L.Softmax()(series))))
    model.layers[-1].set_weights([np.array([[0, 1.0], [0, 0]])])
    for level in (0, 3, 80):
        x, baseline = np.array([[[2.0 + level, level]]]), np.array([[[0.0, 0.0]]])
        values = DeepLIFT(baseline=baseline).attribute(KerasClassifier(model), x, 1)[0, 0]
        rise = 1 / (1 + np.exp(-2)) - 0.5
        slope = rise / 2
        np.testing.assert_allclose(values, [slope * (2 + level), -slope * level], rtol=1e-3, atol=1e-4)
