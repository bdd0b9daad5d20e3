"""Options of activation maximization, stated and checked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...typing import LayerLike
from ...validation import check_count, check_number, check_seed

__all__ = ["MaximizationOptions", "Start"]

Start = Literal["noise", "data", "mean"] | np.ndarray
"""Where the ascent starts: by name, or series of shape (time, channel) or (solution, time, channel)."""


@dataclass(frozen=True, eq=False)
class MaximizationOptions:
    """Options of :func:`~cam1d_widget.inside.activation_maximization`, whose documentation explains each."""

    target: int | None = None
    layer: LayerLike | None = None
    filter: int | None = None
    start: Start = "noise"
    solutions: int = 1
    steps: int = 200
    norm: float | None = None
    l2: float = 0.0
    total_variation: float = 0.0
    smoothness: float = 0.0
    nearness: float = 0.0
    jitter: int = 0
    diversity: float = 0.0
    length: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        check_count("steps", self.steps)
        check_count("solutions", self.solutions)
        check_count("jitter", self.jitter, least=0)
        check_number("diversity", self.diversity, least=0)
        check_seed(self.seed)
        if self.length is not None:
            check_count("length", self.length)
        for name in ("l2", "total_variation", "smoothness", "nearness"):
            way_out = "; a negative weight would reward what it should penalize"
            check_number(name, getattr(self, name), least=0, way_out=way_out)
        if self.norm is not None and not (isinstance(self.norm, float) and self.norm == np.inf):
            check_number("norm", self.norm, above=0, way_out="; numpy.inf is for no bound")
        if (self.target is None) == (self.filter is None) or (self.filter is None) != (self.layer is None):
            raise ValueError("name what is to be maximized: either target, or layer and filter")
