"""Series that are explained one by one: of unequal length, or with other inputs of the model held fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .maps import ComputedMaps
from .methods import AttributionMethod
from .metrics.unequal import cut_baseline
from .requests import has_field, with_baseline

__all__ = ["cut_background", "method_of_length", "padded_maps", "stacked"]


def cut_background(background: np.ndarray | None, lengths: np.ndarray | None, length: int) -> np.ndarray | None:
    """Background series (instance, time, channel) that are as long as this, cut; None if there are none."""
    if background is None or lengths is None:
        return background
    long = lengths >= length
    return background[long, :length] if long.any() else None


def method_of_length(
    method: AttributionMethod, x: np.ndarray, instance: int, length: int, mean: np.ndarray | None
) -> AttributionMethod:
    """Method with the baseline and background for one series of unequal length.

    Parameters
    ----------
    method : AttributionMethod
        With the baseline as it was given.
    x : ndarray of shape (instance, time, channel)
        All series, padded.
    instance, length : int
    mean : ndarray of shape (channel,), or None
        Mean of each channel over the background.
    """
    changes: dict[str, Any] = {}
    if has_field(method, "baseline"):
        given = method.baseline  # type: ignore[attr-defined]
        changes["baseline"] = cut_baseline(given, np.array([instance]), length, x.shape)
    if isinstance(background := getattr(method, "background", None), np.ndarray):
        changes["background"] = background[:, :length]
    cut = replace(method, **changes) if changes else method  # type: ignore[type-var]
    return with_baseline(cut, mean, x[instance : instance + 1, :length])


def padded_maps(made: ComputedMaps, samples: int) -> ComputedMaps:
    """Maps with NaN after the length of their series."""

    def padded(values: np.ndarray) -> np.ndarray:
        after = samples - values.shape[2]
        return np.pad(values, ((0, 0), (0, 0), (0, after), (0, 0)), constant_values=np.nan) if after else values

    return ComputedMaps(padded(made.values), made.gaps, None if made.errors is None else padded(made.errors))


def stacked(ones: Sequence[ComputedMaps]) -> ComputedMaps:
    """Maps of several series."""
    parts = [None if part[0] is None else np.concatenate(part) for part in zip(*ones, strict=True)]
    return ComputedMaps(*parts)  # type: ignore[arg-type]
