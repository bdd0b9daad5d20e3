"""Static figures by matplotlib, for papers and for sites that run no widgets."""

from __future__ import annotations

import base64
import importlib.util
import io
import warnings
from collections.abc import Sequence
from textwrap import fill
from typing import Any

import numpy as np

from ..validation import check_channel, check_list, check_number, counted, shown
from .figure_rows import ColorScale, PlottedMap, draw_rows, plain
from .labels import are_classes, classes_of
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

# Largest height of a figure in inches, if none is given: that of the text on a page, 247 mm.
_PAGE = 247 / 25.4

# Characters of a channel's name for each inch of the figure's width: they take a third of it.
_CHARACTERS = 5


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
        instance_title(source, instance, target, source.class_names[target]),
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
    samples: int | None = None,
) -> Any:
    """Figure of maps side by side, with rows at the same heights, labeled with letters if there are several.

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
    samples : int, optional
        Samples of the time axis. Default: those of the longest series in the figure.

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
    samples = max(len(one.x) for one in maps) if samples is None else samples
    strip = any(one.attribution.shape[1] < source.x.shape[2] for one in maps)
    titles, bars = [], []
    for place, (part, one) in enumerate(zip(parts, maps, strict=True)):
        letter = f"({chr(97 + place)}) " if len(maps) > 1 else ""
        # Approximate number of characters of this size that fit.
        some = f", {len(rows)} of {counted(len(named), 'channel')}" if len(rows) < len(named) else ""
        title = fill(letter + one.title + some, max(20, int(13 * size[0] / len(maps))))
        room = max(8, int(_CHARACTERS * size[0] / len(maps)))
        names = [_elided(f"{name} {unit}".strip(), room) for name, unit in named]
        scale = ColorScale(limit or largest or one.largest, one.signed)
        bars.append(draw_rows(part, source, one, rows, names, scale, size[1], samples, strip))
        titles.append(part.suptitle(plain(title), x=0.01, ha="left", fontsize=9))
    for texts in (titles, bars):
        _equalize_lines(texts)
    return figure


def _equalize_lines(texts: list[Any]) -> None:
    """Give texts of matplotlib as many lines as the longest of them has."""
    lines = [text.get_text().count("\n") for text in texts]
    for text, own in zip(texts, lines, strict=True):
        text.set_text(text.get_text() + "\n" * (max(lines) - own))


def figure_height(rows: int, share: float = 1.0) -> float:
    """Height in inches of a figure of this many rows, each of this share of its usual height, or less to fit a page."""
    return min(_PAGE, 1.6 + 0.9 * rows * share)


def png_picture(figure: Any) -> str:
    """PNG of a figure in base64, small enough for a notebook."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    file = io.BytesIO()
    with warnings.catch_warnings():
        # Of names with emoji: browsers have other fonts, and show the widget in place of this picture.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.set_dpi(80)
        FigureCanvasAgg(figure).print_png(file)  # draws it once, where `savefig` draws it twice
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


def instance_title(source: ExplanationSource, instance: int, target: int, explained: str) -> str:
    """Title of the figure of an instance."""
    scores, probabilities = scores_of(source, instance)
    values = scores if probabilities is None else probabilities
    predicted = int(values.argmax()) if len(source.class_names) > 1 else 0
    length = "" if source.lengths is None else f", {source.lengths[instance]} samples"
    parts = [
        f"Instance {instance + 1} of {len(source.x)} (index {instance}{length})",
        f"explained: {explained}",
        *_true_parts(source, instance, target, scores),
        f"predicted: {source.class_names[predicted]} ({values[predicted]:.3g})",
    ]
    return ", ".join(parts)


def _true_parts(source: ExplanationSource, instance: int, target: int, scores: np.ndarray) -> list[str]:
    """True classes, or the true value of the explained output, if they are known."""
    y, names = source.y, source.class_names
    if y is None:
        return []
    if not are_classes(y):
        return [f"true: {f'{names[target]} ' if len(names) > 1 else ''}{y[instance, target]:.3g}"]
    # A single output separates two true classes, of which only one has a name.
    own = [int(y[instance])] if y.ndim == 1 else classes_of(y, instance, scores)
    return [f"true: {', '.join(names[one] if one < len(names) else str(one) for one in own) or 'none'}"]
