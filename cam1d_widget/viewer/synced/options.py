"""Options: how pictures are drawn. They do not affect numbers that Python returns."""

from __future__ import annotations

from typing import Any

from traitlets import Bool, Enum, Float, Int, List, TraitError, validate

from .base import Synced


class Options(Synced):
    """How pictures are drawn: colors, rows, and displayed channels.

    Attributes
    ----------
    scope : {"map", "instance", "method", "fixed"}
        Range of the color limits: the current map; all maps of the instance by the method, for all
        classes; all maps by the method; or `limit`. The legend shows it, with the number of maps.
    limit : float
        Value of the last color where `scope` is "fixed".
    same_ends : bool
        Whether the pinned and the current picture share their color limits.
    sign : {"signed", "positive", "negative", "absolute"}
        Which values are colored.
    clip : float
        Percent of the nonzero values that may exceed the color limits.
    smoothing : int
        Odd number of samples over which colored values are averaged.
    rows : {"channel", "unit", "global"}
        Which channels share the scale of their rows: none, those of one unit, or all.
    gain : float
        Factor by which lines exceed the scales of their rows.
    style : {"tint", "strip", "line"}
        Where the attribution is drawn: behind the lines, in separate strips, or as the color of the lines.
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

    @property
    def values(self) -> dict[str, Any]:
        """Each option by its name."""
        return self._shared_values()

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
