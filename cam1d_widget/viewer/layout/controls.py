"""Sliders for instance, class and method, each next to a field or a menu.

All are linked to the mark in the browser: moving one runs no Python, and they work without a kernel.
"""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ..synced.channel_stack import ChannelStack
from .panels import ClassMenu, FilterChip, MethodMenu


class Controls(widgets.Box):
    """One row of controls, or two if it is narrow. Their sizes are in the style sheet of the browser part.

    Parameters
    ----------
    mark : ChannelStack
        The mark that the controls change.
    """

    def __init__(self, mark: ChannelStack) -> None:
        facts = mark.facts
        # Without a tooltip, ipywidgets shows "null" as that of the description.
        number = {"min": 0, "max": max(len(facts["instances"]) - 1, 0), "value": mark.instance, "tooltip": ""}
        number["disabled"] = number["max"] == 0
        instance = widgets.IntSlider(description="instance", readout=False, layout=_free(), **number)
        index = widgets.BoundedIntText(layout=_free(), **number)
        classes = [facts["class_names"][target] for target in facts["targets"]]
        target = _slider("class", classes, mark.target)
        method = _slider("method", [method["label"] for method in facts["methods"]], mark.method)
        # Nothing else refers to the link widgets: they are kept here so that they can be closed.
        self.links = [
            widgets.jslink((mark, "instance"), (instance, "value")),
            widgets.jslink((mark, "instance"), (index, "value")),
            widgets.jslink((mark, "target"), (target, "index")),
            widgets.jslink((mark, "method"), (method, "index")),
        ]
        super().__init__(
            [
                _group(instance, index, FilterChip(mark=mark)),
                _group(target, ClassMenu(mark=mark)),
                _group(method, MethodMenu(mark=mark)),
            ]
        )
        self.add_class("cam1d-controls")


def _slider(name: str, labels: list[str], index: int) -> widgets.SelectionSlider:
    # The choice is an index rather than a label: two classes may have the same name.
    options = [(label, place) for place, label in enumerate(labels)]
    return widgets.SelectionSlider(
        description=name,
        tooltip="",
        readout=False,
        layout=_free(),
        options=options,
        index=index,
        disabled=len(options) < 2,
    )


def _free() -> Any:
    """Layout without the fixed width that ipywidgets gives its controls."""
    return widgets.Layout(width="auto")


def _group(*members: widgets.Widget) -> widgets.Box:
    group = widgets.Box(members)
    group.add_class("cam1d-control")
    return group
