"""The archive's text format for labeled series (.ts), read without the packages that it comes with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..explanation.lengths import padded


def read_split(
    folder: Path, name: str, class_names: tuple[str, ...]
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
    """Training and test series of a set, with their classes: x_train, y_train, x_test, y_test.

    Series of unequal length are padded with NaN to the longest of both parts.
    """
    train, y_train = _read(folder / name / f"{name}_TRAIN.ts", class_names)
    test, y_test = _read(folder / name / f"{name}_TEST.ts", class_names)
    x = padded([*train, *test], 0).astype(np.float32)
    return x[: len(train)], y_train, x[len(train) :], y_test


def _read(path: Path, class_names: tuple[str, ...]) -> tuple[list[NDArray[np.float32]], NDArray[np.int64]]:
    """Series (time, channel) and classes of one file; a line holds channels and a class, separated by ':'."""
    # The file begins with descriptions, some of them in Latin-1.
    _, _, lines = path.read_text("latin-1").partition("@data")
    rows = [line.strip().split(":") for line in lines.splitlines() if line.strip()]
    series = [np.array([channel.split(",") for channel in row[:-1]], np.float32).T for row in rows]
    y = np.array([class_names.index(row[-1].strip()) for row in rows], np.int64)
    return series, y
