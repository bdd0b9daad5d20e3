"""TorchClassifier: it computes what the module does, leaves it as it was, and says what is wrong."""

import copy
import random
import re
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import nn
from torch._decomp import decomposition_table

from cam1d_widget import CAM1DWidget, TorchClassifier, explain, inside
from cam1d_widget.attribution.methods import (
    LRP,
    DeepLIFT,
    GradCAM,
    HiResCAM,
    IntegratedGradients,
    Occlusion,
    Saliency,
)
from cam1d_widget.explanation.source import ModelChangedError
from tests.support.modules import Branching, Through, cnn

X = np.random.default_rng(0).normal(size=(4, 40, 3)).astype(np.float32)


def own_scores(module, x=X):
    with torch.no_grad():
        return copy.deepcopy(module).eval()(torch.as_tensor(x).transpose(1, 2)).numpy()


def state_of(module):
    return {
        "modes": [one.training for one in module.modules()],
        "values": {name: value.clone() for name, value in module.state_dict().items()},
        "grads": [(one.requires_grad, one.grad) for one in module.parameters()],
        "hooks": [len(one._forward_hooks) + len(one._forward_pre_hooks) for one in module.modules()],
        "names": [sorted(vars(one)) for one in module.modules()],
        "random": torch.get_rng_state(),
        "more random": random.getstate(),
    }


def same_state(one, other):
    assert one.keys() == other.keys()
    for key in ("modes", "grads", "hooks", "names", "more random"):
        assert one[key] == other[key], key
    assert torch.equal(one["random"], other["random"])
    assert all(torch.equal(one["values"][name], other["values"][name]) for name in one["values"])


@pytest.mark.parametrize("wrapped", [False, True], ids=["exported", "not exported"])
def test_module_is_left_as_it_was(wrapped):
    module = cnn().train()
    module[1].eval()
    module[4].weight.requires_grad_(False)
    module = Branching(module) if wrapped else module
    before = state_of(module)
    explain(module, X, methods=["Saliency", "Occlusion"], progress=False)
    same_state(before, state_of(module))


def test_module_is_left_as_it_was_after_a_failure():
    calls = []

    def failing(net, x):
        net.count = len(calls)
        calls.append(None)
        if len(calls) > 3:
            raise RuntimeError("out of order")
        return net.body(x)

    module = Through(failing, body=cnn()).train()
    before = state_of(module)
    with pytest.raises(ValueError, match="out of order"):
        TorchClassifier(module).for_series(X)
    same_state(before, state_of(module))


def test_scores_are_those_of_the_module_in_evaluation_mode():
    module = cnn().train()
    np.testing.assert_allclose(TorchClassifier(module).for_series(X).scores(X), own_scores(module), atol=1e-6)


def test_weights_are_read_at_every_call():
    module = cnn()
    classifier = TorchClassifier(module).for_series(X)
    before, version = classifier.scores(X), classifier.fingerprint()
    with torch.no_grad():
        module[4].weight.mul_(2)
        module[1].running_mean.add_(1)
    module[8].bias = nn.Parameter(torch.ones(2))
    assert classifier.fingerprint() != version
    assert np.abs(classifier.scores(X) - before).max() > 1e-3
    np.testing.assert_allclose(classifier.scores(X), own_scores(module), atol=1e-6)


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "change",
    [
        lambda module: module.__setitem__(2, nn.Tanh()),
        lambda module: setattr(module[0], "stride", (2,)),
        lambda module: module.offset.add_(1),
        lambda module: module[2].register_forward_hook(lambda one, given, made: made * 2),
    ],
    ids=["layer", "setting", "tensor", "hook"],
)
def test_a_changed_module_is_refused(change):
    module = cnn()
    module.offset = torch.zeros(1)
    module[8].register_forward_hook(lambda one, given, made: made + module.offset)
    classifier = TorchClassifier(module).for_series(X)
    version = classifier.fingerprint()
    change(module)
    assert classifier.fingerprint() != version
    with pytest.raises(ModelChangedError, match="create a new classifier"):
        classifier.scores(X)
    fresh = TorchClassifier(module).for_series(X)
    np.testing.assert_allclose(fresh.scores(X), own_scores(module), atol=1e-6)


def test_a_widget_notices_further_training():
    module = cnn()
    widget = CAM1DWidget(module, X, methods=["Saliency"])
    with torch.no_grad():
        module[4].weight.mul_(2)
    widget.update_model()
    np.testing.assert_allclose(widget.explanation.scores, own_scores(module), atol=1e-6)


def test_a_module_is_read_again_only_if_it_has_changed():
    module = cnn()
    classifier = TorchClassifier(module)
    first = classifier.for_series(X)
    assert classifier.for_series(X[:2]) is first
    assert classifier.for_series(X[:, :30]).input_shape == (30, 3)
    first = classifier.for_series(X)
    module[2] = nn.Tanh()
    np.testing.assert_allclose(classifier.for_series(X).scores(X), own_scores(module), atol=1e-6)
    assert classifier.for_series(X) is not first


# Layout


def test_layout_is_found_from_the_first_layer():
    square = np.random.default_rng(0).normal(size=(2, 8, 8)).astype(np.float32)
    first = TorchClassifier(cnn(8)).for_series(square)
    np.testing.assert_allclose(first.scores(square), own_scores(cnn(8), square), atol=1e-6)
    recurrent = Through(
        lambda net, x: net.head(net.lstm(x)[0].mean(1)), lstm=nn.LSTM(8, 4, batch_first=True), head=nn.Linear(4, 2)
    )
    last = TorchClassifier(recurrent).for_series(square)
    with torch.no_grad():
        np.testing.assert_allclose(last.scores(square), recurrent(torch.as_tensor(square)).numpy(), atol=1e-6)


@pytest.mark.few(2)
@pytest.mark.parametrize("layer", ["convolution", "recurrent", "batch first"])
@pytest.mark.parametrize("moved", [False, True])
def test_of_as_many_samples_as_channels_a_layout_is_found_by_what_reaches_the_first_layer(layer, moved):
    torch.manual_seed(0)
    x = np.random.default_rng(0).normal(size=(2, 8, 8)).astype(np.float32)
    if layer == "convolution":
        body, given = cnn(8), torch.as_tensor(x).transpose(1, 2)
    else:
        lstm, time = nn.LSTM(8, 4, batch_first=layer == "batch first"), 1 if layer == "batch first" else 0
        body = Through(lambda net, x: net.lstm(x.transpose(0, 1 - time))[0].mean(time), lstm=lstm)
        given = torch.as_tensor(x)
    module = Through(lambda net, x: net.body(x.transpose(1, 2) if moved else x), body=body).eval()
    classifier = TorchClassifier(module).for_series(x)
    with torch.no_grad():
        np.testing.assert_allclose(classifier.scores(x), body.eval()(given).numpy(), atol=1e-5)


def test_of_as_many_samples_as_channels_a_layout_must_be_named_where_something_else_reaches_the_first_layer():
    x = np.random.default_rng(0).normal(size=(2, 8, 8)).astype(np.float32)
    module = Through(lambda net, x: net.body(x - x.mean(-1, keepdim=True)), body=cnn(8))
    with pytest.raises(ValueError, match=r"as well as .* layout='channels_first'"):
        TorchClassifier(module).for_series(x)
    TorchClassifier(module, layout="channels_first").for_series(x)


def test_a_module_that_moves_the_channels_itself_takes_them_last():
    module = Through(lambda net, x: net.body(x.transpose(1, 2)), body=cnn())
    classifier = TorchClassifier(module).for_series(X)
    np.testing.assert_allclose(classifier.scores(X), own_scores(cnn()), atol=1e-6)
    assert classifier.head == "gap"


@pytest.mark.parametrize(
    "module",
    [
        Through(
            lambda net, x: net.head(net.over_time(x).flatten(1)), over_time=nn.Linear(40, 5), head=nn.Linear(15, 2)
        ),
        Through(
            lambda net, x: net.head(net.lstm(x)[0][:, -1]), lstm=nn.LSTM(40, 5, batch_first=True), head=nn.Linear(5, 2)
        ),
    ],
    ids=["linear", "recurrent"],
)
def test_a_first_layer_over_time_does_not_mislead(module):
    np.testing.assert_allclose(TorchClassifier(module).for_series(X).scores(X), own_scores(module), atol=1e-6)


def test_a_layout_that_the_module_does_not_settle_must_be_named():
    module = Through(
        lambda net, x: net.head(x.amax((1, 2), keepdim=True)[:, 0] * x.mean((1, 2))[:, None]), head=nn.Linear(1, 2)
    )
    with pytest.raises(ValueError, match="layout='channels_first'"):
        TorchClassifier(module).for_series(X)
    TorchClassifier(module, layout="channels_last").for_series(X)


def test_series_with_channels_first_are_named():
    warned = pytest.warns(UserWarning, match="channels of 3 samples each")
    with warned, pytest.raises(ValueError, match="the channels are first; pass layout='channels_first'"):
        explain(cnn(), X.transpose(0, 2, 1), progress=False)
    turned = explain(cnn(), X.transpose(0, 2, 1), layout="channels_first", methods=["Saliency"], progress=False)
    np.testing.assert_array_equal(turned.x, X)


# Modules that cannot be exported


def test_a_module_that_makes_a_number_of_the_size_of_its_batch_is_read():
    def forward(net, x):
        made = torch.relu(net.conv(x)).reshape(len(x) * 5, 36)
        return net.head(made.reshape(len(x), -1)) + torch.zeros(len(x), 2)

    module = Through(forward, conv=nn.Conv1d(3, 5, 5), head=nn.Linear(180, 2))
    classifier = TorchClassifier(module, batch_size=3).for_series(X)
    np.testing.assert_allclose(classifier.scores(X), own_scores(module), atol=1e-6)
    assert [layer.name for layer in classifier.layers] == ["conv", "relu"]


def test_gradients_go_through_assignments_to_parts_of_a_tensor():
    def forward(net, x):
        made = torch.zeros_like(x)
        made[:, 0] = 2 * x[:, 1]
        made[:, 1:, 5:20] = x[:, 1:, 5:20]
        made[:, 2, :3] = x[:, 0, :3].exp()
        return net.body(made)

    module = Through(forward, body=cnn()).eval()
    given = torch.as_tensor(X).transpose(1, 2).requires_grad_()
    module(given)[:, 1].sum().backward()
    classifier = TorchClassifier(module).for_series(X)
    assert "torch.export" not in str(classifier.no_features)
    np.testing.assert_allclose(classifier.gradient(X, 1), given.grad.transpose(1, 2).numpy(), atol=1e-6)


def test_a_module_that_cannot_be_exported_has_gradients_and_perturbation():
    plain, branching = TorchClassifier(cnn()).for_series(X), TorchClassifier(Branching(cnn())).for_series(X)
    targets = np.zeros((4, 1), int)
    for method in (Saliency(), IntegratedGradients(), Occlusion()):
        one, other = (method.maps(classifier, X, targets).values for classifier in (plain, branching))
        np.testing.assert_allclose(other, one, atol=1e-4 * np.abs(one).max())
    assert "torch.export" in branching.no_features
    with pytest.raises(ValueError, match="name a layer with layer="):
        explain(Branching(cnn()), X, methods=["Grad-CAM"], progress=False)


def test_class_activation_maps_of_a_named_layer_of_a_module_that_cannot_be_exported():
    module = Branching(cnn())
    plain = TorchClassifier(cnn(), layer="5").for_series(X)
    branching = TorchClassifier(module, layer="body.5").for_series(X)
    targets = np.ones((4, 1), int)
    for method in (GradCAM(), HiResCAM()):
        one, other = (method.maps(classifier, X, targets).values for classifier in (plain, branching))
        np.testing.assert_allclose(other, one, atol=1e-4 * np.abs(one).max())
        assert method.exactness(branching) == "approximate"
    for name in ("start", "stop", "low", "high", "jump"):
        measured, known = (getattr(one.receptive_field, name) for one in (branching, plain))
        np.testing.assert_array_equal(measured, known, err_msg=name)
    assert not any(one._forward_hooks for one in module.modules())
    with pytest.raises(ValueError, match="layer must be one of model 'Branching'"):
        TorchClassifier(module, layer="body.99").for_series(X)


# What is wrong, in a sentence


class WrongShape(nn.Module):
    def forward(self, x):
        return x


class Random(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = cnn()

    def forward(self, x):
        return self.body(x) + torch.rand(1)


class OverBatch(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = cnn()

    def forward(self, x):
        made = self.body(x)
        return made - made.mean(0)


def spoiled():
    module = cnn()
    with torch.no_grad():
        module[4].weight[0] = np.nan
    return module


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (Random(), "gives different scores on each call"),
        (OverBatch(), "depend on the other series of its batch"),
        (spoiled(), "layer '4' of model 'Sequential' has NaN or infinite weights"),
        (cnn(7), "could not take series of 40 samples and 3 channels in either layout"),
    ],
    ids=["random", "batch", "nan", "channels"],
)
def test_what_cannot_be_explained_is_said(module, words):
    with pytest.raises(ValueError, match=words):
        explain(module, X, progress=False)


def test_a_class_and_other_objects_are_refused():
    with pytest.raises(TypeError, match="is the class Conv1d; create one"):
        explain(nn.Conv1d, X, progress=False)
    with pytest.raises(TypeError, match=r"module must be a torch.nn.Module, but is 3"):
        TorchClassifier(3)
    with pytest.raises(
        TypeError, match=r"but is an OrderedDict, whose weights .* load them into it by load_state_dict"
    ):
        explain(cnn().state_dict(), X)
    with pytest.raises(ValueError, match=r"must give one score (a|per) class"):
        TorchClassifier(WrongShape(), layout="channels_first").for_series(X)
    with pytest.raises(ValueError, match="layer must be a part of Sequential"):
        TorchClassifier(cnn(), layer=nn.ReLU())
    with pytest.raises(ValueError, match=r"call for_series\(x\) first"):
        _ = TorchClassifier(cnn()).classes


@pytest.mark.parametrize("device", ["cuda:77", "xpu:77"])
def test_a_device_that_is_not_there_is_refused(device):
    with pytest.raises(
        ValueError, match=f"device must be one that this installation of PyTorch can use, but '{device}'"
    ):
        TorchClassifier(cnn(), device=device)


def test_a_module_without_gradients_is_refused_for_gradients_only():
    body = cnn()
    module = Branching(Through(lambda net, x: torch.no_grad()(net.body)(x), body=body))
    classifier = TorchClassifier(module).for_series(X)
    np.testing.assert_allclose(classifier.scores(X), own_scores(body), atol=1e-6)
    with pytest.raises(ValueError, match="computes without gradients"):
        classifier.gradient(X, 0)


@pytest.mark.parametrize(
    "function",
    [
        lambda net, x: torch.no_grad()(net.body)(x),
        lambda net, x: net.body(torch.from_numpy(x.numpy())),
        lambda net, x: net.body(torch.from_numpy(x.detach().numpy())),
    ],
    ids=["no_grad", "numpy", "detached"],
)
def test_of_a_module_without_gradients_the_methods_that_fit_are_the_default(function):
    module = Branching(Through(function, body=cnn()))
    widget = CAM1DWidget(module, X)
    assert {one.family for one in widget.explanation.method_facts} == {"perturbation"}
    assert list(explain(module, X, progress=False).attributions) == list(widget.explanation.usual)
    with pytest.raises(ValueError, match="Saliency needs gradients, but model 'Branching' computes without gradients"):
        explain(module, X, methods="Saliency", progress=False)


@pytest.mark.slow
@pytest.mark.parametrize("compiled", [torch.jit.script, lambda module: torch.jit.trace(module, torch.zeros(2, 3, 30))])
def test_a_scripted_or_traced_module_has_the_gradients_of_its_module(compiled):
    module = nn.Sequential(nn.Conv1d(3, 8, 5), nn.ReLU(), nn.AvgPool1d(26), nn.Flatten(), nn.Linear(8, 2)).eval()
    x = np.random.default_rng(0).normal(size=(4, 30, 3)).astype(np.float32)
    gradients = [TorchClassifier(one).for_series(x).gradient(x, 1) for one in (module, compiled(module))]
    np.testing.assert_allclose(*gradients, rtol=1e-4, atol=1e-6)


def test_a_compiled_module_is_read_as_the_module_that_was_compiled():
    module = cnn()
    classifier = TorchClassifier(torch.compile(module)).for_series(X)
    np.testing.assert_allclose(classifier.scores(X), own_scores(module), atol=1e-6)
    assert [layer.name for layer in classifier.layers] == ["0", "1", "2", "4", "5"]


def test_exporting_prints_nothing(capfd):
    TorchClassifier(Branching(cnn())).for_series(X)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "directions"), [(nn.GRU, 2), (nn.LSTM, 1), (nn.RNN, 1)])
def test_recurrent_layers_are_not_read_step_by_step(kind, directions, monkeypatch):
    for name in ("gru", "lstm", "rnn_tanh"):
        operation = getattr(torch.ops.aten, name).input
        monkeypatch.setitem(decomposition_table, operation, lambda *given: pytest.fail("step by step"))
    before = dict(decomposition_table)
    rnn = kind(3, 4, num_layers=2, batch_first=True, bidirectional=directions == 2)
    module = Through(lambda net, x: net.head(net.rnn(x)[0].mean(1)), rnn=rnn, head=nn.Linear(4 * directions, 2))
    classifier = TorchClassifier(module, layer="rnn").for_series(X)
    assert classifier.features(X, 0)[0].shape == (4, 40, 4 * directions)
    with torch.no_grad():
        np.testing.assert_allclose(classifier.scores(X), module(torch.as_tensor(X)).numpy(), atol=1e-6)
    assert dict(decomposition_table) == before


def test_an_output_of_several_is_chosen():
    module = Through(lambda net, x: {"aux": net.body(x) * 0, "main": net.body(x)}, body=cnn())
    with pytest.raises(ValueError, match="output must be the name or index"):
        TorchClassifier(module).for_series(X)
    classifier = TorchClassifier(module, output="main").for_series(X)
    np.testing.assert_allclose(classifier.scores(X), own_scores(cnn()), atol=1e-6)


class Returned(NamedTuple):
    """What a module returns."""

    loss: Any
    hidden: Any
    logits: Any


WITH_NONE = {
    "tuple": (lambda net, x: (None, net.body(x)), [None, 1]),
    "dict": (lambda net, x: {"logits": net.body(x), "loss": None}, [None, 0, "logits"]),
    "named": (lambda net, x: Returned(None, (net.body(x) * 0, x), net.body(x)), [3, "logits"]),
}


@pytest.mark.few(2)
@pytest.mark.parametrize("branching", [False, True], ids=["exported", "not exported"])
@pytest.mark.parametrize("name", WITH_NONE)
def test_outputs_that_are_none_are_passed_over_and_fields_are_names(name, branching):
    function, outputs = WITH_NONE[name]
    module = Through(function, body=Branching(cnn()) if branching else cnn())
    for output in outputs:
        classifier = TorchClassifier(module, output=output).for_series(X)
        assert (classifier._network.graph is None) == branching
        np.testing.assert_allclose(classifier.scores(X), own_scores(cnn()), atol=1e-6)
    with pytest.raises(ValueError, match="output must be the name or index of an output of model 'Through'") as fault:
        TorchClassifier(module, output="loss").for_series(X)
    assert {"tuple": "(1)", "dict": "(logits)", "named": "(1, 2, logits)"}[name] in str(fault.value)


# Layers, filters, randomization


def test_layers_are_named_by_their_paths_and_by_calls():
    module = Through(
        lambda net, x: net.head(net.act(net.two(net.act(net.one(x)))).mean(-1)),
        one=nn.Conv1d(3, 4, 3), two=nn.Conv1d(4, 5, 3), act=nn.ReLU(), head=nn.Linear(5, 2),
    )  # fmt: skip
    classifier = TorchClassifier(module).for_series(X)
    assert [layer.name for layer in classifier.layers] == ["one", "act", "two", "act@1"]
    assert classifier.at("act").receptive_field.stop[0] == 3
    assert classifier.at(module.two).receptive_field.stop[0] == 5


def test_filters_and_activations_are_those_of_the_layer():
    module = cnn()
    seen = inside.activations(module, X, "0")
    with torch.no_grad():
        expected = module[0](torch.as_tensor(X).transpose(1, 2)).transpose(1, 2).numpy()
    np.testing.assert_allclose(seen.values, expected, atol=1e-6)
    reading = inside.read_layer(module, X, "0")
    kernel = module[0].weight[2].detach().numpy().T
    np.testing.assert_allclose(reading.kernel(2).weights, kernel, atol=1e-5)


@pytest.mark.slow
def test_maximizing_a_class_raises_its_score():
    made = inside.activation_maximization(cnn(), 1, data=X, steps=20, progress=False)
    assert made.scores[0] > TorchClassifier(cnn()).for_series(X).scores(X)[:, 1].max()
    assert inside.activation_maximization(cnn(), 1, length=30, steps=2, progress=False).x.shape == (1, 30, 3)


@pytest.mark.slow
def test_randomization_goes_from_the_output_down_and_leaves_the_module():
    module = cnn()
    before = state_of(module)
    classifier = TorchClassifier(module).for_series(X)
    seen = [(draw, name, one.scores(X).copy()) for draw, name, one in classifier.randomized(seed=1, draws=2)]
    assert [name for _, name, _ in seen] == ["8", "4", "1", "0"] * 2
    same_state(before, state_of(module))
    scores = [one for _, _, one in seen]
    assert all(np.abs(one - scores[0]).max() > 1e-4 for one in scores[1:2])
    again = [one.scores(X).copy() for _, _, one in classifier.randomized(seed=1, draws=2)]
    np.testing.assert_array_equal(again, scores)


def test_parts_of_one_explanation_agree_in_half_precision():
    module = cnn().to(torch.bfloat16)
    classifier = TorchClassifier(module).for_series(X)
    assert classifier.scores(X).dtype == np.float32
    assert np.isfinite(classifier.gradient(X, 0)).all()


class OfTwoDims(nn.Module):
    """Takes (batch, time)."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv1d(1, 4, 5), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(4, 2))

    def forward(self, x):
        assert x.ndim == 2
        return self.body(x[:, None])


class OfFourDims(nn.Module):
    """Takes (batch, 1, channel, time)."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 4, (3, 5)), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
        )

    def forward(self, x):
        assert x.ndim == 4
        return self.body(x)


@pytest.mark.parametrize(
    ("module", "layer", "code", "x"),
    [
        (OfTwoDims(), nn.Flatten(), "torch.nn.Flatten()", X[..., :1]),
        (OfFourDims(), nn.Unflatten(1, (1, 3)), "torch.nn.Unflatten(1, (1, 3))", X),
    ],
    ids=["two", "four"],
)
def test_a_module_of_two_or_four_dims_works_behind_the_layer_that_its_error_names(module, layer, code, x):
    with pytest.raises(ValueError, match=re.escape(f"pass torch.nn.Sequential({code}, module), which")):
        explain(module, x, progress=False)
    found = explain(nn.Sequential(layer, module), x, methods=["HiResCAM", "Saliency"], progress=False)
    with torch.no_grad():
        expected = module(layer(torch.tensor(x.transpose(0, 2, 1))))
    np.testing.assert_allclose(found.scores, expected, atol=1e-6)
    assert found.exactness["HiResCAM"] == "exact"


def test_an_error_about_four_dims_says_where_the_channels_of_x_belong():
    code = re.escape("pass torch.nn.Sequential(torch.nn.Unflatten(1, (1, 3)), module) and x.transpose(0, 2, 1)")
    with pytest.warns(UserWarning, match="pass layout"), pytest.raises(ValueError, match=code):
        explain(OfFourDims(), X.transpose(0, 2, 1), progress=False)


class OneScore(nn.Module):
    """Gives one score a series, of shape (batch,)."""

    def __init__(self, body, tail):
        super().__init__()
        self.body, self.tail = body, tail

    def forward(self, x):
        return self.tail(self.body(x))


def plain(y):
    return y


REMOVED = [lambda y: y.squeeze(-1), torch.squeeze, lambda y: y[:, 0], torch.flatten, lambda y: y.view(len(y))]


@pytest.mark.few(2)
@pytest.mark.parametrize("before", [plain, torch.sigmoid], ids=["logits", "probabilities before"])
@pytest.mark.parametrize("after", [plain, torch.sigmoid], ids=["", "probabilities"])
@pytest.mark.parametrize("removed", REMOVED, ids=["squeeze", "squeeze all", "index", "flatten", "view"])
def test_a_module_of_one_score_a_series_is_explained_like_one_of_a_column(removed, before, after):
    methods = {"methods": ["HiResCAM", "DeepLIFT", "Saliency"], "progress": False}
    module = OneScore(cnn(classes=1), lambda y: after(removed(before(y))))
    made = explain(module, X, **methods)
    column = explain(OneScore(cnn(classes=1), lambda y: after(before(y))), X, **methods)
    np.testing.assert_allclose(made.scores, column.scores, atol=1e-6)
    assert (made.class_names, made.exactness) == (column.class_names, column.exactness)
    for label, maps in column.attributions.items():
        np.testing.assert_allclose(made.attributions[label], maps, atol=1e-6 * np.abs(maps).max(), err_msg=label)


def test_a_module_of_one_score_a_series_that_is_no_number_before_is_a_column():
    module = OneScore(cnn(), lambda y: y[:, 1] - y[:, 0])
    made = explain(module, X, methods=["HiResCAM", "Saliency"], progress=False)
    np.testing.assert_allclose(made.scores, np.diff(own_scores(cnn())), atol=1e-6)
    assert made.exactness["HiResCAM"] == "exact"
    branching = explain(Branching(module), X, methods="Saliency", progress=False)
    np.testing.assert_allclose(branching.scores, made.scores, atol=1e-6)
    np.testing.assert_allclose(branching.attributions["Saliency"], made.attributions["Saliency"], atol=1e-6)


@pytest.mark.few(1)
@pytest.mark.parametrize("lengths", [None, [16, 24, 20]])
@pytest.mark.parametrize("outputs", [1, 2])
def test_a_regression_is_known_by_its_true_values(outputs, lengths):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv1d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(4, outputs))
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(3, 24, 3)).astype(np.float32), rng.normal(size=(3, outputs))
    widget = CAM1DWidget(module, x, y, lengths=lengths)
    names = ("prediction",) if outputs == 1 else ("prediction 0", "prediction 1")
    assert widget.explanation.class_names == names
    made = explain(module, x, y=y, lengths=lengths, methods=["HiResCAM"], targets="all", progress=False)
    assert made.class_names == names
    assert made.probabilities is None
    for row, length in enumerate(lengths or [24] * 3):
        own = module(torch.from_numpy(x[row : row + 1, :length]).transpose(1, 2)).detach().numpy()[0]
        np.testing.assert_allclose(made.scores[row], own, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(made.y, y, rtol=1e-6)


@pytest.mark.parametrize("branching", [False, True], ids=["exported", "not exported"])
def test_a_module_that_squeezes_every_axis_is_explained_one_series_at_a_time(branching):
    """For one series it returns scores of shape (class,)."""
    body = Branching(cnn()) if branching else cnn()
    one, plain = (
        TorchClassifier(Through(function, body=body)).for_series(X)
        for function in (lambda net, x: net.body(x).squeeze(), lambda net, x: net.body(x))
    )
    assert (one._network.graph is None) == branching
    for series in (X, X[:1]):
        np.testing.assert_allclose(one.scores(series), plain.scores(series), atol=1e-6)
        for method in (Saliency(), *(() if branching else (DeepLIFT(), LRP(), GradCAM()))):
            made = (method.attribute(classifier, series, 1) for classifier in (one, plain))
            np.testing.assert_allclose(*made, atol=1e-6)


def test_indices_of_classes_are_no_scores():
    with pytest.raises(ValueError, match=r"must give one score a class, of shape \(batch, class\), but gives \(3,\)"):
        explain(OneScore(cnn(), lambda y: y.argmax(1)), X, progress=False)


def test_series_of_two_dims_are_instances_of_a_module_with_one_channel():
    module = cnn(1)
    flat = explain(module, X[..., 0], methods="Saliency", progress=False)
    np.testing.assert_array_equal(flat.scores, explain(module, X[..., :1], methods="Saliency", progress=False).scores)
    assert flat.x.shape == (len(X), X.shape[1], 1)
