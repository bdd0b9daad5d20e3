"""Given series are compared with those that were explained."""

from __future__ import annotations

from typing import Any

import numpy as np

from .digest import digest_of_block

__all__ = ["Compared"]


class Compared:
    """Comparison of series, whose store does not contain them, with the digests of its blocks.

    A block is read as a whole, and compared, once one of its series is read.

    Parameters
    ----------
    x : array-like of shape (instance, time, channel)
    digests : ndarray of uint8, of shape (block, byte)
        Zero for a block that was skipped, which may hold anything.
    chunk : int
        Series in a block.
    """

    def __init__(self, x: Any, digests: np.ndarray, chunk: int) -> None:
        self._x, self._digests, self._chunk = x, digests, chunk
        self._left = set(np.flatnonzero(digests.any(axis=1)).tolist())
        if self._left:
            self.check(*[min(self._left) * chunk] * 2)

    def check(self, first: int, last: int) -> None:
        """Refuse series of the blocks from that of instance `first` to that of `last`, if others were explained."""
        for block in self._left & set(range(first // self._chunk, last // self._chunk + 1)):
            start, stop = block * self._chunk, min((block + 1) * self._chunk, self._x.shape[0])
            if not np.array_equal(digest_of_block(np.asarray(self._x[start:stop])), self._digests[block]):
                raise ValueError(
                    f"x must be the series that were explained, but one of the instances {start} to {stop - 1} differs"
                )
            self._left.discard(block)
