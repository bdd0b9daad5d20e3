"""An explanation's file: one ``.npz`` of plain arrays and a JSON header, with no pickle in it either way."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from .whole_file import whole_file

__all__ = ["read_fields", "refusing_damage", "write_fields"]

FORMAT = "cam1d_widget.Explanation/1"
# Mappings from a method's label to an array: stored by the label's place, for a label is no name of a file.
_MAPS = ("attributions", "completeness", "standard_errors")


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
    with whole_file(path) as file:  # a file, for numpy would add a suffix to a bare path
        np.savez_compressed(file, header=np.array(json.dumps(header)), **arrays)


def read_fields(path: str | Path) -> dict[str, Any]:
    """Fields that :func:`write_fields` wrote, by name."""
    # a file of our own: numpy leaves the one it opened open when the archive is damaged
    with open(path, "rb") as archive, np.load(archive, allow_pickle=False) as file:
        header = json.loads(str(file["header"]))
        arrays = {name: file[name] for name in file.files if name != "header"}
    if header.pop("format") != FORMAT:
        raise KeyError("format")
    methods = header.pop("methods")
    maps: dict[str, dict[str, np.ndarray]] = {name: {} for name in _MAPS}
    for name in [name for name in arrays if "/" in name]:
        kind, place = name.split("/")
        maps[kind][methods[int(place)]] = arrays.pop(name)
    return {**header, **arrays, **maps}


@contextmanager
def refusing_damage(path: str | Path) -> Iterator[None]:
    """Answer whatever a damaged or foreign file leads to with one sentence."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (
        OSError,
        EOFError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        zipfile.BadZipFile,
        zlib.error,
    ) as fault:
        raise ValueError(
            f"'{path}' is not an explanation saved by Explanation.save, or it is damaged ({fault}); save it anew"
        ) from fault
