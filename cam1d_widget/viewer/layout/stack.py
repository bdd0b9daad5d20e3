"""Stack: controls, summary, toolbar and legend above the picture, panels next to it and below it."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ..synced.channel_stack import ChannelStack
from .controls import Controls
from .figure import figure
from .panels import ClassScores, InsidePanel, Legend, Pinned, Summary, Toolbar, WindowPanel


class Stack(widgets.VBox):
    """The picture of one mark, with its controls and panels.

    Parameters
    ----------
    mark : ChannelStack
        The picture.
    **traits
        What an ipywidgets box takes.

    Attributes
    ----------
    mark, controls, figure
        Its parts.
    """

    def __init__(self, mark: ChannelStack, **traits: Any) -> None:
        self.mark = mark
        self.controls = Controls(mark)
        self.figure = figure(mark)
        pictures = widgets.Box([self.figure, Pinned(mark=mark)])
        pictures.add_class("cam1d-pictures")
        above = [Summary(mark=mark), Toolbar(mark=mark), Legend(mark=mark)]
        below = [ClassScores(mark=mark), WindowPanel(mark=mark), InsidePanel(mark=mark)]
        # The style sheet of the browser part places them, by the width of the viewer.
        areas = widgets.Box([self.controls, *above, pictures, *below])
        areas.add_class("cam1d-areas")
        super().__init__(children=[areas], **traits)
        self.add_class("cam1d-viewer")

    def close(self) -> None:
        """Close every widget of the stack: ipywidgets keeps each until then."""
        # Python closes a widget again when it is garbage-collected, even if its constructor failed.
        links = self.controls.links if hasattr(self, "controls") else []
        for widget in [*links, *_family(self, {}).values()]:
            widgets.Widget.close(widget)


def _family(widget: widgets.Widget, seen: dict[int, widgets.Widget]) -> dict[int, widgets.Widget]:
    """A widget and all widgets that it refers to."""
    if id(widget) not in seen:
        seen[id(widget)] = widget
        for name in widget.keys:
            for child in _widgets_in(getattr(widget, name)):
                _family(child, seen)
    return seen


def _widgets_in(value: Any) -> list[widgets.Widget]:
    if isinstance(value, widgets.Widget):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [child for item in value for child in _widgets_in(item)] if isinstance(value, (list, tuple)) else []
