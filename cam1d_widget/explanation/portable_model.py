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
    """

    description: Mapping[str, Any]
    weights: np.ndarray
    baseline: str = "zero"
