"""PyTorch: functions of tensors as functions of numpy arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from ..passes import Argument
from .tensors import array_of, no_inference_mode, tensor_of

__all__ = ["Eager"]


class Eager:
    """A function of tensors: numpy in, numpy out.

    Parameters
    ----------
    function : function of tensors to a tensor, or to several
    arguments : sequence of Argument
    device : torch.device
    """

    traces = 1
    """PyTorch runs functions as they are."""

    def __init__(self, function: Callable[..., Any], arguments: Sequence[Argument], device: torch.device) -> None:
        self._function, self._device = function, device
        self._dtypes = [getattr(torch, one.dtype) for one in arguments]

    def __call__(self, *arrays: np.ndarray) -> list[np.ndarray]:
        """Results, one array each."""
        if self._device.type != "cuda" and not torch.is_inference_mode_enabled():
            return self._results(arrays)
        # PyTorch has no backward pass of recurrent layers in evaluation mode through cuDNN.
        with no_inference_mode(), torch.backends.cudnn.flags(enabled=False):
            return self._results(arrays)

    def _results(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        with torch.no_grad():
            made = self._function(*map(self._tensor, arrays, self._dtypes))
        several = made if isinstance(made, list | tuple) else [made]
        return [array_of(one, arrays) for one in several]

    def _tensor(self, array: np.ndarray, dtype: torch.dtype) -> torch.Tensor:
        return tensor_of(array, self._device, dtype)
