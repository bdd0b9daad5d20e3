"""Modules that write to themselves, have a backward pass of their own, or are called in an unusual mode."""

import random
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from cam1d_widget import TorchClassifier, explain, methods
from cam1d_widget.explanation.source import ModelChangedError
from cam1d_widget.frameworks.torch.structure import Structure

X = np.random.default_rng(0).normal(size=(3, 40, 5)).astype(np.float32)


class Net(nn.Module):
    """A convolution, a function, and a dense layer on the mean."""

    def __init__(self, function=torch.relu, convolution=nn.Conv1d):
        super().__init__()
        torch.manual_seed(0)
        self.first, self.head, self.function = convolution(5, 8, 3), nn.Linear(8, 4), function
        self.settings = SimpleNamespace(factor=1.0)
        self.eval()

    def forward(self, x):
        return self.settings.factor * self.head(self.function(self.first(x)).mean(-1))


class NotExported(Net):
    """The same, but with a decision by a number, which torch.export refuses."""

    def forward(self, x):
        scores = super().forward(x)
        return scores if float(scores.sum()) < 1e9 else 2 * scores


class InPlace(nn.Conv1d):
    """Limits the norm of its weights in its forward pass."""

    def forward(self, x):
        with torch.no_grad():
            self.weight.copy_(torch.renorm(self.weight, 2, 0, 0.3))
        return super().forward(x)


class Assigned(nn.Conv1d):
    """The same by another tensor; it also keeps what it is given, and draws random numbers."""

    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.kept = []

    def forward(self, x):
        self.weight.data = torch.renorm(self.weight.data, 2, 0, 0.3)
        self.kept.append((x, random.random(), np.random.rand()))  # noqa: NPY002
        return super().forward(x)


class Spike(torch.autograd.Function):
    """A step forward, and a smooth gradient back."""

    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return (x > 0).float()

    @staticmethod
    def backward(context, received):
        (x,) = context.saved_tensors
        return received / (1 + x.abs()) ** 2


def own_gradient(module, target):
    x = torch.tensor(X.transpose(0, 2, 1), requires_grad=True)
    return torch.autograd.grad(module(x)[:, target].sum(), x)[0].numpy().transpose(0, 2, 1)


@pytest.mark.parametrize("kind", [Net, NotExported])
def test_maps_in_inference_mode_are_those_outside(kind):
    labels = ["Saliency", "Occlusion", "HiResCAM"]
    outside, module = explain(kind(), X, layer="first", methods=labels), kind()
    with torch.inference_mode():
        inside = explain(module, X, layer="first", methods=labels)
    for label in labels:
        assert np.abs(outside.attributions[label]).max() > 0
        np.testing.assert_array_equal(inside.attributions[label], outside.attributions[label])


@pytest.mark.few(2)
@pytest.mark.parametrize("convolution", [InPlace, Assigned])
@pytest.mark.parametrize("kind", [Net, NotExported])
def test_a_module_that_writes_to_its_weights_is_left_as_it_was(kind, convolution):
    module = kind(convolution=convolution)
    weights = {name: value.clone() for name, value in module.state_dict().items()}
    drawn = random.getstate()[1], tuple(np.random.get_state()[1])  # noqa: NPY002
    classifier = TorchClassifier(module).for_series(X)
    gradient = classifier.gradient(X, 1)
    explain(module, X, methods=["Saliency", "Occlusion"])
    assert (random.getstate()[1], tuple(np.random.get_state()[1])) == drawn  # noqa: NPY002
    assert getattr(module.first, "kept", []) == []
    for name, value in module.state_dict().items():
        torch.testing.assert_close(value, weights[name], rtol=0, atol=0)
    np.testing.assert_allclose(gradient, own_gradient(module, 1), rtol=1e-4, atol=1e-7)


def test_the_gradient_of_a_function_with_its_own_backward_pass_is_the_modules():
    module = Net(Spike.apply)
    own = own_gradient(module, 2)
    assert np.abs(own).max() > 0
    np.testing.assert_allclose(TorchClassifier(module).for_series(X).gradient(X, 2), own, rtol=1e-5, atol=1e-8)


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "function",
    [lambda x: functional.leaky_relu(x, 0.0), lambda x: x.clamp(min=0), lambda x: functional.hardtanh(x, 0, 9)],
)
def test_guided_backprop_treats_every_relu_alike(function):
    of_relu, found = (explain(Net(one), X, methods=["Guided Backprop"]) for one in (torch.relu, function))
    np.testing.assert_allclose(
        found.attributions["Guided Backprop"], of_relu.attributions["Guided Backprop"], rtol=1e-5, atol=1e-7
    )


@pytest.mark.parametrize(
    ("module", "layer"),
    [(NotExported(), "first"), (Net(lambda x: functional.threshold(x, 0.0, 0.0)), None), (Net(Spike.apply), "first")],
)
def test_guided_backprop_refuses_what_may_be_a_relu(module, layer):
    reason = methods.GuidedBackprop().refusal(TorchClassifier(module, layer=layer).for_series(X))
    assert "ReLU" in reason


def test_a_module_without_weights_yet_is_refused_and_left_as_it_was():
    module = nn.Sequential(nn.LazyConv1d(8, 3), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.LazyLinear(4))
    with pytest.raises(ValueError, match=r"has no weights yet \('0.weight' gets its shape from the first batch\)"):
        explain(module, X)
    module(torch.zeros(1, 5, 40))
    assert explain(module, X, methods=["Saliency"]).attributions["Saliency"].shape == (3, 1, 40, 5)


def test_a_module_that_was_created_in_inference_mode_is_refused():
    with torch.inference_mode():
        module = Net()
    with pytest.raises(ValueError, match=r"created under torch\.inference_mode"):
        explain(module, X, methods=["Occlusion"])


def test_a_scripted_module_keeps_its_mode_and_is_refused_a_layer():
    module = torch.jit.script(nn.Sequential(nn.Conv1d(5, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(304, 4))).train()
    explain(module, X, methods=["Saliency"])
    assert module.training
    with pytest.raises(ValueError, match=r"layer '0' is compiled by torch\.jit"):
        explain(module, X, layer="0", methods=["HiResCAM"])


@pytest.mark.parametrize("change", ["setting", "assigned", "class"])
def test_a_changed_setting_or_forward_pass_is_noticed(change, monkeypatch):
    module = Net()
    classifier = TorchClassifier(module).for_series(X)
    before = classifier.scores(X)
    if change == "setting":
        module.settings.factor = 3.0
    elif change == "assigned":
        module.forward = lambda x: 3 * Net.forward(module, x)
    else:
        own = Net.forward
        monkeypatch.setattr(Net, "forward", lambda self, x: 3 * own(self, x))
    with pytest.raises(ModelChangedError, match="has changed since this classifier was made"):
        classifier.scores(X)
    np.testing.assert_allclose(TorchClassifier(module).for_series(X).scores(X), 3 * before, rtol=1e-5)


class Factor:
    """A setting that is equal to every other."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return isinstance(other, Factor)

    __hash__ = None


class Equal(nn.ReLU):
    """A layer that is equal to every other."""

    def __eq__(self, other):
        return isinstance(other, nn.Module)

    def __hash__(self):
        return 0


class Tripled(Net):
    def forward(self, x):
        return 3 * super().forward(x)


@pytest.mark.few(3)
@pytest.mark.parametrize(
    "change",
    [
        lambda module: setattr(module, "__class__", Tripled),
        lambda module: setattr(module.layer, "__class__", nn.Tanh),
        lambda module: setattr(module, "layer", nn.Tanh()),
        lambda module: module.half(),
        lambda module: setattr(module.head, "bias", None),
        lambda module: module.head.double(),
    ],
    ids=["class", "class of a layer", "layer", "half", "no bias", "one layer in double"],
)
def test_other_changes_are_noticed(change):
    module = Net()
    module.layer = Equal()
    module.function = module.layer
    classifier = TorchClassifier(module).for_series(X)
    classifier.scores(X)
    change(module)
    for call in (classifier.scores, lambda x: classifier.gradient(x, 1)):
        with pytest.raises(ModelChangedError, match="has changed since this classifier was made"):
            call(X)


def test_a_setting_that_only_claims_to_be_equal_is_another():
    module = Net()
    module.kept = Factor(1.0)
    attributes = Structure(module, lambda: None)._attributes
    assert attributes.unchanged()
    module.kept = Factor(2.0)
    assert not attributes.unchanged()


class Share(nn.Module):
    """Scores that are a part of the weights, or of the series."""

    def __init__(self, of_series):
        super().__init__()
        self.of_series, self.weight = of_series, nn.Parameter(torch.arange(40.0))
        self.layer = nn.Conv1d(5, 5, 1)

    def forward(self, x):
        return x[:, 0] if self.of_series else self.weight.expand(len(x), -1)


@pytest.mark.parametrize("of_series", [True, False])
def test_scores_may_be_written_to(of_series):
    module, x = Share(of_series), X[:1].copy()
    classifier = TorchClassifier(module, layout="channels_first").for_series(x)
    scores = classifier.scores(x)
    expected = scores.copy()
    scores[...] = 77
    np.testing.assert_array_equal(x, X[:1])
    np.testing.assert_array_equal(module.weight.detach(), np.arange(40.0))
    np.testing.assert_array_equal(classifier.scores(x), expected)
