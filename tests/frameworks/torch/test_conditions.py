"""Conditions, masks and indices that a module computes from the series: methods go through them, or are left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cam1d_widget import TorchClassifier, explain
from cam1d_widget.attribution.methods import LRP, DeepLIFT, GuidedBackprop, HiResCAM, Saliency
from tests.support.modules import Through

X = np.random.default_rng(0).normal(size=(3, 20, 3)).astype(np.float32)


def module_of(function: Callable[..., Any]) -> Through:
    """A convolution, a function of its map (batch, filter, step), and a Linear layer after the mean over time."""
    torch.manual_seed(0)
    layers = {"conv": nn.Conv1d(3, 6, 3), "scores": nn.Linear(6, 1), "dense": nn.Linear(6, 4)}

    def forward(net: Through, x: Any) -> Any:
        made = function(net, x, net.conv(x))
        return net.dense(made.mean(-1) if made.ndim == 3 else made)

    return Through(forward, **layers).eval()


class Masked(Through):
    """A module that takes a mask besides the series."""

    def forward(self, x: Any, mask: Any) -> Any:
        return self.function(self, x, mask)


def attended(net: Through, x: Any, mask: Any) -> Any:
    """Scores of a map weighted by a softmax over its steps, without those that are masked."""
    maps = net.conv(x).relu()
    weights = torch.where(~mask, -1e9, net.scores(maps.transpose(1, 2)).transpose(1, 2)).softmax(-1)
    return net.dense((maps * weights).sum(-1))


CONDITIONS = {
    "where": lambda net, x, h: torch.where(h > 0, h, 0.1 * h),
    "softshrink": lambda net, x, h: F.softshrink(h, 0.1),
    "hardshrink": lambda net, x, h: F.hardshrink(h, 0.1),
    "two comparisons": lambda net, x, h: torch.where((h > 0) & (h < 1), h, 0.0),
    "numbers": lambda net, x, h: h * (h > 0).float(),
    "no numbers": lambda net, x, h: h * (h > 0),
    "integers": lambda net, x, h: h * (h > 0).long(),
    "integers of a map": lambda net, x, h: h * torch.max(h.long(), torch.tensor(0)).float(),
    "lengths": lambda net, x, h: h * (torch.arange(18) < (x[:, :1, 2:] > -1).sum(-1, keepdim=True)),
}
"""Functions in which a condition on the series decides about values."""


@pytest.mark.few(2)
@pytest.mark.parametrize("name", CONDITIONS)
def test_no_rule_goes_through_a_condition_on_the_series(name):
    """A choice by the sign of a value is a ReLU: Guided Backprop would leave it as it is, and be the saliency."""
    module = module_of(CONDITIONS[name])
    classifier = TorchClassifier(module).for_series(X)
    for method in (GuidedBackprop(), DeepLIFT(), LRP()):
        reason = method.refusal(classifier)
        assert reason is not None, method.label
        assert reason.startswith(f"{method.label} cannot go through layer")
    left = explain(module, X, progress=False).attributions
    assert {"Saliency", "Integrated Gradients"} <= set(left)
    assert not {"Guided Backprop", "DeepLIFT", "LRP"} & set(left)


def test_lrp_takes_a_condition_in_a_gate_as_a_constant():
    """Attention weights are constants to LRP, and so is a mask of them, wherever it comes from."""
    torch.manual_seed(0)
    layers = {"conv": nn.Conv1d(3, 6, 3), "scores": nn.Linear(6, 1), "dense": nn.Linear(6, 4)}
    module = Through(lambda net, x: attended(net, x, x[:, :1, 2:] > -1), **layers).eval()
    mask = X[:, np.newaxis, 2:, 0] > -1
    own = LRP().attribute(TorchClassifier(module).for_series(X), X, 1)
    masked = Masked(attended, **layers)
    given = explain(masked, {"x": X, "mask": mask}, series="x", methods=["LRP"], targets=[1], progress=False)
    np.testing.assert_allclose(own, given.attributions["LRP"][:, 0], rtol=1e-4, atol=1e-6)


def test_a_function_without_a_derivative_leaves_the_methods_that_need_none():
    module = module_of(lambda net, x, h: h * torch.heaviside(h, torch.zeros(())))
    with pytest.raises(RuntimeError, match="heaviside is not implemented"):
        module(torch.as_tensor(X).transpose(1, 2)).sum().backward()
    left = set(explain(module, X, progress=False).attributions)
    assert "Occlusion" in left
    assert not {"Saliency", "Integrated Gradients", "DeepLIFT"} & left
    with pytest.raises(ValueError, match=r"computes without gradients, as .* by a function without a derivative"):
        explain(module, X, methods=["Saliency"], progress=False)


INDICES = {
    "argmax": lambda net, x, h: F.relu(h).gather(-1, h.argmax(-1, keepdim=True)).squeeze(-1),
    "place of the maximum": lambda net, x, h: F.relu(h).gather(-1, h.max(-1, keepdim=True)[1]).squeeze(-1),
    "order": lambda net, x, h: F.relu(h).gather(-1, h.argsort(-1)[..., -3:]),
}


@pytest.mark.few(1)
@pytest.mark.parametrize("name", INDICES)
def test_indices_computed_from_the_series_stay_integers(name):
    """Where they only choose steps, as a maximum does, Guided Backprop goes through; rules of shares do not."""
    module = module_of(INDICES[name])
    classifier = TorchClassifier(module).for_series(X)
    guided = GuidedBackprop().attribute(classifier, X, 1)
    assert np.abs(guided - Saliency().attribute(classifier, X, 1)).max() > 1e-3
    for method in (DeepLIFT(), LRP()):
        assert method.refusal(classifier).startswith(f"{method.label} cannot go through layer")
    assert "Guided Backprop" in explain(module, X, progress=False).attributions


def test_numbers_cut_to_integers_and_back_have_no_rule():
    classifier = TorchClassifier(module_of(lambda net, x, h: (4 * h).long().sum(-1).float() / 4)).for_series(X)
    for method in (DeepLIFT(), LRP()):
        assert "cannot go through layer '_to_copy" in method.refusal(classifier)


def test_a_mask_of_the_caller_is_converted_to_numbers_as_the_module_does():
    def forward(net: Through, x: Any, mask: Any) -> Any:
        return net.dense((net.conv(x).relu() - mask[:, None, 2:].float()).relu().mean(-1))

    module = Masked(forward, conv=nn.Conv1d(3, 6, 3), dense=nn.Linear(6, 4)).eval()
    mask = np.random.default_rng(1).random((3, 20)) < 0.5
    made = explain(module, {"x": X, "mask": mask}, methods=["DeepLIFT", "Guided Backprop"], progress=False)
    with torch.no_grad():
        scores, zero = (module(torch.as_tensor(a * X).transpose(1, 2), torch.as_tensor(mask)).numpy() for a in (1, 0))
    rise = np.take_along_axis(scores - zero, np.asarray(made.targets), 1)
    np.testing.assert_allclose(made.attributions["DeepLIFT"].sum((2, 3)), rise, rtol=1e-4, atol=1e-5)


MASK = torch.rand(18, generator=torch.Generator().manual_seed(1)) < 0.5
FIXED = {
    "masked_fill": lambda h, mask: h.masked_fill(mask, 0),
    "filled with a number": lambda h, mask: h.masked_fill(mask, 2.0),
    "where with a number": lambda h, mask: torch.where(mask, h, 0.0),
    "where with zeros": lambda h, mask: torch.where(mask, h, torch.zeros_like(h)),
    "where with new zeros": lambda h, mask: torch.where(mask, h.new_zeros(6, 18), h),
    "where with a tensor": lambda h, mask: torch.where(mask, torch.tensor(1.5), h),
    "where of two maps": lambda h, mask: torch.where(mask, h, 3 * h),
    "product": lambda h, mask: mask * h,
    "mean of the others": lambda h, mask: h * mask.float() / mask.float().mean(-1, keepdim=True),
}
"""Functions of a map and a mask that does not depend on the series."""


def masked_modules(name: str) -> tuple[TorchClassifier, TorchClassifier]:
    """A module with a constant mask, and one that takes the mask as an argument, for a data set with this mask."""
    torch.manual_seed(0)
    layers = {"conv": nn.Conv1d(3, 6, 3), "dense": nn.Linear(6, 4)}

    def forward(net: Through, x: Any, mask: Any) -> Any:
        return net.dense(FIXED[name](net.conv(x).relu(), mask).mean(-1))

    constant = Through(lambda net, x: forward(net, x, MASK), **layers)
    given = Masked(lambda net, x, mask: forward(net, x, mask[:, None]), **layers)
    masks = np.repeat(MASK.numpy()[np.newaxis], len(X), axis=0)
    series, others = TorchClassifier(given).named_inputs({"x": X, "mask": masks})
    return TorchClassifier(constant).for_series(X), TorchClassifier(given).holding(others).for_series(series)


@pytest.mark.few(2)
@pytest.mark.parametrize("name", FIXED)
def test_a_fixed_mask_is_a_factor_and_a_summand(name):
    constant, given = masked_modules(name)
    field = constant.receptive_field
    np.testing.assert_array_equal((field.start, field.stop), (np.arange(18), np.arange(18) + 3))
    rise = (constant.scores(X) - constant.scores(0 * X))[:, 1]
    made = DeepLIFT().attribute(constant, X, 1)
    np.testing.assert_allclose(made.sum((1, 2)), rise, rtol=1e-4, atol=1e-5)
    assert HiResCAM().exactness(constant) == "exact"
    assert np.abs(GuidedBackprop().attribute(constant, X, 1) - Saliency().attribute(constant, X, 1)).max() > 1e-3
    for method in (DeepLIFT(), LRP(), LRP("composite"), GuidedBackprop(), HiResCAM()):
        own = method.attribute(constant, X, 1)
        of_argument = np.concatenate(
            [method.attribute(given.for_instances(np.array([row])), X[row : row + 1], 1) for row in range(len(X))]
        )
        np.testing.assert_allclose(of_argument, own, rtol=1e-3, atol=1e-5, err_msg=method.label)


def test_relevance_of_a_masked_map_is_that_of_its_product_with_the_mask():
    constant, _ = masked_modules("masked_fill")
    torch.manual_seed(0)
    layers = {"conv": nn.Conv1d(3, 6, 3), "dense": nn.Linear(6, 4)}
    product = Through(lambda net, x: net.dense((net.conv(x).relu() * (~MASK).float()).mean(-1)), **layers)
    other = TorchClassifier(product).for_series(X)
    for rule in ("epsilon", "composite"):
        made = (LRP(rule).attribute(one, X, 1) for one in (constant, other))
        np.testing.assert_allclose(*made, rtol=1e-4, atol=1e-6)


def test_steps_masked_by_minus_infinity_get_no_attribution():
    torch.manual_seed(0)
    layers = {"conv": nn.Conv1d(3, 6, 1), "scores": nn.Linear(6, 1), "dense": nn.Linear(6, 4)}
    mask = torch.arange(20) > 14

    def forward(net: Through, x: Any) -> Any:
        maps = net.conv(x).relu()
        scores = net.scores(maps.transpose(1, 2)).transpose(1, 2).masked_fill(mask, -torch.inf)
        return net.dense((maps * scores.softmax(-1)).sum(-1))

    classifier = TorchClassifier(Through(forward, **layers)).for_series(X)
    rise = (classifier.scores(X) - classifier.scores(0 * X))[:, 1]
    for method in (DeepLIFT(), LRP(), GuidedBackprop()):
        made = method.attribute(classifier, X, 1)
        assert np.isfinite(made).all(), method.label
        assert not made[:, 15:].any(), method.label
        assert made[:, :15].any(), method.label
    np.testing.assert_allclose(DeepLIFT().attribute(classifier, X, 1).sum((1, 2)), rise, rtol=1e-4, atol=1e-5)


MOVED: dict[str, Callable[[Any, int], Any]] = {
    "flip": lambda h, axis: h.flip(axis),
    "roll": lambda h, axis: h.roll(2, axis),
    "cumsum": lambda h, axis: h.cumsum(axis),
}
"""Functions that move or add up values along an axis."""


@pytest.mark.few(1)
@pytest.mark.parametrize("name", MOVED)
def test_what_moves_channels_keeps_the_steps(name):
    channels, time = (
        TorchClassifier(module_of(lambda net, x, h, axis=axis: MOVED[name](h, axis).relu())).for_series(X)
        for axis in (1, 2)
    )
    assert channels.no_features is None
    np.testing.assert_array_equal(channels.receptive_field.start, np.arange(18))
    reason = time.no_features
    assert f"layer {name!r} ({name}) moves or adds up steps along the time axis" in reason
    assert "name a layer before it with layer=" in reason
    assert time.at("conv").no_features is None
    for one in (channels, time):
        rise = (one.scores(X) - one.scores(0 * X))[:, 1]
        np.testing.assert_allclose(DeepLIFT().attribute(one, X, 1).sum((1, 2)), rise, rtol=1e-4, atol=1e-5)
        assert LRP().refusal(one) is None


def test_replacing_nan_changes_no_finite_value():
    classifier = TorchClassifier(module_of(lambda net, x, h: torch.nan_to_num(h).relu())).for_series(X)
    plain = TorchClassifier(module_of(lambda net, x, h: h.relu())).for_series(X)
    for method in (DeepLIFT(), LRP(), GuidedBackprop(), HiResCAM()):
        made = (method.attribute(one, X, 1) for one in (classifier, plain))
        np.testing.assert_allclose(*made, rtol=1e-5, atol=1e-7)


RELUS = {
    "max with a tensor": lambda net, x, h: torch.max(h, torch.tensor(0.0)),
    "max of a tensor": lambda net, x, h: torch.max(torch.tensor(0), h),
    "maximum": lambda net, x, h: torch.maximum(h, torch.tensor(0.0)),
    "maximum with zeros": lambda net, x, h: torch.maximum(torch.zeros_like(h), h),
    "maximum with zeros of the batch": lambda net, x, h: torch.maximum(h, torch.zeros(len(x), 6, 1)),
    "clamp": lambda net, x, h: h.clamp(min=0),
}


@pytest.mark.few(2)
@pytest.mark.parametrize("name", RELUS)
def test_a_maximum_with_zero_is_a_relu_however_it_is_written(name):
    classifier = TorchClassifier(module_of(RELUS[name])).for_series(X)
    plain = TorchClassifier(module_of(lambda net, x, h: h.relu())).for_series(X)
    for method in (DeepLIFT(), LRP(), LRP("composite"), GuidedBackprop(), HiResCAM()):
        made = (method.attribute(one, X, 1) for one in (classifier, plain))
        np.testing.assert_allclose(*made, rtol=1e-5, atol=1e-7, err_msg=method.label)


@pytest.mark.parametrize("function", [torch.min, torch.minimum])
def test_a_minimum_with_a_number_has_maps_and_differences(function):
    classifier = TorchClassifier(module_of(lambda net, x, h: function(h.relu(), torch.tensor(0.3)))).for_series(X)
    np.testing.assert_array_equal(classifier.receptive_field.start, np.arange(18))
    rise = (classifier.scores(X) - classifier.scores(0 * X))[:, 1]
    np.testing.assert_allclose(DeepLIFT().attribute(classifier, X, 1).sum((1, 2)), rise, rtol=1e-4, atol=1e-5)


def test_attention_that_is_masked_after_its_softmax_is_read_out():
    def forward(net: Through, x: Any, mask: Any) -> Any:
        maps = net.conv(x).relu()
        weights = net.scores(maps.transpose(1, 2)).transpose(1, 2).softmax(-1)
        return net.dense((maps * (weights * mask)).sum(-1))

    torch.manual_seed(0)
    layers = {"conv": nn.Conv1d(3, 6, 3), "scores": nn.Linear(6, 1), "dense": nn.Linear(6, 4)}
    constant = TorchClassifier(Through(lambda net, x: forward(net, x, MASK), **layers)).for_series(X)
    given = Masked(lambda net, x, mask: forward(net, x, mask[:, None]), **layers)
    series, others = TorchClassifier(given).named_inputs({"x": X, "mask": np.repeat(MASK.numpy()[None], 3, axis=0)})
    held = TorchClassifier(given).holding(others).for_series(series)
    assert constant.no_attention is None
    assert held.no_attention is None
    np.testing.assert_allclose(held.for_instances(np.arange(3)).attention(X), constant.attention(X), atol=1e-6)
