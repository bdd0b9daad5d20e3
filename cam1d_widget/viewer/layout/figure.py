"""The bqplot figure of the mark: a time scale, and margins for the labels."""

from __future__ import annotations

from typing import Any

import bqplot
import ipywidgets as widgets

from ..synced.channel_stack import ChannelStack

_TOP, _BOTTOM, _RIGHT = 6, 38, 14
_SHARES = 70
_STRIP = 28
_TICKS = 54
# Pixels of a row, with the gap below it, from which on the browser draws the unit below the name.
_UNIT_BELOW = 40


def scales(samples: int, sampling_rate: float | None) -> dict[str, bqplot.Scale]:
    """Scales for a mark: a time scale that includes the whole cell of every sample, and an unused vertical scale."""
    rate = sampling_rate or 1.0
    time = bqplot.LinearScale(min=-0.5 / rate, max=(samples - 0.5) / rate, allow_padding=False)
    return {"x": time, "y": bqplot.LinearScale(min=0, max=1)}


def figure(mark: ChannelStack) -> bqplot.Figure:
    """Figure with a time axis that can be zoomed and panned, and a height that depends on the channels."""
    facts, time = mark.facts, mark.scales["x"]
    margin = {"top": _TOP, "bottom": _BOTTOM, "right": right_margin(facts), "left": left_margin(facts)}
    height = _TOP + _BOTTOM + _STRIP + plot_height(len(facts["channel_names"]))
    return bqplot.Figure(
        marks=[mark],
        # The browser part draws the time axis: no axis of bqplot supports dates that change with the instance.
        axes=[],
        interaction=bqplot.PanZoom(scales={"x": [time]}),
        fig_margin=margin,
        padding_x=0,
        padding_y=0,
        min_aspect_ratio=0.01,
        max_aspect_ratio=100,
        display_toolbar=False,
        layout=widgets.Layout(width="100%", height=f"{height}px", min_width="300px", flex="1 1 400px"),
    )


def plot_height(channels: int) -> int:
    """Height of the rows in pixels, limited so that the viewer fits a small screen: the rows of many channels page."""
    return min(440, 130 * channels)


def right_margin(facts: dict[str, Any]) -> int:
    """Margin for the shares of the channels, if there are several."""
    return _SHARES if len(facts["channel_names"]) > 1 else _RIGHT


def left_margin(facts: dict[str, Any]) -> int:
    """Margin for the longest channel name with its unit, up to a limit."""
    names, units = facts["channel_names"], facts["channel_units"]
    # Low rows have the unit next to the name, others have it below.
    unit_beside_name = plot_height(len(names)) < _UNIT_BELOW * len(names)
    lengths = [
        len(name) + len(unit) + 2 if unit_beside_name and unit else max(len(name), len(unit))
        for name, unit in zip(names, units, strict=True)
    ]
    return int(_TICKS + min(130, max(44, 8 + 7 * max(lengths, default=0))))
