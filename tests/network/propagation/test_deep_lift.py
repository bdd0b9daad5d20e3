"""DeepLIFT: in every layer, contributions add up to the difference of the output."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.methods import DeepLIFT, GradientXInput, IntegratedGradients, Occlusion
from cam1d_widget.attribution.propagation_rules import Rescale

from ...support.passages import passages
from ...support.random_networks import CHANNELS, HEADS, LENGTH, blocks, network
from ...support.toys import ZOO, question

ACTIVATIONS = ("relu", "leaky_relu", "elu", "gelu", "tanh", "sigmoid", "silu", "softplus")


def as_series(*values: float) -> np.ndarray:
    return np.array(values, np.float32).reshape(1, -1, 1)


def dense_network(length: int, *layers: tuple[list, list, str | None]) -> KerasClassifier:
    """Dense layers over all values of a series, by weights of shape (out, in), bias and activation."""
    made = [L.Dense(len(bias), activation=activation) for _, bias, activation in layers]
    model = keras.Sequential([keras.Input((length, 1)), L.Flatten(), *made])
    for layer, (weights, bias, _) in zip(made, layers, strict=True):
        layer.set_weights([np.array(weights, float).T, np.array(bias, float)])
    return KerasClassifier(model)


# The oracle bank


def test_two_relus_of_the_oracle_bank():
    classifier = dense_network(2, ([[1, 0], [0, 1]], [0, -1.5], "relu"), ([[2, 2]], [0], None))
    np.testing.assert_allclose(DeepLIFT().attribute(classifier, as_series(1, 2), 0).ravel(), [2, 1], rtol=1e-6)


def test_multi_layer_of_the_oracle_bank():
    layers = (np.ones((4, 3)), [-10, 1, 1, 1], "relu"), (np.ones((2, 4)), [-1, 1], None)
    values = DeepLIFT().attribute(dense_network(3, *layers), as_series(20, 50, 30), 0)
    np.testing.assert_allclose(values.ravel(), [78, 195, 117], rtol=1e-6)  # multipliers .9 + 1 + 1 + 1


@pytest.mark.parametrize(
    ("reference", "expected"), [([1, 2, 3, 9], [0, 0, 0, -8]), ([4, 8, 6, 7], [0, -7, 0, 0]), ([0, -1, 0, 0], None)]
)
@pytest.mark.parametrize("pool", [L.MaxPooling1D(4), L.GlobalMaxPooling1D(keepdims=True)], ids=["pooling", "global"])
def test_maximum_of_the_oracle_bank(reference, expected, pool):
    model = keras.Sequential([keras.Input((4, 1)), pool, L.Flatten()])
    values = DeepLIFT(baseline=np.array(reference)[:, np.newaxis]).attribute(
        KerasClassifier(model), np.ones((1, 4, 1), np.float32), 0
    )
    if expected is None:  # four are largest now, and share the rise in one way or another
        assert values.sum() == pytest.approx(1)
    else:
        assert values.ravel().tolist() == expected


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([([[1, 0], [0, 1]], [0, 0], "relu"), ([[1, -1]], [-1], "relu"), ([[1]], [0], None)], [1.5, -0.5]),
        ([([[1, 0], [0, 1]], [-1, 0], "relu"), ([[1, -1]], [0], "relu"), ([[1]], [0], None)], [2, -1]),
    ],
)
def test_the_same_function_written_in_two_ways_has_two_maps(layers, expected):
    values = DeepLIFT().attribute(dense_network(2, *layers), as_series(3, 1), 0)
    np.testing.assert_allclose(values.ravel(), expected, rtol=1e-6)


def test_product_is_split_evenly():
    series = keras.Input((2, 1))
    model = keras.Model(series, L.Reshape((1,))(L.Multiply()([series[:, :1], series[:, 1:]])))
    values = DeepLIFT(baseline=as_series(1, 2)[0]).attribute(KerasClassifier(model), as_series(3, 5), 0)
    assert values.ravel().tolist() == [(3 - 1) * (5 + 2) / 2, (5 - 2) * (3 + 1) / 2]


# Laws


@given(blocks=blocks(ACTIVATIONS), head=st.sampled_from(HEADS), seed=st.integers(0, 999), target=st.integers(0, 2))
def test_every_layer_conserves_what_it_receives(blocks, head, seed, target):
    classifier = KerasClassifier(network(blocks, head, seed))
    rng = np.random.default_rng(seed)
    x, baseline = rng.normal(size=(2, 2, LENGTH, CHANNELS)).astype(np.float32)
    passed = passages(classifier.propagations(Rescale()), x, np.full(2, target, np.int32), baseline)
    for passage in passed:
        total_given = sum(one.reshape(2, -1).sum(axis=1) for one in passage.received)
        total_handed = sum(one.reshape(2, -1).sum(axis=1) for one in passage.sent)
        mass = sum(np.abs(one).reshape(2, -1).sum(axis=1) for one in passage.sent + passage.received)
        assert (np.abs(total_handed - total_given) <= 1e-4 * mass + 1e-6).all(), passage.layer
    difference = (classifier.scores(x) - classifier.scores(baseline))[:, target]
    np.testing.assert_allclose(passed[0].received[0].sum(axis=1), difference, rtol=1e-3, atol=1e-5)


@pytest.mark.few(5)
@pytest.mark.parametrize("name", ZOO)
def test_values_add_up_to_the_scores_difference(name):
    model = ZOO[name](L.MaxPooling1D)
    classifier = KerasClassifier(model)
    x, baseline = np.random.default_rng(0).normal(size=(2, 3, *model.input_shape[1:])).astype(np.float32)
    method = DeepLIFT(baseline=baseline)
    values, expected = method.attribute(classifier, x, 1), method.expected_total(classifier, x, np.full((3, 1), 1))
    np.testing.assert_allclose(values.sum(axis=(1, 2)), expected[:, 0], rtol=1e-4, atol=1e-5)


def test_linear_network_gives_all_methods_the_same_map():
    keras.utils.set_random_seed(3)
    layers = [L.Conv1D(3, 5, strides=2), L.AveragePooling1D(2), L.Conv1D(4, 3, padding="causal"), L.Flatten()]
    model = keras.Sequential([keras.Input((30, 2)), *layers, L.Dense(2)])
    classifier = KerasClassifier(model)
    x, baseline = np.random.default_rng(3).normal(size=(2, 2, 30, 2)).astype(np.float32)
    contribution = (x - baseline) * classifier.gradient(x, 1)
    for method in (
        DeepLIFT(baseline=baseline),
        IntegratedGradients(baseline=baseline),
        Occlusion(size=1, stride=1, baseline=baseline),
    ):
        np.testing.assert_allclose(method.attribute(classifier, x, 1), contribution, rtol=1e-3, atol=1e-5)


def test_relu_network_without_bias_gives_gradient_times_input():
    model = network(
        [{"made": "Conv1D", "kernel_size": 3, "padding": "same", "spread": {}, "norm": False, "activation": "relu"}
         | {"pool": pool, "shape": "plain"} for pool in ("overlapping max", "average")],
        "hidden", seed=4, bias=False,
    )  # fmt: skip
    classifier = KerasClassifier(model)
    x = np.random.default_rng(4).normal(size=(3, LENGTH, CHANNELS)).astype(np.float32)
    expected = GradientXInput().attribute(classifier, x, 2)
    # against zero every window of the pooling is a tie; the slope there is that of the series
    np.testing.assert_allclose(DeepLIFT().attribute(classifier, x, 2), expected, rtol=1e-3, atol=1e-5)


def test_series_that_is_the_baseline_gets_a_map_of_zeros():
    classifier = KerasClassifier(question([L.Flatten(), L.Dense(3)]))
    x = np.random.default_rng(5).normal(size=(2, 300, 9)).astype(np.float32)
    assert (DeepLIFT(baseline=x).attribute(classifier, x, 0) == 0).all()


def test_evidence_of_one_sigmoid_unit_for_one_class_is_against_the_other():
    classifier = KerasClassifier(question([L.Flatten(), L.Dense(1, activation="sigmoid")]))
    x = np.random.default_rng(6).normal(size=(2, 300, 9)).astype(np.float32)
    np.testing.assert_array_equal(DeepLIFT().attribute(classifier, x, 0), -DeepLIFT().attribute(classifier, x, 1))
