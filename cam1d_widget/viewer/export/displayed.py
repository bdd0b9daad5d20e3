"""Numbers and figures of the pictures that a viewer displays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ...explanation.source import ExplanationSource, lengths_of, scores_of
from ..choice import Choice
from ..synced.channel_stack import ChannelStack
from ..synced.means import instances_at, mean_key
from ..synced.tiles import Tile, attribution_key, series_key
from .figure import figure_of
from .numbers import Numbers
from .page import ViewerState

__all__ = ["Viewer", "current_choice", "displayed_figure", "displayed_numbers"]


class Viewer(Protocol):
    """What the export of pictures and pages requires of a viewer."""

    mark: ChannelStack

    @property
    def explanation(self) -> ExplanationSource:
        """The displayed explanation."""

    @property
    def shown(self) -> Choice:
        """The current picture."""

    @property
    def pinned(self) -> Choice | None:
        """The pinned picture."""

    @property
    def _title(self) -> str:
        """Title of a page."""

    @property
    def _state(self) -> ViewerState:
        """State with which a page opens."""


def current_choice(viewer: Viewer) -> Choice:
    """The current picture; a class minus itself is the class."""
    shown = viewer.shown
    return shown if shown.against != shown.target else shown._replace(against=None)


def displayed_numbers(viewer: Viewer, choice: Choice) -> Numbers:
    """Series and map of a picture."""
    instance, target, label, against, mean = choice
    mark, source = viewer.mark, viewer.explanation
    method = source.methods.index(label)

    def map_of(target: int) -> Tile:
        if mean is None:
            return mark.tile(attribution_key(method, instance, target))
        return mark.whole(mean_key("attribution", mean, method, target))

    key = series_key(instance) if mean is None else mean_key("series", mean, method, target)
    one, x = map_of(target), mark.whole(key).values.copy()
    scores = scores_of(source, instance).scores if mean is None else None
    start = source.start[instance] if mean is None and source.start is not None else None
    count = None if one.mean is None else instances_at(one.mean.get("lengths"), len(x))
    if against is None:
        varies = "standard error" if mean is None else "standard deviation"
        return Numbers(x, one.values.copy(), label, scores, start, one.spread, varies, count)
    name = f"{label}: {source.class_names[target]} − {source.class_names[against]}"
    return Numbers(x, one.values - map_of(against).values, name, scores, start, instances=count)


def displayed_figure(viewer: Viewer, choices: Sequence[Choice] | None = None, **options: Any) -> Any:
    """Figure of some pictures; by default of the current one, and of the pinned one."""
    if choices is None:
        choices = [current_choice(viewer), *([] if viewer.pinned is None else [viewer.pinned])]
        # Maps of one method have the same unit; those of different methods do not.
        options["shared"] = viewer.mark.options.same_ends and len({choice.method for choice in choices}) == 1
    if viewer.mark.options.same_axis:
        options["samples"] = int(lengths_of(viewer.explanation).max())
    return figure_of(viewer.explanation, choices, lambda choice: displayed_numbers(viewer, choice), **options)
