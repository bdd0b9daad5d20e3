"""Facts of an explanation, each stored and checked once: about its series, and about each of its methods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from ..validation import (
    check_flag,
    check_names,
    check_sampling_rate,
    check_text,
    finite,
    in_order,
    shaped,
    shown,
    with_gaps,
    within,
)
from .labels import check_labels
from .lengths import check_lengths, joined, padding
from .validation import check_receptive_field, check_start, held_once

__all__ = ["BY_LABEL", "NUMBERED", "MethodFacts", "SeriesFacts", "by_label"]

NUMBERED: Any = None
"""Default of names: "class 0", "class 1", ..."""

# Texts, each by the explanation's name for its mapping.
_BY_FACT = {"exactness": "exactness", "adds_up": "adds_up", "description": "descriptions", "family": "families"}
EXACTNESS = ("exact", "complete", "approximate")


def _for_each(units: Any, channels: int) -> Any:
    """Unit of each channel; a single str applies to all channels."""
    return (units,) * channels if isinstance(units, str) else units


@dataclass(frozen=True, eq=False, repr=False)
class SeriesFacts:
    """The explained series, with scores, names and times: see :class:`~cam1d_widget.Explanation`.

    Arguments are checked and converted to one form; arrays are read-only copies.
    """

    x: np.ndarray
    scores: np.ndarray
    y: np.ndarray | None = None
    class_names: tuple[str, ...] = NUMBERED
    channel_names: tuple[str, ...] = NUMBERED
    channel_units: tuple[str, ...] = NUMBERED
    sampling_rate: float | None = None
    probabilities: np.ndarray | None = None
    receptive_field: np.ndarray | None = None
    start: np.ndarray | None = None
    lengths: np.ndarray | None = None

    def __post_init__(self) -> None:
        given: Any = self
        series, lengths = joined("x", in_order(given.x, "instance", "time", "channel"), given.lengths)
        x, scores = with_gaps("x", series), finite("scores", given.scores)
        shaped("x", x, "(instance, time, channel)", (None, None, None))
        instances, samples, channels = x.shape
        lengths = check_lengths(lengths, instances, samples)
        if lengths is not None:
            x[padding(lengths, samples)] = np.nan
        x = held_once(x)
        shaped("scores", scores, "(instance, class)", (instances, None))
        classes = scores.shape[1]
        probabilities, field = given.probabilities, given.receptive_field
        if probabilities is not None:
            probabilities = within("probabilities", finite("probabilities", probabilities), 0, 1)
            shaped("probabilities", probabilities, "(instance, class)", (instances, classes))
        class_names = check_names("class_names", given.class_names, "class", classes)
        sampling_rate = check_sampling_rate(given.sampling_rate)
        checked = {
            "x": x,
            "scores": scores,
            "y": None
            if given.y is None
            else check_labels(given.y, instances, classes, given.class_names, probabilities=probabilities is not None),
            "class_names": class_names,
            "channel_names": check_names("channel_names", given.channel_names, "channel", channels),
            "channel_units": check_names("channel_units", _for_each(given.channel_units, channels), "", channels),
            "sampling_rate": sampling_rate,
            "probabilities": probabilities,
            "receptive_field": None if field is None else check_receptive_field(field, samples),
            "start": check_start(given.start, instances, sampling_rate),
            "lengths": lengths,
        }
        for name, value in checked.items():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
            object.__setattr__(self, name, value)

    def rows(self, instances: Any) -> SeriesFacts:
        """Facts of some instances, given by their indices."""
        known = {name: getattr(self, name) for name in ("x", "scores", "y", "probabilities", "start", "lengths")}
        taken: dict[str, Any] = {name: values[instances] for name, values in known.items() if values is not None}
        return replace(self, **taken)


@dataclass(frozen=True)
class MethodFacts:
    """Facts about one method's maps: see :class:`~cam1d_widget.Explanation`."""

    label: str
    exactness: str = "approximate"
    adds_up: str = ""
    signed: bool = True
    placed: bool = False
    description: str = ""
    family: str = ""

    def __post_init__(self) -> None:
        if self.exactness not in EXACTNESS:
            raise ValueError(f"exactness[{self.label!r}] must be one of {EXACTNESS}, but is {shown(self.exactness)}")
        for name in ("signed", "placed"):
            object.__setattr__(self, name, check_flag(f"{name}[{self.label!r}]", getattr(self, name)))
        for name, mapping in _BY_FACT.items():
            object.__setattr__(self, name, check_text(f"{mapping}[{self.label!r}]", getattr(self, name)))


BY_LABEL = {_BY_FACT.get(one.name, one.name): one.name for one in fields(MethodFacts)[1:]}
"""Field of `MethodFacts` that each mapping of an explanation shows by label."""


def by_label(methods: tuple[MethodFacts, ...], mapping: str) -> Mapping[str, Any]:
    """One fact of every method, by its label; `mapping` is the explanation's name for it."""
    return {one.label: getattr(one, BY_LABEL[mapping]) for one in methods}
