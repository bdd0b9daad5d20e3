"""Guided Backprop and Guided Grad-CAM, against passes written by hand."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.methods import GradCAM, GuidedBackprop, GuidedGradCAM, Saliency

from ...support.toys import question

RNG = np.random.default_rng(5)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(5)
    layers = [L.Conv1D(3, 3, activation="relu"), L.MaxPooling1D(2), L.Conv1D(2, 2), L.ReLU(), L.Flatten(), L.Dense(2)]
    return keras.Sequential([keras.Input((12, 2)), *layers])


def convolved(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    size = len(kernel)
    return np.stack([np.tensordot(x[t : t + size], kernel, 2) + bias for t in range(len(x) - size + 1)])


def handed_through(kernel: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Transposed of a convolution."""
    handed = np.zeros((len(given) + len(kernel) - 1, kernel.shape[1]))
    for t, one in enumerate(given):
        handed[t : t + len(kernel)] += kernel @ one
    return handed


def guided_by_hand(model: keras.Model, x: np.ndarray, target: int) -> np.ndarray:
    (kernel, bias), (kernel2, bias2), (dense, _) = (
        [weight.astype(float) for weight in layer.get_weights()] for layer in model.layers if layer.get_weights()
    )
    first = convolved(x, kernel, bias)
    pairs = np.maximum(first, 0).reshape(5, 2, 3)
    second = convolved(pairs.max(axis=1), kernel2, bias2)
    given = dense[:, target].reshape(second.shape)
    given = np.where((second > 0) & (given > 0), given, 0)
    given = handed_through(kernel2, given)
    unpooled = np.zeros_like(pairs)
    for step in range(5):
        for one in range(3):
            unpooled[step, pairs[step, :, one].argmax(), one] = given[step, one]
    given = unpooled.reshape(10, 3)
    return handed_through(kernel, np.where((first > 0) & (given > 0), given, 0))


@pytest.mark.parametrize("target", [0, 1])
def test_guided_backprop_is_the_pass_by_hand(model, target):
    x = RNG.normal(size=(4, 12, 2)).astype(np.float32)
    classifier = KerasClassifier(model)
    expected = np.stack([guided_by_hand(model, one.astype(float), target) for one in x])
    values = GuidedBackprop().attribute(classifier, x, target)
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-6)
    assert np.abs(values - Saliency().attribute(classifier, x, target)).max() > 1e-2


def test_guided_grad_cam_is_the_product_of_the_two():
    classifier = KerasClassifier(question([L.GlobalAveragePooling1D(), L.Dense(4)]))
    x = RNG.normal(size=(3, 300, 9)).astype(np.float32)
    for target in range(4):
        cam = GradCAM().attribute(classifier, x, target)
        expected = GuidedBackprop().attribute(classifier, x, target) * np.where(cam > 0, cam, 0)
        np.testing.assert_allclose(GuidedGradCAM().attribute(classifier, x, target), expected, rtol=1e-6)


def test_network_without_relu_gets_its_saliency():
    layers = [L.Conv1D(3, 3, activation="tanh"), L.LSTM(4), L.Dense(2)]
    classifier = KerasClassifier(keras.Sequential([keras.Input((12, 2)), *layers]))
    x = RNG.normal(size=(2, 12, 2)).astype(np.float32)
    expected = Saliency().attribute(classifier, x, 1)
    np.testing.assert_allclose(GuidedBackprop().attribute(classifier, x, 1), expected, rtol=1e-3, atol=1e-7)


def test_guided_grad_cam_asks_for_a_layer_as_grad_cam_does():
    model = keras.Sequential([keras.Input((12, 2)), L.Flatten(), L.Dense(3, activation="relu"), L.Dense(2)])
    classifier = KerasClassifier(model)
    assert GuidedBackprop().refusal(classifier) is None
    assert GuidedGradCAM().refusal(classifier) == GradCAM().refusal(classifier) is not None


def test_both_warn():
    for method in (GuidedBackprop, GuidedGradCAM):
        assert "Adebayo" in method.warning
        assert "Nie" in method.warning
