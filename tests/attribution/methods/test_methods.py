"""Laws that methods promise: each method is tested for its own."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier, all_methods
from cam1d_widget.attribution.methods import AttributionMethod, Axiom
from cam1d_widget.models import AttentionPooling, ConjunctivePooling

from ...support.toys import linear, linear_network, question

RNG = np.random.default_rng(0)
METHODS = {method.label: method for method in all_methods()}
SPEAKING = KerasClassifier(question([ConjunctivePooling(4), L.Softmax()]))


def attending() -> KerasClassifier:
    """A model whose steps attend to each other."""
    series = keras.Input((300, 9))
    maps = L.MaxPooling1D(10)(L.Conv1D(6, 5, activation="relu")(series))
    maps = L.Add()([maps, L.MultiHeadAttention(2, 3)(maps, maps)])
    return KerasClassifier(keras.Model(series, L.Dense(4)(L.GlobalAveragePooling1D()(maps))))


ATTENDING = attending()
BACKGROUND = np.repeat(RNG.normal(size=(4, 300, 1)), 9, axis=2).astype(np.float32)


# Laws hold for few draws as well.
FEW = {
    "LIME": {"samples": 120, "size": 100},
    "KernelSHAP": {"samples": 120, "size": 100},
    "RISE": {"masks": 200},
}


def ready(label: str) -> AttributionMethod:
    """Method with few draws, and with series to draw from, equal in all channels, where it needs them."""
    options = FEW.get(label, {})
    needs = "background" in {field.name for field in fields(METHODS[label])}
    return METHODS[label](background=BACKGROUND, **options) if needs else METHODS[label](**options)


def fitting(label: str, classifier: KerasClassifier) -> KerasClassifier:
    """Classifier itself; for the methods that read what a model says of its steps, one that says it."""
    return next(one for one in (classifier, SPEAKING, ATTENDING) if ready(label).refusal(one) is None)


def promising(axiom: Axiom) -> list[str]:
    return [label for label, method in METHODS.items() if axiom in method.axioms]


def affine(label: str, weights: np.ndarray, bias: np.ndarray) -> Any:
    """Scores w · x + b as a classifier that the method can explain: as a network where a formula will not do."""
    formula = linear(weights, bias)
    formula.head = "gap"
    return linear_network(weights, bias) if METHODS[label]().refusal(formula) else formula


def constant(label: str) -> Any:
    """A classifier whose scores never change."""
    if METHODS[label].family != "inherent":
        return affine(label, np.zeros((2, 300, 9)), np.array([3.0, -1.0]))
    model = question([AttentionPooling(2, name="pooling"), L.Softmax()])
    model.get_layer("pooling").kernel.assign(np.zeros((16, 2)))
    return KerasClassifier(model)


@pytest.mark.parametrize("label", promising(Axiom.COMPLETENESS))
def test_values_add_up_to_the_scores_difference(label, flatten, x):
    method = ready(label)
    for target in range(4):
        values = method.attribute(flatten, x, target)
        expected = method.expected_total(flatten, x, np.full((3, 1), target))[:, 0]
        # of a map that mostly cancels, a sum cannot be better known than its terms
        mass = np.abs(values).sum(axis=(1, 2))
        assert (np.abs(values.sum(axis=(1, 2)) - expected) < 1e-3 * mass).all()


@pytest.mark.parametrize("label", promising(Axiom.DUMMY))
def test_channel_that_does_not_matter_gets_zero(label, x):
    weights = RNG.normal(size=(2, 300, 9))
    weights[:, :, 4] = 0
    attribution = ready(label).attribute(affine(label, weights, np.zeros(2)), x, 1)
    assert (attribution[:, :, 4] == 0).all()
    assert np.abs(attribution).sum() > 0 or label == "VarGrad"  # the slope of a straight score does not vary


@pytest.mark.parametrize("label", promising(Axiom.LINEARITY))
def test_map_of_a_sum_is_the_sum_of_maps(label, x):
    one, other = RNG.normal(size=(2, 2, 300, 9))
    bias = np.zeros(2)
    method = ready(label)
    together = method.attribute(affine(label, one + other, bias), x, 0)
    apart = method.attribute(affine(label, one, bias), x, 0) + method.attribute(affine(label, other, bias), x, 0)
    np.testing.assert_allclose(together, apart, rtol=1e-4, atol=1e-4)


@pytest.mark.few(10)
@pytest.mark.parametrize("label", METHODS)
def test_batch_equals_singles(label, gap, x):
    method, gap = ready(label), fitting(label, gap)
    targets = np.array([2, 0, 1])
    batch = method.attribute(gap, x, targets)
    singles = [method.attribute(gap, x[i : i + 1], int(targets[i])) for i in range(3)]
    np.testing.assert_allclose(batch, np.concatenate(singles), rtol=1e-3, atol=1e-5)


@pytest.mark.few(10)
@pytest.mark.parametrize("label", METHODS)
def test_several_classes_at_once_equal_one_by_one(label, gap, x):
    method, gap = ready(label), fitting(label, gap)
    maps = method.maps(gap, x[:2], np.array([[0, 3], [1, 1]])).values
    for row, column, target in ((0, 0, 0), (0, 1, 3), (1, 0, 1)):
        np.testing.assert_allclose(
            maps[row, column], method.attribute(gap, x[row : row + 1], target)[0], rtol=1e-3, atol=1e-5
        )


@pytest.mark.few(3)
@pytest.mark.parametrize("label", [label for label, method in METHODS.items() if method.class_specific])
def test_score_that_never_changes_gets_a_map_of_zeros(label, x):
    assert (ready(label).attribute(constant(label), x, 0) == 0).all()


@pytest.mark.parametrize("label", [label for label, method in METHODS.items() if not method.placed])
def test_channels_in_another_order_give_the_map_in_that_order(label, x):
    weights, order = RNG.normal(size=(2, 300, 9)), RNG.permutation(9)
    method, targets = ready(label), np.ones((3, 1), int)
    straight = method.maps(affine(label, weights, np.zeros(2)), x, targets)
    permuted = method.maps(affine(label, weights[:, :, order], np.zeros(2)), x[:, :, order], targets)
    far = np.abs(permuted.values - straight.values[..., order]) - 1e-5 * np.abs(permuted.values)
    # what is drawn at random is another draw in another order
    chance = 6 * np.hypot(permuted.errors, straight.errors[..., order]) if method.stochastic else 0
    assert (far <= 1e-5 + chance).all()


@pytest.fixture(scope="module")
def with_equal_channels() -> KerasClassifier:
    """Channel 5 is treated like channel 3."""
    model = question([L.Flatten(), L.Dense(4)])
    kernel, bias = model.layers[0].get_weights()
    kernel[:, 5] = kernel[:, 3]
    model.layers[0].set_weights([kernel, bias])
    return KerasClassifier(model)


@pytest.mark.parametrize("label", promising(Axiom.SYMMETRY))
def test_channels_that_are_treated_equally_get_the_same(label, with_equal_channels, x):
    twins = x.copy()
    twins[..., 5] = twins[..., 3]
    attribution = ready(label).attribute(with_equal_channels, twins, 2)
    assert np.abs(attribution[..., 3]).max() > 0
    np.testing.assert_allclose(attribution[..., 5], attribution[..., 3], rtol=1e-3, atol=1e-6)


@pytest.fixture(scope="module")
def folded(flatten) -> KerasClassifier:
    """The same function, BatchNorm in the convolutions, and every filter doubled and halved again behind its ReLU."""
    folded = keras.models.clone_model(flatten.model)
    folded.set_weights(flatten.model.get_weights())
    convolutions = [layer for layer in folded.layers if isinstance(layer, L.Conv1D)]
    norms = [layer for layer in folded.layers if isinstance(layer, L.BatchNormalization)]
    for layer, norm in zip(convolutions, norms, strict=True):
        kernel, bias = layer.get_weights()
        gamma, beta, mean, variance = norm.get_weights()
        scale = gamma / np.sqrt(variance + norm.epsilon)
        layer.set_weights([2 * kernel * scale, 2 * (bias - mean) * scale + 2 * beta])
        norm.set_weights([np.ones(16), np.zeros(16), np.zeros(16), np.full(16, 1 - norm.epsilon)])
    last, dense = convolutions[1], folded.layers[-1]
    last.set_weights([last.get_weights()[0] / 2, last.get_weights()[1]])
    dense.set_weights([dense.get_weights()[0] / 2, dense.get_weights()[1]])
    return KerasClassifier(folded)


@pytest.mark.few(4)
@pytest.mark.parametrize("label", promising(Axiom.IMPLEMENTATION))
def test_networks_of_one_function_get_one_map(label, flatten, folded, x):
    np.testing.assert_allclose(folded.scores(x), flatten.scores(x), rtol=1e-4, atol=1e-5)
    one, same = (ready(label).attribute(classifier, x, 2) for classifier in (flatten, folded))
    far = np.abs(one - same).max(axis=(1, 2)) / np.abs(one).max(axis=(1, 2))
    assert (far < 1e-3).all()


@cache
def shift_invariant(inherent: bool) -> KerasClassifier:
    keras.utils.set_random_seed(1)
    layers = [L.Conv1D(6, 5, padding="same", activation="relu"), L.Conv1D(6, 4, padding="same", dilation_rate=2)]
    head = [ConjunctivePooling(3)] if inherent else [L.GlobalAveragePooling1D(), L.Dense(3)]
    return KerasClassifier(keras.Sequential([keras.Input((120, 2)), *layers, L.ReLU(), *head]))


@pytest.mark.few(4)
@pytest.mark.parametrize("label", promising(Axiom.SHIFT))
def test_map_of_a_shifted_series_is_shifted(label):
    classifier = shift_invariant(METHODS[label].family == "inherent")
    series = np.zeros((1, 120, 2), np.float32)
    series[:, 40:60] = RNG.normal(size=(1, 20, 2))
    straight, shifted = (ready(label).attribute(classifier, one, 1) for one in (series, np.roll(series, 17, axis=1)))
    inside = slice(30, 90)  # away from the ends, where the padding is seen
    assert np.abs(straight[:, inside]).max() > 0
    np.testing.assert_allclose(np.roll(straight, 17, axis=1)[:, inside], shifted[:, inside], rtol=1e-3, atol=1e-6)
