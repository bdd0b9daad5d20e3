"""Replacement values for removed segments, by name.

Different fills favor different maps: a fill unlike every training series may drive all series to one class, and a line
across a gap may preserve an event. Which one is right depends on what the absence of a signal means for a sensor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ...validation import check_choice
from ..masking import Baseline, LinearBridge, Noise, Swap, channel_mean
from ..series import known_samples

__all__ = ["Fill", "fills_of", "known_fill"]


@dataclass(frozen=True, eq=False)
class Fill:
    """Replacement values for removed segments.

    Attributes
    ----------
    description : str
        A phrase that completes "replaced by".
    baseline : Baseline
        The fill as metrics take it.
    """

    description: str
    baseline: Baseline


def fills_of(x: np.ndarray, background: np.ndarray | None) -> dict[str, Fill]:
    """Fills by name, the default first: the background's mean, or zero without a background.

    Parameters
    ----------
    x : ndarray of shape (instance, time, channel)
        The explained series, used as the background if there is none.
    background : ndarray of shape (instance, time, channel), or None
    """
    known, of = (x, "these series") if background is None else (background, "the background")
    alike = known.shape[1:] == x.shape[1:] and not np.isnan(known[:, -1]).any() and not np.isnan(x[:, -1]).any()
    swap, known = Swap(known) if alike else None, known_samples(known)
    mean = {"channel mean": Fill(f"the mean of each channel over {of}", channel_mean(known))}
    zero = {"zero": Fill("zero", None)}
    fills = zero | mean if background is None else mean | zero
    fills["linear interpolation"] = Fill("a straight line across each gap", LinearBridge())
    if swap is not None and (known != known[0]).any():
        fills["swap"] = Fill(f"another one of {of}" if background is None else f"another series of {of}", swap)
    fills["noise"] = Fill(f"noise with each channel's mean and standard deviation over {of}", Noise(known))
    return fills


def known_fill(fill: str | None, fills: Iterable[str]) -> str:
    """Name of an available fill; None selects the default."""
    names = list(fills)
    if fill is None:
        return names[0]
    swap = isinstance(fill, str) and fill == "swap"
    return check_choice(
        "fill", fill, names, "; swap needs a background of different series, as long as x" if swap else ""
    )
