"""Static figures by matplotlib, for papers and for sites that run no widgets."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np

from ..validation import check_channel, check_list, check_number, shown
from .coverage import outer_centers, unseen_samples
from .source import ExplanationSource, map_of, scores_of, series_of, stated

__all__ = [
    "WIDTH",
    "PlottedMap",
    "draw_maps",
    "figure_height",
    "has_matplotlib",
    "instance_title",
    "plot",
    "plotted_map",
    "png_picture",
]

WIDTH = 8.0
"""Width of a figure in inches."""

# Characters of a channel's name for each inch of the figure's width: they take a third of it.
_CHARACTERS = 5
# Opacity of a map of all channels behind the line of a single channel.
_HINT = 0.38


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


def plot(source: ExplanationSource, instance: int, target: int, method: str, **options: Any) -> Any:
    """Figure of one map over its series.

    Parameters are those of :meth:`Explanation.plot`.
    """
    return draw_maps(source, [plotted_map(source, instance, target, method)], **options)


def plotted_map(source: ExplanationSource, instance: int, target: int, method: str) -> PlottedMap:
    """A map of a source, with the texts of its figure."""
    attribution = np.asarray(map_of(source, method, instance, target), float)
    exactness = stated(source.exactness[method], source.completeness_gap(method, instance, target))
    return PlottedMap(
        series_of(source, instance),
        attribution,
        instance_title(source, instance, source.class_names[target]),
        f"{method} ({exactness})",
        source.signed[method],
        source.placed[method],
        None if source.start is None else source.start[instance],
    )


def draw_maps(
    source: ExplanationSource,
    maps: Sequence[PlottedMap],
    *,
    channels: Sequence[int | str] | None = None,
    limit: float | None = None,
    shared: bool = False,
    figsize: tuple[float, float] | None = None,
) -> Any:
    """Figure of maps side by side, labeled with letters if there are several.

    Parameters
    ----------
    source : ExplanationSource
        Names, units and times of the series.
    maps : sequence of PlottedMap
    channels : sequence of int or str, optional
        Channels from the top. Default: all.
    limit : float, optional
        Value of the last color. Default: the largest magnitude of each map.
    shared : bool
        Whether the default limit is the largest of all maps.
    figsize : tuple of float, optional
        Width and height in inches.

    Returns
    -------
    matplotlib.figure.Figure
    """
    if limit is not None:
        check_number("limit", limit, above=0)
    figure_class = _matplotlib_figure()
    named = list(zip(source.channel_names, source.channel_units, strict=True))
    rows = _checked_channels(channels, source.channel_names)
    if figsize is not None:
        figsize = _checked_size(figsize)
    size = figsize or (WIDTH * len(maps), figure_height(len(rows)))
    figure = figure_class(figsize=size, layout="constrained")
    parts = figure.subfigures(1, len(maps), squeeze=False)[0] if len(maps) > 1 else [figure]
    largest = max(one.largest for one in maps) if shared else None
    samples = max(len(one.x) for one in maps)
    for place, (part, one) in enumerate(zip(parts, maps, strict=True)):
        letter = f"({chr(97 + place)}) " if len(maps) > 1 else ""
        # Approximate number of characters of this size that fit.
        title = fill(letter + one.title, max(20, int(13 * size[0] / len(maps))))
        room = max(8, int(_CHARACTERS * size[0] / len(maps)))
        names = [_elided(f"{name} {unit}".strip(), room) for name, unit in named]
        _draw_map(part, source, replace(one, title=title), rows, names, limit or largest or one.largest, samples)
    return figure


def figure_height(rows: int) -> float:
    """Height in inches of a figure of this many rows."""
    return 1.6 + 0.9 * min(rows, 24)


def png_picture(figure: Any) -> str:
    """PNG of a figure in base64, small enough for a notebook."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=80)
    return base64.b64encode(file.getvalue()).decode("ascii")


def has_matplotlib() -> bool:
    """Whether matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def _elided(text: str, length: int) -> str:
    """The text, shortened in the middle: names often differ only at their ends."""
    if len(text) <= length:
        return text
    kept = length - 1
    return f"{text[: kept - kept // 2].rstrip()}…{text[len(text) - kept // 2 :].lstrip()}"


def _draw_map(
    figure: Any,
    source: ExplanationSource,
    one: PlottedMap,
    rows: list[int],
    names: list[str],
    limit: float,
    samples: int,
) -> None:
    strip = one.attribution.shape[1] < source.x.shape[2]
    axes = _axes(figure, len(rows), strip)
    look = {"limit": limit, "signed": one.signed, "extent": _cells(0, len(one.x), source)}
    if strip:
        _draw_strip(axes[0], one.attribution[:, 0], look)
    for axis, channel in zip(axes[strip:], rows, strict=True):
        values = one.attribution[:, 0 if one.attribution.shape[1] == 1 else channel]
        _color(axis, values, look, _HINT if strip else 1.0)
        _draw_series(axis, source, one.x[:, channel], names[channel])
    axes[0].set_xlim(_cells(0, samples, source))
    if one.placed:
        _mark(axes, source, len(one.x))
    if len(one.x) < samples:
        _mark_padding(axes, _cells(len(one.x), samples, source))
    start = "" if one.start is None else f" from {str(one.start)[:23].replace('T', ' ')}"
    axes[-1].set_xlabel("sample" if source.sampling_rate is None else f"time (s){start}", fontsize=8)
    figure.suptitle(_plain(one.title), x=0.01, ha="left", fontsize=9)
    _draw_bar(figure, axes, one.label, look)


def _checked_channels(channels: Sequence[int | str] | None, names: Sequence[str]) -> list[int]:
    if channels is None:
        return list(range(len(names)))
    rows = [check_channel("channels", one, names) for one in check_list("channels", channels, "indices or names")]
    if not rows:
        raise ValueError("channels must hold the index or name of at least one channel, but holds none")
    return rows


def _checked_size(figsize: Any) -> tuple[float, float]:
    sizes = check_list("figsize", figsize, "two numbers, width and height in inches")
    if len(sizes) != 2:
        raise ValueError(f"figsize must be width and height in inches, but is {shown(figsize)}")
    width, height = (check_number("figsize", one, above=0, most=1000) for one in sizes)
    return width, height


def _matplotlib_figure() -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError as missing:
        raise ImportError('drawing a figure needs matplotlib: pip install "cam1d_widget[plot]"') from missing
    return Figure


def _axes(figure: Any, rows: int, strip: bool) -> list[Any]:
    heights = [0.35] * strip + [1.0] * rows
    return list(figure.subplots(len(heights), sharex=True, squeeze=False, height_ratios=heights)[:, 0])


def _cells(start: float, stop: float, source: ExplanationSource) -> tuple[float, float]:
    """Edges of the cells of the samples [start, stop), in the unit of the time axis."""
    rate = source.sampling_rate or 1.0
    return (start - 0.5) / rate, (stop - 0.5) / rate


def _color_map(signed: bool) -> Any:
    from matplotlib.colors import ListedColormap

    name = "signed" if signed else "unsigned"
    tables = json.loads((Path(__file__).parent / "color_tables.json").read_text())
    return ListedColormap(np.array(tables[name]) / 255, name)


def _color(axis: Any, values: np.ndarray, shown: dict[str, Any], alpha: float) -> None:
    axis.imshow(
        values[np.newaxis],
        aspect="auto",
        cmap=_color_map(shown["signed"]),
        vmin=-shown["limit"] if shown["signed"] else 0.0,
        vmax=shown["limit"],
        extent=(*shown["extent"], 0.0, 1.0),
        transform=axis.get_xaxis_transform(),
        interpolation="nearest",
        alpha=alpha,
    )


def _mark_padding(axes: list[Any], edges: tuple[float, float]) -> None:
    """Hatch what follows the end of a series that is next to a longer one."""
    for axis in axes:
        axis.axvspan(*edges, facecolor="white", edgecolor="#b9bcc4", hatch=r"\\\\", linewidth=0.0)
    axes[0].annotate(
        "padding: not part of the series", (edges[1], 1.0), (-2, 2), fontsize=7, ha="right", va="bottom",
        xycoords=axes[0].get_xaxis_transform(), textcoords="offset points",
    )  # fmt: skip


def _mark(axes: list[Any], source: ExplanationSource, samples: int) -> None:
    """Hatch samples that no step sees, and dot the first and the last center, beyond which values are constant."""
    rate = source.sampling_rate or 1.0
    centers = [center for center in outer_centers(source.receptive_field) or [] if center < samples]
    for axis in axes:
        for start, stop in unseen_samples(source.receptive_field, samples):
            edges = _cells(start, stop, source)
            axis.axvspan(*edges, facecolor="white", edgecolor="#63666e", hatch="/////", linewidth=0.0)
        for center in centers:
            axis.axvline(center / rate, color="#1b1b1f", linestyle=":", linewidth=0.8)


def _draw_strip(axis: Any, values: np.ndarray, shown: dict[str, Any]) -> None:
    _color(axis, values, shown, 1.0)
    axis.set_yticks([])
    axis.set_ylabel("all", rotation=0, ha="right", va="center", fontsize=8)


def _draw_series(axis: Any, source: ExplanationSource, values: np.ndarray, name: str) -> None:
    from matplotlib.patheffects import Normal, Stroke

    time = np.arange(len(values)) / (source.sampling_rate or 1.0)
    [line] = axis.plot(time, values, color="#1b1b1f", linewidth=0.9)
    line.set_path_effects([Stroke(linewidth=2.4, foreground="white", alpha=0.8), Normal()])
    if np.isnan(values).any():
        axis.plot(time, _alone(values), ".", color="#1b1b1f", markersize=2.5)
    axis.margins(y=0.08)
    axis.set_ylabel(_plain(name), rotation=0, ha="right", va="center", fontsize=8)
    axis.tick_params(labelsize=7)


def _alone(values: np.ndarray) -> np.ndarray:
    """Values between two gaps, which no line connects; the others are NaN."""
    gap = np.pad(np.isnan(values), 1, constant_values=True)
    return np.where(gap[:-2] & gap[2:], values, np.nan)


def _draw_bar(figure: Any, axes: list[Any], label: str, shown: dict[str, Any]) -> None:
    bar = figure.colorbar(axes[0].images[0], ax=axes, orientation="horizontal", fraction=0.04, pad=0.01, aspect=50)
    bar.ax.tick_params(labelsize=7)
    bar.set_ticks([-shown["limit"], 0.0, shown["limit"]] if shown["signed"] else [0.0, shown["limit"]])
    bar.ax.xaxis.set_major_formatter("{x:.3g}")
    bar.set_label(_plain(label), fontsize=8)


def instance_title(source: ExplanationSource, instance: int, explained: str) -> str:
    """Title of the figure of an instance."""
    scores, probabilities = scores_of(source, instance)
    values = scores if probabilities is None else probabilities
    predicted = int(values.argmax()) if len(source.class_names) > 1 else 0
    parts = [f"Instance {instance + 1} of {len(source.x)} (index {instance})", f"explained: {explained}"]
    parts.append(f"predicted: {source.class_names[predicted]} ({values[predicted]:.3g})")
    return ", ".join(parts)


def _plain(text: str) -> str:
    """Text with escaped dollar signs, which would begin a formula."""
    return text.replace("$", r"\$")
