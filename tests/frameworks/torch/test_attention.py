"""Attention and normalizations of PyTorch, however they are written: parts, rules and sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cam1d_widget import TorchClassifier
from cam1d_widget.attribution.methods import LRP, DeepLIFT
from tests.support.modules import Through
from tests.support.passages import passages

STEPS, FILTERS = 9, 4
X, OTHER = np.random.default_rng(0).normal(size=(2, 3, STEPS, 3)).astype(np.float32)
LATER = torch.triu(torch.ones(STEPS, STEPS, dtype=torch.bool), 1)


def turned(x: Any) -> Any:
    return x.transpose(1, 2)


def in_last_axis(net: Any, maps: Any) -> Any:
    return turned(net.layer(turned(maps)))


def to_itself(batch_first: bool = True, **options: Any) -> Callable[[Any, Any], Any]:
    """Call of a MultiheadAttention in one of its layouts."""

    def called(net: Any, maps: Any) -> Any:
        x = turned(maps) if batch_first else maps.permute(2, 0, 1)
        made = net.layer(x, x, x, **options)[0]
        return turned(made) if batch_first else made.permute(1, 2, 0)

    return called


def by_hand(merged: bool) -> Callable[[Any, Any], Any]:
    """The same as matrix products, on an axis of heads of its own or merged with that of the instances."""

    def called(net: Any, maps: Any) -> Any:
        parts = F.linear(turned(maps), net.layer.in_proj_weight, net.layer.in_proj_bias).chunk(3, -1)
        heads = [one.reshape(-1, STEPS, 2, FILTERS // 2).transpose(1, 2) for one in parts]
        query, key, value = (one.reshape(-1, STEPS, FILTERS // 2) for one in heads) if merged else heads
        weights = (query @ key.transpose(-1, -2) / (FILTERS / 2) ** 0.5).softmax(-1)
        made = (weights @ value).view(-1, 2, STEPS, FILTERS // 2).transpose(1, 2)
        return turned(net.layer.out_proj(made.reshape(-1, STEPS, FILTERS)))

    return called


WRITTEN = {
    "with weights": to_itself(),
    "fused": to_itself(need_weights=False),
    "steps first": to_itself(batch_first=False),
    "steps first, fused": to_itself(batch_first=False, need_weights=False),
    "by hand": by_hand(merged=False),
    "by hand, merged": by_hand(merged=True),
}


def attention(written: str) -> nn.Module:
    layer = nn.MultiheadAttention(FILTERS, 2, batch_first="steps" not in written)
    return through(WRITTEN[written], layer)


def through(function: Callable[[Any, Any], Any], layer: nn.Module) -> nn.Module:
    """A convolution, a layer and the mean over time, with weights that are not trivial."""
    module = Through(
        lambda net, x: net.head(function(net, net.first(x)).mean(2)),
        first=nn.Conv1d(3, FILTERS, 3, padding=1),
        layer=layer,
        head=nn.Linear(FILTERS, 2),
    )
    torch.manual_seed(2)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.randn(weight.shape) * 0.7)
    return module.eval()


def modules() -> Iterator[tuple[str, nn.Module]]:
    for written in WRITTEN:
        yield written, attention(written)
    multi_head = nn.MultiheadAttention
    yield "later steps", through(to_itself(attn_mask=LATER), multi_head(FILTERS, 2, batch_first=True))
    mask = {"attn_mask": torch.where(LATER, -torch.inf, 0.5), "need_weights": False}
    yield "numbers", through(to_itself(**mask), multi_head(FILTERS, 2, bias=False, batch_first=True))
    fused = F.scaled_dot_product_attention
    yield "function", through(lambda net, x: turned(fused(*[turned(x)] * 3, is_causal=True, scale=0.3)), nn.Identity())
    yield "function, turned", through(lambda net, x: net.layer(fused(x, x, x)), nn.Linear(STEPS, STEPS))
    yield "function, mask", through(lambda net, x: turned(fused(*[turned(x)] * 3, attn_mask=~LATER)), nn.Identity())
    layer = nn.TransformerEncoderLayer(FILTERS, 2, 6, batch_first=True, norm_first=True)
    yield "encoder", through(in_last_axis, nn.TransformerEncoder(layer, 2, enable_nested_tensor=False))
    yield "layer norm", through(in_last_axis, nn.LayerNorm(FILTERS))
    yield "over steps", through(lambda net, x: net.layer(x), nn.LayerNorm(STEPS, bias=False))
    yield "over all", through(lambda net, x: net.layer(x), nn.LayerNorm((FILTERS, STEPS)))
    yield "root mean square", through(lambda net, x: net.layer(x), nn.RMSNorm(STEPS, eps=0.1))
    yield "instance norm", through(lambda net, x: net.layer(x) ** 2, nn.InstanceNorm1d(FILTERS, affine=True))


MODULES = dict(modules())


@cache
def classifier_of(name) -> TorchClassifier:
    return TorchClassifier(MODULES[name]).for_series(X)


@pytest.mark.few(3)
@pytest.mark.parametrize("name", MODULES)
def test_parts_compute_what_the_module_computes(name):
    classifier = classifier_of(name)
    propagation = classifier.propagations(DeepLIFT().propagation_rule)
    passed = passages(propagation, X, np.ones(len(X), np.int32), X)
    np.testing.assert_allclose(passed[0].outputs[0], classifier.scores(X), rtol=1e-4, atol=1e-5)


@pytest.mark.few(3)
@pytest.mark.parametrize("baseline", [0.0, OTHER], ids=["zero", "series"])
@pytest.mark.parametrize("name", MODULES)
def test_contributions_add_up(name, baseline):
    classifier = classifier_of(name)
    values = DeepLIFT(baseline=baseline).attribute(classifier, X, 1)
    difference = classifier.scores(X) - classifier.scores(baseline + np.zeros_like(X))
    np.testing.assert_allclose(values.sum(axis=(1, 2)), difference[:, 1], rtol=1e-3, atol=1e-5)


@pytest.mark.few(2)
@pytest.mark.parametrize("name", [name for name in WRITTEN if name != "with weights"])
def test_maps_do_not_depend_on_how_attention_is_written(name):
    one, other = classifier_of("with weights"), classifier_of(name)
    for method in (LRP(), LRP("gamma"), DeepLIFT(), DeepLIFT(baseline=OTHER)):
        expected = method.attribute(one, X, 1)
        tolerance = 1e-4 * np.abs(expected).max()
        np.testing.assert_allclose(method.attribute(other, X, 1), expected, atol=tolerance, err_msg=method.label)


def test_attention_to_another_map_is_refused():
    module = through(
        lambda net, x: turned(net.layer(turned(x), turned(x) * 2, turned(x))[0]),
        nn.MultiheadAttention(FILTERS, 2, batch_first=True),
    )
    reason = LRP().refusal(TorchClassifier(module).for_series(X))
    assert reason.startswith("LRP cannot go through layer 'layer' (MultiheadAttention)")


class OfWeights(nn.Module):
    """Attention weights, by which another map is weighed than the one that is attended to."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.layer = nn.Linear(3, width), nn.MultiheadAttention(width, 1, batch_first=True)
        self.head = nn.Linear(width, 2)

    def forward(self, x: Any) -> Any:
        maps = self.first(turned(x))
        return self.head(torch.relu(self.layer(maps, maps, maps)[1] @ maps).mean(1))


@pytest.mark.few(1)
@pytest.mark.parametrize("width", [STEPS, FILTERS])
def test_attention_weights_are_not_taken_for_the_map_that_they_make(width: int):
    torch.manual_seed(0)
    module = OfWeights(width).eval()
    classifier = TorchClassifier(module).for_series(X)
    np.testing.assert_allclose(classifier.scores(X), module(torch.tensor(turned_array(X))).detach(), atol=1e-5)
    for method in (LRP(), DeepLIFT()):
        assert "cannot go through layer 'layer' (MultiheadAttention)" in str(method.refusal(classifier))


def turned_array(x: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(x.transpose(0, 2, 1))
