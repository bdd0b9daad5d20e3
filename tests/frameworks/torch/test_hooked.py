"""Layers of modules that cannot be exported, cut by hooks: called several times, or with the batch on another axis."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cam1d_widget import TorchClassifier
from tests.support.modules import Through

X = np.random.default_rng(0).normal(size=(3, 20, 3)).astype(np.float32)


def residual(net: Through, x: Any) -> tuple[Any, Any, Any]:
    """Both maps of one ReLU layer, and the scores."""
    first = net.relu(net.one(x) if float(x.detach().sum()) < 1e9 else x)
    second = net.relu(net.two(first))
    return first, second, net.dense((first + second).mean(-1))


def test_a_layer_that_is_called_twice_is_explained_at_its_last_call():
    torch.manual_seed(0)
    layers = {"one": nn.Conv1d(3, 4, 3), "two": nn.Conv1d(4, 4, 3, padding=1), "relu": nn.ReLU()}
    module = Through(lambda net, x: residual(net, x)[2], **layers, dense=nn.Linear(4, 2)).eval()
    classifier = TorchClassifier(module, layer="relu").for_series(X)
    assert classifier._network._measured
    features, gradient = classifier.features(X, 1)
    _, second, scores = residual(module, torch.as_tensor(X).transpose(1, 2))
    expected = torch.autograd.grad(scores[:, 1].sum(), second)[0]
    np.testing.assert_allclose(features, second.detach().transpose(1, 2).numpy(), atol=1e-6)
    np.testing.assert_allclose(gradient, expected.transpose(1, 2).numpy(), atol=1e-6)
    np.testing.assert_allclose(classifier.head_scores(X, features), scores.detach().numpy(), atol=1e-6)
    assert not module.relu._forward_hooks


def test_a_layer_whose_calls_depend_on_the_values_is_refused():
    def forward(net: Through, x: Any) -> Any:
        maps = net.relu(net.one(x))
        for _ in range(3 if float(x.detach().sum()) > 1e6 else 1):
            maps = net.relu(maps)
        return net.dense(maps.mean(-1))

    module = Through(forward, one=nn.Conv1d(3, 4, 3), relu=nn.ReLU(), dense=nn.Linear(4, 2)).eval()
    classifier = TorchClassifier(module, layer="relu").for_series(X)
    assert classifier.features(X, 1)[0].shape == (3, 18, 4)
    with pytest.raises(ValueError, match="layer 'relu' is called 4 times in this forward pass, and 2 times in others"):
        classifier.features(X + 1e6, 1)


def test_a_layer_with_the_batch_on_another_axis_is_refused_when_it_is_named():
    def forward(net: Through, x: Any) -> Any:
        maps = net.norm((net.one(x) if float(x.detach().sum()) < 1e9 else x).permute(2, 0, 1))
        return net.dense(maps.relu().mean(0))

    module = Through(forward, one=nn.Conv1d(3, 4, 3), norm=nn.LayerNorm(4), dense=nn.Linear(4, 2)).eval()
    with pytest.raises(
        ValueError, match=r"layer 'norm' must output a map with the axes batch, .* outputs \(18, 3, 4\)"
    ):
        TorchClassifier(module, layer="norm").for_series(X)
    assert TorchClassifier(module, layer="one").for_series(X).features(X, 1)[0].shape == (3, 18, 4)


def test_scores_that_differ_from_those_read_are_described_in_the_words_of_pytorch(monkeypatch):
    module = nn.Sequential(nn.Conv1d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(4, 2))
    classifier = TorchClassifier(module)
    network = type(classifier.for_series(X)._network)
    monkeypatch.setattr(network, "logits", lambda self, x: torch.ones(len(x), 2))
    with pytest.raises(ValueError, match="model 'Sequential' gives other scores than the operations") as fault:
        TorchClassifier(module).for_series(X)
    assert "Dense" not in str(fault.value)
