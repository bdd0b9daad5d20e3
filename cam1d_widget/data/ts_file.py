"""The archive's text format for labeled series (.ts), read without the packages that it comes with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def read_split(
    folder: Path, name: str, class_names: tuple[str, ...]
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
    """Training and test series of a set, with their classes: x_train, y_train, x_test, y_test."""
    return (
        *_read(folder / name / f"{name}_TRAIN.ts", class_names),
        *_read(folder / name / f"{name}_TEST.ts", class_names),
    )


def _read(path: Path, class_names: tuple[str, ...]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Series (instance, time, channel) and classes of one file; a line holds channels and a class, separated by ':'."""
    # The file begins with descriptions, some of them in Latin-1.
    _, _, lines = path.read_text("latin-1").partition("@data")
    rows = [line.strip().split(":") for line in lines.splitlines() if line.strip()]
    x = np.array([[channel.split(",") for channel in row[:-1]] for row in rows], np.float32)
    y = np.array([class_names.index(row[-1].strip()) for row in rows], np.int64)
    return np.ascontiguousarray(x.transpose(0, 2, 1)), y
