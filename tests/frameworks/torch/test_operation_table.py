"""Every row of the operation table, compared with what the operation computes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cam1d_widget.frameworks.torch.called import name_of
from cam1d_widget.frameworks.torch.export import exported
from cam1d_widget.frameworks.torch.module import explained
from cam1d_widget.frameworks.torch.operation_table import ROWS
from cam1d_widget.frameworks.torch.reader import read
from cam1d_widget.network.graph import Graph, Node
from cam1d_widget.network.operations import Permute
from tests.support.modules import Through
from tests.support.operation_facts import assert_facts_are_measured

STEPS, CHANNELS = 8, 3
NOISE = torch.as_tensor(np.random.default_rng(0).normal(size=(CHANNELS, STEPS)).astype(np.float32))
COLUMN = NOISE[:, :1]
MASK = torch.arange(CHANNELS * STEPS).reshape(CHANNELS, STEPS) % 5 > 0

PADDED = [lambda x, mode=mode: F.pad(x, (2, 1), mode) for mode in ("reflect", "replicate", "circular")]

Example = Callable[[Any], Any] | tuple[Callable[..., Any], nn.Module]
"""A function of a series (batch, channel, time), or of a layer and a series."""


def of(layer: nn.Module, before: Callable[[Any], Any] = lambda x: x) -> tuple[Callable[..., Any], nn.Module]:
    return lambda one, x: one(before(x)), layer


def plane(x: Any) -> Any:
    return x.unsqueeze(1)


def last(x: Any) -> Any:
    return x.transpose(1, 2)


aten = torch.ops.aten

EXAMPLES: dict[str, list[Example]] = {
    "linear": [of(nn.Linear(STEPS, 4)), of(nn.Linear(CHANNELS, 4, bias=False), last)],
    "addmm": [lambda x: aten.addmm(NOISE[0, :4], x.flatten(1), torch.ones(24, 4) * NOISE.reshape(24, 1))],
    "copy": [lambda x: aten.copy(torch.zeros_like(x), x)],
    "select_scatter": [lambda x: torch.select_scatter(x, 2 * x[:, 0], 1, 1)],
    "slice_scatter": [lambda x: torch.slice_scatter(x, 2 * x[:, :, :2], 2, 1, 3)],
    "mm": [lambda x: aten.mm(x.flatten(1), NOISE.reshape(24, 1))],
    "bmm": [lambda x: torch.bmm(x, last(2 * x))],
    "matmul": [lambda x: x @ NOISE.T, lambda x: NOISE.T @ x, lambda x: x @ last(2 * x)],
    "einsum": [lambda x: torch.einsum("bct,bdt->bcd", x, 2 * x), lambda x: torch.einsum("bct,ct->bc", x, NOISE)],
    "conv1d": [
        of(nn.Conv1d(CHANNELS, 4, 3)),
        of(nn.Conv1d(CHANNELS, 3, 3, padding=1, stride=2, bias=False)),
        of(nn.Conv1d(CHANNELS, 4, 4, padding="same", dilation=2)),
        of(nn.Conv1d(CHANNELS, 6, 3, groups=3)),
        of(nn.Conv1d(STEPS, 4, 2), last),
    ],
    "conv2d": [of(nn.Conv2d(1, 4, (3, 2)), plane), of(nn.Conv2d(1, 2, (2, 3), padding=(1, 2)), plane)],
    "convolution": [lambda x: aten.convolution(x, NOISE[None], None, [1], [0], [1], False, [0], 1)],
    "conv_transpose1d": [of(nn.ConvTranspose1d(CHANNELS, 4, 3, padding=1))],
    "conv_transpose2d": [of(nn.ConvTranspose2d(1, 4, (3, 1), padding=(1, 0)), plane)],
    "_native_batch_norm_legit_no_training": [of(nn.BatchNorm1d(CHANNELS)), of(nn.BatchNorm2d(1, affine=False), plane)],
    "clone": [lambda x: x.clone()],
    "alias": [lambda x: aten.alias(x)],
    "native_dropout": [lambda x: aten.native_dropout(x, 0.5, False)[0]],
    "_to_copy": [lambda x: aten._to_copy(x, dtype=torch.float64), lambda x: aten._to_copy(x, dtype=torch.int32)],
    "type_as": [lambda x: x.type_as(torch.ones(1, dtype=torch.float64))],
    "add": [lambda x: x + 2 * x, lambda x: x + 1.5, lambda x: x + NOISE, lambda x: x + COLUMN],
    "sub": [lambda x: x - 2 * x, lambda x: x - 1.5, lambda x: NOISE - x],
    "rsub": [lambda x: 2 - x],
    "neg": [lambda x: -x],
    "mul": [lambda x: x * (2 * x), lambda x: x * 3, lambda x: x * NOISE, lambda x: x * COLUMN, lambda x: x * x],
    "div": [
        lambda x: x / 2,
        lambda x: x / (2 + NOISE**2),
        lambda x: x / (2 * x + 1),
        lambda x: torch.div(x, 0.5, rounding_mode="floor"),
    ],
    "maximum": [
        lambda x: torch.maximum(x, -x),
        lambda x: torch.maximum(x, NOISE),
        lambda x: torch.maximum(x, torch.zeros_like(x)),
    ],
    "minimum": [
        lambda x: torch.minimum(x, -x),
        lambda x: torch.minimum(x, NOISE),
        lambda x: torch.minimum(torch.tensor(0.1), x),
    ],
    "atan2": [lambda x: torch.atan2(x, 3 + x**2)],
    "hypot": [lambda x: torch.hypot(x, 2 * x)],
    "eq": [lambda x: x == NOISE],
    "ne": [lambda x: x != NOISE],
    "gt": [lambda x: x > 0.1],
    "ge": [lambda x: x >= NOISE],
    "lt": [lambda x: x < 0.1],
    "le": [lambda x: x <= 2 * x],
    "remainder": [lambda x: torch.remainder(x, 0.5)],
    "fmod": [lambda x: torch.fmod(x, 0.5)],
    "floor_divide": [lambda x: torch.floor_divide(x, 0.5)],
    "isnan": [lambda x: torch.isnan(x)],
    "isinf": [lambda x: torch.isinf(x)],
    "isfinite": [lambda x: aten.isfinite(x)],
    "logical_and": [lambda x: torch.logical_and(x, 2 * x)],
    "logical_or": [lambda x: torch.logical_or(x, 2 * x)],
    "logical_not": [lambda x: torch.logical_not(x)],
    "__and__": [lambda x: (x > 0) & (x < 1)],
    "__or__": [lambda x: (x > 0) | (x < 1)],
    "bitwise_not": [lambda x: ~(x > 0)],
    "where": [
        lambda x: torch.where(NOISE > 0, x, 2 * x),
        lambda x: torch.where(MASK, x, 0.0),
        lambda x: torch.where(~MASK, torch.zeros_like(x), x),
        lambda x: torch.where(MASK, x, 1.5),
        lambda x: torch.where(x > 0, x, NOISE),
    ],
    "masked_fill": [
        lambda x: x.masked_fill(~MASK, 0),
        lambda x: x.masked_fill(~MASK, torch.tensor(2.0)),
        lambda x: x.masked_fill(2 * x > 0, 0),
    ],
    "nan_to_num": [lambda x: x.nan_to_num(), lambda x: x.nan_to_num(2.0)],
    "pow": [lambda x: x**2, lambda x: x**3, lambda x: 2**x],
    "leaky_relu": [lambda x: F.leaky_relu(x, 0.2), lambda x: F.leaky_relu(x, -0.2)],
    "elu": [lambda x: F.elu(x), lambda x: F.elu(x, alpha=-0.5)],
    "softplus": [lambda x: F.softplus(x), lambda x: F.softplus(x, beta=3)],
    "prelu": [of(nn.PReLU()), of(nn.PReLU(CHANNELS))],
    "clamp": [
        lambda x: x.clamp(min=0),
        lambda x: x.clamp(-0.5, 0.5),
        lambda x: x.clamp(max=1),
        lambda x: torch.clamp(x, min=NOISE),
    ],
    "clamp_min": [lambda x: aten.clamp_min(x, 0.2)],
    "clamp_max": [lambda x: aten.clamp_max(x, 0.2)],
    "hardtanh": [lambda x: F.hardtanh(x), lambda x: F.hardtanh(x, 0.5, 2)],
    "threshold": [lambda x: F.threshold(x, 0.2, 5.0)],
    "detach": [lambda x: aten.detach(x)],
    "softmax": [lambda x: x.softmax(1), lambda x: x.softmax(-1)],
    "_softmax": [lambda x: aten._softmax(x, 1, False)],
    "log_softmax": [lambda x: x.log_softmax(1)],
    "_log_softmax": [lambda x: aten._log_softmax(x, -1, False)],
    "layer_norm": [of(nn.LayerNorm(CHANNELS), last), of(nn.LayerNorm(STEPS)), of(nn.LayerNorm((CHANNELS, STEPS)))],
    "native_layer_norm": [lambda x: aten.native_layer_norm(x, [STEPS], None, None, 1e-5)[0]],
    "rms_norm": [of(nn.RMSNorm(CHANNELS), last), of(nn.RMSNorm((CHANNELS, STEPS), elementwise_affine=False))],
    "group_norm": [of(nn.GroupNorm(1, CHANNELS)), of(nn.GroupNorm(CHANNELS, CHANNELS, affine=False))],
    "instance_norm": [of(nn.InstanceNorm1d(CHANNELS)), of(nn.InstanceNorm1d(CHANNELS, affine=True))],
    "glu": [lambda x: F.glu(x, -1)],
    "max_pool1d": [lambda x: F.max_pool1d(x, 2), lambda x: F.max_pool1d(x, 3, 2, 1, ceil_mode=True)],
    "max_pool2d": [lambda x: F.max_pool2d(plane(x), (2, 3))],
    "max_pool2d_with_indices": [lambda x: F.max_pool2d(plane(x), 2, return_indices=True)[0]],
    "avg_pool1d": [
        lambda x: F.avg_pool1d(x, 3, 1),
        lambda x: F.avg_pool1d(x, 3, 2, 1),
        lambda x: F.avg_pool1d(x, 3, 2, 1, count_include_pad=False),
    ],
    "avg_pool2d": [lambda x: F.avg_pool2d(plane(x), (2, 1))],
    "adaptive_avg_pool1d": [lambda x, size=size: F.adaptive_avg_pool1d(x, size) for size in (1, 4, 3)],
    "adaptive_avg_pool2d": [lambda x: F.adaptive_avg_pool2d(plane(x), 1)],
    "_adaptive_avg_pool2d": [lambda x: aten._adaptive_avg_pool2d(plane(x), [CHANNELS, 2])],
    "adaptive_max_pool1d": [lambda x: F.adaptive_max_pool1d(x, 1), lambda x: F.adaptive_max_pool1d(x, 4)],
    "adaptive_max_pool2d": [lambda x: F.adaptive_max_pool2d(plane(x), (CHANNELS, 4))],
    "mean": [lambda x: x.mean(-1), lambda x: x.mean(1, keepdim=True), lambda x: x.mean((1, 2))],
    "sum": [lambda x: x.sum(2), lambda x: x.sum((1, 2))],
    "amax": [lambda x: x.amax(-1)],
    "amin": [lambda x: x.amin(1)],
    "max": [
        lambda x: x.max(2)[0],
        lambda x: torch.max(x, -x),
        lambda x: x.max(2)[1],
        lambda x: torch.max(x, torch.tensor(0.0)),
    ],
    "min": [lambda x: x.min(1)[0], lambda x: torch.min(torch.tensor([0.2]), x), lambda x: torch.min(x, NOISE)],
    "view": [lambda x: x.view(-1, STEPS * CHANNELS), lambda x: x.view(-1, 1, CHANNELS, STEPS, 1)],
    "_unsafe_view": [lambda x: aten._unsafe_view(x, [x.shape[0], STEPS * CHANNELS])],
    "squeeze": [lambda x: plane(x).squeeze(1)],
    "unsqueeze": [lambda x: plane(x), lambda x: x.unsqueeze(-1)],
    "slice": [lambda x: x[:, :, 2:-1], lambda x: x[:, :, 1::3], lambda x: x[:, 1:]],
    "select": [lambda x: x[:, :, -1], lambda x: x[:, 1]],
    "split": [lambda x: x.split(4, 2)[1]],
    "split_with_sizes": [lambda x: x.split([3, 5], 2)[1]],
    "unbind": [lambda x: x.unbind(2)[3], lambda x: x.unbind(1)[1]],
    "cat": [
        lambda x: torch.cat([x, 2 * x], 1),
        lambda x: torch.cat([x, 2 * x], -1),
        lambda x: torch.cat([x, torch.ones(x.shape[0], 1, STEPS)], 1),
    ],
    "pad": [lambda x: F.pad(x, (2, 1)), lambda x: F.pad(x, (1, 1), value=2), *PADDED],
    "constant_pad_nd": [lambda x: aten.constant_pad_nd(x, [2, 1]), lambda x: aten.constant_pad_nd(x, [-2, -1])],
    "expand": [lambda x: x[:, :1].expand(-1, 4, -1)],
    "stack": [lambda x: torch.stack([x, 2 * x], 1)],
    "flip": [lambda x: x.flip(2), lambda x: x.flip(1)],
    "roll": [lambda x: x.roll(2, 2), lambda x: x.roll(1, 1), lambda x: x.roll(2)],
    "repeat": [lambda x: x.repeat(1, 1, 2)],
    "tile": [lambda x: aten.tile(x, [1, 1, 2])],
    "repeat_interleave": [lambda x: x.repeat_interleave(2, 2)],
    "im2col": [lambda x: F.unfold(plane(x), (CHANNELS, 3))],
    "upsample_nearest1d": [lambda x: F.interpolate(x, scale_factor=2), lambda x: F.interpolate(x, size=11)],
    "upsample_nearest2d": [lambda x: F.interpolate(plane(x), scale_factor=(2, 1))],
    "upsample_linear1d": [lambda x: F.interpolate(x, scale_factor=2, mode="linear")],
    "upsample_bilinear2d": [lambda x: F.interpolate(plane(x), scale_factor=(1, 2), mode="bilinear")],
    "upsample_bicubic2d": [lambda x: F.interpolate(plane(x), scale_factor=(1, 2), mode="bicubic")],
    "lstm": [(lambda one, x: one(last(x))[0], nn.LSTM(CHANNELS, 4, batch_first=True, bidirectional=True))],
    "gru": [
        (lambda one, x: one(last(x))[0], nn.GRU(CHANNELS, 4, batch_first=True)),
        (lambda one, x: one(x.permute(2, 0, 1))[1].transpose(0, 1), nn.GRU(CHANNELS, 4, bidirectional=True)),
    ],
    "rnn_tanh": [(lambda one, x: one(last(x))[0], nn.RNN(CHANNELS, 4, batch_first=True))],
    "rnn_relu": [(lambda one, x: one(last(x))[0], nn.RNN(CHANNELS, 4, nonlinearity="relu", batch_first=True))],
    "scaled_dot_product_attention": [lambda x: F.scaled_dot_product_attention(last(x), last(x), last(x))],
    "argmax": [lambda x: x.argmax(1)],
    "argmin": [lambda x: x.argmin(2)],
    "topk": [lambda x: x.topk(3, 2)[0]],
    "sort": [lambda x: x.sort(2)[0]],
    "argsort": [lambda x: x.argsort(2)],
    "index": [lambda x: x[:, :, torch.tensor([2, 0, 1])]],
    "gather": [lambda x: x.gather(2, torch.zeros(x.shape[0], CHANNELS, 2, dtype=torch.long))],
    "index_select": [lambda x: x.index_select(2, torch.tensor([2, 0]))],
    "unfold": [lambda x: x.unfold(2, 4, 2)],
    "linalg_vector_norm": [lambda x: torch.linalg.vector_norm(x, dim=2)],
    "var": [lambda x: x.var(2)],
    "std": [lambda x: x.std(2)],
    "logsumexp": [lambda x: x.logsumexp(2)],
    "prod": [lambda x: x.prod(2)],
    "cumsum": [lambda x: x.cumsum(2), lambda x: x.cumsum(1)],
    "baddbmm": [lambda x: aten.baddbmm(x, NOISE[:, :3].expand(x.shape[0], 3, 3), x)],
}
ONE_VALUE = """relu relu6 selu celu gelu silu hardswish hardsigmoid mish tanh sigmoid logsigmoid exp expm1 log log1p
sqrt square abs sin cos sign round floor ceil trunc erf reciprocal rsqrt asinh atan""".split()
"""Functions of one value whose row has the same name."""
POSITIVE = ("log", "log1p", "sqrt", "rsqrt", "reciprocal", "pow")
# Their windows overlap only in part, or they see less than whole groups of channels.
WIDE = ("group_norm", "upsample_nearest1d")


def _same_name(name: str) -> Callable[[Any], Any]:
    function = getattr(torch, name, None) or getattr(F, name)
    return lambda x: function(x)


EXAMPLES.update({name.replace("logs", "log_s"): [_same_name(name)] for name in ONE_VALUE})
CASES = [(name, f"{name}-{i}") for name, cases in EXAMPLES.items() for i in range(len(cases))]


UNCHANGED = {
    "permute": lambda x: x.permute(2, 0, 1),
    "transpose": lambda x: last(x),
    "t": lambda x: x.mean(2).t(),
    "slice": lambda x: x[:, :, :],
    "expand": lambda x: x.expand(-1, CHANNELS, -1),
}
"""Operations that change at most the order of axes in the module, and nothing in the graph."""


def module_of(make: Example) -> nn.Module:
    function, layer = make if isinstance(make, tuple) else (lambda one, x: make(x), nn.Identity())
    return Through(lambda net, x: function(net.layer, x), layer=layer)


class Every(nn.Module):
    """All examples in one module, which is exported in a fraction of the time."""

    def __init__(self, examples: dict[str, Example]) -> None:
        super().__init__()
        self.examples = nn.ModuleDict({name: module_of(make) for name, make in examples.items()})

    def forward(self, x: Any) -> Any:
        return tuple(one(x) for one in self.examples.values())


@cache
def every() -> Graph:
    torch.manual_seed(1)
    module = Every({f"{name}-{i}": make for name, cases in EXAMPLES.items() for i, make in enumerate(cases)})
    with torch.no_grad():
        for path, weight in [*module.named_parameters(), *module.named_buffers()]:
            if weight.is_floating_point():
                noise = torch.rand(weight.shape) * 0.8 + 0.2
                weight.copy_(noise if "running_var" in path else noise * torch.sign(noise - 0.5))
    return graph_of(module)


def graph_of(module: nn.Module) -> Graph:
    with explained(module):
        program = exported(module, [torch.randn(4, CHANNELS, STEPS)])
    return read(module, program, (0, 2, 1), 0)


def node_of(name: str, case: str) -> Node:
    mine = [node for node in every().nodes if node.name.startswith(f"examples.{case}.")]
    return [node for node in mine if any(name_of(one.target) == name for one in node.call.operations)][-1]


def test_every_row_has_an_example():
    assert EXAMPLES.keys() | UNCHANGED.keys() == ROWS.keys()


@pytest.mark.parametrize("name", UNCHANGED)
def test_what_changes_no_value_is_no_layer(name):
    module = module_of(UNCHANGED[name])
    graph, x = graph_of(module), torch.randn(5, STEPS, CHANNELS)
    made = module(last(x))
    found = graph.compute({0: x}, [graph.output])[0]
    assert all(isinstance(node.operation, Permute) for node in graph.nodes if node.kind == name)
    assert torch.equal(found, made.permute(np.argsort([size != 5 for size in made.shape], kind="stable").tolist()))


@pytest.mark.few(80)
@pytest.mark.parametrize(("name", "case"), CASES, ids=[case for _, case in CASES])
def test_a_row_states_what_the_operation_computes(name, case):
    assert_facts_are_measured(every(), node_of(name, case), of_positive=name in POSITIVE, exact=name not in WIDE)
