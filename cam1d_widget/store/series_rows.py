"""Series of any size and any source, read in blocks of rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from itertools import chain
from mmap import mmap
from typing import Any, Literal, NamedTuple

import numpy as np

from ..attribution.series import read_series
from ..typing import Layout
from ..validation import as_array, check_choice, shown

__all__ = ["Block", "SeriesRows", "series_rows"]

# Series that are tried until one can be explained, and how many of them are read together.
_SAMPLES, _TOGETHER = 4096, 64


class Block(NamedTuple):
    """Some consecutive series.

    Attributes
    ----------
    number : int
        Index of the block.
    start : int
        Index of its first series.
    x : ndarray of shape (instance, time, channel)
    """

    number: int
    start: int
    x: np.ndarray


class SeriesRows:
    """Series that are read in blocks.

    Attributes
    ----------
    count : int or None
        Number of series; None for an iterator, whose blocks can be read only once, in order.
    channel_names : tuple of str or None
    sampling_rate : float or None
    elsewhere : callable or None
        Of block, size of blocks and Dask client: what a worker takes its series from without this process reading
        them. None if this process must send them.
    """

    elsewhere: Callable[[int, int, Any], Any] | None = None

    def __init__(self, values: Any, layout: str, channel_names: Any = None, sampling_rate: Any = None) -> None:
        self._values, self._first = values, layout == "channels_first"
        self.channel_names, self.sampling_rate = channel_names, sampling_rate
        self.count: int | None = int(values.shape[0])
        if _is_lazy(values):
            self.elsewhere = self._future
        elif (opened := _reopened(values)) is not None:
            # Here, too: the pages of a file that stays mapped would count as memory of this process.
            self._values = opened
            kept = copy(self)
            self.elsewhere = lambda number, chunk, client: kept

    def samples(self) -> Iterator[np.ndarray]:
        """The first series one by one, of shape (1, time, channel), of which one is tried before all are explained."""
        assert self.count is not None
        yield self._last(np.asarray(self._values[:1]))
        for start in range(1, min(self.count, _SAMPLES), _TOGETHER):
            block = self._last(np.asarray(self._values[start : start + _TOGETHER]))
            yield from (block[row : row + 1] for row in range(len(block)))

    @property
    def values(self) -> Any:
        """What the series are read from, with the channels as the last dim."""
        return _ChannelsLast(self._values) if self._first else self._values

    def spread(self, most: int, nbytes: int) -> np.ndarray:
        """Series from all parts of the data, (instance, time, channel): up to `most`, of up to `nbytes` in all."""
        assert self.count is not None
        count = min(most, self.count, max(2, nbytes // next(self.samples()).nbytes))
        rows = np.unique(np.linspace(0, self.count - 1, count).astype(int))
        found = np.concatenate([self._last(np.asarray(self._values[row : row + 1])) for row in rows])
        return found[np.isfinite(found).all(axis=(1, 2))]

    def block(self, number: int, chunk: int) -> Block:
        """A block of `chunk` series, or fewer at the end."""
        start = number * chunk
        return Block(number, start, self._last(np.asarray(self._values[start : start + chunk])))

    def blocks(self, chunk: int) -> Iterator[Block]:
        """All series, in blocks."""
        assert self.count is not None
        return (self.block(number, chunk) for number in range(-(-self.count // chunk)))

    def _future(self, number: int, chunk: int, client: Any) -> Any:
        """Future of a block of a dask array."""
        part = self._values[number * chunk : (number + 1) * chunk]
        return client.compute(part.swapaxes(1, 2) if self._first else part)

    def _last(self, values: np.ndarray) -> np.ndarray:
        """Values with the channels as the last dim."""
        return np.moveaxis(values, 1, 2) if self._first else values


class IteratedRows(SeriesRows):
    """Series that an iterator yields in batches of any size."""

    def __init__(self, batches: Iterable[Any], layout: str) -> None:
        self._batches, self._first = self._checked(iter(batches), layout), layout == "channels_first"
        self.channel_names = self.sampling_rate = self.count = None
        self._ahead: list[np.ndarray] = []

    def samples(self) -> Iterator[np.ndarray]:
        """The first series one by one, which :meth:`blocks` yields as well."""
        count = 0
        while count < _SAMPLES and (batch := next(self._batches, None)) is not None:
            self._ahead.append(batch)
            count += len(batch)
            yield from (self._last(batch[row : row + 1]) for row in range(len(batch)))
        if not self._ahead:
            raise ValueError("x must yield at least one batch of series, but yields none")

    def blocks(self, chunk: int) -> Iterator[Block]:
        """All series, in blocks; only once."""
        number, size = 0, 0
        held: list[np.ndarray] = []
        for more in chain(self._ahead, self._batches):
            held, size = [*held, more], size + len(more)
            while size >= chunk:
                joined = np.concatenate(held)
                yield Block(number, number * chunk, self._last(joined[:chunk]))
                held, size, number = [joined[chunk:]], size - chunk, number + 1
        if size:
            yield Block(number, number * chunk, self._last(np.concatenate(held)))

    @staticmethod
    def _checked(batches: Iterator[Any], layout: str) -> Iterator[np.ndarray]:
        """Batches with series, all of one shape."""
        shape: tuple[int, ...] | None = None
        for number, batch in enumerate(batches):
            dims = "(instance, time, channel)" if layout == "channels_last" else "(instance, channel, time)"
            if isinstance(batch, tuple | Mapping):
                raise TypeError(
                    f"x must yield batches of series alone, of shape {dims}, but batch {number} is {shown(batch)}"
                )
            values = as_array("a batch of x", batch)
            if values.ndim != 3:
                raise ValueError(f"x must yield batches of shape {dims}, but batch {number} is {shown(batch)}")
            if values.shape[1:] != (shape or values.shape[1:]):
                raise ValueError(
                    f"x must yield series of one shape, but those of batch {number} have {values.shape[1:]} after "
                    f"{shape}"
                )
            shape = values.shape[1:]
            if len(values):
                yield values


def series_rows(x: Any, layout: Layout, channels: int | None) -> SeriesRows:
    """Series of an array that is read in parts, of anything that `explain` takes, or of an iterator of batches.

    Parameters
    ----------
    x : array-like, or iterable of arrays
    layout : {"channels_last", "channels_first"}
    channels : int or None
        Channels that the model takes.
    """
    check_choice("layout", layout, ("channels_last", "channels_first"))
    if isinstance(x, Mapping):
        raise TypeError("x must be the series, but is several inputs by name, which explain takes")
    if type(x).__module__.startswith("h5py.") and not x:
        raise ValueError("x must be an open HDF5 data set, but its file is closed")
    if any(size != size for size in getattr(x, "shape", ())):
        raise ValueError(
            f"x must have a known number of series, but has shape {x.shape}; call its compute_chunk_sizes()"
        )
    labeled = hasattr(x, "dims") and hasattr(x, "coords")
    if _is_sliced(x) and not labeled:
        return SeriesRows(x, layout)
    if labeled and x.ndim == 3 and set(x.dims) == {"instance", "time", "channel"}:
        x = x.transpose("instance", "time", "channel")
        named = read_series("x", x[:1], "channels_last", channels)
        return SeriesRows(x, "channels_last", named.channel_names, named.sampling_rate)
    if isinstance(x, Iterable) and not hasattr(x, "shape") and not hasattr(x, "columns") and not _is_plain(x):
        return IteratedRows(x, layout)
    read = read_series("x", x, layout, channels)
    if read.values.ndim != 3 or not read.values.size:
        raise ValueError(f"x must have shape (instance, time, channel), but has {read.values.shape}")
    return SeriesRows(read.values, "channels_last", read.channel_names, read.sampling_rate)


@dataclass(frozen=True)
class _ChannelsLast:
    """Series (instance, channel, time) that are read with the channels as the last dim."""

    values: Any

    @property
    def shape(self) -> tuple[int, ...]:
        instances, channels, samples = self.values.shape
        return instances, samples, channels

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(self.values.dtype)

    def __getitem__(self, rows: Any) -> np.ndarray:
        return np.swapaxes(np.asarray(self.values[rows]), -2, -1)


@dataclass(frozen=True)
class _File:
    """An array in a file of numbers, opened for each block that is read: `np.memmap` would be sent by its values."""

    path: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    offset: int
    order: Literal["C", "F"]

    def __getitem__(self, rows: Any) -> np.ndarray:
        return np.array(np.memmap(self.path, self.dtype, "r", self.offset, self.shape, self.order)[rows])


def _reopened(x: Any) -> Any:
    """The same array for another process, if it can open the file itself; None otherwise."""
    base: Any = getattr(x, "base", None)  # a part of a memory map starts elsewhere in the file
    # A copy-on-write map may hold other values than its file.
    if type(x) is np.memmap and isinstance(base, mmap) and x.filename is not None and x.mode != "c":
        order: Literal["C", "F"] = "C" if x.flags.c_contiguous else "F"
        return _File(os.path.abspath(x.filename), x.dtype, x.shape, x.offset, order)
    in_folder = type(getattr(x, "store", None)).__name__ == "LocalStore"
    return x if in_folder and type(x).__module__.startswith("zarr.") else None


def _is_lazy(x: Any) -> bool:
    """Whether it is an array of dask."""
    return hasattr(x, "__dask_graph__") and not hasattr(x, "coords")


def _is_sliced(x: Any) -> bool:
    """Whether it is an array of three dims that can be read in parts."""
    return len(getattr(x, "shape", ())) == 3 and 0 not in x.shape and hasattr(x, "__getitem__") and _is_number(x)


def _is_number(x: Any) -> bool:
    return getattr(getattr(x, "dtype", None), "kind", "") in tuple("iuf") and not isinstance(x, np.ma.MaskedArray)


def _is_plain(x: Any) -> bool:
    return isinstance(x, str | bytes | list | tuple | set | dict)
