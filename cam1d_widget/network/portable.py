"""A network as plain data: its operations and their weights, for an engine that needs neither Python nor a framework.

Constants of an operation that the graph does not hold, such as the summand of a sum or the slope of a leaky ReLU, are
what the operation returns at known points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import singledispatchmethod
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from . import operations as kinds
from .cells import Recurrence
from .graph import Graph, Node
from .operations import Operation, Padding
from .parts import Opened, parts_of

__all__ = ["NotPortable", "Portable", "portable"]

# Functions of one value that an engine computes without constants.
_PLAIN = frozenset(
    "relu6 selu silu swish hardsilu hardswish tanh sigmoid hardsigmoid softsign mish exponential exp expm1 log log1p "
    "logsigmoid sqrt square absolute abs sin cos relu".split()
)
_LARGE = 1e30


class NotPortable(ValueError):
    """A network that the engine in a page cannot compute.

    Parameters
    ----------
    reason : str
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}; save the page without model=True")


class Portable(NamedTuple):
    """A network as plain data.

    Attributes
    ----------
    operations : list of dict
        In the order of computing; each has the keys `kind`, `inputs` and `output` (numbers of values), and its
        parameters. Arrays are given as ``{"shape": [...], "offset": number of values before it in weights}``.
    shapes : dict
        Shape of each value without the batch, by its number; value 0 is the series.
    weights : ndarray of float32, of shape (number,)
        All arrays, one after the other.
    kernels : tuple of (int, int)
        First value and number of values of each kernel of a dense, convolutional or recurrent layer.
    """

    operations: list[dict[str, Any]]
    shapes: dict[int, list[int]]
    weights: np.ndarray
    kernels: tuple[tuple[int, int], ...]


def portable(graph: Graph, length: int, wanted: Sequence[int], opened: Callable[..., Graph | None]) -> Portable:
    """The operations that compute some values from a series of one length.

    Parameters
    ----------
    graph : Graph
    length : int
    wanted : sequence of int
    opened : callable
        Called with a node that pools steps and the shape of its input; returns the graph of its own operations, or None
        if they cannot be read.

    Raises
    ------
    NotPortable
        If one of them has no counterpart in the engine; the error names the layer.
    """
    writing = _Writing(graph, length, opened)
    operations = [writing.described(node) for node in writing.computed(wanted)]
    weights = np.concatenate(writing.arrays) if writing.arrays else np.zeros(0, np.float32)
    shapes = {number: list(value.shape[1:]) for number, value in writing.values.items()}
    return Portable(operations, shapes, weights, tuple(writing.kernels))


class _Writing:
    """Descriptions of nodes, and the arrays that they refer to."""

    def __init__(self, graph: Graph, length: int, opened: Callable[..., Graph | None]) -> None:
        self._graph, self._ops, self._opened = graph, graph.tensors.ops, opened
        channels = graph.values[0].shape[-1]
        # Values of one series of zeros, by number: what the shapes are known from.
        assert channels is not None
        self.values = {0: np.zeros((1, length, channels), np.float32)}
        self.arrays: list[np.ndarray] = []
        self.kernels: list[tuple[int, int]] = []
        self._count = 0

    def computed(self, wanted: Sequence[int]) -> Iterator[Node]:
        """Nodes in the order of computing, each after its values are known."""
        numbers = count(len(self._graph.values))
        for node in self._graph.between([0], wanted):
            for part in parts_of(self._with_parts(node), self._graph.tensors, numbers):
                self.values.update(zip(part.outputs, self._called(part, *self._inputs(part)), strict=True))
                yield part

    def _with_parts(self, node: Node) -> Node:
        """A node that pools steps, with its own operations as parts."""
        if not isinstance(node.operation, kinds.StepPooling):
            return node
        inner = self._opened(node, self._inputs(node)[0].shape)
        return node if inner is None else replace(node, operation=Opened(inner))

    def described(self, node: Node) -> dict[str, Any]:
        """One operation as plain data."""
        parameters = self._parameters(node.operation, node)
        return {"inputs": list(node.inputs), "output": node.outputs[0], **parameters}

    @singledispatchmethod
    def _parameters(self, operation: Operation, node: Node) -> dict[str, Any]:
        raise NotPortable(f"{node} cannot be computed in a page")

    # Learned weights

    @_parameters.register
    def _dense(self, operation: kinds.Dense, node: Node) -> dict[str, Any]:
        return {"kind": "dense", **self._weights(operation, node)}

    @_parameters.register
    def _convolution(self, operation: kinds.Convolution, node: Node) -> dict[str, Any]:
        sizes, channels = self._inputs(node)[0].shape[1:-1], self._inputs(node)[0].shape[-1]
        spans = [(size - 1) * dilation + 1 for size, dilation in zip(operation.size, operation.dilation, strict=True)]
        weights = self._weights(operation, node)
        return {
            "kind": "depthwise convolution" if operation.depthwise else "convolution",
            **weights,
            "strides": list(operation.strides),
            "dilation": list(operation.dilation),
            "padding": _ends(operation.padding, sizes, spans, operation.strides),
            "groups": 1 if operation.depthwise else channels // weights["kernel"]["shape"][-2],
        }

    @_parameters.register
    def _transposed(self, operation: kinds.TransposedConvolution, node: Node) -> dict[str, Any]:
        """The gradient of a convolution by its input, with the padding of that convolution."""
        (_, *steps, _), (_, *made, filters) = self._inputs(node)[0].shape, self.values[node.outputs[0]].shape
        padding = []
        for axis, (before, stride, size, dilation) in enumerate(
            zip(steps, operation.strides, operation.size, operation.dilation, strict=True)
        ):
            cut = (before - 1) * stride + (size - 1) * dilation + 1 - made[axis]
            if isinstance(operation.padding, str):
                start = max(cut, 0) // 2 if operation.padding == "same" else 0
            else:
                start = operation.padding[axis][0]
            padding.append([start, cut - start])
        kernel = self._kernel(operation.kernel)
        return {
            "kind": "transposed convolution",
            "kernel": kernel,
            "bias": self._bias(operation),
            "strides": list(operation.strides),
            "dilation": list(operation.dilation),
            "padding": padding,
            "groups": filters // kernel["shape"][-2],
        }

    @_parameters.register
    def _scale(self, operation: kinds.Scale, node: Node) -> dict[str, Any]:
        factor = self._array(self._numpy(operation.kernel()))
        return {"kind": "affine", "factors": [factor], "summand": self._bias(operation)}

    def _weights(self, operation: kinds.Weighted, node: Node) -> dict[str, Any]:
        if operation.rounds:
            raise NotPortable(f"{node} is quantized, and cannot be computed in a page")
        return {"kernel": self._kernel(operation.kernel), "bias": self._bias(operation)}

    def _bias(self, operation: kinds.Weighted | kinds.TransposedConvolution) -> dict[str, Any] | None:
        return None if operation.bias is None else self._array(self._numpy(operation.bias()))

    # Linear functions without learned weights

    @_parameters.register(kinds.Rescale)
    @_parameters.register(kinds.Sum)
    def _affine(self, operation: Operation, node: Node) -> dict[str, Any]:
        """Factors of each input, and a summand, from the values at zero and at one."""
        zeros = [np.zeros_like(one) for one in self._inputs(node)]
        summand = self._called(node, *zeros)[0]
        if not np.isfinite(summand).all():
            raise NotPortable(f"{node} adds infinite numbers, and cannot be computed in a page")
        factors = []
        for place, one in enumerate(zeros):
            inputs = [*zeros[:place], np.ones_like(one), *zeros[place + 1 :]]
            factors.append(self._array(_narrowest(self._called(node, *inputs)[0] - summand)))
        return {"kind": "affine", "factors": factors, "summand": self._array(_narrowest(summand))}

    @_parameters.register
    def _identity(self, operation: kinds.Identity, node: Node) -> dict[str, Any]:
        return {"kind": "reshape", "order": None}

    @_parameters.register
    def _reshape(self, operation: kinds.Reshape, node: Node) -> dict[str, Any]:
        if operation.merges_instances:
            raise NotPortable(f"{node} puts several series on one axis, and cannot be computed in a page")
        return {"kind": "reshape", "order": operation.order and list(operation.order)}

    @_parameters.register
    def _permute(self, operation: kinds.Permute, node: Node) -> dict[str, Any]:
        if operation.order is None:
            raise NotPortable(f"{node} orders axes in a way that is not known, and cannot be computed in a page")
        return {"kind": "permute", "order": list(operation.order)}

    @_parameters.register
    def _pad(self, operation: kinds.Pad, node: Node) -> dict[str, Any]:
        if operation.mode != "zeros":
            raise NotPortable(f"{node} pads by copies of steps, and cannot be computed in a page")
        return {"kind": "pad", "ends": [list(ends) for ends in operation.ends]}

    @_parameters.register
    def _crop(self, operation: kinds.Crop, node: Node) -> dict[str, Any]:
        starts = [left for left, _ in operation.ends]
        return {"kind": "slice", "begin": [0, *starts, 0], "step": 1}

    @_parameters.register
    def _slice(self, operation: kinds.Slice, node: Node) -> dict[str, Any]:
        begin = [0] * self._inputs(node)[0].ndim
        begin[operation.axis] = operation.start
        stop = min(operation.stop, self._inputs(node)[0].shape[operation.axis])
        ends = {"axis": operation.axis, "start": operation.start, "stop": stop, "step": operation.step}
        return {"kind": "stride", **ends}

    @_parameters.register
    def _flip(self, operation: kinds.Flip, node: Node) -> dict[str, Any]:
        return {"kind": "flip", "axis": operation.axis}

    @_parameters.register
    def _upsample(self, operation: kinds.Upsample, node: Node) -> dict[str, Any]:
        return {"kind": "upsample", "size": list(operation.size)}

    @_parameters.register
    def _concatenate(self, operation: kinds.Concatenate, node: Node) -> dict[str, Any]:
        if operation.constant:
            raise NotPortable(f"{node} joins a constant to its input, and cannot be computed in a page")
        axis = operation.axis % self._inputs(node)[0].ndim
        return {"kind": "concatenate", "axis": axis, "order": list(operation.order)}

    # Poolings

    @_parameters.register
    def _pool(self, operation: kinds.Pool, node: Node) -> dict[str, Any]:
        sizes = self._inputs(node)[0].shape[1:-1]
        parameters: dict[str, Any] = {
            "kind": "maximum pooling" if operation.largest else "mean pooling",
            "size": list(operation.size),
            "strides": list(operation.strides),
            "padding": _ends(operation.padding, sizes, operation.size, operation.strides),
        }
        if not operation.largest:
            # How many samples a mean divides by differs in the padding.
            ones = np.ones_like(self._inputs(node)[0])
            windows = _sums_of_windows(ones[0, ..., 0], parameters)
            divided = self._called(node, ones)[0][0, ..., 0] / windows
            parameters["share"] = self._array(_narrowest(divided[np.newaxis, ..., np.newaxis]))
        return parameters

    @_parameters.register
    def _reduce(self, operation: kinds.Reduce, node: Node) -> dict[str, Any]:
        if 0 in operation.axes:
            raise NotPortable(f"{node} joins several series, and cannot be computed in a page")
        return {"kind": "reduce", "function": operation.kind, "axes": sorted(operation.axes)}

    # Functions of the values at one position

    @_parameters.register
    def _pointwise(self, operation: kinds.Pointwise, node: Node) -> dict[str, Any]:
        name, at = operation.name, self._at(node)
        if operation.threshold:
            raise NotPortable(f"{node} has a threshold, and cannot be computed in a page")
        if name == "relu" and operation.limited:
            return self._function("clip", low=at(-1), high=at(_LARGE))
        if name == "clip":
            return self._function("clip", low=at(-_LARGE), high=at(_LARGE))
        if name in ("leakyrelu", "prelu") and not operation.limited:
            return self._function("leakyrelu", slope=-at(-1))
        if name in ("elu", "celu"):
            return self._function("elu", slope=-at(-_LARGE))
        if name == "gelu":
            # The approximation by a tanh is 0.8412 at one.
            return self._function("gelu exact" if np.all(at(1) > 0.8413) else "gelu")
        if name == "rsqrt":
            return self._function("rsqrt", summand=at(0) ** -2)
        if name == "softplus":
            return self._function("softplus", sharpness=np.log(2) / at(0))
        if name in _PLAIN and not operation.limited:
            return self._function(name)
        raise NotPortable(f"{node} computes the function {name!r}, which cannot be computed in a page")

    def _function(self, name: str, **constants: np.ndarray) -> dict[str, Any]:
        arrays = {key: self._array(_narrowest(value)) for key, value in constants.items()}
        return {"kind": "function", "function": name, **arrays}

    def _at(self, node: Node) -> Callable[[float], np.ndarray]:
        """Values of a function of one value where its input is a number."""
        like = self._inputs(node)[0]
        return lambda number: self._called(node, np.full_like(like, number))[0]

    @_parameters.register
    def _product(self, operation: kinds.Product, node: Node) -> dict[str, Any]:
        return {"kind": "product"}

    @_parameters.register
    def _maximum(self, operation: kinds.Maximum, node: Node) -> dict[str, Any]:
        return {"kind": "maximum"}

    @_parameters.register
    def _minimum(self, operation: kinds.Minimum, node: Node) -> dict[str, Any]:
        return {"kind": "minimum"}

    @_parameters.register
    def _normalize(self, operation: kinds.Normalize, node: Node) -> dict[str, Any]:
        if operation.name not in ("softmax", "logsoftmax") or len(operation.axes) != 1:
            raise NotPortable(f"{node} cannot be computed in a page")
        axis = min(operation.axes) % self._inputs(node)[0].ndim
        return {"kind": "softmax", "axis": axis, "logarithm": operation.name == "logsoftmax"}

    # Operations that mix steps

    @_parameters.register
    def _matrix_product(self, operation: kinds.MatrixProduct, node: Node) -> dict[str, Any]:
        if operation.tensors == 1:
            return {"kind": "dense", "kernel": self._kernel(lambda: self._constant_factor(node)), "bias": None}
        if operation.transposes is None or len(node.inputs) != 2:
            raise NotPortable(f"{node} cannot be computed in a page")
        return {"kind": "matrix product", "transposes": operation.transposes}

    def _constant_factor(self, node: Node) -> np.ndarray:
        """Matrix that the values at each step are multiplied by: what the product of the units is."""
        [x] = self._inputs(node)
        matrix = self._called(node, np.eye(x.shape[-1], dtype=np.float32)[np.newaxis])[0][0]
        noise = np.random.default_rng(0).normal(size=x.shape).astype(np.float32)
        made = self._called(node, noise)[0]
        if (
            x.ndim != 3
            or matrix.shape != (x.shape[-1], made.shape[-1])
            or not np.allclose(made, noise @ matrix, atol=1e-4)
        ):
            raise NotPortable(f"{node} multiplies by a constant in another way, and cannot be computed in a page")
        return matrix

    @_parameters.register
    def _recurrence(self, operation: Recurrence, node: Node) -> dict[str, Any]:
        cell = operation.cell
        biases = {"bias": cell.bias, "recurrent_bias": cell.recurrent_bias}
        arrays = {
            "kernel": self._kernel(cell.kernel),
            "recurrent": self._kernel(cell.recurrent),
            **{name: None if one is None else self._array(self._numpy(one())) for name, one in biases.items()},
        }
        return {
            "kind": "recurrence",
            "cell": type(cell).__name__,
            "activation": cell.activation,
            "gate": cell.gate,
            "reset_after": getattr(cell, "reset_after", False),
            "backwards": operation.backwards,
            "sequences": operation.sequences,
            **arrays,
        }

    # Arrays

    def _inputs(self, node: Node) -> list[np.ndarray]:
        return [self.values[one] for one in node.inputs]

    def _called(self, node: Node, *inputs: np.ndarray) -> list[np.ndarray]:
        """Values of a node in float32."""
        return [self._numpy(one) for one in node.call.in_float32(*map(self._ops.convert_to_tensor, inputs))]

    def _numpy(self, tensor: Any) -> np.ndarray:
        return np.asarray(self._ops.convert_to_numpy(tensor), np.float32)

    def _kernel(self, parameter: kinds.Parameter) -> dict[str, Any]:
        """A learned array that may be rounded."""
        values = self._numpy(parameter())
        self.kernels.append((self._count, values.size))
        return self._array(values)

    def _array(self, values: np.ndarray) -> dict[str, Any]:
        self.arrays.append(np.ravel(values))
        self._count += values.size
        return {"shape": list(values.shape), "offset": self._count - values.size}


def _narrowest(values: np.ndarray) -> np.ndarray:
    """Smallest array that is broadcast to these values."""
    for axis in range(values.ndim):
        first = values.take([0], axis)
        if (values == first).all():
            values = first
    return values


def _ends(padding: Padding, sizes: Sequence[int], spans: Sequence[int], strides: Sequence[int]) -> list[list[int]]:
    """What is added at both ends of each axis."""
    if not isinstance(padding, str):
        return [list(ends) for ends in padding]
    return [list(_ends_of(padding, *axis)) for axis in zip(sizes, spans, strides, strict=True)]


def _ends_of(padding: str, size: int, span: int, stride: int) -> tuple[int, int]:
    if padding == "valid":
        return 0, 0
    if padding == "causal":
        return span - 1, 0
    total = max((-(-size // stride) - 1) * stride + span - size, 0)
    return total // 2, total - total // 2


def _sums_of_windows(values: np.ndarray, pooling: dict[str, Any]) -> np.ndarray:
    """Sum of each window of a pooling, over values without batch and filter."""
    padded = np.pad(values, pooling["padding"])
    windows = np.lib.stride_tricks.sliding_window_view(padded, tuple(pooling["size"]))
    steps = tuple(slice(None, None, stride) for stride in pooling["strides"])
    return windows[steps].sum(axis=tuple(range(-values.ndim, 0)))
