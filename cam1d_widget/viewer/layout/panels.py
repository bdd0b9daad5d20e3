"""Words beside the picture: a summary line above it, a legend below. Both follow the mark in the browser."""

from __future__ import annotations

import ipywidgets as widgets
from ipywidgets import widget_serialization
from traitlets import Instance, Unicode

from ..synced.base import MODULE, VERSION
from ..synced.channel_stack import ChannelStack


class _Panel(widgets.DOMWidget):
    _model_module = Unicode(MODULE).tag(sync=True)
    _view_module = Unicode(MODULE).tag(sync=True)
    _model_module_version = Unicode(VERSION).tag(sync=True)
    _view_module_version = Unicode(VERSION).tag(sync=True)

    mark = Instance(ChannelStack).tag(sync=True, **widget_serialization)


class Summary(_Panel):
    """Which instance is on show, its true and its predicted class, and which class is explained."""

    _model_name = Unicode("SummaryModel").tag(sync=True)
    _view_name = Unicode("SummaryView").tag(sync=True)


class Legend(_Panel):
    """What the colors stand for, and how far the map can be trusted."""

    _model_name = Unicode("LegendModel").tag(sync=True)
    _view_name = Unicode("LegendView").tag(sync=True)


class Pinned(_Panel):
    """The picture that is pinned, beside the one on show."""

    _model_name = Unicode("PinnedModel").tag(sync=True)
    _view_name = Unicode("PinnedView").tag(sync=True)


class Toolbar(_Panel):
    """Buttons that unfold the options of the picture."""

    _model_name = Unicode("ToolbarModel").tag(sync=True)
    _view_name = Unicode("ToolbarView").tag(sync=True)


class ClassMenu(_Panel):
    """The classes, the likeliest for the instance first, each with its probability."""

    _model_name = Unicode("ClassMenuModel").tag(sync=True)
    _view_name = Unicode("ClassMenuView").tag(sync=True)


class InsidePanel(_Panel):
    """The filters of a layer under the input, what one of them means, and the series that the class likes best."""

    _model_name = Unicode("InsidePanelModel").tag(sync=True)
    _view_name = Unicode("InsidePanelView").tag(sync=True)


class WindowPanel(_Panel):
    """What is in the chosen window, and what the model says without it."""

    _model_name = Unicode("WindowPanelModel").tag(sync=True)
    _view_name = Unicode("WindowPanelView").tag(sync=True)
