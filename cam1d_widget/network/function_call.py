"""A function of tensors in the place of a layer's call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["FunctionCall"]


class FunctionCall:
    """A function of tensors without parameters, as a call of a layer."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def __call__(self, *values: Any) -> list[Any]:
        """Its value."""
        return [self._function(*values)]

    in_float32 = __call__

    def weights(self) -> list[np.ndarray]:
        """None."""
        return []
