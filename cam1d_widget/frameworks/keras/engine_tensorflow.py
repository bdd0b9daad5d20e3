"""TensorFlow: functions compiled for numpy arrays, and vector-Jacobian products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from time import perf_counter
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.eager import context

from ..passes import Argument
from .compiled import CompiledFunction, digest_of

__all__ = ["Compiled", "digests", "variable_of", "vector_jacobian"]

# Bytes of variables up to which numpy computes their digests: a few milliseconds.
_SMALL = 4 * 2**20

Called = Callable[[list[tf.Tensor]], Any]


def vector_jacobian(
    function: Callable[..., Any], inputs: list[tf.Tensor]
) -> tuple[list[tf.Tensor], Callable[[list[tf.Tensor]], list[tf.Tensor]]]:
    """Values of a function in float32, and its vector-Jacobian product, which may be called once."""
    inputs = [tf.identity(one) for one in inputs]  # each gets its own gradient, even if two are the same tensor
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        made = function(*inputs)
        outputs = [tf.cast(one, tf.float32) for one in (made if isinstance(made, list | tuple) else [made])]

    def pull(received: list[tf.Tensor]) -> list[tf.Tensor]:
        zero = tf.UnconnectedGradients.ZERO
        return list(tape.gradient(outputs, inputs, output_gradients=received, unconnected_gradients=zero))

    return outputs, pull


def variable_of(weight: Any) -> tf.Variable:
    """Variable of TensorFlow, of a Keras weight."""
    return weight if isinstance(weight, tf.Variable) else weight.value


def digests(variables: Sequence[Any]) -> Callable[[], bytes]:
    """Function that computes a digest of the values that variables have now, eight bytes each.

    Compiled, it takes 7 ms for 100 MB of weights, where hashing takes 120 ms; but compiling takes tenths of a second.
    """
    tensors = list(map(variable_of, variables))
    if sum(one.dtype.size * (one.shape.num_elements() or 0) for one in tensors) <= _SMALL:
        return lambda: b"".join(digest_of(one.numpy()) for one in tensors)

    def fingerprints() -> tf.Tensor:
        rows = [tf.reshape(one, [1, -1]) for one in tensors]
        return tf.concat([tf.raw_ops.Fingerprint(data=row, method="farmhash64") for row in rows], axis=0)

    compiled = Compiled(fingerprints, autograph=False)
    return lambda: compiled()[0].tobytes()


class Compiled(CompiledFunction):
    """A function of tensors, compiled for one signature: numpy in, numpy out.

    One trace serves batches of any size where the signature leaves the number of instances open.

    Parameters
    ----------
    function : function of tensors to a tensor, or to several
    *signature : Argument
        Of each argument.
    autograph : bool
        Whether it may contain loops and branches on tensors, as the `call` of a user's model may.
    jit_compile : bool
        Whether XLA compiles the trace for a single instance, which takes some tenths of a second once; if XLA fails or
        is not faster, single instances are computed as batches are.
    """

    def __init__(
        self, function: Callable[..., Any], *signature: Argument, autograph: bool = True, jit_compile: bool = False
    ) -> None:
        super().__init__()
        wanted = [tf.TensorSpec(one.shape, one.dtype) for one in signature]
        self._function = tf.function(function, input_signature=wanted, autograph=autograph)
        self._dtypes = [one.dtype for one in wanted]
        self._jit_compile = jit_compile
        self._fused: dict[tuple[tuple[int, ...], ...], Called] = {}

    def __call__(self, *arrays: np.ndarray) -> list[np.ndarray]:
        """Results, one array each."""
        given = [tf.convert_to_tensor(one, dtype) for one, dtype in zip(arrays, self._dtypes, strict=True)]
        called = self._called_alone(given) if self._jit_compile and len(arrays[0]) == 1 else self._called
        return [one.numpy() for one in called(given)]

    @property
    def variables(self) -> tuple[tf.Variable, ...]:
        """Variables that the function captures."""
        return tuple(self._function.get_concrete_function().variables)

    @property
    def traces(self) -> int:
        """How often it has been traced."""
        return int(self._function.experimental_get_tracing_count())

    @cached_property
    def _called(self) -> Called:
        """The trace, called as one operation: the checks in TensorFlow's own call take as long as a small network.

        On machines with an accelerator that call is kept, as it places each argument on the right device.
        """
        traced = self._function.get_concrete_function()
        if tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("TPU"):
            return lambda given: tf.nest.flatten(traced(*given))
        captured, results, call = traced.captured_inputs, len(traced.outputs), context.context().call_function
        # Called by its own name: TensorFlow never frees the kernels of a StatefulPartitionedCall.
        return lambda given: call(traced.name, [*given, *captured], results)

    def _called_alone(self, given: list[tf.Tensor]) -> Called:
        """Fastest way to call it for tensors of these shapes."""
        shapes = tuple(tuple(one.shape) for one in given)
        if shapes not in self._fused:
            self._fused[shapes] = self._fused_for(given)
        return self._fused[shapes]

    def _fused_for(self, given: list[tf.Tensor]) -> Called:
        """Program compiled by XLA if there is one and it is faster."""
        traced = self._function.get_concrete_function()
        signature = [tf.TensorSpec(one.shape, one.dtype) for one in given]
        every = tf.function(
            lambda *given: tf.nest.flatten(traced(*given)), input_signature=signature, autograph=False, jit_compile=True
        )
        try:
            fused = every.get_concrete_function()
            fused(*given)
        except Exception:  # XLA raises various errors for operations that it does not support
            return self._called
        return min(self._called, lambda given: fused(*given), key=lambda called: _seconds(called, given))


def _seconds(called: Called, given: list[tf.Tensor]) -> float:
    """Wall-clock time of the fastest of ten calls."""

    def once() -> float:
        start = perf_counter()
        called(given)
        return perf_counter() - start

    return min(once() for _ in range(10))
