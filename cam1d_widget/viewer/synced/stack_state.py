"""State of the mark that draws a series: its traits, and the rules of their values."""

from __future__ import annotations

from typing import Any

import bqplot
import numpy as np
from traitlets import Any as AnyTrait
from traitlets import Bool, Dict, Int, Unicode, validate

from ...explanation.explanation import ExplanationSource
from ...explanation.source import lengths_of
from ...validation import check_index
from ..choice import FOLLOWS, known_mean, refusing_choice
from ..windows import check_window
from .base import SyncedView, part, table
from .checked import Checked, chosen, whole
from .checks import Checks
from .facts import facts_to_json
from .fields import fields_of_mean, fields_of_picture, notes, samples
from .finder import Finder
from .inside import Inside
from .jobs import Jobs
from .options import Options
from .tiles import packed_to_json

__all__ = ["StackState", "is_long"]

# Bytes of scores that the first picture waits for.
_AT_ONCE = 2**22


def is_long(scores: np.ndarray) -> bool:
    """Whether sending the scores of all instances would delay the first picture."""
    return scores.nbytes > _AT_ONCE


def _row_at_first(scores: np.ndarray, mark: StackState) -> int | None:
    """The only row that the first picture needs, if sending all would take long."""
    return mark.instance if mark.opening and is_long(scores) else None


class StackState(SyncedView, bqplot.Mark):
    """What Python and the browser share about the mark.

    Attributes
    ----------
    instance, target, method : int
        The current picture: indices into the instances, the class menu and the methods.
    against : int or None
        Entry of the class menu whose map is subtracted.
    follow : {"predicted", "true", "runner-up", "contrast", "fixed"}
        Which class is explained when the instance changes.
    mean : dict or None
        Mean that is shown instead of the instance: `by` "true" or "predicted" class, and `of` which class.
    pinned : dict or None
        Picture that is pinned next to the current one: its `instance`, `target`, `method`, `against` and `mean`.
    window : tuple of int or None
        Selected samples [first, stop).
    annotations : list of dict
        Notes: "instance", "window" (samples [first, stop)) and "text".
    stale : str
        Message that the model has changed since its scores were computed; "" where it has not.
    better : dict or None
        Method that is ranked above the initial one but takes longer: its index `method`, `seconds`, and `state`, one of
        "offered", "computing" and "ready".
    edited : Edits
        Edited series in the place of instances.
    network : dict or None
        The model of a page: its description, and its `weights` as bytes.
    sends_network : bool
        Whether the kernel sends its network on request, so that the browser computes quick maps.
    version : int
        Number of updates of the scores and maps; the browser drops its tiles when it changes.
    """

    opening = False
    """Whether the browser has been sent the widget, and has not displayed its first picture."""

    _view_name = Unicode("ChannelStack").tag(sync=True, echo_update=False)

    scales_metadata = Dict(
        {
            "x": {"orientation": "horizontal", "dimension": "x"},
            "y": {"orientation": "vertical", "dimension": "y"},
        }
    ).tag(sync=True, echo_update=False)

    instance = whole(0).tag(sync=True)
    target = whole(0).tag(sync=True)
    method = whole(0).tag(sync=True)
    against = whole(None, allow_none=True).tag(sync=True)
    follow = chosen(*FOLLOWS).tag(sync=True)
    mean = Checked(fields_of_mean, None, allow_none=True).tag(sync=True)
    pinned = Checked(fields_of_picture, None, allow_none=True).tag(sync=True)
    facts = Dict().tag(sync=True, echo_update=False, to_json=facts_to_json)
    scores = table(_row_at_first)
    probabilities = table(_row_at_first)
    truth = table()
    explained = table()
    steps = table()
    window = Checked(samples, None, allow_none=True).tag(sync=True)
    annotations = Checked(notes, []).tag(sync=True)
    checks = part(Checks)
    finder = part(Finder)
    options = part(Options)
    jobs = part(Jobs)
    inside = part(Inside)
    stale = Unicode().tag(sync=True, echo_update=False)
    better = Dict(allow_none=True, default_value=None).tag(sync=True)
    edited = AnyTrait().tag(sync=True, echo_update=False, to_json=lambda edits, _: edits.packed() if edits else [])
    network = AnyTrait(None, allow_none=True).tag(sync=True, echo_update=False)
    sends_network = Bool(False).tag(sync=True, echo_update=False)
    version = Int(0).tag(sync=True, echo_update=False)
    tiles = AnyTrait().tag(sync=True, echo_update=False, to_json=packed_to_json)

    _source: ExplanationSource

    taking = False
    """Whether the current changes come from the browser, which has already changed the class."""

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take values from the browser."""
        self.taking = True
        try:
            super().set_state(sync_data)
        finally:
            self.taking = False

    def _index(self, name: str, value: Any) -> int:
        return check_index(name, value, len(self.facts[f"{name}s"]))

    def _samples(self, instance: int) -> int:
        return int(lengths_of(self._source)[instance])

    def _shape(self, instance: int) -> tuple[int, int]:
        return self._samples(instance), self._source.x.shape[2]

    @validate("instance", "target", "method")
    def _check_index(self, proposal: Any) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        with refusing_choice():
            return self._index(name, value) if self.facts else int(value)

    @validate("against")
    def _check_against(self, proposal: Any) -> int | None:
        against = proposal["value"]
        if against is None or not self.facts:
            return against
        with refusing_choice():
            return check_index("against", against, len(self.facts["targets"]))

    @validate("mean")
    def _check_mean(self, proposal: Any) -> dict[str, Any] | None:
        return None if proposal["value"] is None else self._known_mean("mean", proposal["value"])

    def _known_mean(self, name: str, mean: dict[str, Any]) -> dict[str, Any]:
        return known_mean(name, (mean["by"], mean["of"]), self._source)._asdict()

    @validate("pinned")
    def _check_pinned(self, proposal: Any) -> dict[str, Any] | None:
        pinned = proposal["value"]
        if pinned is None or not self.facts:
            return pinned
        with refusing_choice():
            for name in ("instance", "target", "method"):
                check_index(f"pinned.{name}", pinned[name], len(self.facts[f"{name}s"]))
            if pinned["against"] is not None:
                check_index("pinned.against", pinned["against"], len(self.facts["targets"]))
            mean = None if pinned["mean"] is None else self._known_mean("pinned.mean", pinned["mean"])
        return {**pinned, "mean": mean}

    @validate("window")
    def _check_window(self, proposal: Any) -> tuple[int, int] | None:
        window = proposal["value"]
        if window is None or not self.facts:
            return window
        with refusing_choice():
            return check_window("window", window, self.facts["samples"])

    @validate("annotations")
    def _check_annotations(self, proposal: Any) -> list[dict[str, Any]]:
        notes = proposal["value"]
        if self.facts:
            with refusing_choice():
                for note in notes:
                    check_index("instance of annotations", note["instance"], len(self.facts["instances"]))
                    check_window("window of annotations", note["window"], self._samples(note["instance"]))
        return notes
