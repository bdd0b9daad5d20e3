"""The pictures of a viewer as a matplotlib figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...explanation.plot import WIDTH, PlottedMap, draw_maps, figure_height, instance_title, plotted_map
from ...explanation.source import ExplanationSource
from ...validation import check_number, counted, shown
from ..choice import Choice, Mean
from ..synced.means import instances_of
from .numbers import Numbers

__all__ = ["checked_width", "figure_of"]

_INCH = 25.4
"""Millimeters."""


def checked_width(width: Any) -> float:
    """Width of a figure or a file in millimeters."""
    return check_number("width", width, least=20, most=2000, way_out="; it is in millimeters")


def figure_of(
    source: ExplanationSource,
    choices: Sequence[Choice],
    numbers: Callable[[Choice], Numbers],
    *,
    width: float | None = None,
    **options: Any,
) -> Any:
    """Figure of some pictures, side by side.

    Parameters
    ----------
    source : ExplanationSource
    choices : sequence of Choice
        The pictures.
    numbers : callable
        Series and map of a picture that is a mean or a difference.
    width : float, optional
        Width in millimeters.
    **options
        As in :func:`~cam1d_widget.explanation.plot.draw_maps`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    if width is not None and options.get("figsize") is not None:
        raise ValueError(f"width must be left out if figsize is given, but is {shown(width)}: both set the size")
    if width is not None:
        width = checked_width(width)
        # A narrow figure has lower rows as well, but its texts keep their size.
        share = min(1.0, max(0.5, width / _INCH / (WIDTH * len(choices))))
        options["figsize"] = width / _INCH, figure_height(source.x.shape[2], share)
    return draw_maps(source, [_plotted(source, choice, numbers) for choice in choices], **options)


def _plotted(source: ExplanationSource, choice: Choice, numbers: Callable[[Choice], Numbers]) -> PlottedMap:
    method, names = choice.method, source.class_names
    if choice.mean is None and choice.against is None:
        return plotted_map(source, choice.instance, choice.target, method)
    explained = names[choice.target] if choice.against is None else f"{names[choice.target]} − {names[choice.against]}"
    values = numbers(choice)
    signed = source.signed[method] or choice.against is not None
    common: dict[str, Any] = {"label": f"{method}: {explained}", "signed": signed, "placed": source.placed[method]}
    if choice.mean is None:
        title = instance_title(source, choice.instance, choice.target, explained)
        return PlottedMap(values.x, values.attribution, title, start=values.start, **common)
    title = f"{_mean_title(source, choice.mean)}, explained: {explained}"
    return PlottedMap(values.x, values.attribution, title, **common)


def _mean_title(source: ExplanationSource, mean: Mean) -> str:
    # A single output separates two true classes, of which only one has a name.
    name = source.class_names[mean.of] if mean.of < len(source.class_names) else str(mean.of)
    return f"mean over the {counted(len(instances_of(mean, source)), 'instance')} of {mean.by} class {name}"
