"""How a piece of a series is taken away: what stands in its place, and which pieces there are.

One home for baselines and windows, so that path methods, occlusion and metrics mean the same by them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["Baseline", "baseline_for", "channel_mean", "windows"]

Baseline = np.ndarray | float | Callable[[np.ndarray], np.ndarray] | None
"""An array that broadcasts to x, a function of x, or None for zero."""


def baseline_for(x: np.ndarray, baseline: Baseline) -> np.ndarray:
    """Reference series for each instance.

    Parameters
    ----------
    x : ndarray of shape (instance, time, channel)
    baseline : array that broadcasts to x, function of x, or None
        None stands for zero.

    Returns
    -------
    ndarray of shape (instance, time, channel)
    """
    values: Any = baseline(x) if callable(baseline) else 0 if baseline is None else baseline
    values = np.asarray(values, dtype=x.dtype)
    try:
        reference = np.broadcast_to(values, x.shape)
    except ValueError:
        raise ValueError(
            f"baseline must broadcast to x of shape (instance, time, channel) = {x.shape}, but has {values.shape}"
        ) from None
    if not np.isfinite(values).all():
        raise ValueError("baseline must be finite, but holds NaN or infinite values")
    return reference


def channel_mean(background: np.ndarray) -> np.ndarray:
    """Mean of each channel over a background of shape (instance, time, channel): the baseline (channel,)."""
    return np.asarray(background.mean(axis=(0, 1), dtype=np.float64), dtype=np.float32)


def windows(length: int, size: int, stride: int) -> np.ndarray:
    """First samples of windows that cover every sample, the last one moved to end with the series.

    Returns
    -------
    ndarray of int, of shape (window,)
    """
    if not 1 <= size <= length:
        raise ValueError(f"size must be from 1 to the {length} samples of a series, but is {size}")
    if not 1 <= stride <= size:
        raise ValueError(f"stride must be from 1 to size ({size}), or samples are left out, but is {stride}")
    first = np.arange(0, length - size + 1, stride)
    return first if first[-1] == length - size else np.append(first, length - size)
