"""Options: how pictures are drawn. They do not affect numbers that Python returns."""

from __future__ import annotations

from typing import Any

from ...validation import check_count, check_list, shown
from .base import Synced
from .checked import Checked, chosen, flag, number, whole


def _odd(name: str, value: Any) -> int:
    samples = check_count(name, value)
    if samples % 2 == 0:
        raise ValueError(f"{name} must be an odd number of samples, but is {shown(value)}")
    return samples


def _channels(name: str, value: Any) -> list[int]:
    channels = check_list(name, value, "channels, numbered from 0")
    return sorted({check_count(f"each channel of {name}", one, least=0) for one in channels})


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
        Whether the pinned and the current picture share their color limits if both are by one method: maps of
        different methods have different units.
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
        Whether channels are drawn in one row, eight at once.
    order : {"given", "share"}
        Order of the channels: as given, or the largest part in the map first.
    hidden : list of int
        Channels that are not shown.
    same_axis : bool
        Of series of unequal length, whether the time axis ends with the longest of all for every instance: what
        follows the end of a shorter one is hatched. Otherwise it ends with the displayed series, or the longer one of
        the current and the pinned one.
    per_page : int
        Maximum number of rows at once; 0 for all. The others are on further pages.
    first : int
        Place of the first row among the channels that are not hidden.
    """

    scope = chosen("map", "instance", "method", "fixed").tag(sync=True)
    limit = number(1.0, above=0).tag(sync=True)
    same_ends = flag(True).tag(sync=True)
    sign = chosen("signed", "positive", "negative", "absolute").tag(sync=True)
    clip = number(0.0, least=0, most=50, way_out="; it is in percent").tag(sync=True)
    smoothing = Checked(_odd, 1).tag(sync=True)
    rows = chosen("channel", "unit", "global").tag(sync=True)
    gain = number(1.0, above=0).tag(sync=True)
    style = chosen("tint", "strip", "line").tag(sync=True)
    overlay = flag(False).tag(sync=True)
    order = chosen("given", "share").tag(sync=True)
    hidden = Checked(_channels, []).tag(sync=True)
    same_axis = flag(False).tag(sync=True)
    per_page = whole(24).tag(sync=True)
    first = whole(0).tag(sync=True)

    @property
    def values(self) -> dict[str, Any]:
        """Each option by its name."""
        return self._shared_values()
