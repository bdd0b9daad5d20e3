"""LRP: the papers' rules, written out, and the sum of relevance in every layer."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.methods import LRP, DeepLIFT, GradientXInput
from cam1d_widget.attribution.propagation_rules import AlphaBeta, Epsilon, Gamma, LayerRule, SquaredWeights

from ...support.passages import passages
from ...support.random_networks import CHANNELS, HEADS, LENGTH, blocks, merged_bias, network
from ...support.selection import slow_but

ACTIVATIONS = ("relu", "leaky_relu", "elu", "gelu", "silu", "tanh")

WEIGHTED = ("Dense", "Convolution", "Scale")
SHARED = (*WEIGHTED, "Sum", "Rescale", "Pool", "Reduce", "Product")


def oracle(*layers: Any, shape: tuple[int, int] = (3, 1)) -> KerasClassifier:
    return KerasClassifier(keras.Sequential([keras.Input(shape), *layers]))


def dense(units: int, value: float, **options: Any) -> L.Dense:
    return L.Dense(units, use_bias=False, kernel_initializer=keras.initializers.Constant(value), **options)


# The oracle bank


@pytest.mark.parametrize(
    ("method", "first_weight", "expected"),
    [
        (LRP(), 2, [18, 36, 54]),
        (LRP("gamma", gamma=1), -2, [28 / 3, 104 / 3, 52]),
        (LRP("alpha-beta"), -2, [12, 33.6, 50.4]),
    ],
)
def test_two_dense_layers_of_the_oracle_bank(method, first_weight, expected):
    classifier = oracle(L.Flatten(), dense(3, 2, activation="relu"), dense(1, 3))
    weights = np.full((3, 3), 2.0)
    weights[0, 0] = first_weight
    classifier.model.layers[1].set_weights([weights])
    x = np.array([[[1.0], [2], [3]]])
    values = method.attribute(classifier, x, 0)
    np.testing.assert_allclose(values.ravel(), expected, rtol=1e-5)
    if method == LRP():
        np.testing.assert_allclose(values, GradientXInput().attribute(classifier, x, 0), rtol=1e-5)


def test_tanh_of_the_oracle_bank():
    classifier = oracle(L.Flatten(), dense(3, 0.1, activation="tanh"), dense(1, 0.1))
    values = LRP("alpha-beta").attribute(classifier, np.array([[[1.0], [2], [3]]]), 0)
    np.testing.assert_allclose(values.ravel(), [0.0269, 0.0537, 0.0806], atol=1e-4)


def test_max_pooling_of_the_oracle_bank():
    classifier = oracle(dense(2, 2), L.Permute((2, 1)), L.MaxPooling1D(2), L.Flatten(), shape=(2, 2))
    values = LRP().attribute(classifier, np.array([[[1.0, 2], [5, 6]]]), 1)
    np.testing.assert_allclose(values[0], [[0, 0], [10, 12]], rtol=1e-5)


def test_skip_connection_of_the_oracle_bank():
    series = keras.Input((2, 1))
    flat = L.Flatten()(series)
    classifier = KerasClassifier(keras.Model(series, L.Add()([dense(2, 5)(flat), flat])))
    values = LRP().attribute(classifier, np.array([[[2.0], [3]]]), 1)
    np.testing.assert_allclose(values.ravel(), [10, 18], rtol=1e-5)


# The rules


def slowly(
    rule: LayerRule, x: np.ndarray, weights: np.ndarray, bias: np.ndarray, relevance: np.ndarray
) -> tuple[np.ndarray, float]:
    """Relevance of each input, and the bias' (with the stabilizer's) share, one output after another.

    `weights` has shape (input, output).
    """
    handed, kept = np.zeros(len(x)), 0.0
    for j in range(len(bias)):
        parts = np.append(x * weights[:, j], bias[j])
        z = parts.sum()
        sign = 1 if z >= 0 else -1
        if isinstance(rule, Epsilon):
            shares = parts / (z + rule.epsilon * sign)
        elif isinstance(rule, Gamma):
            favored = parts * np.where(parts * sign > 0, 1 + rule.gamma, 1)
            shares = favored / (favored.sum() + rule.epsilon * sign)
        elif isinstance(rule, AlphaBeta):
            raising, lowering = np.maximum(parts, 0), np.minimum(parts, 0)
            shares = rule.alpha * raising / (raising.sum() + rule.epsilon)
            shares -= rule.beta * lowering / (lowering.sum() - rule.epsilon)
        else:
            shares = np.append(weights[:, j] ** 2, 0) / max((weights[:, j] ** 2).sum(), 1e-30)
        handed += shares[:-1] * relevance[j]
        kept += relevance[j] - shares[:-1].sum() * relevance[j]
    return handed, kept


CONVOLUTIONS = {
    "plain": lambda: L.Conv1D(4, 3),
    "strided": lambda: L.Conv1D(4, 3, strides=2, padding="same"),
    "causal, dilated": lambda: L.Conv1D(4, 3, padding="causal", dilation_rate=2),
    "grouped": lambda: L.Conv1D(6, 3, groups=3, padding="same"),
    "separable": lambda: L.SeparableConv1D(4, 3, depth_multiplier=2, padding="same"),
    "depthwise": lambda: L.DepthwiseConv1D(3, depth_multiplier=2),
    "dense": lambda: L.Dense(4),
    "depthwise, two axes": lambda: L.DepthwiseConv2D((3, 2), depth_multiplier=2, dilation_rate=(2, 2)),
    "separable, two axes": lambda: L.SeparableConv2D(4, (3, 2), strides=(2, 2), depth_multiplier=2, padding="same"),
}
RULES = {
    "epsilon": (LRP(epsilon=0.05), Epsilon(0.05)),
    "gamma": (LRP("gamma", gamma=0.5), Gamma(0.5)),
    "alpha-beta": (LRP("alpha-beta", alpha=2, beta=1), AlphaBeta(2, 1)),
    "alpha one": (LRP("alpha-beta"), AlphaBeta(1, 0)),
}


@pytest.mark.few(6)
@pytest.mark.parametrize("convolution", slow_but(["strided", "grouped", "separable"], CONVOLUTIONS))
@pytest.mark.parametrize(
    ("rule", "place"),
    slow_but(
        [*((rule, "second") for rule in RULES), ("composite", "first"), ("composite", "second")],
        [(rule, place) for rule in [*RULES, "composite"] for place in ("first", "second")],
    ),
)
def test_layers_share_as_the_papers_say(convolution, rule, place):
    """The layer and its BatchNormalization as one matrix, which Keras itself is asked for, column by column."""
    front = [] if place == "first" else [L.Conv1D(3, 2, padding="same", activation="relu")]
    watched, norm = CONVOLUTIONS[convolution](), L.BatchNormalization()
    front += [L.Reshape((7, 3, 1))] if "two axes" in convolution else []
    model = keras.Sequential([keras.Input((7, 3)), *front, watched, norm, L.LeakyReLU(0.2), L.Flatten(), L.Dense(2)])
    rng = np.random.default_rng(8)
    for layer in model.layers:
        layer.set_weights([rng.uniform(0.5, 1.5, w.shape) * rng.choice([-1, 1], w.shape) for w in layer.get_weights()])
    norm.moving_variance.assign(rng.uniform(0.5, 1.5, norm.moving_variance.shape))
    method, layer_rule = RULES.get(rule, (LRP("composite"), None))
    if layer_rule is None:
        first, other = SquaredWeights(), Epsilon() if convolution == "dense" else Gamma()
        layer_rule = first if place == "first" else other
    x = rng.normal(size=(1, 7, 3)).astype(np.float32)
    propagation = KerasClassifier(model).propagations(method.propagation_rule)
    passed = passages(propagation, x, np.array([1], np.int32), x[:1])
    passage = next(one for one in passed if one.layer == watched.name and one.operation in WEIGHTED)
    taken = passage.inputs[0]
    basis = np.concatenate([np.zeros_like(taken), np.eye(taken.size, dtype=np.float32).reshape(-1, *taken.shape[1:])])
    answers = np.asarray(norm(watched(basis))).reshape(len(basis), -1).astype(float)
    handed, _ = slowly(
        layer_rule, taken.ravel().astype(float), answers[1:] - answers[0], answers[0], passage.received[0].ravel()
    )
    np.testing.assert_allclose(passage.sent[0].ravel(), handed, rtol=2e-3, atol=1e-4 * np.abs(handed).max())


# Conservation


@given(blocks=blocks(ACTIVATIONS), head=st.sampled_from(HEADS), seed=st.integers(0, 999), target=st.integers(0, 2))
def test_every_layer_conserves_relevance_except_for_its_biases(blocks, head, seed, target):
    model = network(blocks, head, seed)
    classifier = KerasClassifier(model)
    x = np.random.default_rng(seed).normal(size=(2, LENGTH, CHANNELS)).astype(np.float32)
    rule = LRP().propagation_rule
    passed = passages(classifier.propagations(rule), x, np.full(2, target, np.int32), x[:1])
    np.testing.assert_allclose(passed[0].received[0].sum(axis=1), classifier.scores(x)[:, target], rtol=1e-3, atol=1e-5)
    for passage in passed:
        z, arrived = passage.outputs[0], passage.received[0]
        kept = np.zeros_like(z)
        if passage.operation in SHARED:
            stabilizer = np.where(z >= 0, 1e-6, -1e-6)
            bias = merged_bias(model, passage.layer) if passage.operation in WEIGHTED else 0
            kept = arrived * (bias + stabilizer) / (z + stabilizer)
        balance = sum(one.sum() for one in passage.sent) + kept.sum() - arrived.sum()
        mass = sum(np.abs(one).sum() for one in [*passage.sent, kept, arrived])
        assert abs(balance) <= 1e-3 * mass + 1e-6, passage.layer


def test_composite_keeps_all_relevance_at_the_series():
    """Squared weights have no bias: what arrives behind the first layer is what the series gets."""
    model = network(
        [{"made": "Conv1D", "kernel_size": 3, "padding": "same", "spread": {}, "norm": True, "activation": "relu"}
         | {"pool": "max", "shape": "plain"}] * 2,
        "flatten", seed=1,
    )  # fmt: skip
    x = np.random.default_rng(1).normal(size=(2, LENGTH, CHANNELS)).astype(np.float32)
    rule = LRP("composite").propagation_rule
    first = passages(KerasClassifier(model).propagations(rule), x, np.zeros(2, np.int32), x[:1])[-1]
    assert first.layer == "block0"
    np.testing.assert_allclose(first.sent[0].sum(axis=(1, 2)), first.received[0].sum(axis=(1, 2)), rtol=1e-4)


def test_relu_network_without_bias_gives_gradient_times_input():
    model = network(
        [{"made": "Conv1D", "kernel_size": 3, "padding": "same", "spread": {}, "norm": True, "activation": "relu"}
         | {"pool": pool, "shape": shape} for pool, shape in (("overlapping max", "plain"), ("average", "branches"))],
        "hidden", seed=2, bias=False,
    )  # fmt: skip
    classifier = KerasClassifier(model)
    x = np.random.default_rng(2).normal(size=(3, LENGTH, CHANNELS)).astype(np.float32)
    expected = GradientXInput().attribute(classifier, x, 2)
    tolerance = {"rtol": 1e-3, "atol": 1e-4 * np.abs(expected).max()}
    np.testing.assert_allclose(LRP(epsilon=1e-9).attribute(classifier, x, 2), expected, **tolerance)
    np.testing.assert_allclose(DeepLIFT().attribute(classifier, x, 2), expected, **tolerance)


def test_gate_is_held_and_the_signal_takes_all():
    """With the gate held, a gated sum is linear in the signal: each step gets its own term of the score."""
    series = keras.Input((5, 2))
    weights = L.Softmax(axis=1, name="weights")(L.Dense(1)(series))
    model = keras.Model(series, L.Dense(2, use_bias=False)(keras.ops.sum(L.Multiply()([weights, series]), axis=1)))
    x = np.random.default_rng(3).normal(size=(2, 5, 2)).astype(np.float32)
    held = np.asarray(keras.Model(series, weights)(x))
    kernel = model.layers[-1].get_weights()[0]
    values = LRP(epsilon=1e-9).attribute(KerasClassifier(model), x, 1)
    np.testing.assert_allclose(values, held * x * kernel[:, 1], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rule": "z+"}, "rule must be one of 'epsilon', 'gamma'.*'z\\+'"),
        ({"epsilon": 0}, "epsilon must be a finite number above 0"),
        ({"gamma": -1}, "gamma must be a finite number at least 0"),
        ({"alpha": 2}, "alpha - beta must be 1.*alpha is 2 and beta 0"),
        ({"alpha": 0.5, "beta": -0.5}, "beta must be a finite number at least 0"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        LRP(**options)
