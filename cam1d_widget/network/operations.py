"""What a layer does, told as one of a few kinds of operation that the rules of propagation know.

Everything is computed in float32 from the layers' own weights, whatever precision the model works in. A layer whose
``call`` is not Keras' own is never taken for the layer that it derives from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from ..frameworks.keras.layer_table import is_idle
from ..frameworks.keras.symbolic import computed_by_keras, kinds, made_by_keras

__all__ = ["Largest", "Opaque", "Operation", "Pointwise", "Product", "Rearranged", "Summed", "Weighted", "operations"]

Call = Callable[..., Any]


@dataclass(frozen=True)
class Weighted:
    """W x + b, with weights that were learned; a BatchNormalization behind it may be merged into them."""

    layer: Any
    norm: Any = None

    @property
    def kind(self) -> str:
        """One of "dense", "convolution", "norm"."""
        names = kinds(self.layer)
        return "dense" if "Dense" in names else "norm" if "BatchNormalization" in names else "convolution"

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Output for an input."""
        return self.product(x, self.kernel()) + self.bias()

    def kernel(self) -> tf.Tensor:
        """W, in the shape that :meth:`product` takes it in."""
        kernel = _kernel(self.layer)
        if self.norm is None:
            return kernel
        scale = _scale_and_shift(self.norm)[0]
        return kernel * (tf.reshape(scale, kernel.shape[1:]) if "DepthwiseConv1D" in kinds(self.layer) else scale)

    def bias(self) -> tf.Tensor:
        """Bias b, of shape (filter,)."""
        if self.kind == "norm":
            return _scale_and_shift(self.layer)[1]
        bias = _float(self.layer.bias) if self.layer.use_bias else tf.zeros(())
        if self.norm is None:
            return bias
        scale, shift = _scale_and_shift(self.norm)
        return bias * scale + shift

    def product(self, x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        """W x for weights of any value."""
        return _PRODUCTS[self.kind](self.layer, x, kernel)


@dataclass(frozen=True)
class Rearranged:
    """Every output is one of the inputs, or zero: flatten, pad, crop, concatenate, repeat."""

    call: Call


@dataclass(frozen=True)
class Summed:
    """An affine function without weights of its own: sums, means, differences."""

    call: Call


@dataclass(frozen=True)
class Pointwise:
    """A function of one value, such as an activation."""

    call: Call
    name: str


@dataclass(frozen=True)
class Largest:
    """Every output is the largest of some inputs."""

    call: Call


@dataclass(frozen=True)
class Product:
    """Two inputs multiplied: linear in either."""

    call: Call


@dataclass(frozen=True)
class Opaque:
    """Anything else."""

    call: Call
    name: str = ""
    made_by_keras: bool = True


Operation = Weighted | Rearranged | Summed | Pointwise | Largest | Product | Opaque

_WEIGHTED = frozenset("Dense Conv1D Conv2D SeparableConv1D DepthwiseConv1D".split())
_REARRANGING = frozenset(
    "Flatten Reshape Permute ZeroPadding1D Cropping1D UpSampling1D RepeatVector Concatenate Stack Transpose "
    "Squeeze ExpandDims Flip Roll GetItem Split Moveaxis Swapaxes Repeat Tile Ravel BroadcastTo".split()
)
_SUMMING = frozenset(
    "AveragePooling1D AveragePooling2D GlobalAveragePooling1D GlobalAveragePooling2D AveragePool Add Subtract Negative "
    "Mean Sum Rescaling Normalization".split()
)
_LARGEST = frozenset("MaxPooling1D MaxPooling2D GlobalMaxPooling1D GlobalMaxPooling2D MaxPool Max Amax Maximum".split())
_PRODUCT = frozenset("Multiply Dot Matmul".split())
# The names of layers, of Keras' functions and of its activations, without case and underscores.
_FUNCTIONS = frozenset(
    "relu relu6 leakyrelu prelu elu selu celu gelu silu swish sigmoid hardsigmoid hardsilu hardswish tanh hardtanh "
    "tanhshrink softshrink hardshrink softplus softsign squareplus logsigmoid mish exponential exp expm1 log log1p "
    "sqrt square absolute sin cos clip".split()
)


def operations(layer: Any, call: Call, arguments: Sequence[Any], tensors: int) -> list[Operation]:
    """What a layer does, one after another; nothing for a layer that does nothing at inference.

    Parameters
    ----------
    layer : Keras layer or operation
    call : callable
        Computes the layer from the values of its source tensors.
    arguments : sequence
        What it was called with, tensors or not.
    tensors : int
        How many different tensors are among them.
    """
    names = kinds(layer)
    if not computed_by_keras(layer) or "Lambda" in names:
        return [Opaque(call, made_by_keras=False)]
    if is_idle(layer):
        return []
    if names & _WEIGHTED and getattr(layer, "data_format", None) != "channels_first":
        return [Weighted(layer), *_activation(layer.activation)]
    if "BatchNormalization" in names and layer.axis in (-1, layer.input_spec.ndim - 1):
        return [Weighted(layer)]
    if "Activation" in names:
        return _activation(layer.activation)
    return [_without_weights(layer, names, call, arguments, tensors)]


def _without_weights(
    layer: Any, names: frozenset[str], call: Call, arguments: Sequence[Any], tensors: int
) -> Operation:
    name = _plain(type(layer).__name__)
    others = [one for one in arguments if not keras.backend.is_keras_tensor(one)]
    if names & {"Average"} and "Layer" in names:
        return Summed(call)
    if names & _REARRANGING:
        return Rearranged(call)
    if names & {"Maximum"} and tensors == 1:  # beside a number
        return Pointwise(call, "relu" if [*map(str, others)] in (["0"], ["0.0"]) else "clip")
    if names & _LARGEST:
        return Largest(call)
    if names & _SUMMING:
        return Summed(call)
    if names & _PRODUCT:
        return _product(call, arguments, others, tensors)
    if names & {"Divide", "TrueDivide"} and tensors == 1 and keras.backend.is_keras_tensor(arguments[0]) and others:
        return Summed(call)
    if name in _FUNCTIONS:
        return Pointwise(call, "leakyrelu" if getattr(layer, "negative_slope", 0) else name)
    return Opaque(call, name)


def _product(call: Call, arguments: Sequence[Any], others: Sequence[Any], tensors: int) -> Operation:
    """A product of two tensors; of one and a number, which is a sum; of one with itself, which is its square."""
    factors = arguments[0] if isinstance(arguments[0], list | tuple) else arguments[:2]
    if tensors == 2 and len(factors) == 2:
        return Product(call)
    if tensors == 1 and len(factors) == 2:
        return Summed(call) if others and others[0] is not factors else Opaque(call)
    return Opaque(call)


def _activation(function: Any) -> list[Operation]:
    """A layer's activation, given as a function or as a layer of its own."""
    if function is None:
        return []
    if isinstance(function, keras.layers.Layer):
        return operations(function, function.call, [], 1)
    name = _plain(getattr(function, "__name__", type(function).__name__))
    if name == "linear":
        return []
    own = made_by_keras(function)
    if own and name in _FUNCTIONS:
        return [Pointwise(function, name)]
    return [Opaque(function, name, own)]


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


# What layers with weights compute


def _float(variable: Any) -> tf.Tensor:
    return tf.cast(tf.convert_to_tensor(variable), tf.float32)


def _kernel(layer: Any) -> tf.Tensor:
    names = kinds(layer)
    if "BatchNormalization" in names:
        return _scale_and_shift(layer)[0]
    if "SeparableConv1D" in names:  # its two convolutions are one: nothing stands between them
        depthwise, pointwise = _float(layer.depthwise_kernel), _float(layer.pointwise_kernel)
        across = tf.reshape(pointwise, (*depthwise.shape[1:], pointwise.shape[-1]))
        return tf.einsum("kcm,cmf->kcf", depthwise, across)
    return _float(layer.kernel)


def _scale_and_shift(norm: Any) -> tuple[tf.Tensor, tf.Tensor]:
    """What a BatchNormalization multiplies by and adds at inference, of shape (filter,) each."""
    scale = tf.math.rsqrt(_float(norm.moving_variance) + norm.epsilon)
    scale = scale * _float(norm.gamma) if norm.scale else scale
    shift = -_float(norm.moving_mean) * scale
    return scale, shift + _float(norm.beta) if norm.center else shift


def _convolved(layer: Any, x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    padding = layer.padding
    if padding == "causal":
        reach = layer.dilation_rate[0] * (layer.kernel_size[0] - 1)
        x, padding = tf.pad(x, [[0, 0], [reach, 0], [0, 0]]), "valid"
    convolution = keras.ops.depthwise_conv if "DepthwiseConv1D" in kinds(layer) else keras.ops.conv
    return convolution(
        x,
        kernel,
        strides=layer.strides,
        padding=padding,
        dilation_rate=layer.dilation_rate,
        data_format="channels_last",
    )


_PRODUCTS: dict[str, Callable[[Any, tf.Tensor, tf.Tensor], tf.Tensor]] = {
    "dense": lambda layer, x, kernel: keras.ops.matmul(x, kernel),
    "convolution": _convolved,
    "norm": lambda layer, x, scale: x * scale,
}
