"""Sliders for instance, class and method, each next to a selector.

All are linked to the mark in the browser: moving one runs no Python, and they work without a kernel.
"""

from __future__ import annotations

import ipywidgets as widgets

from ..synced.channel_stack import ChannelStack
from .panels import ClassMenu

_LABEL = {"description_width": "62px"}


class Controls(widgets.Box):
    """One row of controls, which wraps if it is too narrow.

    Parameters
    ----------
    mark : ChannelStack
        The mark that the controls change.
    """

    def __init__(self, mark: ChannelStack) -> None:
        layout = widgets.Layout(flex_flow="row wrap", width="100%")
        super().__init__([_instance_group(mark), *_choice_groups(mark)], layout=layout)
        ends = zip(("instance", "target", "method"), self.children, strict=True)
        # Nothing else refers to the link widgets: they are kept here so that they can be closed.
        self.links = [
            widgets.jslink((mark, trait), (control, "value" if trait == "instance" else "index"))
            for trait, group in ends
            for control in group.children
            if not isinstance(control, ClassMenu)
        ]


def _instance_group(mark: ChannelStack) -> widgets.Box:
    count = len(mark.facts["instances"])
    bounds = {"min": 0, "max": max(count - 1, 0), "value": mark.instance, "disabled": count < 2}
    slider = widgets.IntSlider(description="instance", readout=False, style=_LABEL, layout=_stretched(), **bounds)
    number = widgets.BoundedIntText(layout=_narrow(), tooltip="instance", **bounds)
    # As wide as the viewer, since there are more instances than classes and methods.
    return _group(slider, number, "1 1 100%")


def _choice_groups(mark: ChannelStack) -> list[widgets.Box]:
    facts = mark.facts
    classes = [facts["class_names"][target] for target in facts["targets"]]
    methods = [method["label"] for method in facts["methods"]]
    return [
        _choice_group("class", classes, mark.target, ClassMenu(mark=mark, layout=_narrow())),
        _choice_group("method", methods, mark.method),
    ]


def _choice_group(name: str, labels: list[str], index: int, menu: widgets.Widget | None = None) -> widgets.Box:
    # The choice is an index rather than a label: two classes may have the same name.
    options = [(label, place) for place, label in enumerate(labels)]
    value = {"options": options, "index": index, "disabled": len(options) < 2}
    slider = widgets.SelectionSlider(description=name, readout=False, style=_LABEL, layout=_stretched(), **value)
    selector = widgets.Dropdown(layout=_narrow(), tooltip=name, **value) if menu is None else menu
    return _group(slider, selector, "1 1 340px")


def _stretched() -> widgets.Layout:
    return widgets.Layout(flex="1 1 auto", width="auto", min_width="120px")


def _narrow() -> widgets.Layout:
    return widgets.Layout(flex="0 0 auto", width="184px", margin="2px 2px 2px 14px")


def _group(slider: widgets.Widget, selector: widgets.Widget, flex: str) -> widgets.Box:
    layout = widgets.Layout(flex=flex, min_width="300px", align_items="center")
    return widgets.Box([slider, selector], layout=layout)
