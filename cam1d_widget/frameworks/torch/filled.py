"""Tensors of one number in the shape of another, as of ``torch.zeros_like``: constants, whatever the other holds."""

from __future__ import annotations

import operator
from typing import Any

import torch

from .export import name_of, sizes_of

__all__ = ["as_constants", "number_in"]

_NUMBERS: dict[str, Any] = {
    "zeros_like": lambda x: 0,
    "ones_like": lambda x: 1,
    "full_like": lambda x, number: number,
    "new_zeros": lambda x, size: 0,
    "new_ones": lambda x, size: 1,
    "new_full": lambda x, size, number: number,
    "zeros": lambda size: 0,
    "ones": lambda size: 1,
    "full": lambda size, number: number,
}
"""Number of which a tensor consists, from the arguments of the operation."""


def as_constants(graph: torch.fx.Graph) -> None:
    """Let operations that take the shape of a tensor, and not its values, take sizes instead."""
    for node in list(graph.nodes):
        number = number_in(node)
        if number is None or not any(isinstance(one, torch.fx.Node) for one in node.args):
            continue
        with graph.inserting_before(node):
            sizes = [size if isinstance(size, int) else _size(graph, size) for size in sizes_of(node)]
            made = node.meta["val"]
            options = {"dtype": made.dtype, "device": made.device}
            full = graph.call_function(torch.ops.aten.full.default, (sizes, number), options)
        full.meta = node.meta
        node.replace_all_uses_with(full)
        graph.erase_node(node)


def number_in(node: Any) -> int | float | None:
    """Number of which a tensor consists by its operation; None for other operations."""
    name = name_of(node.target) if node.op == "call_function" else ""
    number = _NUMBERS[name](*node.args) if name in _NUMBERS else None
    return None if isinstance(number, torch.fx.Node) else number


def _size(graph: torch.fx.Graph, expression: Any) -> torch.fx.Node:
    """Node of a size that depends on the batch."""
    node = graph.call_function(operator.index, (0,))
    node.meta["size"] = expression
    return node
