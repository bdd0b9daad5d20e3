"""The numbers of a picture as a .csv or .npz file."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...explanation.atomic_file import atomic_file
from ...explanation.source import ExplanationSource
from ...validation import check_new_file, check_path


class Numbers(NamedTuple):
    """The current series and map, the map's name, scores of an instance, and errors or deviations of the values.

    `instances` is the number of instances at each time step of a mean over series of unequal length.
    """

    x: np.ndarray
    attribution: np.ndarray
    name: str
    scores: np.ndarray | None = None
    start: np.datetime64 | None = None
    spread: np.ndarray | None = None
    spread_name: str = ""
    instances: np.ndarray | None = None


def write_numbers(source: ExplanationSource, path: str | Path, shown: Numbers) -> Path:
    """Write series and map of one picture as .csv or .npz; see :func:`.viewer_methods.save_numbers`."""
    path = check_path("path", path)
    if path.suffix not in {".csv", ".npz"}:
        raise ValueError(f"path must end in .csv or .npz, but is {path.name!r}")
    check_new_file("path", path)
    time = np.arange(len(shown.x)) / (source.sampling_rate or 1.0)
    dates = None if shown.start is None else shown.start + np.rint(time * 1e9).astype("timedelta64[ns]")
    varies = [one for one in (shown.spread, shown.instances) if one is not None]
    if path.suffix == ".npz":
        arrays: dict[str, Any] = {
            "time": time if dates is None else dates,
            "x": shown.x,
            "attribution": shown.attribution,
        }
        if shown.scores is not None:
            arrays["scores"] = shown.scores
        if shown.spread is not None:
            arrays[shown.spread_name.replace(" ", "_")] = shown.spread
        if shown.instances is not None:
            arrays["instances"] = shown.instances
        with atomic_file(path) as file:
            np.savez(file, **arrays)
    else:
        columns = [time, shown.x, shown.attribution, *varies]
        _write_csv(path, _headings(source, shown), np.column_stack(columns), dates)
    return path


def _headings(source: ExplanationSource, shown: Numbers) -> list[str]:
    names = zip(source.channel_names, source.channel_units, strict=True)
    mapped = ["all channels"] if shown.attribution.shape[1] < len(source.channel_names) else source.channel_names
    varies = [] if shown.spread is None else [f"{shown.spread_name} of {shown.name}: {name}" for name in mapped]
    return [
        "sample" if source.sampling_rate is None else "time (s)" if shown.start is None else "time",
        *(f"{name} {unit}".strip() for name, unit in names),
        *(f"{shown.name}: {name}" for name in mapped),
        *varies,
        *([] if shown.instances is None else ["instances"]),
    ]


def _write_csv(path: Path, headings: list[str], columns: np.ndarray, dates: np.ndarray | None) -> None:
    with atomic_file(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        # a gap is an empty field
        lines = [["" if np.isnan(value) else f"{value:.9g}" for value in line] for line in columns]
        if dates is not None:
            times = np.datetime_as_string(dates, unit="ms" if (dates.astype(np.int64) % 1_000_000 == 0).all() else "ns")
            lines = [[date, *line[1:]] for date, line in zip(times, lines, strict=True)]
        writer.writerows(lines)
