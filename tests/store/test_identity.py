"""Models are recognized by their content, whatever the process calls their layers."""

import keras
import numpy as np
import pytest
import torch
from keras import layers as L

from cam1d_widget import KerasClassifier, TorchClassifier
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


def test_a_model_without_content_is_compared_by_scores():
    one, other = identity_of(Sums(), (20, 3)), identity_of(Sums(1.01), (20, 3))
    nearly = identity_of(Sums(1 + 1e-6), (20, 3))
    assert first_difference({"model": one}, {"model": nearly}) is None
    assert first_difference({"model": one}, {"model": other}) == "of another model"


@pytest.mark.parametrize("name", ["window", "background"])
def test_what_differs_is_named(name):
    assert name in str(first_difference({name: "None"}, {name: "4"}))
