"""Words beside the picture: a summary line above it, a legend below. Both follow the mark in the browser."""

from __future__ import annotations

import ipywidgets as widgets
from ipywidgets import widget_serialization
from traitlets import Instance

from ..synced.base import SyncedView
from ..synced.channel_stack import ChannelStack


class _Panel(SyncedView, widgets.DOMWidget):
    mark = Instance(ChannelStack).tag(sync=True, **widget_serialization)


class Summary(_Panel):
    """Which instance is on show, its true and its predicted class, and which class is explained."""


class Legend(_Panel):
    """What the colors stand for, and how far the map can be trusted."""


class Pinned(_Panel):
    """The picture that is pinned, beside the one on show."""


class Toolbar(_Panel):
    """Buttons that unfold the options of the picture."""


class ClassMenu(_Panel):
    """The classes, the likeliest for the instance first, each with its probability."""


class InsidePanel(_Panel):
    """The filters of a layer under the input, what one of them means, and the series that the class likes best."""


class WindowPanel(_Panel):
    """What is in the chosen window, and what the model says without it."""
