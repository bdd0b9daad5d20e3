"""Tiles: what the browser half draws, one series or one map at a time, and their form on the wire.

A tile is asked for by its key, "series/<instance>" or "attribution/<method>/<instance>/<target>", all indices.
Several travel as one index (plain JSON) and one buffer, whether in a widget's state, in a message or in a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..explanation_source import ExplanationSource

STEPS = 32767


@dataclass(frozen=True, eq=False)
class Tile:
    """One series, or one map.

    Attributes
    ----------
    key : str
        What it is asked for by.
    values : ndarray of shape (time, channel or 1)
        The numbers.
    gap : float
        Share of the score that the map's sum misses; nan where none is promised.
    error : float
        Largest standard error of the map's values; nan where the method does not draw at random.
    """

    key: str
    values: np.ndarray
    gap: float = float("nan")
    error: float = float("nan")


def series_key(instance: int) -> str:
    """Key of the series of one instance."""
    return f"series/{instance}"


def attribution_key(method: int, instance: int, target: int) -> str:
    """Key of the map of one method, instance and entry of the class menu."""
    return f"attribution/{method}/{instance}/{target}"


def map_tile(source: ExplanationSource, key: str, method: str, instance: int, target: int) -> Tile:
    """Map of a source, with how far it can be trusted; computed, if it was not yet."""
    values = np.asarray(source.attribution(method, instance, target), np.float32)
    errors = source.standard_error(method, instance, target)
    error = float("nan") if errors is None else float(np.max(errors, initial=0.0))
    return Tile(key, values, source.completeness_gap(method, instance, target), error)


def pack(tiles: Sequence[Tile], *, quantize: bool = False) -> dict[str, Any]:
    """Tiles as one index and one buffer.

    Parameters
    ----------
    tiles : sequence of Tile
    quantize : bool
        Whether maps are rounded to 65535 steps between plus and minus their largest magnitude, at half the
        size. Series are not.

    Returns
    -------
    dict
        "index": one dict per tile; "data": bytes.
    """
    index, data = [], bytearray()
    for tile in tiles:
        values, scale = _encode(tile, quantize)
        index.append(
            {
                "key": tile.key,
                "dtype": values.dtype.name,
                "shape": list(values.shape),
                "offset": len(data),
                "scale": scale,
                "gap": _number(tile.gap),
                "error": _number(tile.error),
            }
        )
        data += values.tobytes()
    return {"index": index, "data": bytes(data)}


def _number(value: float) -> float | None:
    """A number that JSON knows."""
    return float(value) if np.isfinite(value) else None


def _encode(tile: Tile, quantize: bool) -> tuple[np.ndarray, float]:
    values = np.ascontiguousarray(tile.values, dtype=np.float32)
    if not quantize or tile.key.startswith("series/"):
        return values, 1.0
    limit = float(np.abs(values).max(initial=0.0))
    scale = limit / STEPS if limit > 0 else 1.0
    return np.rint(values.astype(np.float64) / scale).astype(np.int16), scale
