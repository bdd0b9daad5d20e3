"""Batches: parts of a computation that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["BATCH_BYTES", "batches"]

BATCH_BYTES = 32 * 2**20
"""Bytes of series, features or gradients that are held at a time."""


def batches(count: int, nbytes: int, *, most: int | None = None, budget: int = BATCH_BYTES) -> Iterator[slice]:
    """Slices of `count` items of `nbytes` each, so that each slice fits the budget.

    Parameters
    ----------
    count, nbytes : int
    most : int, optional
        Largest number of items in a slice.
    budget : int
        Bytes of a slice, unless one item takes more.
    """
    size = max(1, budget // max(nbytes, 1))
    size = size if most is None else min(size, most)
    return (slice(first, min(first + size, count)) for first in range(0, count, size))
