"""What each step of a Keras layer sees of the series: one rule for each kind of layer on the way.

A tensor has at most one axis on which time runs, which need not be the first: a series may be permuted, or reshaped to
(time, channel, 1) for two-dimensional layers. Behind a pooling over time there is none, and nothing brings it back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import prod
from typing import Any, NamedTuple

import numpy as np

from .keras_graph import backwards, kinds, made_by_keras, maker, sources
from .receptive_field import ReceptiveField, union

__all__ = ["receptive_field_of", "time_axis_of"]

# Step by step: the output at a step depends on the input at that step alone.
_POINTWISE = frozenset(
    "Activation ReLU LeakyReLU PReLU ELU BatchNormalization Dropout SpatialDropout1D SpatialDropout2D "
    "GaussianNoise GaussianDropout AlphaDropout ActivityRegularization Rescaling "
    "Normalization Identity Masking Relu Relu6 Elu Selu Gelu Silu Sigmoid HardSigmoid HardSilu Tanh "
    "Softplus Softsign LogSigmoid Mish Negative Abs Absolute Exp Expm1 Log Log1p Sqrt Square "
    "Power Sin Cos Sign Clip Cast".split()
)
_MERGING = frozenset("Add Subtract Multiply Divide TrueDivide Average Maximum Minimum Concatenate".split())
# Over the last axis only, these are pointwise as well.
_NORMALIZING = frozenset("LayerNormalization RMSNormalization UnitNormalization Softmax LogSoftmax".split())
_CONVOLVING = frozenset("Conv1D SeparableConv1D DepthwiseConv1D Conv2D SeparableConv2D DepthwiseConv2D".split())
_POOLING = frozenset("MaxPooling1D AveragePooling1D MaxPooling2D AveragePooling2D".split())


class _Seen(NamedTuple):
    """What a tensor sees, and the axis on which its time runs; None where there is none, and it sees what it sees."""

    field: ReceptiveField
    axis: int | None


def receptive_field_of(tensor: Any, length: int) -> ReceptiveField:
    """What each step of a map (batch, step, filter) sees of an input of `length` samples.

    Raises
    ------
    ValueError
        If a layer on the way moves steps about in a way that is not known.
    """
    seen = _carried(tensor, length)
    if seen.axis != 1 or len(tensor.shape) != 3:
        raise _not_known(tensor, [seen])
    if (np.diff(seen.field.centers) < 0).any():
        raise ValueError(
            f"the steps of layer {maker(tensor).name!r} do not follow each other in time, so its map cannot be placed; "
            f"name a layer in front of the branches with layer="
        )
    return seen.field


def time_axis_of(tensor: Any, length: int) -> int | None:
    """Axis of a tensor on which time runs; None where there is none."""
    return _carried(tensor, length).axis


def _carried(tensor: Any, length: int) -> _Seen:
    """What a tensor sees, from what all tensors in front of it see."""
    known: dict[int, _Seen] = {}
    for made in reversed(list(backwards(tensor, lambda _: False))):
        known[id(made)] = _behind(made, [known[id(source)] for source in sources(made)], length)
    return known[id(tensor)]


def _behind(tensor: Any, seen: list[_Seen], length: int) -> _Seen:
    """What is seen behind the layer that made a tensor, from what is seen in front of it."""
    layer = maker(tensor)
    if not seen:
        return _Seen(ReceptiveField.of_input(length), 1)
    if all(one.axis is None for one in seen):
        return _Seen(union(one.field for one in seen), None)
    if getattr(layer, "data_format", None) == "channels_first":
        raise ValueError(f"layer {layer.name!r} has data_format='channels_first'; give it (batch, step, filter) maps")
    for names, rule in _RULES:
        if kinds(layer) & names:
            return rule(layer, tensor, seen)
    return _mixed(layer, tensor, seen)


def _without_time(seen: list[_Seen]) -> _Seen:
    """Behind what looks at all steps: a pooling, a Flatten, the filters of steps that have become filters."""
    length = seen[0].field.length
    return _Seen(ReceptiveField.of_input(length).windowed(length), None)


def _windowed(layer: Any, tensor: Any, seen: list[_Seen]) -> _Seen:
    field, axis = seen[0]
    if axis == len(tensor.shape) - 1:
        return _without_time(seen)
    size = getattr(layer, "kernel_size", None) or layer.pool_size
    stride, dilation = _along(layer.strides, axis), _along(getattr(layer, "dilation_rate", 1), axis)
    return _Seen(field.windowed(_along(size, axis), stride, dilation, layer.padding), axis)


def _padded(layer: Any, tensor: Any, seen: list[_Seen]) -> _Seen:
    field, axis = seen[0]
    return _Seen(field.padded(*_ends_along(layer.padding, axis)), axis)


def _cropped(layer: Any, tensor: Any, seen: list[_Seen]) -> _Seen:
    field, axis = seen[0]
    return _Seen(field.cropped(*_ends_along(layer.cropping, axis)), axis)


def _repeated(layer: Any, tensor: Any, seen: list[_Seen]) -> _Seen:
    field, axis = seen[0]
    return seen[0] if axis == len(tensor.shape) - 1 else _Seen(field.repeated(_along(layer.size, axis)), axis)


def _merged(layer: Any, tensor: Any, seen: list[_Seen]) -> _Seen:
    """Branches that meet, with time on the same axis, counted from the last; those without time meet every step."""
    rank = len(tensor.shape)
    ranks = [len(source.shape) for source in sources(tensor)]
    axes = {one.axis + rank - own for one, own in zip(seen, ranks, strict=True) if one.axis is not None}
    if len(axes) > 1:
        raise _not_known(tensor, seen)
    axis = axes.pop()
    if "Concatenate" in kinds(layer) and layer.axis % rank == axis:
        return _Seen(reduce(ReceptiveField.joined, [one.field for one in seen]), axis)
    return _Seen(union(one.field for one in sorted(seen, key=lambda one: one.axis is None)), axis)


def _dense(layer: Any, tensor: Any, seen: list[_Seen]) -> _Seen:
    return _without_time(seen) if seen[0].axis == len(tensor.shape) - 1 else seen[0]


def _normalized(layer: Any, tensor: Any, seen: list[_Seen]) -> _Seen:
    field, axis = seen[0]
    axes = layer.axis if isinstance(layer.axis, list | tuple) else [layer.axis]
    everywhere = any(one % len(tensor.shape) == axis for one in axes)
    return _Seen(field.blurred(0, field.length) if everywhere else field, axis)


def _reshaped(layer: Any, tensor: Any, seen: list[_Seen]) -> _Seen:
    """Time stays on an axis of its own if one is as long, with as many values in front of it."""
    field, axis = seen[0]
    before, after = sources(tensor)[0].shape, tensor.shape
    for place, steps in enumerate(after):
        as_long = steps == before[axis] and steps in (None, len(field))  # fixed, it takes series of one length alone
        if place and as_long and _values(after[1:place]) == _values(before[1:axis]):
            return _Seen(field, place)
    if all(size == 1 for size in after[1:-1]):
        return _without_time(seen)
    raise _not_known(tensor, seen)


def _values(sizes: tuple[int | None, ...]) -> float:
    """Number of values on axes of these sizes; nothing is equal to it where one is open."""
    return float("nan") if None in sizes else prod(sizes)  # type: ignore[arg-type]


def _permuted(layer: Any, tensor: Any, seen: list[_Seen]) -> _Seen:
    field, axis = seen[0]
    order = [0, *layer.dims] if "Permute" in kinds(layer) else layer.axes
    if order is None or order[0] != 0:
        raise _not_known(tensor, seen)
    return _Seen(field, list(order).index(axis))


def _reduced(layer: Any, tensor: Any, seen: list[_Seen]) -> _Seen:
    """Behind a mean, sum or maximum over some axes."""
    field, axis = seen[0]
    rank = len(sources(tensor)[0].shape)
    axes = layer.axis if isinstance(layer.axis, list | tuple) else range(rank) if layer.axis is None else [layer.axis]
    gone = {one % rank for one in axes}
    if axis is None or axis in gone:
        return _without_time(seen)
    return _Seen(field, axis if layer.keepdims else axis - sum(one < axis for one in gone))


def _in_order(layer: Any, tensor: Any) -> bool:
    """Whether each step of a layer's output depends on the same step of its input."""
    if "Layer" not in kinds(layer) or getattr(layer, "go_backwards", False):
        return False
    if made_by_keras(type(layer).call) and "Lambda" not in kinds(layer):
        return tensor.shape[1] is not None or "Conv1DTranspose" not in kinds(layer)
    before = sources(tensor)
    return (
        len(before) == 1 and len(before[0].shape) == 3 and None not in before[0].shape[1:] and _tried(layer, before[0])
    )


def _tried(layer: Any, source: Any) -> bool:
    """Whether a change of a step changes that step of the output, at some steps of noise."""
    steps = source.shape[1]
    noise = np.random.default_rng(0).normal(size=(1, *source.shape[1:])).astype(np.float32)
    straight = np.asarray(layer(noise))
    for step in {0, 1 % steps, steps // 3, steps - 1} - {(steps - 1) / 2}:
        other = noise.copy()
        other[0, step] = 3 - other[0, step]
        if (np.asarray(layer(other))[0, step] == straight[0, step]).all():
            return False
    return True


def _mixed(layer: Any, tensor: Any, seen: list[_Seen]) -> _Seen:
    """Recurrence, attention and what is not known: everything is seen; a step is placed where it was before."""
    field, axis = max((one for one in seen if one.axis is not None), key=lambda one: len(one.field))
    if len(tensor.shape) != 3 or tensor.shape[1] == 1:
        return _without_time(seen)
    # Keras' own layers, recurrent ones and attention, keep their steps in order; a function, such as a slice, a flip or
    # a roll, need not; and a user's own layer is tried.
    if axis == 1 and tensor.shape[1] in (len(field), None) and _in_order(layer, tensor):
        return _Seen(field.blurred(0, field.length), axis)
    raise _not_known(tensor, seen)


def _not_known(tensor: Any, seen: list[_Seen]) -> ValueError:
    layer, steps = maker(tensor), max(len(one.field) for one in seen)
    return ValueError(
        f"layer {layer.name!r} ({type(layer).__name__}) makes {tensor.shape[1]} steps of {steps} in a way that is not "
        f"known, so its map cannot be placed in time; name a layer in front of it with layer="
    )


_RULES: list[tuple[frozenset[str], Callable[[Any, Any, list[_Seen]], _Seen]]] = [
    (_CONVOLVING, _windowed),
    (_POOLING, _windowed),
    (frozenset({"ZeroPadding1D", "ZeroPadding2D"}), _padded),
    (frozenset({"Cropping1D", "Cropping2D"}), _cropped),
    (frozenset({"UpSampling1D", "UpSampling2D"}), _repeated),
    (frozenset({"Reshape", "ExpandDims", "Squeeze"}), _reshaped),
    (frozenset({"Permute", "Transpose"}), _permuted),
    (frozenset({"Mean", "Sum", "Max", "Min"}), _reduced),
    (frozenset({"Dense"}), _dense),
    (_NORMALIZING, _normalized),
    (_MERGING | _POINTWISE, _merged),
]


def _along(size: Any, axis: int | None) -> int:
    """Size of a layer along an axis of its input, given as one int or as one for each axis between batch and filter."""
    assert axis is not None
    return int(size[axis - 1] if isinstance(size, list | tuple) else size)


def _ends_along(size: Any, axis: int | None) -> tuple[int, int]:
    """What a layer adds or takes at both ends of an axis of its input; nothing at the filters."""
    ends = size if isinstance(size[0], list | tuple) else [size]
    return ends[axis - 1] if axis is not None and axis <= len(ends) else (0, 0)
