"""What may stand where a deletion curve takes pieces away, by the names of the field.

Different fills crown different maps: a fill that no training series looks like drives all of them to one class, and a
line across a gap may leave an event as it was. Which one is right depends on what "nothing there" means for a sensor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..masking import Baseline, LinearBridge, Noise, Swap, channel_mean

__all__ = ["Fill", "fills_of", "known_fill"]


@dataclass(frozen=True, eq=False)
class Fill:
    """What stands where pieces are taken away.

    Attributes
    ----------
    words : str
        What it is, as a phrase after "replaced by".
    baseline : Baseline
        What a metric takes as its fill.
    """

    words: str
    baseline: Baseline


def fills_of(x: np.ndarray, background: np.ndarray | None) -> dict[str, Fill]:
    """Fills by name, the usual one first: the background's mean, or zero where there is no background.

    Parameters
    ----------
    x : ndarray of shape (instance, time, channel)
        Series that are explained; they stand for the background where there is none.
    background : ndarray of shape (instance, time, channel), or None
    """
    known, of = (x, "the series at hand") if background is None else (background, "the background")
    mean = {"channel mean": Fill(f"the mean of each channel over {of}", channel_mean(known))}
    zero = {"zero": Fill("zero", None)}
    fills = zero | mean if background is None else mean | zero
    fills["linear interpolation"] = Fill("a straight line across each gap", LinearBridge())
    if known.shape[1:] == x.shape[1:] and (known != known[0]).any():
        fills["swap"] = Fill(f"another one of {of}" if background is None else f"another series of {of}", Swap(known))
    fills["noise"] = Fill(f"noise with each channel's mean and standard deviation over {of}", Noise(known))
    return fills


def known_fill(fill: str | None, fills: Iterable[str]) -> str:
    """Name of a fill that there is; None stands for the usual one."""
    names = list(fills)
    if fill is None:
        return names[0]
    if fill not in names:
        swap = "; swap needs a background of different series, as long as x" if fill == "swap" else ""
        raise ValueError(f"fill must be one of {', '.join(map(repr, names))}, but is {fill!r}{swap}")
    return fill
