"""A model as plain data, for pages that compute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["PortableModel"]


@dataclass(frozen=True, eq=False)
class PortableModel:
    """A model as plain data, with which a page computes scores and maps without Python.

    Attributes
    ----------
    description : mapping
        Plain JSON: the operations of the network, and what its values mean. `js/src/engine/page_model.ts` reads it.
    weights : ndarray of float32, of shape (number,)
        All learned parameters, one after the other.
    baseline : str
        What replaces a window, in words.
    kernels : tuple of (int, int)
        First value and number of values of each matrix or kernel among the weights.
    float16 : bool
        Whether kernels are stored as float16. Biases and constants are always float32.
    """

    description: Mapping[str, Any]
    weights: np.ndarray
    baseline: str = "zero"
    kernels: tuple[tuple[int, int], ...] = ()
    float16: bool = False

    def packed(self) -> dict[str, Any]:
        """The description, and the weights as bytes: float32, followed by the kernels if these are float16."""
        ranges = self.kernels if self.float16 else ()
        weights = np.asarray(self.weights, "<f4")
        halved = np.zeros(len(weights), bool)
        for first, count in ranges:
            halved[first : first + count] = True
        if np.abs(weights[halved]).max(initial=0) > np.finfo(np.float16).max:
            raise ValueError(
                "model must be True, but is 'float16': a weight of this network is larger than float16 allows"
            )
        data = weights[~halved].tobytes() + weights[halved].astype("<f2").tobytes()
        return {**self.description, "halves": [list(one) for one in ranges], "weights": memoryview(data)}
