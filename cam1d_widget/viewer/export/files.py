"""Figures, numbers and picture files of what a viewer displays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from ...explanation.source import ExplanationSource, lengths_of, scores_of
from ..choice import Choice
from ..conversion import Conversion
from ..synced.channel_stack import ChannelStack
from ..synced.means import instances_at, mean_key
from ..synced.tiles import Tile, attribution_key, series_key
from .figure import figure_of
from .numbers import Numbers
from .pictures import Paper, save_picture

__all__ = ["Files"]


class Viewer(Protocol):
    """What is exported: an explanation, and which pictures of it are displayed."""

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


class Files:
    """Figures, numbers and picture files of what a viewer displays.

    Parameters
    ----------
    viewer : Viewer
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer

    @property
    def current(self) -> Choice:
        """The current picture; a class minus itself is the class."""
        shown = self._viewer.shown
        return shown if shown.against != shown.target else shown._replace(against=None)

    def numbers(self, choice: Choice) -> Numbers:
        """Series and map of a picture."""
        instance, target, label, against, mean = choice
        mark, source = self._viewer.mark, self._viewer.explanation
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

    def figure(self, choices: Sequence[Choice] | None = None, **options: Any) -> Any:
        """Figure of some pictures; by default of the current one, and of the pinned one."""
        viewer = self._viewer
        if choices is None:
            choices = [self.current, *([] if viewer.pinned is None else [viewer.pinned])]
            options["shared"] = viewer.mark.options.same_ends
        if viewer.mark.options.same_axis:
            options["samples"] = int(lengths_of(viewer.explanation).max())
        return figure_of(viewer.explanation, choices, self.numbers, **options)

    def save_picture(self, form: str, path: str | Path, paper: Paper) -> Path:
        """Write the current picture as "png" or "svg"; see :func:`.pictures.save_picture`."""
        viewer = self._viewer
        convert = Conversion(viewer.explanation)
        request = {
            "choice": convert.choice_fields(self.current),
            "pinned": convert.choice_fields(viewer.pinned),
            "options": viewer.mark.options.values,
        }
        return save_picture(
            form, path, paper, lambda: self.figure(width=paper.width), request, viewer.mark.ask_for_picture
        )
