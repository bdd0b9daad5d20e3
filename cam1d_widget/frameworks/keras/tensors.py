"""What folds over a graph need of Keras' tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras import ops

from ...network.operations import Convolution, Dense, Weighted
from .engine import vector_jacobian

__all__ = ["KerasTensors"]


class KerasTensors:
    """Tensors of Keras, on the backend that it runs on."""

    ops = ops

    def linear(self, operation: Weighted, x: Any, kernel: Any) -> Any:
        """W x for a kernel of any values, without the bias."""
        if isinstance(operation, Dense):
            return ops.matmul(x, kernel)
        return _convolved(operation, x, kernel) if isinstance(operation, Convolution) else x * kernel

    def quotient(self, numerator: Any, denominator: Any) -> Any:
        """Quotient, and zero where the denominator is zero."""
        zero = denominator == 0
        return ops.where(zero, 0.0, numerator / ops.where(zero, 1.0, denominator))

    def vector_jacobian(self, function: Callable[..., Any], inputs: list[Any]) -> Any:
        """Values of a function in float32, and its vector-Jacobian product, which may be called once."""
        return vector_jacobian(function, inputs)


def _convolved(operation: Convolution, x: Any, kernel: Any) -> Any:
    padding = operation.padding
    if not isinstance(padding, str):
        x, padding = ops.pad(x, [[0, 0], *map(list, padding), [0, 0]]), "valid"
    if padding == "causal":
        reach = operation.dilation[0] * (operation.size[0] - 1)
        x, padding = ops.pad(x, [[0, 0], [reach, 0], [0, 0]]), "valid"
    convolution = ops.depthwise_conv if operation.depthwise else ops.conv
    return convolution(
        x,
        kernel,
        strides=operation.strides,
        padding=padding,
        dilation_rate=operation.dilation,
        data_format="channels_last",
    )
