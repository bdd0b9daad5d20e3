"""Whether the network is any good: no map can be better than what it explains."""

from __future__ import annotations

import numpy as np

from .bounds import CONFIDENCE, FEW
from .finding import Finding

__all__ = ["accuracy_interval", "network_finding"]


def network_finding(scores: np.ndarray, y: np.ndarray | None) -> Finding:
    """Accuracy on the series at hand, against always naming the commonest class.

    Parameters
    ----------
    scores : ndarray of shape (instance, class)
    y : ndarray of int, of shape (instance,), or None
        True classes.
    """
    name = "Network"
    if scores.shape[1] < 2:
        return Finding(name, None, "The network tells no classes apart, so that it has no accuracy.")
    if y is None:
        return Finding(name, None, "Whether the network is any good is not known: no true classes were given.")
    if len(y) < FEW:
        return Finding(name, None, f"Whether the network is any good cannot be told on {len(y)} series; give it {FEW}.")
    right = int((scores.argmax(axis=1) == y).sum())
    low, high = accuracy_interval(right, len(y))
    common = float(np.bincount(y).max() / len(y))
    found = (
        f"{100 * right / len(y):.0f} % of {len(y)} series are named correctly "
        f"({100 * low:.0f} to {100 * high:.0f} % with 95 % confidence), "
        f"{100 * common:.0f} % by always naming the commonest class"
    )
    if low > common:
        return Finding(name, True, f"{found}.")
    return Finding(
        name, False, f"{found}: that is no better.", "the network is no better than guessing on these series"
    )


def accuracy_interval(right: int, count: int, errors: float = CONFIDENCE) -> tuple[float, float]:
    """Interval that holds the true accuracy: Wilson's (1927), which keeps to 0 and 1, and is right for few series."""
    share, spread = right / count, errors**2 / count
    middle = (share + spread / 2) / (1 + spread)
    half = errors * np.sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    return float(middle - half), float(middle + half)
