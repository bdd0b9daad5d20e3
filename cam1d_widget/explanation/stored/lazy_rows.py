"""Series in a file or store, of which only the indexed ones are read."""

from __future__ import annotations

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
    """

    dtype = np.dtype(np.float32)
    ndim = 3

    def __init__(self, values: Any) -> None:
        self._values = values

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
        """Values of some instances; the first index may be a list of instances."""
        first, rest = (key[0], key[1:]) if isinstance(key, tuple) else (key, ())
        if isinstance(first, list | np.ndarray):
            rows = np.arange(len(self))[first]
            return np.stack([self._read(int(row))[rest] for row in rows]) if len(rows) else self._read(slice(0, 0))
        return self._read(first)[rest if not isinstance(first, slice) else (slice(None), *rest)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("the series are in a store, so that an array of them is a copy")
        return self._read(slice(None)).astype(dtype or self.dtype, copy=False)

    def _read(self, rows: Any) -> np.ndarray:
        return np.asarray(self._values[rows], np.float32)
