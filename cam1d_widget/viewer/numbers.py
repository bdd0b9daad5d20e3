"""The numbers of a picture, as a file that other programs read."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from ..explanation_source import ExplanationSource
from .page import checked_file


def save_numbers(source: ExplanationSource, path: str | Path, instance: int, target: int, method: str) -> Path:
    """Write series and map of one picture as .csv or .npz; see :meth:`ExplanationViewer.save_numbers`."""
    path = Path(path)
    if path.suffix not in {".csv", ".npz"}:
        raise ValueError(f"path must end in .csv or .npz, but is {path.name!r}")
    checked_file(path)
    x, attribution = source.x[instance], source.attribution(method, instance, target)
    time = np.arange(len(x)) / (source.sampling_rate or 1.0)
    if path.suffix == ".npz":
        np.savez(path, time=time, x=x, attribution=attribution, scores=source.scores[instance])
    else:
        _write_csv(path, _headings(source, method, attribution.shape[1]), np.column_stack([time, x, attribution]))
    return path


def _headings(source: ExplanationSource, method: str, channels: int) -> list[str]:
    names = zip(source.channel_names, source.channel_units, strict=True)
    mapped = ["all channels"] if channels < len(source.channel_names) else source.channel_names
    return [
        "sample" if source.sampling_rate is None else "time (s)",
        *(f"{name} {unit}".strip() for name, unit in names),
        *(f"{method}: {name}" for name in mapped),
    ]


def _write_csv(path: Path, headings: list[str], columns: np.ndarray) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        # a gap is an empty field
        writer.writerows([["" if np.isnan(value) else f"{value:.9g}" for value in line] for line in columns])
