"""What each step of a Keras layer sees of the series: one rule for each kind of layer on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .keras_graph import backwards, kinds, made_by_keras, maker, sources
from .receptive_field import ReceptiveField, union

__all__ = ["receptive_field_of"]

# Step by step: the output at a step depends on the input at that step alone.
_POINTWISE = frozenset(
    "Activation ReLU LeakyReLU PReLU ELU BatchNormalization Dropout SpatialDropout1D "
    "GaussianNoise GaussianDropout AlphaDropout ActivityRegularization Dense Rescaling "
    "Normalization Identity Masking Relu Relu6 Elu Selu Gelu Silu Sigmoid HardSigmoid HardSilu Tanh "
    "Softplus Softsign LogSigmoid Mish Negative Abs Absolute Exp Expm1 Log Log1p Sqrt Square "
    "Power Sin Cos Sign Clip Cast".split()
)
_MERGING = frozenset("Add Subtract Multiply Divide TrueDivide Average Maximum Minimum Concatenate".split())
# Over the last axis only, these are pointwise as well.
_NORMALIZING = frozenset("LayerNormalization RMSNormalization UnitNormalization Softmax LogSoftmax".split())
_CONVOLVING = frozenset("Conv1D SeparableConv1D DepthwiseConv1D".split())
_POOLING = frozenset("MaxPooling1D AveragePooling1D".split())


def receptive_field_of(tensor: Any, length: int) -> ReceptiveField:
    """What each step of a map sees of an input of `length` samples.

    Raises
    ------
    ValueError
        If a layer on the way moves steps about in a way that is not known.
    """
    field = _carried(tensor, {}, length)
    if (np.diff(field.centers) < 0).any():
        raise ValueError(
            f"the steps of layer {maker(tensor).name!r} do not follow each other in time, so its map cannot be placed; "
            f"name a layer in front of the branches with layer="
        )
    return field


def _carried(tensor: Any, known: dict[int, ReceptiveField], length: int) -> ReceptiveField:
    """Receptive field of a tensor, from those that are known by the tensors' ids."""
    for made in reversed(list(backwards(tensor, lambda one: id(one) in known))):
        known[id(made)] = _behind(made, [known[id(source)] for source in sources(made)], length)
    return known[id(tensor)]


def _behind(tensor: Any, fields: list[ReceptiveField], length: int) -> ReceptiveField:
    """Receptive field behind the layer that made a tensor, from those in front of it."""
    layer = maker(tensor)
    if not fields:
        return ReceptiveField.of_input(length)
    if getattr(layer, "data_format", None) == "channels_first":
        raise ValueError(f"layer {layer.name!r} has data_format='channels_first'; give it (batch, step, filter) maps")
    for names, rule in _RULES:
        if kinds(layer) & names:
            return rule(layer, fields)
    return _mixed(tensor, layer, fields)


def _windowed(layer: Any, fields: list[ReceptiveField]) -> ReceptiveField:
    return fields[0].windowed(_one(layer.kernel_size), _one(layer.strides), _one(layer.dilation_rate), layer.padding)


def _pooled(layer: Any, fields: list[ReceptiveField]) -> ReceptiveField:
    return fields[0].windowed(_one(layer.pool_size), _one(layer.strides), 1, layer.padding)


def _merged(layer: Any, fields: list[ReceptiveField]) -> ReceptiveField:
    if getattr(layer, "axis", -1) in (-1, 2):
        return union(fields)
    joined = fields[0]
    for field in fields[1:]:
        joined = joined.joined(field)
    return joined


def _normalized(layer: Any, fields: list[ReceptiveField]) -> ReceptiveField:
    axis = layer.axis if isinstance(layer.axis, list | tuple) else [layer.axis]
    everywhere = any(one not in (-1, 2) for one in axis)
    return fields[0].blurred(0, fields[0].length) if everywhere else fields[0]


def _in_order(layer: Any, tensor: Any) -> bool:
    """Whether each step of a layer's output depends on the same step of its input."""
    if "Layer" not in kinds(layer) or getattr(layer, "go_backwards", False) or "Permute" in kinds(layer):
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


def _mixed(tensor: Any, layer: Any, fields: list[ReceptiveField]) -> ReceptiveField:
    """Recurrence, attention and what is not known: everything is seen; a step is placed where it was before."""
    field = max(fields, key=len)
    steps = tensor.shape[1] if len(tensor.shape) == 3 else 1
    if steps == 1 or len(tensor.shape) != 3:
        return ReceptiveField.of_input(field.length).windowed(field.length)
    # Keras' own layers, recurrent ones and attention, keep their steps in order; a function, such as a slice, a flip or
    # a roll, need not; and a user's own layer is tried.
    if steps in (len(field), None) and _in_order(layer, tensor):
        return field.blurred(0, field.length)
    raise ValueError(
        f"layer {layer.name!r} ({type(layer).__name__}) makes {steps} steps of {len(field)} in a way that is not "
        f"known, so its map cannot be placed in time; name a layer in front of it with layer="
    )


_RULES: list[tuple[frozenset[str], Callable[[Any, list[ReceptiveField]], ReceptiveField]]] = [
    (_CONVOLVING, _windowed),
    (_POOLING, _pooled),
    (frozenset({"ZeroPadding1D"}), lambda layer, fields: fields[0].padded(*layer.padding)),
    (frozenset({"Cropping1D"}), lambda layer, fields: fields[0].cropped(*layer.cropping)),
    (frozenset({"UpSampling1D"}), lambda layer, fields: fields[0].repeated(_one(layer.size))),
    (_MERGING, _merged),
    (_NORMALIZING, _normalized),
    (_POINTWISE, lambda layer, fields: union(fields)),
]


def _one(size: Any) -> int:
    """The one number of a 1-D layer's size, given as an int or a tuple."""
    return int(size[0] if isinstance(size, list | tuple) else size)
