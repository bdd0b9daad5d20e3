"""Models are recognized by their content, whatever the process calls their layers."""

from fractions import Fraction

import keras
import numpy as np
import pytest
import torch
from keras import layers as L

from cam1d_widget import FunctionClassifier, KerasClassifier, TorchClassifier, explain_to
from cam1d_widget.store.identity import first_difference, identity_of

from ..support.stores import Sums


def network(activation="relu"):
    model = keras.Sequential([L.Input((30, 2)), L.Conv1D(3, 5, activation=activation), L.Flatten(), L.Dense(2)])
    for weight in model.weights:
        weight.assign(np.random.default_rng(0).normal(size=weight.shape))
    return model


def test_the_same_keras_model_built_again_has_the_same_digest(tmp_path):
    digest = KerasClassifier(network()).digest()
    assert KerasClassifier(network()).digest() == digest  # its layers have other names
    network().save(tmp_path / "model.keras")
    assert KerasClassifier(tmp_path / "model.keras").digest() == digest
    assert KerasClassifier(network("elu")).digest() != digest
    changed = network()
    changed.weights[0].assign(changed.weights[0] * 1.001)
    assert KerasClassifier(changed).digest() != digest


def test_the_same_module_has_the_same_digest():
    def module(activation):
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.Conv1d(2, 3, 5), activation, torch.nn.Flatten(), torch.nn.Linear(78, 2))

    digest = TorchClassifier(module(torch.nn.ReLU())).digest()
    assert TorchClassifier(module(torch.nn.ReLU())).digest() == digest
    assert TorchClassifier(module(torch.nn.ELU())).digest() != digest


class Scaled(keras.layers.Layer):
    """Layer of the user's whose setting is in no configuration."""

    def __init__(self, factor: Fraction, **options):
        super().__init__(**options)
        self.factor = factor

    def call(self, x):
        return x * float(self.factor)


class Multiplied(torch.nn.Module):
    """Module of the user's whose setting is in no description."""

    def __init__(self, factor: float):
        super().__init__()
        self.factor = factor
        self.convolution, self.linear = torch.nn.Conv1d(2, 3, 5), torch.nn.Linear(78, 2)

    def forward(self, x):
        return self.linear(self.convolution(x).flatten(1)) * self.factor


def scaled_network(factor):
    inputs = keras.Input((30, 2))
    hidden = Scaled(Fraction(factor))(L.Conv1D(3, 5)(inputs))
    model = keras.Model(inputs, L.Dense(2)(L.Flatten()(hidden)))
    for weight in model.weights:
        weight.assign(np.random.default_rng(0).normal(size=weight.shape))
    return KerasClassifier(model)


def connected_network(early):
    """Two layers that are added up: of the input and a convolution, or of two convolutions."""
    inputs = keras.Input((30, 2))
    one = L.Conv1D(2, 5, padding="same")(inputs)
    two = L.Conv1D(2, 5, padding="same")(one)
    model = keras.Model(inputs, L.Dense(2)(L.Flatten()(L.Add()([inputs if early else one, two]))))
    for weight in model.weights:
        weight.assign(np.random.default_rng(0).normal(size=weight.shape))
    return KerasClassifier(model)


def multiplied_module(factor):
    torch.manual_seed(0)
    return TorchClassifier(Multiplied(factor))


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("build", "one", "other"),
    [(scaled_network, "1/3", "1/2"), (connected_network, True, False), (multiplied_module, 2.0, 3.0)],
)
def test_models_that_differ_in_what_no_digest_holds_are_told_apart(build, one, other):
    first, again, changed = (identity_of(build(setting), [], (30, 2)) for setting in (one, one, other))
    assert first_difference({"model": first}, {"model": again}) is None
    assert first_difference({"model": first}, {"model": changed}) == "of another model, or of another layer of it"


def test_a_model_without_content_is_compared_by_scores():
    one, nearly, other = (identity_of(Sums(factor), [], (20, 3)) for factor in (1, 1 + 1e-6, 1.0001))
    assert first_difference({"model": one}, {"model": nearly}) is None
    assert first_difference({"model": one}, {"model": other}) == "of another model, or of another layer of it"


def test_functions_that_differ_on_large_or_small_series_alone_are_told_apart():
    def function(level):
        return FunctionClassifier(lambda x: np.stack([(x[:, 0, 0] > level), np.ones(len(x))], axis=1))

    for one, other in ((0.05, 5.0), (5.0, 50.0), (50.0, 500.0)):
        first, again, changed = (identity_of(function(level), [], (20, 3)) for level in (one, one, other))
        assert first_difference({"model": first}, {"model": again}) is None
        assert first_difference({"model": first}, {"model": changed}) == "of another model, or of another layer of it"


def two_convolutions():
    return keras.Sequential([L.Input((30, 2)), L.Conv1D(3, 5), L.Conv1D(3, 5), L.GlobalAveragePooling1D(), L.Dense(2)])


def test_explained_layers_that_are_given_as_objects_are_told_apart(tmp_path):
    model, x = two_convolutions(), np.random.default_rng(0).normal(size=(5, 30, 2)).astype(np.float32)

    def run(layer, of=model):
        explain_to(tmp_path / "maps.zarr", of, x, methods=["Grad-CAM"], layer=layer, progress=False)

    run(model.layers[0])
    for again in (model.layers[0], model.layers[0].name):
        run(again)
    same = keras.models.clone_model(model)  # as in another process, its layers have other names
    same.set_weights(model.get_weights())
    run(same.layers[0], same)
    for other in (model.layers[1], model.layers[1].name, None):
        with pytest.raises(ValueError, match="holds maps of another model, or of another layer"):
            run(other)


@pytest.mark.parametrize("name", ["window", "background"])
def test_what_differs_is_named(name):
    assert name in str(first_difference({name: "None"}, {name: "4"}))
