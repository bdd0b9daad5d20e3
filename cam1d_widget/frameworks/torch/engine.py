"""PyTorch: functions of tensors as functions of numpy arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import torch

from ..passes import Argument
from .tensors import tensor_of

__all__ = ["Eager"]


class Eager:
    """A function of tensors, without a graph of its own computation: numpy in, numpy out.

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
        with torch.inference_mode(False), torch.no_grad(), self._without_cudnn():
            given = [tensor_of(one, self._device, dtype) for one, dtype in zip(arrays, self._dtypes, strict=True)]
            made = self._function(*given)
        several = made if isinstance(made, list | tuple) else [made]
        return [np.ascontiguousarray(one.detach().cpu().numpy()) for one in several]

    def _without_cudnn(self) -> AbstractContextManager[Any]:
        """PyTorch has no backward pass of recurrent layers in evaluation mode through cuDNN."""
        return torch.backends.cudnn.flags(enabled=False) if self._device.type == "cuda" else nullcontext()
