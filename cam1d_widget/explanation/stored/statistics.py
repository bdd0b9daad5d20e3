"""Statistics of a store: names of their arrays, and what is read from them."""

from __future__ import annotations

import numpy as np

__all__ = ["CONFIDENT", "predicted_classes"]

CONFIDENT = 100
"""Number of the most, and of the least, confident instances that are kept."""


def predicted_classes(scores: np.ndarray, probabilities: np.ndarray | None) -> np.ndarray:
    """Predicted class of each instance, int of shape (instance,)."""
    return np.asarray((scores if probabilities is None else probabilities).argmax(axis=1))
