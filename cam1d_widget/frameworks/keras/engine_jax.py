"""JAX: functions compiled for numpy arrays, and vector-Jacobian products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from ...network.receptive_field import SOME_LENGTH
from ..passes import Argument
from .compiled import CompiledFunction, digest_of

__all__ = ["Compiled", "digests", "variable_of", "vector_jacobian"]

# A batch is filled up by its last instance to one of these sizes, or to a multiple of the largest, so that few programs
# are compiled.
_SIZES = (1, 4, 16, 64)


def vector_jacobian(
    function: Callable[..., Any], inputs: list[Any]
) -> tuple[list[Any], Callable[[list[Any]], list[Any]]]:
    """Values of a function in float32, and its vector-Jacobian product."""

    def called(*given: Any) -> list[Any]:
        made = function(*given)
        return [jnp.asarray(one, jnp.float32) for one in (made if isinstance(made, list | tuple) else [made])]

    outputs, pull = jax.vjp(called, *inputs)
    return outputs, lambda received: list(pull(list(received)))


def variable_of(weight: Any) -> Any:
    """Variable of a Keras weight."""
    return weight


def digests(variables: Sequence[Any]) -> Callable[[], bytes]:
    """Function that computes a digest of the values that variables have now, eight bytes each."""
    known: dict[int, tuple[Any, bytes]] = {}

    def digest(variable: Any) -> bytes:
        value, held = variable.value, known.get(id(variable))
        if held is None or held[0] is not value:  # an array of JAX never changes: another one is assigned
            held = known[id(variable)] = value, digest_of(np.asarray(value))
        return held[1]

    return lambda: b"".join(map(digest, variables))


class Compiled(CompiledFunction):
    """A function of tensors, compiled by XLA for each shape of its arguments: numpy in, numpy out.

    Parameters
    ----------
    function : function of tensors to a tensor, or to several
    *signature : Argument
        Of each argument.
    autograph, jit_compile : bool
        Of no effect: JAX always compiles, and never reads source code.
    """

    def __init__(
        self, function: Callable[..., Any], *signature: Argument, autograph: bool = True, jit_compile: bool = False
    ) -> None:
        super().__init__()
        self._signature, self._dtypes = signature, [np.dtype(one.dtype) for one in signature]
        self._any_size = any(one.shape[:1] == (None,) for one in signature)
        self._function = function
        self._traces = 0
        self._variables: list[Any] | None = None
        self._jitted = jax.jit(self._traced)

    def __call__(self, *arrays: np.ndarray) -> list[np.ndarray]:
        """Results, one array each."""
        return self.while_computing(lambda: None, *arrays)

    def while_computing(self, check: Callable[[], None], *arrays: np.ndarray) -> list[np.ndarray]:
        """Results, unless the check raises an error, which may be the reason of another."""
        count = len(arrays[0])
        missing = _filled(count) - count if self._any_size else 0
        if missing:
            arrays = tuple(
                np.concatenate([one, np.repeat(one[-1:], missing, axis=0)]) if len(one) == count else one
                for one in arrays
            )
        # A compiled function takes an array of numpy in a tenth of the time in which JAX converts it.
        given = [
            one if one.dtype == dtype else jnp.asarray(one, dtype)
            for one, dtype in zip(arrays, self._dtypes, strict=True)
        ]
        try:
            if self._variables is None:
                self._variables = _read_by(self._function, given)
            made = self._jitted([variable._value for variable in self._variables], given)
        finally:
            check()
        return [np.asarray(one)[:count] if missing else np.asarray(one) for one in made]

    def _traced(self, values: list[Any], given: list[Any]) -> list[Any]:
        self._traces += 1
        pairs = list(zip(self._variables or [], values, strict=True))
        with keras.StatelessScope(state_mapping=pairs):
            return list(keras.tree.flatten(self._function(*given)))

    @property
    def variables(self) -> Sequence[Any]:
        """Variables that the function reads."""
        if self._variables is None:
            # A series of any length must be long enough for the layers; nothing is computed with it.
            sizes = [
                [size or (SOME_LENGTH if axis else 1) for axis, size in enumerate(argument.shape)]
                for argument in self._signature
            ]
            zeros = zip(sizes, self._signature, strict=True)
            self._variables = _read_by(self._function, [jnp.zeros(size, one.dtype) for size, one in zeros])
        return self._variables

    @property
    def traces(self) -> int:
        """How often it has been traced: once for each shape of its arguments."""
        return self._traces


def _filled(count: int) -> int:
    """Size to which a batch is filled up."""
    return next((size for size in _SIZES if count <= size), -(-count // _SIZES[-1]) * _SIZES[-1])


class _Reading(keras.StatelessScope):  # type: ignore[misc]
    """Scope that notes which variables are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: dict[int, Any] = {}

    def get_current_value(self, variable: Any) -> Any:
        """Value that was assigned in this scope, if any."""
        self.read.setdefault(id(variable), variable)
        return super().get_current_value(variable)


def _read_by(function: Callable[..., Any], given: list[Any]) -> list[Any]:
    """Variables that a function reads."""
    with _Reading() as scope:
        jax.eval_shape(lambda *given: keras.tree.flatten(function(*given)), *given)
    return list(scope.read.values())
