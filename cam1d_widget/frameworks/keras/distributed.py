"""The operation of a layer that ``TimeDistributed`` applies at each place of the second axis.

Most operations have a counterpart that leaves that axis as it is: a convolution over one axis is one over two, whose
kernel has size one along the first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from keras import ops

from ...network import operations as kinds
from ...network.operations import Operation

__all__ = ["distributed"]


def distributed(operation: Operation) -> Operation | None:
    """The same operation at each place of the second axis; None if it has no counterpart."""
    found: Any = operation
    if isinstance(found, kinds.Convolution):
        return _convolution(found)
    if isinstance(found, kinds.Scale):
        return replace(found, axis=found.axis + 1)
    if isinstance(found, kinds.Pool) and isinstance(found.padding, str) and len(found.size) == 1:
        return replace(found, size=(1, *found.size), strides=(1, *found.strides))
    if isinstance(found, kinds.Reduce):
        return replace(found, axes=_moved(found.axes))
    if isinstance(found, kinds.Normalize):
        return replace(found, axes=_moved(found.axes), learned=_moved(found.learned), parts=None)
    if isinstance(found, kinds.Rescale | kinds.Pointwise | kinds.Elementwise):
        return replace(found, axes=_moved(found.axes))
    if isinstance(found, kinds.Pad | kinds.Crop):
        return replace(found, ends=((0, 0), *found.ends))
    if isinstance(found, kinds.Upsample):
        return replace(found, size=(1, *found.size))
    if isinstance(found, kinds.Permute) and found.order is not None:
        return kinds.Permute((0, 1, *(axis + 1 for axis in found.order[1:])))
    same = kinds.Dense | kinds.Identity | kinds.Reshape
    return operation if isinstance(operation, same) else None


def _moved(axes: frozenset[int]) -> frozenset[int]:
    return frozenset(axis + 1 for axis in axes)


def _convolution(operation: kinds.Convolution) -> Operation | None:
    """A convolution over two axes, the first of which it leaves as it is."""
    if len(operation.size) != 1 or (operation.depthwise and operation.strides != (1,)):  # equal strides alone work
        return None
    padding, kernel = operation.padding, operation.kernel
    if padding == "causal":
        padding = (0, 0), (operation.dilation[0] * (operation.size[0] - 1), 0)
    return replace(
        operation,
        kernel=lambda: ops.expand_dims(kernel(), 0),
        size=(1, *operation.size),
        strides=(1, *operation.strides),
        dilation=(1, *operation.dilation),
        padding=padding,
    )
