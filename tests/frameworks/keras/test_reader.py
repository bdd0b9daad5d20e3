"""Graphs read from models, compared with the models' outputs and gradients; the models are unchanged."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L
from keras import ops
from keras.src.backend.common import global_state

from cam1d_widget import KerasClassifier, models
from cam1d_widget.attribution.methods import LRP
from cam1d_widget.attribution.propagation_rules import Guided, Rescale

from ...support.selection import slow_but

RNG = np.random.default_rng(7)
STEPS, CHANNELS, CLASSES = 24, 3, 3
RULES = {"LRP": LRP().propagation_rule, "DeepLIFT": Rescale(), "Guided Backprop": Guided()}


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return RNG.normal(size=(2, STEPS, CHANNELS)).astype(np.float32)


def network(build: Callable[[Any], Any]) -> keras.Model:
    keras.utils.set_random_seed(4)
    series = keras.Input((STEPS, CHANNELS))
    return keras.Model(series, L.Dense(CLASSES)(build(series)))


def conv(maps: Any, filters: int = 4) -> Any:
    return L.Conv1D(filters, 3, padding="same", activation="relu", bias_initializer="normal")(maps)


def mean(maps: Any) -> Any:
    return L.GlobalAveragePooling1D()(maps)


def trunk(channels: int = CHANNELS) -> keras.Model:
    series = keras.Input((STEPS, channels))
    return keras.Model(series, conv(series))


class Tanh(L.Layer):
    def call(self, x: Any) -> Any:
        return ops.tanh(x)


class ScaledUnderMask(L.Layer):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, x: Any, mask: Any = None) -> Any:
        return x if mask is None else 100 * x


# Quantized layers


@cache
def quantized(mode: str | None) -> KerasClassifier:
    model = network(lambda series: L.Dense(6, activation="relu")(mean(conv(series))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convolutions cannot be quantized
        if mode:
            model.quantize(mode)
    return KerasClassifier(model)


@pytest.mark.parametrize("mode", slow_but(["int8"], ["int8", "int4", "float8"]))
def test_quantized_layers_with_an_activation_are_computed(mode, x):
    classifier = quantized(mode)
    np.testing.assert_allclose(classifier.scores(x), np.asarray(classifier.model(x)), atol=1e-5)


@pytest.mark.parametrize("rule", RULES)
def test_rules_refuse_quantized_layers_or_respect_their_scale(rule, x):
    """The kernel of a quantized layer counts in steps, which a rule must not take for weights."""
    classifier, target = quantized("int8"), np.zeros(2, int)
    if classifier.no_propagation(RULES[rule]) is None:
        expected = quantized(None).propagate(x, target, RULES[rule])
        found = classifier.propagate(x, target, RULES[rule])
        np.testing.assert_allclose(found, expected, atol=0.1 * np.abs(expected).max())


# Masks


@pytest.mark.parametrize("activation", slow_but([ScaledUnderMask], [L.Softmax, ScaledUnderMask]))
def test_an_activation_that_is_a_layer_is_not_given_the_mask_of_its_owner(activation, x):
    model = network(lambda series: L.LSTM(3)(L.Dense(4, activation=activation())(L.Masking(0.0)(series))))
    padded = np.where(np.arange(STEPS)[:, np.newaxis] < 20, x, 0).astype(np.float32)
    np.testing.assert_allclose(KerasClassifier(model).scores(padded), np.asarray(model(padded)), atol=1e-5)


def test_an_activation_that_is_a_layer_raises_no_warning_about_masks(x):
    model = network(lambda series: L.LSTM(3)(L.Dense(4, activation=Tanh())(L.Masking(0.0)(series))))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        KerasClassifier(model).scores(x)


def test_masks_are_not_among_the_layers():
    model = network(lambda series: L.LSTM(3)(L.Masking(0.0)(series)))
    assert [layer.kind for layer in KerasClassifier(model).layers] == ["Masking"]


# Tensors that enter a layer twice


def test_steps_of_a_map_that_is_joined_to_itself_are_refused_or_all_placed(x):
    classifier = KerasClassifier(network(lambda series: mean(conv((lambda a: L.Concatenate(axis=1)([a, a]))(series)))))
    if classifier.no_features is None:
        assert len(classifier.receptive_field) == classifier.features(x, 0)[0].shape[1]


SQUARES: dict[str, Callable[[Any], Any]] = {
    "dot": lambda maps: L.Flatten()(L.Dot(axes=1)([maps, maps])),
    "matmul": lambda maps: L.Flatten()(ops.matmul(ops.transpose(maps, (0, 2, 1)), maps)),
    "einsum": lambda maps: ops.einsum("btf,btf->bf", maps, maps),
    "einsum of three": lambda maps: ops.einsum("btf,btf,btf->bf", maps, maps, 1 + maps),
}


@pytest.mark.parametrize("product", SQUARES)
def test_a_product_of_a_map_with_itself_is_not_linear(product, x):
    classifier = KerasClassifier(network(lambda series: SQUARES[product](conv(series))))
    assert not classifier.at(classifier.layers[0].name).affine_head
    if classifier.no_propagation(Rescale()) is None:
        found = classifier.propagate(x, np.zeros(2, int), Rescale()).sum(axis=(1, 2))
        expected = (classifier.scores(x) - classifier.scores(0 * x))[:, 0]
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


# Activations of the user's


@pytest.mark.parametrize("activation", [Tanh(), ops.tanh], ids=["layer", "function"])
def test_an_activation_of_the_users_that_takes_steps_one_by_one_leaves_receptive_fields(activation):
    layer = L.Conv1D(4, 3, padding="same", activation=activation)
    field = KerasClassifier(network(lambda series: mean(layer(series)))).receptive_field
    assert (field.stop - field.start <= 3).all()


class AttentionWithReLU(L.Layer):
    """Pooling by attention, with a ReLU inside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.grade = L.Dense(1, activation="relu")

    def attention_weights(self, maps: Any) -> Any:
        return ops.softmax(ops.squeeze(self.grade(maps), -1), axis=1)

    def pooled(self, maps: Any, weights: Any) -> Any:
        return ops.einsum("bs,bsf->bf", weights, maps)

    def call(self, maps: Any) -> Any:
        return self.pooled(maps, self.attention_weights(maps))


def test_guided_backprop_refuses_a_pooling_of_the_users_in_which_relus_are_hidden():
    classifier = KerasClassifier(network(lambda series: AttentionWithReLU()(conv(series))))
    assert "in which ReLUs may be hidden" in str(classifier.no_propagation(Guided()))


# Copies of a trunk


def called_twice(series: Any) -> Any:
    layer = L.Conv1D(CHANNELS, 3, padding="same", activation="relu")
    return layer(layer(series))


TRUNKS: dict[str, Callable[[Any], Any]] = {
    "activation": conv,
    "activation layer": lambda series: L.Conv1D(4, 3, activation=L.LeakyReLU())(series),
    "layer that is called twice": called_twice,
    "model inside": lambda series: trunk()(series),
    "recurrent": lambda series: L.GRU(4, return_sequences=True)(conv(series)),
}


@pytest.mark.parametrize("build", slow_but(["layer that is called twice"], TRUNKS))
def test_a_new_head_is_put_on_a_copy_of_the_same_trunk(build, x):
    model = network(lambda series: mean(TRUNKS[build](series)))
    found, expected = (KerasClassifier(one).features(x, 0)[0] for one in (models.with_mil_head(model), model))
    np.testing.assert_allclose(found, expected, atol=1e-5)


# Two-dimensional trunks


def test_the_explained_map_of_a_two_dimensional_trunk_is_among_the_layers():
    classifier = KerasClassifier(
        network(lambda series: L.Flatten()(L.Conv2D(4, (3, 2), activation="relu")(ops.expand_dims(series, -1))))
    )
    assert classifier.no_features is None
    assert len(classifier.layers) == 1


# Models with their own call, and models inside the model


class Sharpened(keras.Model):
    """A functional model whose call does more than its graph."""

    def __init__(self) -> None:
        series = keras.Input((STEPS, CHANNELS))
        super().__init__(series, L.Dense(CLASSES, activation="softmax")(mean(conv(series))))

    def call(self, x: Any, training: Any = None, mask: Any = None) -> Any:
        squares = super().call(x, training=training) ** 2
        return squares / ops.sum(squares, axis=-1, keepdims=True)


def test_a_functional_model_with_a_call_of_its_own_keeps_its_probabilities(x):
    model = Sharpened()
    np.testing.assert_allclose(KerasClassifier(model).probabilities(x), np.asarray(model(x)), atol=1e-5)


def test_a_model_inside_takes_inputs_by_keyword(x):
    model = network(lambda series: mean(trunk()(inputs=series)))
    np.testing.assert_allclose(KerasClassifier(model).scores(x), np.asarray(model(x)), atol=1e-5)


def test_a_model_inside_takes_inputs_by_name(x):
    second, first = (keras.Input((STEPS, 4), name=name) for name in ("second", "first"))
    inner = keras.Model([second, first], 3 * second - first)
    model = network(lambda series: mean(inner({"first": conv(series), "second": conv(series)})))
    np.testing.assert_allclose(KerasClassifier(model).scores(x), np.asarray(model(x)), atol=1e-5)


# The model is left as it was


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.convolution = L.Conv1D(4, 3, activation="relu")
        self.pooling, self.scores = L.GlobalAveragePooling1D(), L.Dense(CLASSES)

    def call(self, x: Any) -> Any:
        return self.scores(self.pooling(self.convolution(x)))


def nested() -> keras.Model:
    return network(lambda series: mean(trunk(4)(trunk()(series))))


def subclassed() -> keras.Model:
    model = Subclassed()
    model(np.zeros((1, STEPS, CHANNELS), np.float32))
    return model


def calls(model: keras.Model) -> list[tuple[str, int, int]]:
    """Recorded calls of each layer."""
    return [(one.name, len(one._inbound_nodes), len(one._outbound_nodes)) for one in model._flatten_layers()]


@pytest.mark.parametrize("build", [nested, subclassed])
def test_no_call_is_recorded_in_a_model(build, x):
    model = build()
    before = calls(model)
    KerasClassifier(model).scores(x)
    assert calls(model) == before


@pytest.mark.parametrize("build", [nested, subclassed])
def test_numbers_of_automatic_layer_names_go_on(build):
    model = build()
    names = dict(global_state.get_global_attribute("object_name_uids"))
    KerasClassifier(model)
    after = global_state.get_global_attribute("object_name_uids")
    assert after["input_layer"] == names["input_layer"]


def test_a_call_of_a_layer_makes_arrays_of_arrays():
    model = keras.Sequential([L.Input((20, 3)), L.Conv1D(4, 3), L.GlobalAveragePooling1D(), L.Dense(2)])
    graph = KerasClassifier(model)._network.graph
    maps = np.ones((2, 20, 3), np.float32)
    (made,) = graph.nodes[0].call(maps)
    assert type(made) is np.ndarray
    np.testing.assert_allclose(made, model.layers[0](maps), rtol=1e-6)
