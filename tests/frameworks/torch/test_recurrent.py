"""Recurrent layers of PyTorch: parts that compute the same, and contributions that add up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cam1d_widget import TorchClassifier
from cam1d_widget.attribution.methods import LRP, DeepLIFT
from tests.support.modules import Through
from tests.support.passages import passages

X, OTHER = np.random.default_rng(0).normal(size=(2, 3, 7, 3)).astype(np.float32)


def turned(x: Any) -> Any:
    return x.transpose(1, 2)


def outputs(net: Any, x: Any) -> Any:
    return net.layer(turned(x))[0].mean(1)


def steps_first(net: Any, x: Any) -> Any:
    return net.layer(x.permute(2, 0, 1))[0][-1]


def last_states(net: Any, x: Any) -> Any:
    states = net.layer(x.permute(2, 0, 1))[1]
    return (states[0] if isinstance(states, tuple) else states).transpose(0, 1).flatten(1)


CASES: dict[str, tuple[Callable[..., Any], nn.Module, int]] = {
    "LSTM": (outputs, nn.LSTM(3, 4, batch_first=True), 4),
    "two layers, both ways": (outputs, nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True), 8),
    "steps first": (steps_first, nn.LSTM(3, 4, 2), 4),
    "last states": (last_states, nn.LSTM(3, 4, 2, bidirectional=True, bias=False), 16),
    "GRU": (outputs, nn.GRU(3, 4, batch_first=True), 4),
    "last states of a GRU": (last_states, nn.GRU(3, 4, 2), 8),
    "no gates": (outputs, nn.RNN(3, 4, batch_first=True, nonlinearity="relu"), 4),
}


def classifier_of(function: Callable[..., Any], layer: nn.Module, features: int) -> TorchClassifier:
    module = Through(lambda net, x: net.head(function(net, x)), layer=layer, head=nn.Linear(features, 2)).eval()
    torch.manual_seed(1)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.randn(weight.shape) * 0.6)
    return TorchClassifier(module).for_series(X)


@pytest.mark.few(1)
@pytest.mark.parametrize("name", CASES)
def test_parts_compute_the_same_and_contributions_add_up(name):
    classifier = classifier_of(*CASES[name])
    passed = passages(classifier.propagations(LRP().propagation_rule), X, np.ones(len(X), np.int32), X)
    np.testing.assert_allclose(passed[0].outputs[0], classifier.scores(X), rtol=1e-4, atol=1e-5)
    values = DeepLIFT(baseline=OTHER).attribute(classifier, X, 1)
    difference = classifier.scores(X) - classifier.scores(OTHER)
    np.testing.assert_allclose(values.sum(axis=(1, 2)), difference[:, 1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("function", "layer", "features"),
    [
        (lambda net, x: net.layer(turned(x), (x[None, :, :, 0], x[None, :, :, 1]))[0][:, -1], nn.LSTM(3, 3), 3),
        (lambda net, x: net.layer(turned(x))[1][1][0], nn.LSTM(3, 4, batch_first=True), 4),
    ],
    ids=["given states", "memory"],
)
def test_other_calls_are_refused(function, layer, features):
    layer.batch_first = True
    assert LRP().refusal(classifier_of(function, layer, features)).startswith("LRP cannot go through layer 'layer")
