"""Tiles, each one series or one map that the browser draws, and their serialization.

A tile is requested by its key, "series/<instance>" or "attribution/<method>/<instance>/<target>", all indices.
Several travel as one index (plain JSON) and one buffer, whether in a widget's state, in a message or in a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...cancellation import CancelledError
from ...explanation.source import ExplanationSource, errors_of, map_of, series_of
from ...validation import shown
from .messages import error_text, items_of

MAPS: dict[int, type[np.signedinteger[Any]]] = {8: np.int8, 16: np.int16}
ERRORS: dict[int, type[np.unsignedinteger[Any]]] = {8: np.uint8, 16: np.uint16}
# Largest number of tiles in one answer; the front end requests those of two pictures and their neighbors, which are
# fewer.
MOST = 256
CANCELLED = "Cancelled. Select the method again to compute this map."
# Largest number of keys that are answered, if only with an error.
_MOST_KEYS = 16 * MOST


@dataclass(frozen=True, eq=False)
class Tile:
    """One series, or one map.

    Attributes
    ----------
    key : str
        Identifies the tile.
    values : ndarray of shape (time, channel or 1)
        The numbers.
    gap : float
        Completeness gap of the map, or the largest of the maps of a mean; nan if no sum is promised.
    error : float
        Largest standard error of the map's values; nan for deterministic methods.
    spread : ndarray of the shape of `values`, optional
        Standard error of each value; of a mean, the standard deviation over its instances.
    mean : dict, optional
        Of a mean: the `count` of instances taken, `of` how many its class has, whether it is still `partial`, and, of
        series of unequal length, the `lengths` of the instances taken.
    """

    key: str
    values: np.ndarray
    gap: float = float("nan")
    error: float = float("nan")
    spread: np.ndarray | None = None
    mean: dict[str, Any] | None = None


def series_key(instance: int) -> str:
    """Key of the series of one instance."""
    return f"series/{instance}"


def attribution_key(method: int, instance: int, target: int) -> str:
    """Key of the map of one method, instance and entry of the class menu."""
    return f"attribution/{method}/{instance}/{target}"


def places_of(key: str, kind: str, *names: str) -> list[int]:
    """Indices in the key of a tile, "<kind>/<index>/...", one of each name."""
    places = key.removeprefix(f"{kind}/").split("/")
    if len(places) != len(names) or not all(re.fullmatch("-?[0-9]{1,999}", place) for place in places):
        raise ValueError(f"key must be {'/'.join([kind, *(f'<{name}>' for name in names)])}, but is {shown(key)}")
    return list(map(int, places))


def series_tile(source: ExplanationSource, key: str, instance: int) -> Tile:
    """Series of a source, without padding."""
    return Tile(key, np.asarray(series_of(source, instance), np.float32))


def map_tile(source: ExplanationSource, key: str, method: str, instance: int, target: int) -> Tile:
    """Map of a source, with its completeness gap and errors, computed if necessary."""
    values = np.asarray(map_of(source, method, instance, target), np.float32)
    errors = errors_of(source, method, instance, target)
    error = float("nan") if errors is None else float(np.max(errors, initial=0.0))
    return Tile(key, values, source.completeness_gap(method, instance, target), error, errors)


def pack(tiles: Sequence[Tile], *, bits: int = 32) -> dict[str, Any]:
    """Tiles as one index and one buffer.

    Parameters
    ----------
    tiles : sequence of Tile
    bits : {32, 16, 8}
        Size of a value of a map. With 16 or 8 it is rounded to one of 65535 or 255 steps between plus and minus the
        largest magnitude of the map, and standard errors likewise. Series, and the samples that steps see, are not
        rounded.

    Returns
    -------
    dict
        "index": one dict per tile; "data": bytes.
    """
    index, data = [], bytearray()

    def put(values: np.ndarray, scale: float) -> dict[str, Any]:
        place = {"dtype": values.dtype.name, "offset": len(data), "scale": scale}
        data.extend(values.tobytes())
        return place

    for tile in tiles:
        size = 32 if tile.key.startswith(("series/", "steps/")) else bits
        numbers = put(*_encode(tile.values, size))
        spread = None if tile.spread is None else put(*_encode_errors(tile.spread, size))
        quality = {"gap": _number(tile.gap), "error": _number(tile.error), "spread": spread, "mean": tile.mean}
        index.append({"key": tile.key, "shape": list(tile.values.shape), **numbers, **quality})
    return {"index": index, "data": bytes(data)}


def packed_to_json(packed: dict[str, Any], _: Any) -> dict[str, Any]:
    """Packed tiles as a widget's state holds them."""
    return {"index": packed["index"], "data": memoryview(packed["data"])}


def keys_of(content: Mapping[str, Any]) -> list[str]:
    """Keys in a request for tiles, each once."""
    given = items_of(content, "keys", "keys of tiles")
    return list(dict.fromkeys(key if isinstance(key, str) else shown(key) for key in given))[:_MOST_KEYS]


def answered(content: dict[str, Any], tile: Callable[[str], Tile]) -> tuple[dict[str, Any], list[bytes] | None]:
    """Answer to a request for tiles, and its buffers: the tiles, and an error for each that could not be computed."""
    try:
        keys = keys_of(content)
    except TypeError as fault:
        return {"request": content.get("request"), "index": [], "errors": {"keys": error_text(fault)}}, None
    tiles, errors = [], dict.fromkeys(keys[MOST:], f"not computed: a request may hold {MOST} tiles; request it again")
    for key in keys[:MOST]:
        try:
            tiles.append(tile(key))
        except KeyboardInterrupt:
            # Without an answer the browser would wait forever.
            errors[key] = "could not be computed: interrupted"
        except CancelledError:
            errors[key] = CANCELLED
        except Exception as fault:
            # Shown in the picture: nobody sees a traceback in a comm handler.
            errors[key] = error_text(fault)
    packed = pack(tiles)
    answer = {"request": content.get("request"), "index": packed["index"], "errors": errors}
    # Jupyter's protocol does not transmit an empty buffer.
    return answer, [packed["data"]] if tiles else None


def _number(value: float) -> float | None:
    """A finite number, or None: JSON has no NaN."""
    return float(value) if np.isfinite(value) else None


def _encode(values: np.ndarray, bits: int) -> tuple[np.ndarray, float]:
    values = np.ascontiguousarray(values, dtype=np.float32)
    if bits == 32:
        return values, 1.0
    kind = MAPS[bits]
    limit = float(np.abs(values).max(initial=0.0))
    scale = limit / np.iinfo(kind).max if limit > 0 else 1.0
    return np.rint(values.astype(np.float64) / scale).astype(kind), scale


def _encode_errors(values: np.ndarray, bits: int) -> tuple[np.ndarray, float]:
    values = np.ascontiguousarray(values, dtype=np.float32)
    if bits == 32:
        return values, 1.0
    kind = ERRORS[bits]
    most = np.iinfo(kind).max
    scale = float(values.max(initial=0.0)) / most or 1.0
    # Rounded up: no value may look more certain than it is.
    return np.minimum(np.ceil(values.astype(np.float64) / scale), most).astype(kind), scale
