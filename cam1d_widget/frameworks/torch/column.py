"""The output of a module that gives one score a series, of shape (batch,), as a column (batch, 1)."""

from __future__ import annotations

from typing import Any

import torch

from .called import name_of, shape_of
from .export import sizes_of

__all__ = ["as_column"]

_REMOVES_AN_AXIS = ("squeeze", "view", "_unsafe_view", "select")


def as_column(graph: torch.fx.Graph, node: Any) -> Any:
    """Node with the values of another as a column: the one before an axis of size one was removed, or a new one."""
    name, before = name_of(node.target), node.all_input_nodes[:1]
    if name in _REMOVES_AN_AXIS and shape_of(before[0]) == (*shape_of(node), 1):
        return before[0]
    with graph.inserting_after(node):
        if name == "sigmoid":  # so that the logits are found before it
            column = graph.call_function(node.target, (as_column(graph, before[0]),))
        else:
            column = graph.call_function(torch.ops.aten.view.default, (node, [-1, 1]))
    column.meta = {**node.meta, "val": node.meta["val"].reshape(-1, 1), "sizes": (*sizes_of(node), 1)}
    return column
