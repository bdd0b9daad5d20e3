"""Replacing segments of a series, the same way in path methods, perturbation methods and metrics.

The replacement values are in :mod:`.baselines`, the segments in :mod:`.windows`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...validation import as_array, check_finite, shown, unmasked
from .baselines import PieceBaseline

__all__ = [
    "Baseline",
    "NotFinite",
    "all_replaced",
    "baseline_for",
    "check_baseline",
    "finite_scores",
    "occluded",
    "replaced",
    "replacements",
]

Baseline = np.ndarray | float | Callable[[np.ndarray], np.ndarray] | PieceBaseline | None
"""An array that broadcasts to x, a function of x, a baseline that depends on the segment, or None for zero."""


def baseline_for(x: np.ndarray, baseline: Baseline, argument: str = "baseline") -> np.ndarray:
    """Reference series for each instance.

    Parameters
    ----------
    x : ndarray of shape (instance, time, channel)
    baseline : array that broadcasts to x, function of x, or None
        None is zero.
    argument : str
        Name of the caller's argument.

    Returns
    -------
    ndarray of shape (instance, time, channel)
    """
    check_baseline(baseline, argument)
    if isinstance(baseline, PieceBaseline):
        raise ValueError(
            f"{argument} must be a whole series here, an array that broadcasts to x or a function of x, but is "
            f"{shown(baseline)}, which depends on a segment; Occlusion, KernelSHAP and LIME take it"
        )
    values: Any = baseline(x) if callable(baseline) else 0 if baseline is None else baseline
    values = as_array(argument, values).astype(x.dtype)
    try:
        reference = np.broadcast_to(values, x.shape)
    except ValueError:
        raise ValueError(
            f"{argument} must broadcast to x of shape (instance, time, channel) = {x.shape}, but has {values.shape}"
        ) from None
    check_finite(argument, values)
    return reference


def check_baseline(baseline: Baseline, argument: str = "baseline") -> None:
    """Refuse a value that cannot be the baseline of any series."""
    if baseline is None or isinstance(baseline, PieceBaseline) or _is_function(baseline):
        return
    values = unmasked(argument, baseline)
    if values.dtype.kind not in "iuf":
        raise TypeError(
            f"{argument} must be an array that broadcasts to x, a function of x, or one of "
            f"cam1d_widget.baselines such as LinearBridge(), but is {shown(baseline)}"
        )
    if not values.size or values.ndim > 3:
        raise ValueError(f"{argument} must broadcast to x of shape (instance, time, channel), but has {values.shape}")
    check_finite(argument, values)


def _is_function(value: Any) -> bool:
    return callable(value) and not isinstance(value, type)


def replacements(x: np.ndarray, baseline: Baseline, argument: str = "baseline") -> list[np.ndarray | PieceBaseline]:
    """Replacement of each instance: its reference series, or a baseline that depends on the segment."""
    return [baseline] * len(x) if isinstance(baseline, PieceBaseline) else list(baseline_for(x, baseline, argument))


def all_replaced(x: np.ndarray, baseline: Baseline) -> np.ndarray:
    """Series that are replaced as a whole, of shape (instance, time, channel)."""
    everything = np.ones((1, *x.shape[1:]), bool)
    pairs = zip(x, replacements(x, baseline), strict=True)
    return np.concatenate([occluded(one, everything, replacement) for one, replacement in pairs])


def occluded(x: np.ndarray, removed: np.ndarray, replacement: np.ndarray | PieceBaseline) -> np.ndarray:
    """One series, with samples replaced in several ways.

    Parameters
    ----------
    x : ndarray of shape (time, channel)
    removed : ndarray of bool, of shape (segment, time, channel or 1)
    replacement : ndarray of shape (time, channel), or PieceBaseline

    Returns
    -------
    ndarray of shape (segment, time, channel)
    """
    if isinstance(replacement, PieceBaseline):
        replacement = replacement.fill(x, removed).astype(x.dtype)
    return np.where(removed, replacement, x)


def replaced(x: Any, piece: Any, baseline: Baseline = None) -> np.ndarray:
    """Series as a classifier receives it when a segment is replaced.

    Parameters
    ----------
    x : array-like of shape (instance, time, channel), or (time, channel) for one
    piece : index or mask of (time, channel)
        The same for each instance: ``np.s_[30:60]`` for all channels, ``np.s_[30:60, 2]`` for one, or a bool array of
        shape (time, channel).
    baseline : array that broadcasts to x, function of x, PieceBaseline, or None
        Replacement values. None is zero.

    Returns
    -------
    ndarray like `x`

    Examples
    --------
    >>> replaced(x_test[0], np.s_[30:60, 2], LinearBridge())
    """
    series = unmasked("x", x)
    if series.ndim not in (2, 3):
        raise ValueError(f"x must have shape (instance, time, channel) or (time, channel), but has {series.shape}")
    series = series if series.dtype.kind == "f" else series.astype(np.float32)
    many = series if series.ndim == 3 else series[np.newaxis]
    removed = np.zeros(many.shape[1:], bool)
    try:
        removed[piece] = True
    except IndexError:
        raise ValueError(
            f"piece must be an index or a mask of (time, channel) = {removed.shape}, but is {shown(piece)}"
        ) from None
    pairs = zip(many, replacements(many, baseline), strict=True)
    done = np.concatenate([occluded(one, removed[np.newaxis], replacement) for one, replacement in pairs])
    return done if series.ndim == 3 else done[0]


class NotFinite(ValueError):
    """A network, or its gradient, gave NaN or infinity."""


def finite_scores(classifier: Any, scores: np.ndarray) -> np.ndarray:
    """Scores of series with replaced parts, of shape (instance, ...); an error if the network gives NaN or infinity."""
    wrong = int((~np.isfinite(scores.reshape(len(scores), -1))).any(axis=1).sum())
    if not wrong:
        return scores
    way_out = "give another baseline or background, or use a method that replaces nothing, such as Saliency"
    if not hasattr(classifier, "gradient"):  # of which only the predictions are known
        way_out = "make it return finite scores for them, or give another baseline or background"
    elif not classifier.continuous:
        way_out = (
            "a mean over time is not defined where a Masking layer hides every step: give a background, or a baseline "
            "other than the hidden value"
        )
    raise NotFinite(
        f"scores must be finite where parts of a series are replaced, but the model itself gives NaN or infinity for "
        f"{wrong} of {len(scores)} such series; {way_out}"
    )
