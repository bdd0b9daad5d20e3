"""Options: how pictures are drawn. Nothing of it touches a number that Python gives out."""

from __future__ import annotations

from typing import Any

from traitlets import Bool, Enum, Float, Int, List, TraitError, validate

from .base import Synced


class Options(Synced):
    """How pictures are drawn: what the colors stand for, the rows, and the channels on show.

    Attributes
    ----------
    scope : {"map", "instance", "method", "fixed"}
        Over what the ends of the colors are taken: the map on show; every map of the instance by the method, whatever
        the class; every map by the method; or `limit`. The legend prints it, with the number of maps.
    limit : float
        Value of the last color where `scope` is "fixed".
    same_ends : bool
        Whether the pinned picture and the one beside it end in the same color.
    sign : {"signed", "positive", "negative", "absolute"}
        Which values are colored.
    clip : float
        Percent of the values, of those that are not zero, that may lie beyond the last color.
    smoothing : int
        Number of samples, odd, that a colored value is the mean of.
    rows : {"channel", "unit", "global"}
        Which channels share the scale of their rows: none, those of one unit, or all.
    gain : float
        By how much lines are drawn higher than their rows' scales say.
    style : {"tint", "strip", "line"}
        Where the attribution is: behind the lines, in strips of its own, or in the lines' color.
    overlay : bool
        Whether all channels lie on top of each other.
    order : {"given", "share"}
        Order of the channels: as given, or the largest part in the map first.
    hidden : list of int
        Channels that are not shown.
    """

    scope = Enum(("map", "instance", "method", "fixed"), "map").tag(sync=True)
    limit = Float(1.0).tag(sync=True)
    same_ends = Bool(True).tag(sync=True)
    sign = Enum(("signed", "positive", "negative", "absolute"), "signed").tag(sync=True)
    clip = Float(0.0, min=0.0, max=50.0).tag(sync=True)
    smoothing = Int(1).tag(sync=True)
    rows = Enum(("channel", "unit", "global"), "channel").tag(sync=True)
    gain = Float(1.0).tag(sync=True)
    style = Enum(("tint", "strip", "line"), "tint").tag(sync=True)
    overlay = Bool(False).tag(sync=True)
    order = Enum(("given", "share"), "given").tag(sync=True)
    hidden = List(Int()).tag(sync=True)

    @validate("limit", "gain")
    def _check_positive(self, proposal: Any) -> float:
        value = float(proposal["value"])
        if not 0 < value < float("inf"):
            raise TraitError(f"{proposal['trait'].name} must be a number above 0, but is {value}")
        return value

    @validate("clip")
    def _check_clip(self, proposal: Any) -> float:
        if proposal["value"] != proposal["value"]:  # NaN is neither below the least nor above the most
            raise TraitError("clip must be from 0 to 50 percent, but is nan")
        return float(proposal["value"])

    @validate("smoothing")
    def _check_smoothing(self, proposal: Any) -> int:
        if proposal["value"] < 1 or proposal["value"] % 2 == 0:
            raise TraitError(f"smoothing must be an odd number of samples, 1 or more, but is {proposal['value']}")
        return int(proposal["value"])

    @validate("hidden")
    def _check_hidden(self, proposal: Any) -> list[int]:
        if any(channel < 0 for channel in proposal["value"]):
            raise TraitError(f"hidden must hold channels, numbered from 0, but holds {proposal['value']}")
        return sorted(set(proposal["value"]))
