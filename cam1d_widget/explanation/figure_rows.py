"""The rows of a static figure: a map behind its series, channel by channel, in a single pair of axes.

One pair of axes per channel would take matplotlib seconds for 64 channels.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any, NamedTuple

import numpy as np

from .coverage import outer_centers, unseen_samples
from .source import ExplanationSource

__all__ = ["ColorScale", "PlottedMap", "draw_rows", "plain"]

# Opacity of a map of all channels behind the line of a single channel.
_HINT = 0.38
# Height of the strip of such a map above the rows, and of the gap below it, in rows.
_STRIP, _GAP = 0.4, 0.1
# Share of a row above and below its line.
_MARGIN = 0.08
# Characters of a small text for each inch of the figure's width.
_CHARACTERS = 14
# Least characters of a line: in a figure of less than 65 mm, the meaning of its marks is left to its caption.
_LEAST = 36
_INK, _PADDING = "#1b1b1f", "#b9bcc4"


@dataclass(frozen=True, eq=False)
class PlottedMap:
    """A series with its map, as a figure shows them.

    Attributes
    ----------
    x : ndarray of shape (time, channel)
    attribution : ndarray of shape (time, channel or 1)
    title : str
        Line above the rows.
    label : str
        Line below the color bar.
    signed : bool
        Whether the map may be negative.
    placed : bool
        Whether the map was placed by receptive fields.
    start : datetime64, optional
        Time of the first sample.
    """

    x: np.ndarray
    attribution: np.ndarray
    title: str
    label: str
    signed: bool = True
    placed: bool = False
    start: np.datetime64 | None = None

    @property
    def largest(self) -> float:
        """Largest magnitude of the map; 1 for a map of zeros."""
        return float(np.abs(self.attribution).max()) or 1.0


class ColorScale(NamedTuple):
    """Value of the last color, and whether the colors begin at its negative."""

    limit: float
    signed: bool


class _Row(NamedTuple):
    """How the values of a channel are placed in its row: bottom + (value - lowest) * scale."""

    bottom: float
    lowest: float
    scale: float

    def at(self, values: Any) -> Any:
        return self.bottom + (values - self.lowest) * self.scale


def draw_rows(
    figure: Any,
    source: ExplanationSource,
    one: PlottedMap,
    channels: list[int],
    names: list[str],
    scale: ColorScale,
    height: float,
    samples: int,
    strip: bool,
) -> Any:
    """Draw the rows of a map, the time axis and the color bar.

    Parameters
    ----------
    figure : matplotlib Figure or SubFigure
    source : ExplanationSource
        Names, units and times of the series.
    one : PlottedMap
    channels : list of int
        Channels from the top.
    names : list of str
        Name of every channel of the source.
    scale : ColorScale
    height : float
        Height of the figure in inches.
    samples : int
        Samples of the time axis, which may be that of a longer series.
    strip : bool
        Whether there is room above the rows for the strip of a map of all channels, of this figure or another.

    Returns
    -------
    matplotlib.text.Text
        What is written below the color bar.
    """
    axes = figure.subplots()
    count, rate = len(channels), source.sampling_rate or 1.0
    of_all = one.attribution.shape[1] < source.x.shape[2]
    values = one.attribution[:, [0] * count if one.attribution.shape[1] == 1 else channels]
    image = _color(axes, values.T, scale, (0, count), rate, _HINT if of_all else 1.0)
    if of_all:
        # The color bar belongs to the opaque colors.
        image = _color(axes, one.attribution.T, scale, (count + _GAP, count + _GAP + _STRIP), rate, 1.0)
    rows = [_draw_series(axes, one.x[:, channel], count - 1 - place, rate) for place, channel in enumerate(channels)]
    for edge in range(1, count):
        axes.axhline(edge, color="white", linewidth=min(3.0, 60 / count))
    padded = len(one.x) < samples
    if padded:
        axes.axvspan(
            *_edges(len(one.x), samples, rate), facecolor="white", edgecolor=_PADDING, hatch=r"\\\\", linewidth=0.0
        )
    hatched, dotted = _mark(axes, source, len(one.x), rate) if one.placed else (False, False)
    _label_rows(axes, channels, names, rows, height / (count + 1), of_all)
    axes.set_xlim(_edges(0, samples, rate))
    axes.set_ylim(0, count + (_GAP + _STRIP if strip else 0))
    axes.spines[["top", "right", "left"]].set_visible(False)
    start = "" if one.start is None else f" from {str(one.start)[:23].replace('T', ' ')}"
    axes.set_xlabel("sample" if source.sampling_rate is None else f"time (s){start}", fontsize=8)
    remarks = [
        *(["hatched: samples outside all receptive fields"] if hatched else []),
        *(["dotted lines: first and last center of a receptive field"] if dotted else []),
        *(["hatched at the end: padding, not part of the series"] if padded else []),
    ]
    # Approximate number of characters of this size that fit.
    room = int(_CHARACTERS * figure.bbox.width / figure.dpi)
    meaning = fill("; ".join(remarks), room) if room >= _LEAST else ""  # it would leave no height to the rows
    return _draw_bar(figure, axes, image, "\n".join(filter(None, [one.label, meaning])), scale)


def _edges(start: int, stop: int, rate: float) -> tuple[float, float]:
    """Edges of the cells of the samples [start, stop), in the unit of the time axis."""
    return (start - 0.5) / rate, (stop - 0.5) / rate


def plain(text: str) -> str:
    """Text with escaped dollar signs, which would begin a formula."""
    return text.replace("$", r"\$")


def _color_map(signed: bool) -> Any:
    from matplotlib.colors import ListedColormap

    name = "signed" if signed else "unsigned"
    tables = json.loads((Path(__file__).parent / "color_tables.json").read_text())
    return ListedColormap(np.array(tables[name]) / 255, name)


def _color(
    axes: Any, values: np.ndarray, scale: ColorScale, height: tuple[float, float], rate: float, alpha: float
) -> Any:
    """Image of values (row, time), the first row at the top."""
    return axes.imshow(
        values,
        aspect="auto",
        cmap=_color_map(scale.signed),
        vmin=-scale.limit if scale.signed else 0.0,
        vmax=scale.limit,
        extent=(*_edges(0, values.shape[1], rate), *height),
        interpolation="nearest",
        alpha=alpha,
    )


def _draw_series(axes: Any, values: np.ndarray, bottom: int, rate: float) -> _Row:
    from matplotlib.patheffects import Normal, Stroke

    present = values[np.isfinite(values)]
    lowest, highest = (float(present.min()), float(present.max())) if len(present) else (0.0, 1.0)
    if lowest == highest:
        # Next to a large number, 1 is lost.
        around = max(1.0, 1e-6 * abs(lowest))
        lowest, highest = lowest - around, highest + around
    size = (1 - 2 * _MARGIN) / (highest - lowest)
    row = _Row(bottom + _MARGIN, lowest, size)
    time, places = np.arange(len(values)) / rate, row.at(values.astype(float))
    [line] = axes.plot(time, places, color=_INK, linewidth=0.9)
    line.set_path_effects([Stroke(linewidth=2.4, foreground="white", alpha=0.8), Normal()])
    if np.isnan(values).any():
        axes.plot(time, _alone(places), ".", color=_INK, markersize=2.5)
    return row


def _alone(values: np.ndarray) -> np.ndarray:
    """Values between two gaps, which no line connects; the others are NaN."""
    gap = np.pad(np.isnan(values), 1, constant_values=True)
    return np.where(gap[:-2] & gap[2:], values, np.nan)


def _label_rows(axes: Any, channels: list[int], names: list[str], rows: list[_Row], inches: float, strip: bool) -> None:
    """Names of the channels as major ticks at the left of their values, which are minor ticks."""
    from matplotlib.ticker import MaxNLocator

    size = min(8.0, max(4.0, 72 * inches * 0.8))
    labels = {row.bottom + 0.5 - _MARGIN: names[channel] for row, channel in zip(rows, channels, strict=True)}
    if strip:
        labels[len(rows) + _GAP + _STRIP / 2] = "all"
    ticks: dict[float, str] = {}
    if inches > 0.4:
        locator = MaxNLocator(nbins=3 if inches > 0.7 else 1, steps=[1, 2, 5, 10])
        for row in rows:
            highest = row.lowest + (1 - 2 * _MARGIN) / row.scale
            found = [float(tick) for tick in locator.tick_values(row.lowest, highest) if row.lowest <= tick <= highest]
            ticks.update({row.at(tick): f"{tick:.6g}" for tick in found})
    room = 6 + 4 * max(map(len, ticks.values()), default=0)
    axes.yaxis.remove_overlapping_locs = False
    axes.set_yticks(list(labels), list(map(plain, labels.values())), fontsize=size)
    axes.set_yticks(list(ticks), list(ticks.values()), minor=True, fontsize=6)
    axes.tick_params(axis="y", which="major", length=0, pad=room)
    axes.tick_params(axis="x", labelsize=7)


def _mark(axes: Any, source: ExplanationSource, samples: int, rate: float) -> tuple[bool, bool]:
    """Hatch samples outside all receptive fields, and dot the first and last center; values beyond are constant."""
    unseen = unseen_samples(source.receptive_field, samples)
    for start, stop in unseen:
        axes.axvspan(*_edges(start, stop, rate), facecolor="white", edgecolor="#63666e", hatch="/////", linewidth=0.0)
    centers = [center for center in outer_centers(source.receptive_field) or [] if center < samples]
    for center in centers:
        axes.axvline(center / rate, color=_INK, linestyle=":", linewidth=0.8)
    return bool(unseen), bool(centers)


def _draw_bar(figure: Any, axes: Any, image: Any, label: str, scale: ColorScale) -> Any:
    bar = figure.colorbar(image, ax=axes, orientation="horizontal", fraction=0.04, pad=0.01, aspect=50)
    bar.ax.tick_params(labelsize=7)
    bar.set_ticks([-scale.limit, 0.0, scale.limit] if scale.signed else [0.0, scale.limit])
    bar.ax.xaxis.set_major_formatter("{x:.3g}")
    bar.set_label(plain(label), fontsize=8)
    return bar.ax.xaxis.label
