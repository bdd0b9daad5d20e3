"""Files of a store that are missing or too short, which Zarr would read as if nothing had been written."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, prod
from pathlib import Path
from typing import Any

__all__ = ["damaged_blocks"]


def damaged_blocks(folder: Path, array: Any, numbers: Iterable[int] | None = None) -> set[int]:
    """Numbers of the blocks, of these or all, whose file of an array in this folder is missing or too short.

    The array is not compressed, and divided along its first axis alone.
    """
    rows, chunk = array.shape[0], (array.shards or array.chunks)[0]
    nbytes = prod(array.shape[1:]) * array.dtype.itemsize
    found = set()
    for number in range(ceil(rows / chunk)) if numbers is None else numbers:
        size = chunk * nbytes
        if array.shards is not None:
            # A shard has the parts with series in it, and 16 bytes for each part and 4 for all at its end.
            part = array.chunks[0]
            size = ceil(min(chunk, rows - number * chunk) / part) * part * nbytes + chunk // part * 16 + 4
        file = folder / array.metadata.encode_chunk_key((number, *[0] * (array.ndim - 1)))
        if not file.is_file() or file.stat().st_size != size:
            found.add(number)
    return found
