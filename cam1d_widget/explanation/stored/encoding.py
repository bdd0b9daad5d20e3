"""Maps in fewer bytes: float16 and uint8, each map with a scale of its own."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np

__all__ = ["DTYPES", "ZERO", "Encoded", "StoredDtype", "decoded", "encoded", "rounding_in_words"]

StoredDtype: TypeAlias = Literal["float32", "float16", "uint8"]
"""Type of the values of maps in a store."""

DTYPES = ("float32", "float16", "uint8")
ZERO = 128
"""The uint8 value that represents zero."""
_MOST = 127


class Encoded(NamedTuple):
    """Maps as they are stored.

    Attributes
    ----------
    values : ndarray of shape (instance, target, time, channel or 1)
    scales : ndarray of float64, of shape (instance, target), or None
        Factor of each map; None for float32.
    """

    values: np.ndarray
    scales: np.ndarray | None


def encoded(maps: np.ndarray, dtype: str) -> Encoded:
    """Maps (instance, target, time, channel or 1) in a type of fewer bytes."""
    if dtype == "float32":
        return Encoded(np.asarray(maps, np.float32), None)
    largest = np.abs(maps).max(axis=(2, 3)).astype(np.float64)
    scales = largest if dtype == "float16" else largest / _MOST
    shares = maps / np.where(scales > 0, scales, 1)[..., np.newaxis, np.newaxis]
    if dtype == "float16":
        return Encoded(shares.astype(np.float16), scales)
    return Encoded((np.rint(shares).clip(-_MOST, _MOST) + ZERO).astype(np.uint8), scales)


def decoded(values: np.ndarray, scales: np.ndarray | None) -> np.ndarray:
    """Maps as float32; `scales` has the first dims of `values`."""
    if scales is None:
        return np.asarray(values, np.float32)
    shares = values.astype(np.float64)
    if values.dtype == np.uint8:
        shares -= ZERO
    return np.asarray(shares * np.asarray(scales)[..., np.newaxis, np.newaxis], np.float32)


def rounding_in_words(dtype: str) -> str:
    """How far a stored value may be from the computed one."""
    return {
        "float32": "none",
        "float16": "values times the map's scale; off by at most 1/4096 of the map's largest magnitude",
        "uint8": f"(values - {ZERO}) times the map's scale; off by at most 1/254 of the map's largest magnitude",
    }[dtype]
