"""What folds over a graph need of PyTorch's tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from ...network.operations import Convolution, Dense, Weighted

# Bytes of a result that may be weights.
_MOST_OF_WEIGHTS = 2**16

__all__ = ["Functions", "TorchTensors", "array_of", "in_float32", "no_inference_mode", "tensor_of", "vector_jacobian"]


class Functions:
    """Functions of tensors by the names of numpy and Keras.

    Parameters
    ----------
    device : torch.device
        Where new tensors are made.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device

    abs = staticmethod(torch.abs)
    log = staticmethod(torch.log)
    matmul = staticmethod(torch.matmul)
    ones_like = staticmethod(torch.ones_like)
    relu = staticmethod(torch.relu)
    sigmoid = staticmethod(torch.sigmoid)
    sqrt = staticmethod(torch.sqrt)
    square = staticmethod(torch.square)
    tanh = staticmethod(torch.tanh)
    transpose = staticmethod(torch.permute)
    where = staticmethod(torch.where)
    zeros_like = staticmethod(torch.zeros_like)

    def arange(self, stop: int) -> Any:
        """Numbers from zero on."""
        return torch.arange(stop, device=self._device)

    @staticmethod
    def cast(x: Any, dtype: Any) -> Any:
        """Tensor of another dtype."""
        dtype = getattr(torch, dtype) if isinstance(dtype, str) else dtype
        return x if x.dtype is dtype else x.to(dtype)

    @staticmethod
    def concatenate(tensors: Any, axis: int = 0) -> Any:
        """Tensors one after the other along an axis."""
        return torch.cat(tensors, axis)

    @staticmethod
    def convert_to_numpy(x: Any) -> Any:
        """Numbers of a tensor."""
        return x.detach().cpu().numpy()

    def convert_to_tensor(self, x: Any) -> Any:
        """Tensor of an array."""
        return torch.as_tensor(x, device=self._device)

    def eye(self, size: int) -> Any:
        """Identity matrix."""
        return torch.eye(size, device=self._device)

    @staticmethod
    def flip(x: Any, axis: int) -> Any:
        """The last values of an axis first."""
        return torch.flip(x, (axis,))

    @staticmethod
    def logsumexp(x: Any, axis: Any, keepdims: bool = False) -> Any:
        """Logarithm of the sum of exponentials over axes."""
        return torch.logsumexp(x, axis, keepdims)

    @staticmethod
    def maximum(x: Any, other: Any) -> Any:
        """Larger of two values at each position."""
        return torch.maximum(x, other)

    @staticmethod
    def mean(x: Any, axis: Any, keepdims: bool = False) -> Any:
        """Mean over axes."""
        return torch.mean(x, axis, keepdims)

    @staticmethod
    def one_hot(indices: Any, count: int) -> Any:
        """Rows that are one at an index, in float32."""
        return _identity(count, indices.device).index_select(0, indices)

    @staticmethod
    def repeat(x: Any, repeats: int, axis: int) -> Any:
        """Each slice along an axis repeated."""
        return torch.repeat_interleave(x, repeats, axis)

    @staticmethod
    def reshape(x: Any, shape: Any) -> Any:
        """The same values in another shape."""
        return x.reshape(shape)

    @staticmethod
    def scan(function: Callable[..., Any], states: Any, x: Any) -> Any:
        """States and outputs of a function of states and one row after the other; outputs are as many as states."""
        outputs = []
        for row in x:
            states, made = function(states, row)
            outputs.append(made)
        return states, [torch.stack(one) for one in zip(*outputs, strict=True)]

    @staticmethod
    def shape(x: Any) -> Any:
        """Sizes of the axes."""
        return tuple(x.shape)

    @staticmethod
    def softmax(x: Any) -> Any:
        """Softmax over the last axis."""
        return torch.softmax(x, -1)

    @staticmethod
    def stack(tensors: Any, axis: int = 0) -> Any:
        """Tensors along a new axis."""
        return torch.stack(tensors, axis)

    @staticmethod
    def sum(x: Any, axis: Any, keepdims: bool = False) -> Any:
        """Sum over axes."""
        return torch.sum(x, axis, keepdims)

    @staticmethod
    def take_along_axis(x: Any, indices: Any, axis: int) -> Any:
        """Values at an index of each row."""
        return torch.take_along_dim(x, indices.long(), axis)


class TorchTensors:
    """Tensors of PyTorch on a device."""

    def __init__(self, device: torch.device) -> None:
        self.ops = Functions(device)

    def linear(self, operation: Weighted, x: Any, kernel: Any) -> Any:
        """W x for a kernel of any values, without the bias."""
        if isinstance(operation, Dense):
            return x @ kernel
        return _convolved(operation, x, kernel) if isinstance(operation, Convolution) else x * kernel

    def quotient(self, numerator: Any, denominator: Any) -> Any:
        """Quotient, and zero where the denominator is."""
        zero = denominator == 0
        return torch.where(zero, 0.0, numerator / torch.where(zero, 1.0, denominator))

    def vector_jacobian(self, function: Callable[..., Any], inputs: list[Any]) -> Any:
        """Values of a function in float32, and its vector-Jacobian product, which may be called once."""
        return vector_jacobian(function, inputs)


@contextmanager
def no_inference_mode() -> Iterator[None]:
    """Tensors that may take part in a gradient, where the caller has switched that off for speed.

    Switching the mode off takes as long as several operations, also where it is off.
    """
    if torch.is_inference_mode_enabled():
        with torch.inference_mode(False), torch.no_grad():
            yield
    else:
        yield


def tensor_of(x: Any, device: torch.device, dtype: torch.dtype | None = None) -> torch.Tensor:
    """Tensor of an array on a device; arrays that must not be written to are copied."""
    x = np.ascontiguousarray(x)
    made = torch.from_numpy(x if x.flags.writeable else x.copy())
    return made if dtype in (None, made.dtype) and device.type == "cpu" else made.to(device, dtype)


def array_of(made: torch.Tensor, given: Sequence[np.ndarray]) -> np.ndarray:
    """Array in C order of a tensor that was computed, of which neither the given arrays nor the weights are a part."""
    array = np.ascontiguousarray(made.numpy(force=True))
    # A module may return a part of its input, or of its weights, which are few for each series.
    if array.flags.owndata:
        return array
    shared = array.nbytes < _MOST_OF_WEIGHTS or any(np.may_share_memory(array, one) for one in given)
    return array.copy() if shared else array


@lru_cache(maxsize=8)
def _identity(count: int, device: torch.device) -> torch.Tensor:
    return torch.eye(count, device=device)


def in_float32(value: Any) -> Any:
    """A tensor of floating point numbers in float32; anything else as it is."""
    return value.float() if isinstance(value, torch.Tensor) and value.is_floating_point() else value


def vector_jacobian(
    function: Callable[..., Any], inputs: list[torch.Tensor]
) -> tuple[list[torch.Tensor], Callable[[list[torch.Tensor]], list[torch.Tensor]]]:
    """Values of a function, and its vector-Jacobian product, which may be called once.

    Numbers are in float32; integers and booleans stay as they are, and have no gradient.
    """
    with torch.enable_grad():
        leaves = [one.detach().requires_grad_(one.is_floating_point()) for one in inputs]
        made = function(*leaves)
        outputs = [in_float32(one) for one in (made if isinstance(made, list | tuple) else [made])]

    def pull(received: list[torch.Tensor]) -> list[torch.Tensor]:
        pairs = [(one, part) for one, part in zip(outputs, received, strict=True) if one.requires_grad]
        asked = [one for one in leaves if one.requires_grad]
        if not pairs or not asked:
            return [torch.zeros_like(one) for one in leaves]
        made, given = zip(*pairs, strict=True)
        found = iter(torch.autograd.grad(made, asked, given, allow_unused=True))
        return [_or_zero(next(found) if one.requires_grad else None, one) for one in leaves]

    return [one.detach() for one in outputs], pull


def _or_zero(gradient: torch.Tensor | None, like: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(like) if gradient is None else gradient


def _convolved(operation: Convolution, x: Any, kernel: Any) -> Any:
    weight = kernel.permute(-1, -2, *range(kernel.ndim - 2))
    x = x.movedim(-1, 1)
    ends = operation.padding
    pads: Any = 0
    if not isinstance(ends, str):
        if all(left == right for left, right in ends):
            pads = [left for left, _ in ends]
        else:
            x = functional.pad(x, [end for pair in reversed(ends) for end in pair])
    groups = x.shape[1] // weight.shape[1]
    convolution = functional.conv1d if kernel.ndim == 3 else functional.conv2d
    made = convolution(x, weight, None, operation.strides, pads, operation.dilation, groups)
    return made.movedim(1, -1)
