"""Items that are ranked when a map is compared with the truth: samples, channels, or samples of channels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from ...typing import MapsLike
from ...validation import as_array, check_choice, check_finite

__all__ = ["Over", "Sign", "check_over", "collapsed", "collapsed_map", "many_maps", "of_largest"]

Over = Literal["time", "channel", "cell"]
"""Samples with all their channels, channels with all their samples, or single samples of single channels."""

Sign = Literal["positive", "absolute", "signed"]
"""Whether negative values count as zero, by their magnitude, or as negative."""

_SIGNS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "positive": lambda values: np.maximum(values, 0),
    "absolute": np.abs,
    "signed": lambda values: values,
}
_DIMS = {"time": 2, "channel": 1, "cell": ()}


def collapsed(attribution: MapsLike, truth: MapsLike, over: Over, sign: Sign) -> tuple[np.ndarray, np.ndarray]:
    """Maps and masks of the truth, each as a list of items.

    Parameters
    ----------
    attribution : array-like of shape (instance, time, channel or 1), or (time, channel or 1) for one
    truth : array-like of bool, of shape (instance, time, channel or 1), or (time, channel or 1) for one
    over : {"time", "channel", "cell"}
        Kind of item. An item's value is the sum of its cells' values, and it is true if any of its cells is.
    sign : {"positive", "absolute", "signed"}
        Values that are summed.

    Returns
    -------
    values : ndarray of float64, of shape (instance, item)
    truth : ndarray of bool, of shape (instance, item)
    """
    check_over(over)
    maps, true = many_maps("attribution", attribution), many_maps("truth", truth)
    if true.dtype != bool and not np.isin(true, (0, 1)).all():
        raise ValueError(f"truth must be a mask of bool, but holds values from {true.min()} to {true.max()}")
    if maps.shape[:2] != true.shape[:2] or (maps.shape[2] != true.shape[2] and 1 not in (maps.shape[2], true.shape[2])):
        raise ValueError(
            f"truth must have the shape of attribution (instance, time, channel) = {maps.shape}, or channel of size 1, "
            f"but has {true.shape}"
        )
    if true.shape[2] < maps.shape[2] and over != "time":
        raise ValueError(
            f"truth must distinguish channels to be scored over {over!r}, but has shape {true.shape}; score over 'time'"
        )
    if maps.shape[2] < true.shape[2] and over != "time":
        maps = np.repeat(maps, true.shape[2], axis=2)  # a map of all channels assigns the same to each
    return collapsed_map(maps, over, sign), _items(true.astype(bool).any(axis=_dims(over)))


def collapsed_map(maps: np.ndarray, over: Over, sign: Sign) -> np.ndarray:
    """Value of each item, float64 of shape (instance, item), of maps of shape (instance, time, channel or 1)."""
    return _items(_SIGNS[check_choice("sign", sign, _SIGNS)](maps.astype(np.float64)).sum(axis=_dims(over)))


def many_maps(name: str, values: Any) -> np.ndarray:
    """Maps, or masks, of shape (instance, time, channel); a single one becomes a batch of one."""
    values = as_array(name, values)
    values = values[np.newaxis] if values.ndim == 2 else values
    if values.ndim != 3 or not values.size:
        raise ValueError(
            f"{name} must have shape (instance, time, channel or 1), or (time, channel or 1) for one, "
            f"but has {values.shape}"
        )
    return check_finite(name, values, ", which have no rank")


def of_largest(values: np.ndarray) -> np.ndarray:
    """Values as parts of the largest magnitude along the last axis, so that no sum or square is out of range."""
    largest = np.abs(values).max(axis=-1, keepdims=True)
    return values / np.where(largest > 0, largest, 1)


def _dims(over: Over) -> Any:
    check_over(over)
    return _DIMS[over]


def check_over(over: Over | None, *, optional: bool = False) -> None:
    """Refuse an unknown kind of item."""
    if over is not None or not optional:
        check_choice("over", over, _DIMS)


def _items(values: np.ndarray) -> np.ndarray:
    return values.reshape(len(values), -1)
