"""Facts about kinds of Keras layers that several readers of a graph need, each stated once."""

from __future__ import annotations

from typing import Any

import numpy as np

from .symbolic import arguments, kinds, made_by_keras, maker

__all__ = ["IDLE", "activation_of", "axes_of_parameters", "is_idle", "jumps"]

IDLE = frozenset(
    "Identity Dropout SpatialDropout1D SpatialDropout2D GaussianNoise GaussianDropout AlphaDropout "
    "ActivityRegularization".split()
)
"""Layers that hand on their input unchanged at inference."""

_JUMPING = frozenset(
    "Masking Round Sign Floor Ceil Trunc FloorDivide Heaviside Argmax Argmin OneHot HardShrink Threshold "
    "StopGradient".split()
)
# At zero, from where many paths start: the output has the length one however small the input is.
_JUMPING_AT_ZERO = frozenset({"UnitNormalization"})
# Operations on values one by one, into which constants of the shape of a map may enter.
_ELEMENTWISE = frozenset(
    "Add Subtract Multiply Divide TrueDivide Average Maximum Minimum Power Clip Where Mod Arctan2 Hypot".split()
)
_JUMPING_ACTIVATIONS = frozenset({"hard_shrink", "threshold"})


def activation_of(layer: Any) -> str:
    """Name of a layer's activation, a function or a layer; "linear" without one, "" if it is not Keras' own."""
    activation = getattr(layer, "activation", None)
    if activation is None:
        return "linear"
    own = made_by_keras(activation if hasattr(activation, "__name__") else type(activation))
    name = getattr(activation, "__name__", None) or type(activation).__name__.lower()
    if not own:
        return ""
    return "softmax" if name == "softmax_v2" else str(name)  # what tf.nn.softmax calls itself


def is_idle(layer: Any) -> bool:
    """Whether a layer hands on its input unchanged at inference."""
    return bool(kinds(layer) & IDLE) or ("Activation" in kinds(layer) and activation_of(layer) == "linear")


def jumps(layer: Any) -> bool:
    """Whether a layer's output jumps, or its gradient is zero where its output changes."""
    thresholds = (getattr(one, "threshold", 0) for one in (layer, getattr(layer, "activation", None)))
    return (
        bool(kinds(layer) & (_JUMPING | _JUMPING_AT_ZERO))
        or activation_of(layer) in _JUMPING_ACTIVATIONS
        or any(isinstance(one, int | float | np.number) and one for one in thresholds)  # of a ReLU
    )


def axes_of_parameters(tensor: Any) -> set[int]:
    """Axes of a tensor along which the layer that made it has parameters or constants of its own."""
    layer, rank = maker(tensor), len(tensor.shape)
    axes = _axes_of_layer(layer, rank)
    activation = getattr(layer, "activation", None)
    if hasattr(activation, "call"):  # an activation that is a layer
        axes |= _axes_of_layer(activation, rank)
    if kinds(layer) & _ELEMENTWISE:
        for one in arguments(tensor):
            axes |= _axes_of_constant(one, rank)
    return axes


def _axes_of_layer(layer: Any, rank: int) -> set[int]:
    names = kinds(layer)
    if "PReLU" in names:
        return set(range(1, rank)) - {axis % rank for axis in layer.shared_axes or ()}
    if names & {"BatchNormalization", "Normalization", "LayerNormalization", "RMSNormalization"}:
        axis = layer.axis
        return {one % rank for one in (axis if isinstance(axis, list | tuple) else () if axis is None else [axis])}
    if "Rescaling" in names:
        return _axes_of_constant(layer.scale, rank) | _axes_of_constant(layer.offset, rank)
    return set()


def _axes_of_constant(constant: Any, rank: int) -> set[int]:
    """Axes along which a constant that is broadcast to a tensor of this rank has more than one value."""
    shape = getattr(constant, "shape", None)
    sizes = tuple(np.shape(constant)) if shape is None else tuple(shape)
    return {axis for axis, size in enumerate(sizes, rank - len(sizes)) if size != 1}
