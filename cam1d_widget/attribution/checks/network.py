"""Whether the network is any good: no map can be better than what it explains."""

from __future__ import annotations

import numpy as np

from .result import Finding
from .thresholds import CONFIDENCE, FEW

__all__ = ["accuracy_interval", "network_finding"]

NAME = "Network"


def network_finding(scores: np.ndarray, y: np.ndarray | None) -> Finding:
    """Accuracy on the series at hand, against always naming the commonest class.

    Parameters
    ----------
    scores : ndarray of shape (instance, class)
    y : ndarray of int, of shape (instance,), or None
        True classes.
    """
    why_not = _not_known(scores, y)
    if y is None or why_not:
        return Finding(NAME, None, why_not)
    right, common = _right(scores, y), _commonest(y)
    low, high = accuracy_interval(right, len(y))
    found = (
        f"{100 * right / len(y):.0f} % of {len(y)} series are named correctly "
        f"({100 * low:.0f} to {100 * high:.0f} % with 95 % confidence), "
        f"{100 * common:.0f} % by always naming the commonest class"
    )
    if low > common:
        return Finding(NAME, True, f"{found}.")
    return Finding(
        NAME, False, f"{found}: that is no better.", "the network is no better than guessing on these series"
    )


def _not_known(scores: np.ndarray, y: np.ndarray | None) -> str:
    """Why the series at hand say nothing of the network; "" where they do."""
    if scores.shape[1] < 2:
        return "The network tells no classes apart, so that it has no accuracy."
    if y is None:
        named = scores.argmax(axis=1)
        alike = f"; it names all {len(named)} series alike" if len(named) >= FEW and (named == named[0]).all() else ""
        return f"Whether the network is any good is not known: no true classes were given{alike}."
    if len(y) < FEW:
        return f"Whether the network is any good cannot be told on {len(y)} series; give it {FEW}."
    if _commonest(y) == 1:
        return "Whether the network is any good cannot be told on series that are all of one class."
    if accuracy_interval(len(y), len(y))[0] <= _commonest(y) <= accuracy_interval(_right(scores, y), len(y))[1]:
        return (
            f"Whether the network is any good cannot be told: {100 * _commonest(y):.0f} % of these {len(y)} series are "
            f"of one class, so that even one that is always right could be guessing."
        )
    return ""


def _right(scores: np.ndarray, y: np.ndarray) -> int:
    """Series that are named correctly."""
    return int((scores.argmax(axis=1) == y).sum())


def _commonest(y: np.ndarray) -> float:
    """Share of the series that are of the commonest class."""
    return float(np.bincount(y).max() / len(y))


def accuracy_interval(right: int, count: int, errors: float = CONFIDENCE) -> tuple[float, float]:
    """Interval that holds the true accuracy: Wilson's (1927), which keeps to 0 and 1, and is right for few series."""
    share, spread = right / count, errors**2 / count
    middle = (share + spread / 2) / (1 + spread)
    half = errors * np.sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    return float(middle - half), float(middle + half)
