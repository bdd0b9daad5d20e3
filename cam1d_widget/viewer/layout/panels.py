"""Panels around the picture, which follow the mark in the browser."""

from __future__ import annotations

import ipywidgets as widgets
from ipywidgets import widget_serialization
from traitlets import Instance, Unicode

from ..synced.base import SyncedView
from ..synced.channel_stack import ChannelStack


class _Panel(SyncedView, widgets.DOMWidget):
    _model_name = Unicode("PanelModel").tag(sync=True, echo_update=False)
    mark = Instance(ChannelStack).tag(sync=True, **widget_serialization)


class Summary(_Panel):
    """The current instance, its true and predicted class, and the explained class."""


class Legend(_Panel):
    """The meaning of the colors, the exactness of the map, and which channels are shown."""


class Pinned(_Panel):
    """The pinned picture, next to the current one."""


class Toolbar(_Panel):
    """Buttons, and the panel that one of them opens."""


class FilterChip(_Panel):
    """The filter of instances next to their slider, with a button that removes it."""


class ClassMenu(_Panel):
    """The classes with their probabilities, in the order of the slider."""


class MethodMenu(_Panel):
    """The methods by family with their exactness, in the order of the slider."""


class ClassScores(_Panel):
    """A bar for the score of each class, the most probable first; each selects its class."""


class InsidePanel(_Panel):
    """The filters of a layer, the meaning of one of them, and the inputs that maximize the class."""


class WindowPanel(_Panel):
    """Contents of the selected window, and the scores without it."""
