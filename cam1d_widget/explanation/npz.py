"""An explanation's file: one ``.npz`` of plain arrays and a JSON header, written and read without pickle."""

from __future__ import annotations

import json
import os
import re
import traceback
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from .atomic_file import atomic_file

__all__ = ["read_fields", "refusing_damage", "write_fields"]

FORMAT = "cam1d_widget.Explanation/1"
# Mappings from a method's label to an array, stored by index, since a label may not be a valid file name.
_MAPS = ("attributions", "completeness", "standard_errors")
_ARRAYS = ("header", "x", "scores", "targets", "y", "probabilities", "receptive_field", "start", "lengths")
_MEMBER = re.compile(rf"({'|'.join(_ARRAYS)})|({'|'.join(_MAPS)})/[0-9]{{1,6}}")
_MEGABYTE = 2**20


def write_fields(explanation: Mapping[str, Any], path: str | Path) -> None:
    """Write an explanation's fields, given by name."""
    methods = list(explanation["attributions"])
    header: dict[str, Any] = {"format": FORMAT, "methods": methods}
    arrays = {f"{name}/{methods.index(label)}": maps for name in _MAPS for label, maps in explanation[name].items()}
    for name in explanation.keys() - set(_MAPS):
        value = explanation[name]
        if isinstance(value, np.ndarray):
            arrays[name] = value
        else:
            header[name] = value
    with atomic_file(path) as file:  # an open file: numpy would add a suffix to a path
        np.savez_compressed(file, header=np.array(json.dumps(header)), **arrays)


def read_fields(path: str | Path, limit_mb: float | None = None) -> dict[str, Any]:
    """Fields that :func:`write_fields` wrote, by name.

    Sizes that the file declares are checked before anything is decompressed, and only members of an explanation are
    read.
    """
    with zipfile.ZipFile(path) as archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        _check_sizes(archive, members, os.path.getsize(path), limit_mb)
        header = json.loads(str(_array(archive, members.pop("header"))))
        if not isinstance(header, dict) or header.pop("format", None) != FORMAT:
            raise ValueError("it has another format")
        methods = header.pop("methods", None)
        if not isinstance(methods, list) or not all(isinstance(label, str) for label in methods):
            raise ValueError("it has no list of methods")
        fields: dict[str, Any] = {name: {} for name in _MAPS}
        for name, info in members.items():
            kind, _, place = name.partition("/")
            if place:
                fields[kind][methods[int(place)]] = _array(archive, info)
            else:
                fields[name] = _array(archive, info)
    return {**header, **fields}


def _check_sizes(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], size: int, limit_mb: float | None
) -> None:
    """Refuse members that do not belong to an explanation, or are too large for a file of this size."""
    for name, info in members.items():
        if not _MEMBER.fullmatch(name) or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"it holds {info.filename!r}, which no explanation has")
        if info.file_size != _declared(archive, info):
            raise ValueError(f"{info.filename!r} does not have the size that it declares")
    if len(members) < len(archive.infolist()):
        raise ValueError("it holds a name twice")
    chosen = None if limit_mb is None else limit_mb * _MEGABYTE
    for what, held, limit in (
        ("names", members["header"].file_size, 4 * _MEGABYTE if chosen is None else chosen),
        (
            "arrays",
            sum(info.file_size for info in members.values()),
            64 * _MEGABYTE + 100 * size if chosen is None else chosen,
        ),
    ):
        if held > limit:
            raise ValueError(
                f"its {what} would take {held / _MEGABYTE:.0f} MB, more than {limit / _MEGABYTE:.0f} MB, which is a "
                f"lot for a file of {size / _MEGABYTE:.1f} MB; if it can be trusted, load it with a larger limit_mb"
            )


def _declared(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """Bytes of a member, as the header of its array declares."""
    with archive.open(info) as member:
        version = np.lib.format.read_magic(member)  # type: ignore[no-untyped-call]
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(member)  # type: ignore[no-untyped-call]
        return int(member.tell() + dtype.itemsize * prod(shape))


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    with archive.open(info) as member:
        return np.lib.format.read_array(member, allow_pickle=False)  # type: ignore[no-untyped-call]


@contextmanager
def refusing_damage(path: str | Path, kind: str = "an explanation saved by Explanation.save") -> Iterator[None]:
    """Raise one ValueError for any error that a damaged or foreign file causes."""
    try:
        yield
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as fault:  # the readers of zip, JSON and arrays raise different errors
        reason = f" ({fault})" if isinstance(fault, ValueError | TypeError) and _is_ours(fault) else ""
        raise ValueError(f"path must be {kind}, but {str(path)!r} is not one, or is damaged{reason}") from fault


def _is_ours(fault: BaseException) -> bool:
    """Whether an error was raised by this package, and so states what is wrong with the file."""
    return Path(traceback.extract_tb(fault.__traceback__)[-1].filename).is_relative_to(Path(__file__).parents[1])
