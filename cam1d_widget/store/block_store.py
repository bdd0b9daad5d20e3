"""The Zarr store of a run: created once, filled block by block, and completed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from ..explanation.stored.damage import damaged_blocks
from ..explanation.stored.digest import DIGEST_BYTES
from ..explanation.stored.encoding import encoded
from ..explanation.stored.format import INDEX, KEY, Header, arrays_of, is_indexed, is_share, zarr
from ..explanation.stored.permutation import DECREASE, OTHERS, PREDICTION
from ..validation import check_path, shown
from .identity import first_difference

__all__ = ["BlockStore", "as_stored", "store_path"]

# Most bytes of the name of a store, next to which there are files with longer names.
_LONGEST = 240
# Most bytes of a part of a block that is read at once, to look at one series.
_READ = 2**20
# Instances in a file of the index.
_INDEXED = 2**18
# All chunks are written, also those of NaN or zeros alone, so that a file that is missing was lost.
_EVERY: Any = {"write_empty_chunks": True}
_DIMS = {
    "x": ("instance", "time", "channel"),
    "scores": ("instance", "class"),
    "probabilities": ("instance", "class"),
    "targets": ("instance", "target"),
    DECREASE: ("instance", "channel"),
    PREDICTION: ("instance", "channel"),
    OTHERS: ("other", "time", "channel"),
    "receptive_field": ("step", "bound"),
}
_MAP = ("instance", "target", "time", "channel")
_SHARE = ("instance", "target", "channel")


class BlockStore:
    """Store of the maps of a run.

    An array has one chunk file for each block, so that no two blocks share a file. A block is done once its mark is
    written, which follows when everything else of the block is on the disk.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._group = zarr().open_group(str(path), mode="r+", use_consolidated=False)
        self.header = Header.from_json(self._group.attrs[KEY])
        self._arrays: dict[str, Any] = {name: one.with_config(_EVERY) for name, one in self._group.arrays()}

    @classmethod
    def found(cls, path: Path, resume: bool) -> BlockStore | None:
        """The store of an earlier run; None if there is none. An error if something else has this path."""
        if not path.exists():
            return None
        try:
            if KEY in zarr().open_group(str(path), mode="r", use_consolidated=False).attrs:
                for part in path.glob("*.partial"):  # metadata that a killed run had begun to write
                    part.unlink(missing_ok=True)
            store = cls(path)
        except (OSError, ValueError, KeyError, TypeError) as fault:
            if isinstance(fault, PermissionError):
                raise
            raise FileExistsError(
                f"path must be new, or a store of maps that explain_to wrote, but {str(path)!r} is something else"
            ) from fault
        if not resume:
            raise FileExistsError(f"path must be new if resume=False, but {str(path)!r} exists; delete it first")
        return store

    @classmethod
    def create(
        cls,
        path: Path,
        header: Header,
        sample: Mapping[str, np.ndarray],
        instances: int,
        fixed: Mapping[str, np.ndarray],
        numbers: int,
    ) -> BlockStore:
        """A new store, which appears at its path once all its arrays are declared.

        Parameters
        ----------
        path : Path
        header : Header
        sample : mapping of str to ndarray
            Arrays of one instance, by name, with the dtypes and sizes that all blocks have.
        instances : int
        fixed : mapping of str to ndarray
            Arrays that are known now, such as `y`.
        numbers : int
            Numbers in the statistics of a block.
        """
        part = _unfinished(path)  # that of a killed run is overwritten
        try:
            group = zarr().create_group(str(part), zarr_format=3, overwrite=True)
            stored = as_stored(sample, header)
            for name, values in stored.items():
                _declare(group, name, values, instances, header.chunk)
            blocks = -(-instances // header.chunk)
            for name, size, dtype in (("done", DIGEST_BYTES, np.uint8), ("partials", numbers, np.float64)):
                group.create_array(
                    name,
                    shape=(blocks, size),
                    chunks=(1, size),
                    dtype=dtype,
                    fill_value=0,
                    compressors=None,
                    dimension_names=("block", "byte" if name == "done" else "number"),
                    chunk_key_encoding=_FLAT,
                )
            for name, values in fixed.items():
                dims = _DIMS.get(name) or ("instance", "class")[: values.ndim]
                _write_whole(group, name, values, dims)
            group.attrs.update({KEY: header.to_json()})
            _consolidate(part)
            os.replace(part, path)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        return cls(path)

    def refuse_others(self, made_of: Mapping[str, str]) -> None:
        """Refuse a store that was made of something else."""
        difference = first_difference(self.header.made_of, made_of)
        if difference:
            raise ValueError(
                f"path must be new, or a store of the same maps, but {str(self.path)!r} holds maps {difference}; "
                f"give another path, or delete it"
            )

    def repair(self, fixed: Mapping[str, np.ndarray]) -> None:
        """Remove what a killed run had begun to write, and the marks of blocks whose files are missing or too short."""
        shutil.rmtree(_unfinished(self.path), ignore_errors=True)
        for part in self.path.rglob("*.partial"):
            part.unlink(missing_ok=True)
        for name, values in fixed.items():
            if damaged_blocks(self.path / name, self._arrays[name]):
                self._arrays[name][:] = values
        if "partials" not in self._arrays and self._without_statistics():
            raise ValueError(
                f"path must be a store with statistics of its maps, but those of {str(self.path)!r} are damaged; "
                f"delete it, and start again"
            )
        by_block = {name: one for name, one in self._arrays.items() if name not in (*fixed, "done")}
        damaged = set().union(*(damaged_blocks(self.path / name, one) for name, one in by_block.items()))
        for number in damaged & set(np.flatnonzero(self.digests().any(axis=1)).tolist()):
            self.unmark(number)

    def unmark(self, number: int) -> None:
        """Remove the mark of a block, which must be computed again."""
        self._chunk_file("done", number).unlink()

    def _without_statistics(self) -> bool:
        group = self._group.get("statistics")
        return group is None or any(
            damaged_blocks(self.path / "statistics" / name, one) for name, one in group.arrays()
        )

    def digests(self) -> np.ndarray:
        """Digest of the series of each block that is done, zero for others: uint8 of shape (block, byte)."""
        return np.asarray(self._arrays["done"][:])

    @property
    def instances(self) -> int:
        """Number of instances that the arrays have room for."""
        return int(self._arrays["targets"].shape[0])

    def grow(self, instances: int) -> None:
        """Make room for this many instances."""
        for name, array in self._arrays.items():
            by_block = array.metadata.dimension_names[0] == "block"
            rows = -(-instances // self.header.chunk) if by_block else instances
            if name not in ("receptive_field", OTHERS) and array.shape[0] < rows:
                array.resize((rows, *array.shape[1:]))

    @property
    def stores_x(self) -> bool:
        """Whether it contains the series."""
        return "x" in self._arrays

    @property
    def others(self) -> np.ndarray | None:
        """Series whose channels replace those of others, for permutation importance."""
        return np.asarray(self._arrays[OTHERS][:]) if OTHERS in self._arrays else None

    def truth(self, start: int, count: int) -> np.ndarray | None:
        """True classes of some instances, if they are known."""
        return np.asarray(self._arrays["y"][start : start + count]) if "y" in self._arrays else None

    def write(self, number: int, made: Mapping[str, np.ndarray], partials: np.ndarray, digest: np.ndarray) -> None:
        """Write everything of a block to the disk, its statistics too, and then its mark."""
        stored = as_stored(made, self.header)
        start = number * self.header.chunk
        for name, values in stored.items():
            self._arrays[name][start : start + len(values)] = values
        if "partials" in self._arrays:
            self._arrays["partials"][number] = partials
            stored["partials"] = partials
        _to_disk(self._chunk_file(name, number) for name in stored)
        self._arrays["done"][number] = digest
        _to_disk([self._chunk_file("done", number)])

    def partials(self) -> Iterator[np.ndarray]:
        """Statistics of each block that is done, in the order of blocks; none once they have been merged."""
        if "partials" in self._arrays:
            yield from (self._arrays["partials"][int(number)] for number in np.flatnonzero(self.digests().any(axis=1)))

    def _chunk_file(self, name: str, number: int) -> Path:
        return self.path / name / ".".join([str(number), *"0" * (self._arrays[name].ndim - 1)])

    def complete(self, skipped: Iterable[int], statistics: Mapping[str, Any], *, keep_partials: bool) -> None:
        """Record that all blocks are done, except those that are skipped.

        Parameters
        ----------
        skipped : iterable of int
        statistics : mapping of str to (dims, ndarray)
            Arrays of the group of statistics; none if it exists.
        keep_partials : bool
            Whether blocks may still follow, whose statistics must be merged with those of the others.
        """
        if statistics:
            group = self._group.create_group("statistics", overwrite=True)
            for name, (dims, values) in statistics.items():
                _write_whole(group, name, values, dims)
        self._write_index()
        self.header = replace(self.header, complete=True, skipped=tuple(skipped))
        self._group.attrs.update({KEY: self.header.to_json()})
        if not keep_partials and "partials" in self._arrays:
            del self._arrays["partials"]
            os.replace(self.path / "partials", _unfinished(self.path))  # at once: a run may be killed while files go
            shutil.rmtree(_unfinished(self.path), ignore_errors=True)
        _consolidate(self.path)

    def _write_index(self) -> None:
        """Copy what is read of all instances at once into few files."""
        group, size = self._group.create_group(INDEX, overwrite=True), _INDEXED - _INDEXED % self.header.chunk
        size = max(size, self.header.chunk)
        for name in filter(is_indexed, self._arrays):
            array = self._arrays[name]
            copied = group.create_array(
                name,
                shape=array.shape,
                chunks=(size, *array.shape[1:]),
                dtype=array.dtype,
                compressors=None,
                dimension_names=array.metadata.dimension_names,
                config=_EVERY,
            )
            for first in range(0, self.instances, size):
                copied[first : first + size] = array[first : first + size]


def _write_whole(group: Any, name: str, values: np.ndarray, dims: tuple[str, ...]) -> None:
    """Write an array in one file, which is not compressed: equal values give equal files."""
    group.create_array(name, data=values, chunks=values.shape, compressors=None, dimension_names=dims, config=_EVERY)


def store_path(path: Any) -> Path:
    """Path at which a store can be, or is."""
    if "://" in str(path):
        raise ValueError(f"path must be a folder that this machine can write, but is {shown(str(path))}")
    path = check_path("path", path)
    if len(os.fsencode(path.name)) > _LONGEST:
        raise ValueError(f"path must end in a name of at most {_LONGEST} bytes, but is {shown(str(path))}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"path must be in an existing folder, but {path.parent} does not exist")
    if path.is_symlink() and not path.exists():
        raise FileNotFoundError(f"path must not be a link to something that does not exist, but {path} is")
    return path


def _unfinished(path: Path) -> Path:
    """Folder next to a store for what is not, or no longer, part of it."""
    return path.with_name(f".{path.name}.part")


_FLAT = {"name": "v2", "separator": "."}


def _declare(group: Any, name: str, values: np.ndarray, instances: int, chunk: int) -> None:
    """Array like `values`, of one instance, for all instances."""
    dims = _SHARE if is_share(name) else _DIMS.get(name) or _MAP[: values.ndim]
    inner = _inner(chunk, prod(values.shape[1:]) * values.dtype.itemsize)
    fill = {"f": np.nan, "i": -1}.get(values.dtype.kind, 0)
    group.create_array(
        name,
        shape=(instances, *values.shape[1:]),
        chunks=(inner, *values.shape[1:]),
        shards=(chunk, *values.shape[1:]) if inner < chunk else None,
        dtype=values.dtype,
        fill_value=values.dtype.type(fill),
        compressors=None,
        dimension_names=dims,
        chunk_key_encoding=_FLAT,
    )


def _inner(chunk: int, nbytes: int) -> int:
    """Series of a block that are read together: a divisor of their number, of up to a megabyte."""
    most = max(1, _READ // max(1, nbytes))
    return chunk if chunk <= most else max(one for one in range(1, most + 1) if chunk % one == 0)


def as_stored(made: Mapping[str, np.ndarray], header: Header) -> dict[str, np.ndarray]:
    """Arrays of a block in the types of the store."""
    stored = dict(made)
    for method in header.methods:
        names = arrays_of(method.label)
        for values, scales in ((names.values, names.scales), (names.errors, names.error_scales)):
            if values in made:
                kept = encoded(made[values], header.dtype)
                # xarray wants one size of each dim: maps that do not distinguish channels have no such dim.
                alone = kept.values.shape[3] != header.series[1]
                stored[values] = kept.values[..., 0] if alone else kept.values
                if kept.scales is not None:
                    stored[scales] = kept.scales
    return stored


def _consolidate(path: Path) -> None:
    """Collect the metadata of all arrays in one file, from which xarray opens a store at once."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # consolidated metadata are not yet part of the specification of Zarr 3
        zarr().consolidate_metadata(str(path))


def _to_disk(paths: Iterable[Path]) -> None:
    """Wait until files, and their names, are on the disk, and not only in the system's memory."""
    folders = set()
    for path in paths:
        _sync(path)
        folders.add(path.parent)
    for folder in folders:
        with suppress(OSError):  # some systems do not open folders
            _sync(folder)


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
