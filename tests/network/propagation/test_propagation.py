"""Backward passes through a Keras graph: every layer has a rule, or is named in an error."""

from __future__ import annotations

from functools import cache
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.methods import LRP, DeepLIFT, GuidedBackprop
from cam1d_widget.attribution.propagation_rules import Rescale

from ...support.networks import of_steps
from ...support.selection import slow_but
from ...support.toys import question

METHODS = (DeepLIFT(baseline=0.3), LRP(), LRP("composite"), GuidedBackprop())


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(4, 20, 3)).astype(np.float32)


def same_maps(one: keras.Model, other: keras.Model | KerasClassifier, x: np.ndarray) -> None:
    """All methods say the same of two models that compute the same."""
    first, second = KerasClassifier(one), other if isinstance(other, KerasClassifier) else KerasClassifier(other)
    np.testing.assert_allclose(first.scores(x), second.scores(x), rtol=1e-5, atol=1e-5)
    for method in METHODS:
        np.testing.assert_allclose(
            method.attribute(first, x, 1), method.attribute(second, x, 1), rtol=1e-3, atol=1e-5, err_msg=method.label
        )


# A layer is known however it is written


def plain_relu(series: Any) -> Any:
    return L.ReLU()(L.Conv1D(4, 3)(series))


@cache
def with_plain_relu() -> KerasClassifier:
    return KerasClassifier(of_steps(plain_relu))


RELUS = {
    "fused": lambda series: L.Conv1D(4, 3, activation="relu")(series),
    "fused, TensorFlow's": lambda series: L.Conv1D(4, 3, activation=tf.nn.relu)(series),
    "fused layer": lambda series: L.Conv1D(4, 3, activation=L.ReLU())(series),
    "named": lambda series: L.Activation("relu")(L.Conv1D(4, 3)(series)),
    "function": lambda series: L.Activation(keras.activations.relu)(L.Conv1D(4, 3)(series)),
    "keras.activations": lambda series: keras.activations.relu(L.Conv1D(4, 3)(series)),
    "keras.ops": lambda series: keras.ops.relu(L.Conv1D(4, 3)(series)),
    "maximum": lambda series: keras.ops.maximum(L.Conv1D(4, 3)(series), 0),
}


@pytest.mark.parametrize("relu", slow_but(["fused layer", "maximum"], RELUS))
def test_relu_is_a_relu_however_it_is_written(relu, x):
    same_maps(of_steps(RELUS[relu]), with_plain_relu(), x)


SUMS = {
    "numbers": (lambda h: (h * 2 + 1 - 3) / 2, lambda h: L.Rescaling(1.0, -1.0)(h)),
    "twice itself": (lambda h: h + h, lambda h: L.Rescaling(2.0)(h)),
    "mean": (lambda h: keras.ops.mean(h, axis=1), lambda h: L.GlobalAveragePooling1D()(h)),
    "max": (lambda h: keras.ops.max(h, axis=1), lambda h: L.GlobalMaxPooling1D()(h)),
    "larger": (lambda h: keras.ops.maximum(h, h[:, ::-1]), lambda h: L.Maximum()([h, h[:, ::-1]])),
    "split": (lambda h: L.Concatenate()(keras.ops.split(h, 2, axis=2)), lambda h: h),
    "idle": (lambda h: L.GaussianNoise(1.0)(L.SpatialDropout1D(0.5)(L.Dropout(0.5)(h))), lambda h: h),
}


@pytest.mark.few(1)
@pytest.mark.parametrize("name", slow_but(["numbers", "split"], SUMS))
def test_function_does_what_its_layer_does(name, x):
    written, layers = SUMS[name]
    same_maps(of_steps(lambda series: written(plain_relu(series))), of_steps(lambda s: layers(plain_relu(s))), x)


def test_layer_used_twice_is_two_layers_of_the_same_weights(x):
    shared = L.Conv1D(3, 3, padding="same", activation="relu")
    twice = of_steps(lambda series: shared(shared(series)))
    apart = of_steps(lambda series: _conv()(_conv()(series)))
    apart.set_weights([*shared.get_weights(), *shared.get_weights(), *twice.layers[-1].get_weights()])
    same_maps(twice, apart, x)


def test_model_inside_the_model_is_opened_each_time_it_is_used(x):
    inner = keras.Sequential([keras.Input((20, 3)), L.Conv1D(3, 3, padding="same"), L.BatchNormalization(), L.ReLU()])
    nested = of_steps(lambda series: inner(inner(series)))

    def opened(series: Any) -> Any:
        for _ in range(2):
            series = L.ReLU()(L.BatchNormalization()(L.Conv1D(3, 3, padding="same")(series)))
        return series

    flat = of_steps(opened)
    rng = np.random.default_rng(3)
    inner.set_weights([rng.uniform(0.2, 0.8, weight.shape) for weight in inner.get_weights()])
    for layer in flat.layers[1:-2]:
        own = next(one for one in inner.layers if type(one) is type(layer))
        layer.set_weights(own.get_weights())
    flat.layers[-1].set_weights(nested.layers[-1].get_weights())
    same_maps(nested, flat, x)


def _conv() -> L.Layer:
    return L.Conv1D(3, 3, padding="same", activation="relu")


def test_two_dimensions_are_as_good_as_one(x):
    one = of_steps(lambda series: L.ReLU()(L.BatchNormalization()(L.Conv1D(4, 3)(series))))

    def lifted(series: Any) -> Any:
        maps = L.Conv2D(4, (3, 3))(L.Reshape((20, 3, 1))(series))
        return L.Reshape((18, 4))(L.ReLU()(L.BatchNormalization()(maps)))

    two = of_steps(lifted)
    rng = np.random.default_rng(5)
    one.set_weights([rng.uniform(0.2, 0.8, weight.shape) for weight in one.get_weights()])
    two.set_weights([new.reshape(old.shape) for new, old in zip(one.get_weights(), two.get_weights(), strict=True)])
    same_maps(one, two, x)


@pytest.mark.parametrize("policy", slow_but(["mixed_float16"], ["mixed_bfloat16", "mixed_float16"]))
def test_mixed_precision_is_computed_in_float32(policy, x):
    def body(series: Any) -> Any:
        maps = L.BatchNormalization()(L.SeparableConv1D(4, 3)(_conv()(series)))
        return L.MaxPooling1D(2)(L.PReLU()(maps))

    full = of_steps(body)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        mixed = of_steps(body)
    finally:
        keras.config.set_dtype_policy(before)
    mixed.set_weights(full.get_weights())
    ours, exact = KerasClassifier(mixed), KerasClassifier(full)
    for method in METHODS:
        values = method.attribute(ours, x, 1)
        assert values.dtype == np.float32
        # the relevance that LRP starts with is computed in float32 as well
        np.testing.assert_allclose(values, method.attribute(exact, x, 1), rtol=1e-4, atol=1e-6)


# The door


def test_nothing_is_traced_twice(x):
    model = question([L.Flatten(), L.Dense(3)], length=80, channels=3, filters=4)
    classifier = KerasClassifier(model, batch_size=3)
    series = np.random.default_rng(2).normal(size=(7, 80, 3)).astype(np.float32)
    for method in METHODS:
        for batch, target in ((series, 0), (series[:1], np.array([2])), (series[:5], 1)):
            for baseline in (0.5, series[:1], np.random.default_rng(3).normal(size=batch.shape)):
                options = {"baseline": baseline} if isinstance(method, DeepLIFT) else {}
                type(method)(**options).attribute(classifier, batch, target)
        propagation = classifier.propagations(METHODS[0].propagation_rule)
        assert propagation.attribution.traces == 1
    assert classifier.propagations(LRP().propagation_rule) is classifier.propagations(LRP().propagation_rule)
    assert classifier.propagations(LRP().propagation_rule).attribution.traces == 1


def test_batches_do_not_matter():
    model = question([L.Flatten(), L.Dense(3)], length=80, channels=3, filters=4)
    x, baseline = np.random.default_rng(2).normal(size=(2, 7, 80, 3)).astype(np.float32)
    targets = np.array([0, 1, 2, 0, 1, 2, 0])
    classifiers = [KerasClassifier(model, batch_size=size) for size in (3, 64)]
    for method in (DeepLIFT(baseline=baseline), DeepLIFT(baseline=baseline[:1]), *METHODS[1:]):
        small, large = (method.attribute(classifier, x, targets) for classifier in classifiers)
        np.testing.assert_allclose(small, large, rtol=1e-4, atol=1e-6)


def test_weights_are_those_of_now():
    model = question([L.Flatten(), L.Dense(3)], length=80, channels=3, filters=4)
    x = np.random.default_rng(2).normal(size=(2, 80, 3)).astype(np.float32)
    classifier = KerasClassifier(model)
    for method in METHODS:
        method.attribute(classifier, x, 0)
    model.set_weights([1.1 * weight for weight in model.get_weights()])
    fresh = KerasClassifier(model)
    for method in METHODS:
        np.testing.assert_array_equal(method.attribute(classifier, x, 0), method.attribute(fresh, x, 0))


def test_series_of_any_length():
    series = keras.Input((None, 2))
    maps = L.MaxPooling1D(2)(L.BatchNormalization()(L.Conv1D(3, 3, padding="same", activation="relu")(series)))
    classifier = KerasClassifier(keras.Model(series, L.Dense(2)(L.GlobalAveragePooling1D()(maps))))
    for length in (10, 17):
        x = np.random.default_rng(length).normal(size=(2, length, 2)).astype(np.float32)
        values = DeepLIFT().attribute(classifier, x, 0)
        expected = classifier.scores(x) - classifier.scores(np.zeros_like(x))
        np.testing.assert_allclose(values.sum(axis=(1, 2)), expected[:, 0], rtol=1e-4, atol=1e-6)
    assert classifier.propagations(Rescale()).attribution.traces == 1
