"""A function of tensors, compiled by the backend that Keras runs on: what the engines have in common."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

__all__ = ["CompiledFunction", "digest_of"]


class CompiledFunction(ABC):
    """A function of tensors, compiled for one signature: numpy in, numpy out."""

    created: ClassVar[int] = 0
    """Number of functions created so far; a function compiled later may see another state of the model."""

    def __init__(self) -> None:
        CompiledFunction.created += 1

    @abstractmethod
    def __call__(self, *arrays: np.ndarray) -> list[np.ndarray]:
        """Results, one array each."""

    @property
    @abstractmethod
    def variables(self) -> Sequence[Any]:
        """Variables that the function reads, as far as the backend records them."""

    @property
    @abstractmethod
    def traces(self) -> int:
        """How often it has been traced."""


def digest_of(array: np.ndarray) -> bytes:
    """Digest of an array, of eight bytes."""
    return hashlib.blake2b(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, digest_size=8).digest()
