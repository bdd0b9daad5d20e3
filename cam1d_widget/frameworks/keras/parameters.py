"""Current parameters of Keras layers, as the operations of a graph read them."""

from __future__ import annotations

from typing import Any

from keras import ops

from ...network.operations import Parameter

__all__ = ["bias", "parameter", "rounds", "scale", "separable_kernel", "shift"]


def parameter(variable: Any) -> Any:
    """Values of a variable, in float32."""
    return ops.cast(ops.convert_to_tensor(variable), "float32")


def bias(layer: Any) -> Parameter | None:
    """Bias of a layer; None if it has none."""
    return (lambda: parameter(layer.bias)) if layer.use_bias else None


def rounds(layer: Any) -> bool:
    """Whether a layer is quantized."""
    return bool(getattr(layer, "quantization_mode", None))


def separable_kernel(layer: Any) -> Any:
    """Kernel of the two convolutions together: nothing is between them."""
    depthwise, pointwise = parameter(layer.depthwise_kernel), parameter(layer.pointwise_kernel)
    across = ops.reshape(pointwise, (*depthwise.shape[-2:], pointwise.shape[-1]))
    return ops.einsum("...cm,cmf->...cf", depthwise, across)


def scale(norm: Any) -> Any:
    """Factor of a batch normalization at inference, of shape (filter,)."""
    scale = ops.rsqrt(parameter(norm.moving_variance) + norm.epsilon)
    return scale * parameter(norm.gamma) if norm.scale else scale


def shift(norm: Any) -> Any:
    """Summand of a batch normalization at inference, of shape (filter,)."""
    shift = -parameter(norm.moving_mean) * scale(norm)
    return shift + parameter(norm.beta) if norm.center else shift
