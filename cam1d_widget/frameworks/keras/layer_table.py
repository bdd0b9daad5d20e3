"""What each kind of Keras layer computes: one row per layer type, and per function of ``keras.ops``.

Layers and functions are recognized by the names of their classes, which Keras 3 shares between a layer
(``keras.layers.Add``) and the function that does the same (``a + b``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import keras
import numpy as np

from ...network import operations as kinds
from ...network import parts
from ...network.functions import FUNCTIONS
from ...network.operations import Operation, Parameter
from . import attention, recurrent
from .called import Called, axes_from, axes_of, ends, numbers
from .distributed import distributed
from .parameters import bias, parameter, rounds, scale, separable_kernel, shift

__all__ = [
    "ROWS",
    "Row",
    "activation_of",
    "activation_operation",
    "computed_by_keras",
    "jumps",
    "operation_of",
    "row_of",
]

# Methods in which Keras' layers compute their output, and which a derived class may override.
_COMPUTING = ("call", "convolution_op", "_merge_function")


class Row(NamedTuple):
    """Row of the table.

    Attributes
    ----------
    operation : callable
        Operation of one call.
    activation : bool
        Whether the layer applies its attribute `activation` to the output of the operation.
    """

    operation: Callable[[Called], Operation]
    activation: bool = False


def operation_of(called: Called) -> Operation:
    """What a layer computes before its activation."""
    layer, row = called.layer, row_of(called.layer)
    if any(hasattr(layer, name) for name in ("step_scores", "attention_weights", "averages")):
        return _step_pooling(called)
    operation = row.operation(called) if row else _unknown(called)
    if getattr(layer, "data_format", None) == "channels_first":
        refusal = f"layer {layer.name!r} has data_format='channels_first'; give it (batch, step, filter) maps"
        return kinds.Opaque(refusal=refusal, stated=operation.facts)
    return operation


def row_of(layer: Any) -> Row | None:
    """Row of a layer; None without one, and for layers that Keras does not compute."""
    if not computed_by_keras(layer):
        return None
    names = (base.__name__ for base in type(layer).__mro__ if _made_by_keras(base))
    return next((ROWS[name] for name in names if name in ROWS), None)


def computed_by_keras(layer: Any) -> bool:
    """Whether Keras' own code computes a layer: its class, and the layer inside if it is a wrapper."""
    for name in _COMPUTING:
        owner = next((base for base in type(layer).__mro__ if name in vars(base)), None)
        if owner is not None and not _made_by_keras(owner):
            return False
    inside = getattr(layer, "layer", None)
    return inside is None or computed_by_keras(inside)


def activation_of(layer: Any) -> Any:
    """Function or layer that a layer applies to its own output; None without one."""
    row = row_of(layer)
    if row is not None and row.operation is _time_distributed:
        return activation_of(layer.layer)
    return layer.activation if row is not None and row.activation else None


def activation_operation(function: Any, shape: tuple[int | None, ...]) -> Operation:
    """What an activation computes, given as a function or a layer, on a tensor of a shape; an identity for none."""
    if hasattr(function, "call"):
        operation = operation_of(Called(function, (), [shape], shape))
        return replace(operation, activation=True) if isinstance(operation, kinds.Opaque) else operation
    name = _plain(getattr(function, "__name__", None) or type(function).__name__)
    name = "softmax" if name == "softmaxv2" else name  # what tf.nn.softmax calls itself
    own = function is None or _made_by_keras(function if hasattr(function, "__name__") else type(function))
    if function is None or (own and name == "linear"):
        return kinds.Identity()
    if own and name in FUNCTIONS:
        return kinds.Pointwise(name)
    if own and name in ("softmax", "logsoftmax", "sparsemax", "glu"):
        return kinds.Normalize(name, frozenset({len(shape) - 1}))
    return kinds.Opaque(name=name, activation=True, hides_relu=not own)


def jumps(layer: Any) -> bool:
    """Whether a layer, or a layer in it, jumps or has stopped gradients."""
    inner = layer._flatten_layers() if hasattr(layer, "_flatten_layers") else [layer]
    return any(map(_jumps_itself, inner))


def _jumps_itself(layer: Any) -> bool:
    activations = [getattr(layer, name, None) for name in ("activation", "recurrent_activation")]
    if any(activation_operation(one, (None, None, None)).facts.jumps for one in activations):
        return True
    row = row_of(layer)
    return row is not None and row.operation in (_masking, _relu) and row.operation(_lone(layer)).facts.jumps


def _lone(layer: Any) -> Called:
    return Called(layer, (), (), (None, None, None))


def _made_by_keras(made: Any) -> bool:
    """Whether a class or function is Keras' own (or TensorFlow's, whose activations have the same names)."""
    return (getattr(made, "__module__", None) or "").split(".")[0] in ("keras", "tensorflow")


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


# Operations


def _dense(called: Called) -> Operation:
    layer = called.layer
    return kinds.Dense(lambda: parameter(layer.kernel), bias(layer), rounds=rounds(layer))


def _convolution(called: Called) -> Operation:
    return _convolved(called.layer, lambda: parameter(called.layer.kernel))


def _depthwise(called: Called) -> Operation:
    return _convolved(called.layer, lambda: parameter(called.layer.kernel), depthwise=True)


def _separable(called: Called) -> Operation:
    return _convolved(called.layer, lambda: separable_kernel(called.layer))


def _convolved(layer: Any, kernel: Parameter, depthwise: bool = False) -> Operation:
    return kinds.Convolution(
        kernel,
        bias(layer),
        tuple(layer.kernel_size),
        tuple(layer.strides),
        tuple(layer.dilation_rate),
        layer.padding,
        depthwise,
        rounds=rounds(layer),
    )


def _transposed(called: Called) -> Operation:
    layer = called.layer
    return kinds.TransposedConvolution(
        lambda: parameter(layer.kernel),
        bias(layer),
        tuple(layer.kernel_size),
        tuple(layer.strides),
        tuple(layer.dilation_rate),
        layer.padding,
    )


def _batch_normalization(called: Called) -> Operation:
    layer, axes = called.layer, axes_from(called.layer.axis, called.rank)
    if axes == {called.rank - 1}:
        return kinds.Scale(lambda: scale(layer), lambda: shift(layer), called.rank - 1)
    return kinds.Rescale(offset=True, axes=axes)


def _identity(called: Called) -> Operation:
    return kinds.Identity()


def _rescaling(called: Called) -> Operation:
    layer = called.layer
    axes = axes_of(layer.scale, called.rank) | axes_of(layer.offset, called.rank)
    return kinds.Rescale(offset=bool(np.any(layer.offset)), axes=axes)


def _normalization(called: Called) -> Operation:
    return kinds.Rescale(offset=True, axes=axes_from(called.layer.axis, called.rank))


def _sum(called: Called) -> Operation:
    return kinds.Sum(constant=bool(called.constants), axes=called.axes_of_constants)


def _difference(called: Called) -> Operation:
    return kinds.Sum(constant=bool(called.constants), subtracts=True, axes=called.axes_of_constants)


def _product(called: Called) -> Operation:
    """A product of two tensors; of one and a constant; of one with itself, which is its square."""
    tensors, constants = len(called.shapes), called.constants
    factors = len(called.arguments)
    if tensors == 1 and len(constants) == 1:
        return kinds.Rescale(axes=called.axes_of_constants)
    if tensors == 1 and factors == 2:
        return kinds.Pointwise("square")
    return kinds.Product() if tensors == 2 == factors else kinds.Elementwise(axes=called.axes_of_constants)


def _quotient(called: Called) -> Operation:
    if len(called.shapes) == 1 and keras.backend.is_keras_tensor(called.arguments[0]) and called.constants:
        return kinds.Rescale(axes=called.axes_of_constants)
    return kinds.Elementwise(axes=called.axes_of_constants)


def _maximum(called: Called) -> Operation:
    if not called.constants:
        return kinds.Maximum()
    zero = np.ndim(called.constants[0]) == 0 and called.constants[0] == 0
    return kinds.Pointwise("relu" if zero else "clip", axes=called.axes_of_constants)


def _minimum(called: Called) -> Operation:
    if not called.constants:
        return kinds.Minimum()
    return kinds.Pointwise("clip", axes=called.axes_of_constants)


def _elementwise(called: Called) -> Operation:
    return kinds.Elementwise(axes=called.axes_of_constants)


def _jumping_elementwise(called: Called) -> Operation:
    return kinds.Elementwise(discontinuous=True, axes=called.axes_of_constants)


def _function(called: Called) -> Operation:
    """A function of one value, by the name of its class."""
    names = (_plain(base.__name__) for base in type(called.layer).__mro__)
    return kinds.Pointwise(next(name for name in names if name in FUNCTIONS))


def _clip(called: Called) -> Operation:
    layer = called.layer
    bounds = (getattr(layer, name, None) for name in ("x_min", "x_max"))
    axes = frozenset().union(*(axes_of(one, called.rank) for one in bounds if one is not None))
    return kinds.Pointwise("clip", axes=axes | called.axes_of_constants)


def _cast(called: Called) -> Operation:
    return kinds.Identity() if "float" in str(called.layer.dtype) else kinds.Pointwise("trunc")


def _relu(called: Called) -> Operation:
    layer = called.layer
    name = "leakyrelu" if np.any(getattr(layer, "negative_slope", 0)) else "relu"
    limit, threshold = getattr(layer, "max_value", None), getattr(layer, "threshold", 0)
    return kinds.Pointwise(name, limited=limit is not None, threshold=bool(np.any(threshold)))


def _prelu(called: Called) -> Operation:
    own = set(range(1, called.rank)) - {axis % called.rank for axis in called.layer.shared_axes or ()}
    return kinds.Pointwise("prelu", axes=frozenset(own))


def _activation(called: Called) -> Operation:
    return activation_operation(called.layer.activation, called.shape)


def _masking(called: Called) -> Operation:
    return kinds.Masking()


def _normalize(called: Called) -> kinds.Normalize:
    layer, axes = called.layer, axes_from(getattr(called.layer, "axis", -1), called.rank)
    learned = axes if getattr(layer, "gamma", None) is not None or getattr(layer, "scale", None) is not None else ()
    return kinds.Normalize(_plain(type(layer).__name__), axes, frozenset(learned))


def _layer_normalization(called: Called) -> Operation:
    """LayerNormalization and RMSNormalization."""
    layer, operation = called.layer, _normalize(called)
    if getattr(layer, "rms_scaling", False):  # by the variance, but without the difference to the mean
        return operation
    centered = not hasattr(layer, "scale") or isinstance(layer.scale, bool)
    factors = getattr(layer, "gamma", None) if centered else layer.scale
    gain, offset = (_along(operation.axes, called.rank, one) for one in (factors, getattr(layer, "beta", None)))
    return replace(operation, parts=parts.normalization(operation.axes, centered, layer.epsilon, gain, offset))


def _along(axes: frozenset[int], rank: int, weight: Any) -> Parameter | None:
    """Weight whose axes are some of those of a tensor, as it broadcasts to the tensor; None without one."""
    if weight is None:
        return None
    sizes = iter(weight.shape)
    shape = [next(sizes) if axis in axes else 1 for axis in range(rank)]
    return lambda: keras.ops.reshape(parameter(weight), shape)


def _group_normalization(called: Called) -> Operation:
    axis = called.layer.axis % called.rank
    return kinds.Normalize("groupnormalization", frozenset(range(1, called.rank)), frozenset({axis}))


def _pool(called: Called) -> Operation:
    layer, count = called.layer, called.rank - 2
    largest = "Max" in type(layer).__name__ or any("Max" in base.__name__ for base in type(layer).__mro__)
    size = numbers(layer.pool_size, count)
    strides = size if layer.strides is None else numbers(layer.strides, count)
    return kinds.Pool(largest, size, strides, layer.padding)


def _global_mean(called: Called) -> Operation:
    return _global(called, "mean")


def _global_maximum(called: Called) -> Operation:
    return _global(called, "max")


def _global(called: Called, kind: str) -> Operation:
    axes = frozenset(range(1, len(called.shapes[0]) - 1))
    return kinds.Reduce(kind, axes, bool(called.layer.keepdims))


def _reduce(called: Called) -> Operation:
    """Mean, Sum, Max, Min, Amax and Amin."""
    layer, rank = called.layer, len(called.shapes[0])
    kind = _plain(type(layer).__name__).removeprefix("a")
    axes = frozenset(range(rank)) if layer.axis is None else axes_from(layer.axis, rank)
    return kinds.Reduce(kind, axes, bool(layer.keepdims))


def _reshape(called: Called) -> Operation:
    """A layer or function; a function may also reshape the axis of instances."""
    sizes = [math.prod(size or math.nan for size in shape[1:]) for shape in (called.shapes[0], called.shape)]
    return kinds.Reshape(merges_instances=not isinstance(called.layer, keras.layers.Layer) and sizes[0] != sizes[1])


def _permute(called: Called) -> Operation:
    layer = called.layer
    order = (0, *layer.dims) if hasattr(layer, "dims") else layer.axes
    if order is None:
        return kinds.Permute(tuple(reversed(range(called.rank))))
    return kinds.Permute(tuple(int(axis) % called.rank for axis in order))


def _pad(called: Called) -> Operation:
    return kinds.Pad(ends(called.layer.padding))


def _crop(called: Called) -> Operation:
    return kinds.Crop(ends(called.layer.cropping))


def _upsample(called: Called) -> Operation:
    layer = called.layer
    if getattr(layer, "interpolation", "nearest") != "nearest":
        refusal = f"layer {layer.name!r} interpolates between steps, so its map cannot be placed in time"
        return kinds.Opaque(refusal=refusal, stated=kinds.Facts(affine=True, homogeneous=True, keeps_sign=False))
    return kinds.Upsample(numbers(layer.size, called.rank - 2))


def _concatenate(called: Called) -> Operation:
    return kinds.Concatenate(called.layer.axis % called.rank, called.order, bool(called.constants))


def _pick(called: Called) -> Operation:
    return kinds.Pick()


def _repeat_vector(called: Called) -> Operation:
    return kinds.Spread(1)


def _get_item(called: Called) -> Operation:
    """One place or a range of one axis; any other index is a rearrangement."""
    key, shape = called.call[0][-1] if len(called.call[0]) == 2 else None, called.shapes[0]
    keys = key if isinstance(key, tuple) else (key,)
    chosen = [(axis, one) for axis, one in enumerate(keys) if one != slice(None)]
    if len(chosen) != 1 or Ellipsis in keys or len(called.shapes) > 1:
        return kinds.Pick()
    (axis, one), size = chosen[0], shape[chosen[0][0]]
    if axis == 0 or size is None:
        return kinds.Pick()
    if isinstance(one, int):
        return kinds.Slice(axis, one % size, one % size + 1, keepdims=False)
    if not isinstance(one, slice) or (one.step or 1) < 0:
        return kinds.Pick()
    start, stop, step = one.indices(size)
    return kinds.Slice(axis, start, stop, step)


def _recurrent(called: Called) -> Operation:
    layer = called.layer
    backwards = any(getattr(one, "go_backwards", False) for one in (layer, getattr(layer, "forward_layer", None)))
    hides, written = _may_hide_relu(layer), recurrent.parts_of(called)
    return kinds.Recurrent(not backwards, discontinuous=jumps(layer), hides_relu=hides, parts=written)


def _attention(called: Called) -> Operation:
    return kinds.Attention(True, hides_relu=_may_hide_relu(called.layer), parts=attention.parts_of(called))


def _dot(called: Called) -> Operation:
    """A Dot layer; the steps of the first map are summed if axis 1 is."""
    return kinds.MatrixProduct(np.ravel(called.layer.axes)[0] % 3 != 1, tensors=len(called.order))


def _matrix_product(called: Called) -> Operation:
    return kinds.MatrixProduct(function=True, tensors=len(called.order))


def _any_order(called: Called) -> Operation:
    """Keras' own layers that may mix steps in any way: with an equation, or with a function of the user's."""
    layer = called.layer
    by_user = not hasattr(layer, "equation")
    return kinds.Opaque(discontinuous=jumps(layer), hides_relu=by_user or _may_hide_relu(layer))


def _index(called: Called) -> Operation:
    return kinds.Opaque(function=True, discontinuous=True)


def _time_distributed(called: Called) -> Operation:
    """The operation of the layer inside, at each place of the second axis."""
    inner, before = called.layer.layer, (called.shapes[0][0], *called.shapes[0][2:])
    row = row_of(inner)
    if row is not None and row.operation is not _masking:
        made = operation_of(Called(inner, (), [before], (called.shape[0], *called.shape[2:])))
        operation = distributed(made)
        if operation is not None:
            return operation
    return replace(_unknown(called), distributed=True)


def _step_pooling(called: Called) -> Operation:
    layer = called.layer
    return kinds.StepPooling(
        scores_steps=hasattr(layer, "step_scores"),
        weighs_steps=hasattr(layer, "attention_weights"),
        averages=bool(getattr(layer, "averages", False)),
        stands_alone=bool(getattr(layer, "stands_alone", False)),
        discontinuous=jumps(layer),
        hides_relu=_may_hide_relu(layer),
    )


def _unknown(called: Called) -> kinds.Opaque:
    """A layer or function without a row; layers that Keras computes keep their steps in order."""
    layer, own = called.layer, computed_by_keras(called.layer)
    is_layer = isinstance(layer, keras.layers.Layer)
    hides = not own or _may_hide_relu(layer)
    return kinds.Opaque(
        True if own and is_layer else None, function=not is_layer, discontinuous=jumps(layer), hides_relu=hides
    )


def _may_hide_relu(layer: Any) -> bool:
    inside = layer._flatten_layers() if hasattr(layer, "_flatten_layers") else []
    return any("relu" in _activations(one) or not _made_by_keras(type(one).call) for one in inside)


def _activations(layer: Any) -> str:
    functions = [getattr(layer, name, None) for name in ("activation", "recurrent_activation")]
    names = [type(layer).__name__, *(getattr(one, "__name__", type(one).__name__) for one in functions)]
    return " ".join(names).lower()


def _rows() -> dict[str, Row]:
    table: dict[str, Row] = {}

    def add(names: str, operation: Callable[[Called], Operation], activation: bool = False) -> None:
        table.update({name: Row(operation, activation) for name in names.split()})

    # Learned weights
    add("Dense", _dense, activation=True)
    add("Conv1D Conv2D", _convolution, activation=True)
    add("SeparableConv1D SeparableConv2D", _separable, activation=True)
    add("DepthwiseConv1D DepthwiseConv2D", _depthwise, activation=True)
    add("Conv1DTranspose Conv2DTranspose", _transposed, activation=True)
    add("BatchNormalization", _batch_normalization)
    # Unchanged at inference
    add("Identity Dropout SpatialDropout1D SpatialDropout2D AlphaDropout", _identity)
    add("GaussianNoise GaussianDropout ActivityRegularization ConvertToTensor", _identity)
    # Constants
    add("Rescaling", _rescaling)
    add("Normalization", _normalization)
    # Values at one position
    add("Add Average", _sum)
    add("Subtract Negative", _difference)
    add("Multiply", _product)
    add("Divide TrueDivide", _quotient)
    add("Maximum", _maximum)
    add("Minimum", _minimum)
    add("Arctan2 Hypot Where", _elementwise)
    add("FloorDivide Mod Equal NotEqual Greater GreaterEqual Less LessEqual", _jumping_elementwise)
    add("LogicalAnd LogicalOr LogicalNot Isnan Isinf Isfinite", _jumping_elementwise)
    add("Activation", _activation)
    add("ReLU LeakyReLU Relu LeakyRelu", _relu)
    add("PReLU", _prelu)
    add("Relu6 ELU Elu Selu Celu Gelu Silu Swish HardSilu HardSwish Tanh HardTanh TanhShrink", _function)
    add("SoftShrink HardShrink Softsign Sigmoid HardSigmoid SparseSigmoid Softplus Squareplus", _function)
    add("SparsePlus LogSigmoid", _function)
    add("Exp Expm1 Log Log1p Sqrt Rsqrt Square Absolute Abs Sin Cos Threshold Sign Round Floor Ceil Trunc", _function)
    add("StopGradient", _function)
    add("Power", _power)
    add("Clip", _clip)
    add("Cast", _cast)
    add("Masking", _masking)
    add("Softmax LogSoftmax Sparsemax Glu UnitNormalization", _normalize)
    add("LayerNormalization RMSNormalization", _layer_normalization)
    add("GroupNormalization", _group_normalization)
    # Poolings
    add("MaxPooling1D MaxPooling2D AveragePooling1D AveragePooling2D MaxPool AveragePool", _pool)
    add("GlobalAveragePooling1D GlobalAveragePooling2D", _global_mean)
    add("GlobalMaxPooling1D GlobalMaxPooling2D", _global_maximum)
    add("Mean Sum Max Min Amax Amin", _reduce)
    # Rearrangements
    add("Flatten Reshape ExpandDims Squeeze", _reshape)
    add("Permute Transpose", _permute)
    add("ZeroPadding1D ZeroPadding2D", _pad)
    add("Cropping1D Cropping2D", _crop)
    add("UpSampling1D UpSampling2D", _upsample)
    add("Concatenate", _concatenate)
    add("GetItem", _get_item)
    add("RepeatVector", _repeat_vector)
    add("Stack Flip Roll Split Moveaxis Swapaxes Repeat Tile Ravel BroadcastTo", _pick)
    # Steps mixed
    add("RNN SimpleRNN LSTM GRU Bidirectional ConvLSTM1D", _recurrent)
    add("MultiHeadAttention GroupedQueryAttention Attention AdditiveAttention", _attention)
    add("Dot", _dot)
    add("Matmul Einsum Tensordot", _matrix_product)
    add("EinsumDense Lambda", _any_order)
    add("TimeDistributed", _time_distributed)
    add("Argmax Argmin OneHot", _index)
    return table


def _power(called: Called) -> Operation:
    if len(called.shapes) == 1 and keras.backend.is_keras_tensor(called.arguments[0]):
        return kinds.Pointwise("power", axes=called.axes_of_constants)
    return kinds.Elementwise(axes=called.axes_of_constants)


ROWS = _rows()
"""Row of each layer type, and of each function of ``keras.ops``, by the name of its class."""
