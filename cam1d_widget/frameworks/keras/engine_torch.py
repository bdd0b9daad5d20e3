"""PyTorch as the backend of Keras: functions of numpy arrays, and vector-Jacobian products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import torch

from ..passes import Argument
from ..torch.tensors import array_of, no_inference_mode, vector_jacobian
from .compiled import CompiledFunction, digest_of

__all__ = ["Compiled", "digests", "variable_of", "vector_jacobian"]


def variable_of(weight: Any) -> Any:
    """Variable of a Keras weight."""
    return weight


def digests(variables: Sequence[Any]) -> Callable[[], bytes]:
    """Function that computes a digest of the values that variables have now, eight bytes each."""
    return lambda: b"".join(digest_of(variable.value.detach().cpu().numpy()) for variable in variables)


class Compiled(CompiledFunction):
    """A function of tensors, called without recording a gradient: numpy in, numpy out.

    Parameters
    ----------
    function : function of tensors to a tensor, or to several
    *signature : Argument
        Of each argument.
    autograph, jit_compile : bool
        Of no effect: PyTorch calls functions as they are.
    """

    def __init__(
        self, function: Callable[..., Any], *signature: Argument, autograph: bool = True, jit_compile: bool = False
    ) -> None:
        super().__init__()
        self._function, self._signature, self._called = function, signature, False

    def __call__(self, *arrays: np.ndarray) -> list[np.ndarray]:
        """Results, one array each."""
        self._called = True
        with no_inference_mode(), torch.no_grad():
            given = [
                keras.ops.convert_to_tensor(np.asarray(one), argument.dtype)
                for one, argument in zip(arrays, self._signature, strict=True)
            ]
            return [array_of(one, arrays) for one in keras.tree.flatten(self._function(*given))]

    @property
    def variables(self) -> Sequence[Any]:
        """Variables that the function reads: none is known, since nothing is recorded."""
        return []

    @property
    def traces(self) -> int:
        """Whether it has been called."""
        return int(self._called)
