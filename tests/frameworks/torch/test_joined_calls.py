"""The calls of a module are joined into one, which computes the same values."""

import weakref
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from cam1d_widget import TorchClassifier, methods
from cam1d_widget.frameworks.torch.aten_call import AtenCall

RNG = np.random.default_rng(0)


class Branches(nn.Module):
    """A residual block, whose result is divided into two parts."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv1d(3, 8, 5, padding=2), nn.Conv1d(8, 8, 3, padding=1)
        self.norm, self.head = nn.LayerNorm(8), nn.Linear(8, 2)

    def forward(self, x):
        one = self.first(x)
        both = one + self.second(torch.relu(one))
        left, right = self.norm(both.transpose(1, 2)).chunk(2, dim=1)
        return self.head((left * right).mean(1))


def plain(*last):
    return nn.Sequential(
        nn.Conv1d(3, 8, 5),
        nn.BatchNorm1d(8),
        nn.ReLU(),
        nn.Dropout(),
        nn.MaxPool1d(2),
        nn.Flatten(),
        nn.Dropout(),
        *last,
    )


MODULES = {
    "dropout": lambda: plain(nn.Linear(104, 2)),
    "softmax": lambda: plain(nn.Linear(104, 2), nn.Softmax(dim=1)),
    "branches": Branches,
    "transformer": lambda: nn.Sequential(
        nn.Conv1d(3, 8, 5), nn.Flatten(2), Transposed(), nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), Mean()
    ),
}


class Transposed(nn.Module):
    def forward(self, x):
        return x.transpose(1, 2)


class Mean(nn.Module):
    def forward(self, x):
        return x.mean(1)[:, :2]


@pytest.mark.few(2)
@pytest.mark.parametrize("name", MODULES)
def test_joined_calls_compute_what_the_single_ones_do(name):
    torch.manual_seed(0)
    module, x = MODULES[name]().eval(), RNG.normal(size=(4, 30, 3)).astype(np.float32)
    graph = TorchClassifier(module).for_series(x)._network.graph
    values = {0: x}
    for node in graph.nodes:
        made = node.call(*(values[one] for one in node.inputs))
        values.update(zip(node.outputs, made, strict=True))
    for known in graph.nodes:
        middle = known.outputs[0]
        paths = [((0,), (middle,)), ((0,), (middle, graph.output))]
        if graph.sources({middle}, {graph.output}) == {middle}:
            paths.append(((middle,), (graph.output,)))
        for first, wanted in paths:
            computed = graph.compute({one: values[one] for one in first}, wanted)
            for one, found in zip(wanted, computed, strict=True):
                np.testing.assert_allclose(found, values[one], rtol=1e-5, atol=1e-6)
    assert len(graph._paths[frozenset({0}), (graph.output,)]) == 1


@pytest.mark.few(2)
@pytest.mark.parametrize("method", [methods.GuidedBackprop(), methods.DeepLIFT()], ids=lambda one: one.label)
@pytest.mark.parametrize("name", MODULES)
def test_rules_go_through_joined_calls_as_through_the_single_ones(name, method, monkeypatch):
    torch.manual_seed(0)
    module, x = MODULES[name]().eval(), RNG.normal(size=(4, 30, 3)).astype(np.float32)
    classifier = TorchClassifier(module).for_series(x)
    whole = method.attribute(classifier, x, [0, 1, 1, 0])
    joined = classifier.propagations(method.propagation_rule)
    monkeypatch.setattr(AtenCall, "joined", lambda *_: None)
    classifier = TorchClassifier(module).for_series(x)
    single = method.attribute(classifier, x, [0, 1, 1, 0])
    np.testing.assert_allclose(whole, single, rtol=1e-4, atol=1e-5 * np.abs(single).max())
    assert name == "transformer" or len(joined._steps) < len(classifier.propagations(method.propagation_rule)._steps)


def test_parameters_are_read_when_they_are_needed():
    module, x = plain(nn.Linear(104, 2)).eval(), RNG.normal(size=(4, 30, 3)).astype(np.float32)
    classifier = TorchClassifier(module).for_series(x)
    before = classifier.scores(x)
    with torch.no_grad():
        module[-1].bias += 1
    np.testing.assert_allclose(classifier.scores(x), before + 1, rtol=1e-5)
    module[-1].bias = nn.Parameter(torch.zeros(2))
    np.testing.assert_allclose(classifier.scores(x), module(torch.tensor(x.transpose(0, 2, 1))).detach(), rtol=1e-4)


def test_parameters_may_be_kept_in_another_dict():
    module, x = plain(nn.Linear(104, 2)).eval(), RNG.normal(size=(4, 30, 3)).astype(np.float32)
    classifier = TorchClassifier(module).for_series(x)
    before = classifier.scores(x)
    module[-1]._parameters = {"weight": module[-1].weight, "bias": nn.Parameter(module[-1].bias.detach() + 1)}
    np.testing.assert_allclose(classifier.scores(x), before + 1, rtol=1e-5)


def test_values_are_freed_once_they_are_no_longer_needed():
    module = nn.Sequential(*[nn.Conv1d(3, 3, 3, padding=1), nn.Tanh()] * 5, nn.Flatten(), nn.Linear(90, 2)).eval()
    x = RNG.normal(size=(4, 30, 3)).astype(np.float32)
    classifier = TorchClassifier(module).for_series(x)
    expected = classifier.scores(x)
    (path,) = classifier._network.graph._paths[frozenset({0}), (classifier._network.exit,)]
    (tape,) = path.call._tapes.values()
    made, alive = [], []

    def watched(function, *arguments):
        alive.append(sum(one() is not None for one in made))
        value = function(*arguments)
        if isinstance(value, torch.Tensor):
            made.append(weakref.ref(value))
        return value

    tape._calls = [(partial(watched, function), arguments, place) for function, arguments, place in tape._calls]
    np.testing.assert_array_equal(classifier.scores(x), expected)
    assert len(alive) > 10
    assert max(alive) <= 2
