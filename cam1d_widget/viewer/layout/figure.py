"""The bqplot figure of the mark: a time axis, and margins for the labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bqplot
import ipywidgets as widgets
import numpy as np

from ..synced.channel_stack import ChannelStack

_TOP, _BOTTOM, _RIGHT = 6, 44, 14
_SHARES = 70
_STRIP = 28
_TICKS = 54
_FEW = 10


def scales(samples: int, sampling_rate: float | None) -> dict[str, bqplot.Scale]:
    """Scales for a mark: a time scale that includes the whole cell of every sample, and an unused vertical scale."""
    rate = sampling_rate or 1.0
    time = bqplot.LinearScale(min=-0.5 / rate, max=(samples - 0.5) / rate, allow_padding=False)
    return {"x": time, "y": bqplot.LinearScale(min=0, max=1)}


def figure(mark: ChannelStack) -> bqplot.Figure:
    """Figure with a time axis that can be zoomed and panned, and a height that depends on the channels."""
    facts, time = mark.facts, mark.scales["x"]
    dateless = facts["start"] is None
    counted = facts["sampling_rate"] is None and facts["samples"] <= _FEW
    # A few samples are numbered one by one, without fractional ticks.
    few = {"tick_values": np.arange(facts["samples"], dtype=float)} if counted else {}
    label = "sample" if facts["sampling_rate"] is None else "time (s)"
    margin = {"top": _TOP, "bottom": _BOTTOM, "right": right_margin(facts), "left": left_margin(facts)}
    height = _TOP + _BOTTOM + _STRIP + plot_height(len(facts["channel_names"]))
    return bqplot.Figure(
        marks=[mark],
        # Dates change with the instance, which no axis of bqplot supports: the browser part draws them.
        axes=[bqplot.Axis(scale=time, label=label, grid_lines="none", label_offset="30px", **few)] if dateless else [],
        interaction=bqplot.PanZoom(scales={"x": [time]}),
        fig_margin=margin,
        padding_x=0,
        padding_y=0,
        min_aspect_ratio=0.01,
        max_aspect_ratio=100,
        display_toolbar=False,
        layout=widgets.Layout(width="100%", height=f"{height}px", min_width="320px", flex="1 1 480px"),
    )


def plot_height(channels: int) -> int:
    """Height of the rows in pixels: large for few channels, and still legible with 64."""
    return channels * max(16, min(130, round(440 / channels)))


def right_margin(facts: dict[str, Any]) -> int:
    """Margin for the shares of the channels, if there are several."""
    return _SHARES if len(facts["channel_names"]) > 1 else _RIGHT


def left_margin(facts: dict[str, Any]) -> int:
    """Margin for the longest channel name, up to a limit."""
    texts: Sequence[str] = [*facts["channel_names"], *facts["channel_units"]]
    longest = max((len(text) for text in texts), default=0)
    return int(_TICKS + min(130, max(44, 8 + 7 * longest)))
