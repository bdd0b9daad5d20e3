"""Sliders for instance, class and method, each with a selector beside it.

All are linked to the mark in the browser: no Python runs when one is moved, and they work without a kernel.
"""

from __future__ import annotations

import ipywidgets as widgets

from cam1d_widget.viewer.channel_stack import ChannelStack

_LABEL = {"description_width": "62px"}


def controls(mark: ChannelStack) -> widgets.Box:
    """One row of controls, which breaks where there is no room."""
    facts = mark.facts
    classes = [facts["class_names"][target] for target in facts["targets"]]
    methods = [method["label"] for method in facts["methods"]]
    groups = [
        _instance_controls(mark, len(facts["instances"])),
        _choice_controls(mark, "target", "class", classes),
        _choice_controls(mark, "method", "method", methods),
    ]
    return widgets.Box(groups, layout=widgets.Layout(flex_flow="row wrap", width="100%"))


def _instance_controls(mark: ChannelStack, count: int) -> widgets.Box:
    bounds = {"min": 0, "max": max(count - 1, 0), "value": mark.instance, "disabled": count < 2}
    slider = widgets.IntSlider(description="instance", readout=False, style=_LABEL, layout=_stretched(), **bounds)
    number = widgets.BoundedIntText(layout=widgets.Layout(width="88px"), tooltip="instance", **bounds)
    for control in (slider, number):
        widgets.jslink((mark, "instance"), (control, "value"))
    return _group(slider, number)


def _choice_controls(mark: ChannelStack, trait: str, name: str, labels: list[str]) -> widgets.Box:
    # A number, and not the label, stands for the choice: two classes may bear one name.
    options = [(label, place) for place, label in enumerate(labels)]
    value = {"options": options, "index": getattr(mark, trait), "disabled": len(options) < 2}
    slider = widgets.SelectionSlider(description=name, readout=False, style=_LABEL, layout=_stretched(), **value)
    menu = widgets.Dropdown(layout=widgets.Layout(width="168px"), tooltip=name, **value)
    for control in (slider, menu):
        widgets.jslink((mark, trait), (control, "index"))
    return _group(slider, menu)


def _stretched() -> widgets.Layout:
    return widgets.Layout(flex="1 1 auto", width="auto", min_width="120px")


def _group(slider: widgets.Widget, selector: widgets.Widget) -> widgets.Box:
    layout = widgets.Layout(flex="1 1 320px", min_width="300px", max_width="520px", align_items="center")
    return widgets.Box([slider, selector], layout=layout)
