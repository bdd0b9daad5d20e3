"""``nn.MultiheadAttention`` of a tensor to itself as a chain of simpler operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from ...network import parts
from ...network.operations import Dense, Parameter, Parts
from .called import Order, name_of, shape_of

__all__ = ["self_attention"]


def self_attention(
    module: nn.MultiheadAttention,
    operations: Sequence[Any],
    orders: tuple[Order, Order],
    values: Callable[[Any], torch.Tensor],
    device: torch.device,
) -> Parts | None:
    """Parts of a call with one tensor as query, key and value; None where its mask depends on the batch.

    Parameters
    ----------
    module : MultiheadAttention
    operations : sequence of torch.fx.Node
        Operations of the call.
    orders : tuple of Order
        Axes of the input and of the output.
    values : callable
        Current values of a constant.
    device : torch.device
    """
    if module.bias_k is not None or module.add_zero_attn or not module._qkv_same_embed_dim or len(orders[0]) != 3:
        return None
    masks = [one for node in operations for one in _masks(node)]
    if any(not isinstance(size, int) or size != 1 for one in masks for size in shape_of(one)[:-2]):
        return None
    mask: Parameter | None = (lambda: values(masks[0])) if masks else None
    causal = any(name_of(node.target) in _FUSED and _argument(node, 5, "is_causal") for node in operations)

    def part(weight: str, place: int) -> Callable[[], torch.Tensor]:
        return lambda: getattr(module, weight).detach().float().to(device).chunk(3)[place].t()

    biased = module.in_proj_bias is not None
    projections = tuple(
        Dense(part("in_proj_weight", place), part("in_proj_bias", place) if biased else None) for place in range(3)
    )
    last = module.out_proj
    output = Dense(
        lambda: last.weight.detach().float().to(device).t(),
        None if last.bias is None else lambda: last.bias.detach().float().to(device),
    )
    core = parts.attention(module.head_dim**-0.5, causal, mask)
    written = parts.multi_head_attention(projections, output, module.num_heads, core)
    batch = 0 if module.batch_first else 1
    wanted = (batch, 1 - batch, 2)  # axes of the module's tensors as (instance, step, filter)

    def turned(writing: parts.Writing, x: int, *same: int) -> int:
        x = writing.permuted(tuple(map(orders[0].index, wanted)), x)
        return writing.permuted(tuple(map(wanted.index, orders[1])), written(writing, x, x, x))

    return turned


_FUSED = ("scaled_dot_product_attention",)


def _masks(node: Any) -> list[Any]:
    """Mask that an operation adds to the scores, if any."""
    name = name_of(node.target)
    mask = node.args[0] if name == "baddbmm" else _argument(node, 3, "attn_mask") if name in _FUSED else None
    return [] if mask is None else [mask]


def _argument(node: Any, place: int, name: str) -> Any:
    return node.args[place] if len(node.args) > place else node.kwargs.get(name)
