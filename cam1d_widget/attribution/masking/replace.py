"""How a piece of a series is taken away, and the home of all that belongs to it.

What stands in a piece's place is in :mod:`.baselines`, which pieces there are in :mod:`.slices`; both are handed on
from here, so that path methods, perturbation methods and metrics mean the same by them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...explanation.validation import check_finite, refuse_masked, unmasked
from .baselines import PieceBaseline

__all__ = [
    "Baseline",
    "NotFinite",
    "all_replaced",
    "baseline_for",
    "finite_scores",
    "replaced",
    "replacements",
    "without",
]

Baseline = np.ndarray | float | Callable[[np.ndarray], np.ndarray] | PieceBaseline | None
"""An array that broadcasts to x, a function of x, a baseline that looks at the piece, or None for zero."""


def baseline_for(x: np.ndarray, baseline: Baseline, argument: str = "baseline") -> np.ndarray:
    """Reference series for each instance.

    Parameters
    ----------
    x : ndarray of shape (instance, time, channel)
    baseline : array that broadcasts to x, function of x, or None
        None stands for zero.
    argument : str
        What the caller's argument is called.

    Returns
    -------
    ndarray of shape (instance, time, channel)
    """
    if isinstance(baseline, PieceBaseline):
        raise ValueError(
            f"{argument} must be a whole series here, an array that broadcasts to x or a function of x, but is "
            f"{baseline!r}, which needs a piece to look at; Occlusion, KernelSHAP and LIME take it"
        )
    values: Any = baseline(x) if callable(baseline) else 0 if baseline is None else baseline
    refuse_masked(argument, values)
    try:
        values = np.asarray(values, dtype=x.dtype)
    except (TypeError, ValueError):
        raise TypeError(
            f"{argument} must be an array that broadcasts to x, a function of x, or one of the named baselines of "
            f"attribution.masking, but is {baseline!r}"
        ) from None
    try:
        reference = np.broadcast_to(values, x.shape)
    except ValueError:
        raise ValueError(
            f"{argument} must broadcast to x of shape (instance, time, channel) = {x.shape}, but has {values.shape}"
        ) from None
    check_finite(argument, values)
    return reference


def replacements(x: np.ndarray, baseline: Baseline, argument: str = "baseline") -> list[np.ndarray | PieceBaseline]:
    """What stands in the pieces of each instance: its reference series, or a baseline that looks at the piece."""
    return [baseline] * len(x) if isinstance(baseline, PieceBaseline) else list(baseline_for(x, baseline, argument))


def all_replaced(x: np.ndarray, baseline: Baseline) -> np.ndarray:
    """Series of which all is taken away, of shape (instance, time, channel)."""
    everything = np.ones((1, *x.shape[1:]), bool)
    pairs = zip(x, replacements(x, baseline), strict=True)
    return np.concatenate([without(one, everything, stand_in) for one, stand_in in pairs])


def without(x: np.ndarray, gone: np.ndarray, stand_in: np.ndarray | PieceBaseline) -> np.ndarray:
    """One series, with samples taken away in several ways.

    Parameters
    ----------
    x : ndarray of shape (time, channel)
    gone : ndarray of bool, of shape (piece, time, channel or 1)
    stand_in : ndarray of shape (time, channel), or PieceBaseline
        What stands in their place.

    Returns
    -------
    ndarray of shape (piece, time, channel)
    """
    there = stand_in.fill(x, gone).astype(x.dtype) if isinstance(stand_in, PieceBaseline) else stand_in
    return np.where(gone, there, x)


def replaced(x: Any, piece: Any, baseline: Baseline = None) -> np.ndarray:
    """Series as a classifier gets it when a piece is taken away.

    Parameters
    ----------
    x : array-like of shape (instance, time, channel), or (time, channel) for one
        Series to take it from.
    piece : index or mask of (time, channel)
        The same for each instance: ``np.s_[30:60]`` for all channels, ``np.s_[30:60, 2]`` for one, or a bool array of
        shape (time, channel).
    baseline : array that broadcasts to x, function of x, PieceBaseline, or None
        What stands in its place. None stands for zero.

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
    gone = np.zeros(many.shape[1:], bool)
    try:
        gone[piece] = True
    except IndexError:
        raise ValueError(
            f"piece must be an index or a mask of (time, channel) = {gone.shape}, but is {piece!r}"
        ) from None
    pairs = zip(many, replacements(many, baseline), strict=True)
    without_it = np.concatenate([without(one, gone[np.newaxis], stand_in) for one, stand_in in pairs])
    return without_it if series.ndim == 3 else without_it[0]


class NotFinite(ValueError):
    """A network, or its gradient, gave NaN or infinity."""


def finite_scores(classifier: Any, scores: np.ndarray) -> np.ndarray:
    """Scores of series with replaced parts, of shape (instance, ...); an error if the network gives NaN or infinity."""
    wrong = int((~np.isfinite(scores.reshape(len(scores), -1))).any(axis=1).sum())
    if not wrong:
        return scores
    way_out = "give another baseline or background, or use a method that replaces nothing, such as Saliency"
    if not classifier.continuous:
        way_out = (
            "a mean over time is not defined where a Masking layer hides every step: give a background, or a baseline "
            "other than the hidden value"
        )
    raise NotFinite(
        f"scores must be finite where parts of a series are replaced, but the network itself gives NaN or infinity for "
        f"{wrong} of {len(scores)} such series; {way_out}"
    )
