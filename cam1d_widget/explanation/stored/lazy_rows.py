"""Series in a file or store, of which only the indexed ones are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import index
from typing import Any

import numpy as np

__all__ = ["LazyRows"]


class LazyRows:
    """Read-only view of an array (instance, time, channel), such as a Zarr array, HDF5 data set or `np.memmap`.

    Indexed like an ndarray, it returns ndarrays of float32; ``np.asarray`` reads all of it.

    Parameters
    ----------
    values : array-like
        Anything with `shape` and basic indexing.
    check : callable, optional
        Called with the first and the last instance before these, and all between them, are read.
    """

    dtype = np.dtype(np.float32)
    ndim = 3

    def __init__(self, values: Any, check: Callable[[int, int], None] = lambda first, last: None) -> None:
        self._values, self._check = values, check

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of instances, samples and channels."""
        instances, samples, channels = self._values.shape
        return instances, samples, channels

    @property
    def nbytes(self) -> int:
        """Bytes of all values, were they in memory."""
        return int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> np.ndarray:
        """Values that numpy's indexing selects, reading the instances that it needs."""
        entries = _without_ellipsis(key if isinstance(key, tuple) else (key,))
        first: Any = entries[0] if entries else slice(None)
        rest = entries[1:]
        if first is None or np.ndim(first) > 1 or isinstance(first, bool | np.bool_):
            return np.asarray(self)[entries]  # such an index is not one of instances
        if isinstance(first, slice):
            return self._stacked(range(len(self))[first])[(slice(None), *rest)]
        if np.ndim(first) == 0 and hasattr(first, "__index__"):
            return self._stacked([range(len(self))[index(first)]])[(0, *rest)]
        rows, places = np.unique(np.arange(len(self))[(first,)], return_inverse=True)
        return self._stacked(rows.tolist())[(places, *rest)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("the series are in a store, so that an array of them is a copy")
        return self._stacked(range(len(self))).astype(dtype or self.dtype, copy=False)

    def _stacked(self, rows: Sequence[int]) -> np.ndarray:
        """Values of some instances, (instance, time, channel)."""
        if isinstance(rows, range) and len(rows) > 1:  # files are read forwards
            read = self._read(slice(min(rows), max(rows) + 1, abs(rows.step)))
            return read if rows.step > 0 else read[::-1]
        return np.stack([self._read(row) for row in rows]) if len(rows) else np.empty((0, *self.shape[1:]), self.dtype)

    def _read(self, rows: int | slice) -> np.ndarray:
        self._check(*((rows.start, rows.stop - 1) if isinstance(rows, slice) else (rows, rows)))
        return np.asarray(self._values[rows], np.float32)


def _without_ellipsis(entries: tuple[Any, ...]) -> tuple[Any, ...]:
    """Indices of the dims from the first on."""
    places = [place for place, one in enumerate(entries) if one is Ellipsis]
    if not places:
        return entries
    if len(places) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    dims = LazyRows.ndim - sum(one is not None and one is not Ellipsis for one in entries)
    return (*entries[: places[0]], *[slice(None)] * dims, *entries[places[0] + 1 :])
