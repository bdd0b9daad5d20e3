"""A function of tensors, compiled by the backend that Keras runs on: what the engines have in common."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ...cancellation import check_cancelled

__all__ = ["CompiledFunction", "Spec", "digest_of", "spec"]


class Spec(NamedTuple):
    """Shape and dtype of an argument of a compiled function; None for axes of any size."""

    shape: tuple[int | None, ...]
    dtype: str


def spec(*shape: int | None, dtype: str = "float32") -> Spec:
    """Shape and dtype of an argument."""
    return Spec(shape, dtype)


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
        """Variables that the function reads, as far as the backend knows them."""

    @property
    @abstractmethod
    def traces(self) -> int:
        """How often it has been traced."""

    def batched(self, size: int, *arrays: np.ndarray) -> list[np.ndarray]:
        """Results for many instances, computed in batches of `size`."""
        parts = []
        for first in range(0, len(arrays[0]), size):
            check_cancelled()
            parts.append(self._batch(size, *(one[first : first + size] for one in arrays)))
        return [part[0] if len(part) == 1 else np.concatenate(part) for part in zip(*parts, strict=True)]

    def _batch(self, size: int, *arrays: np.ndarray) -> list[np.ndarray]:
        """Results for one batch of at most `size` instances."""
        return self(*arrays)


def digest_of(array: np.ndarray) -> bytes:
    """Digest of an array, of eight bytes."""
    return hashlib.blake2b(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, digest_size=8).digest()
