"""Panels around the picture, which follow the mark in the browser."""

from __future__ import annotations

import ipywidgets as widgets
from ipywidgets import widget_serialization
from traitlets import Instance

from ..synced.base import SyncedView
from ..synced.channel_stack import ChannelStack


class _Panel(SyncedView, widgets.DOMWidget):
    mark = Instance(ChannelStack).tag(sync=True, **widget_serialization)


class Summary(_Panel):
    """The current instance, its true and predicted class, and the explained class."""


class Legend(_Panel):
    """The meaning of the colors, and the exactness of the map."""


class Pinned(_Panel):
    """The pinned picture, next to the current one."""


class Toolbar(_Panel):
    """Buttons that open the options of the picture."""


class ClassMenu(_Panel):
    """The classes with their probabilities, the most probable first."""


class InsidePanel(_Panel):
    """The filters of a layer, the meaning of one of them, and the inputs that maximize the class."""


class WindowPanel(_Panel):
    """Contents of the selected window, and the scores without it."""
