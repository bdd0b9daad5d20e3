"""The output of one layer on the way to the explained map, in which every filter is computed from itself alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["StageMap"]


class StageMap(NamedTuple):
    """Map of a layer from which the explained map is computed filter by filter.

    Attributes
    ----------
    name, kind : str
        Name of the layer, and of its class; of an activation, which may be part of a layer, that of its function.
    pools : {"maximum", "mean", None}
        How the layer pools the positions of the stage before it.
    start, stop : ndarray of int, of shape (position of the next stage,)
        Positions [start, stop) from which each position of the next stage is computed; empty for the last stage.
    values : ndarray of shape (instance, position, filter)
    """

    name: str
    kind: str
    pools: str | None
    start: np.ndarray
    stop: np.ndarray
    values: np.ndarray
