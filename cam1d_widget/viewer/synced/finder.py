"""Finder: which instances the slider stops at."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets
from traitlets import Enum, Float, Int, TraitError, Tuple, Unicode, validate

from .base import MODULE, VERSION


class Finder(widgets.Widget):
    """Which instances are looked for: the slider, the keys and the play button stop at no others.

    Where none is like that, all are shown.

    Attributes
    ----------
    verdict : {"all", "right", "wrong"}
        Whether the prediction is the true class.
    true_class, predicted_class : int or None
        Index of the class; None for any.
    confidence : tuple of float
        Least and largest probability of the predicted class, in percent.
    """

    _model_name = Unicode("FinderModel").tag(sync=True)
    _model_module = Unicode(MODULE).tag(sync=True)
    _model_module_version = Unicode(VERSION).tag(sync=True)

    verdict = Enum(("all", "right", "wrong"), "all").tag(sync=True)
    true_class = Int(None, allow_none=True).tag(sync=True)
    predicted_class = Int(None, allow_none=True).tag(sync=True)
    confidence = Tuple(Float(), Float(), default_value=(0.0, 100.0)).tag(sync=True)

    @validate("confidence")
    def _check_confidence(self, proposal: Any) -> tuple[float, float]:
        least, most = proposal["value"]
        if not 0 <= least <= most <= 100:
            raise TraitError(f"confidence must be two percentages, the smaller one first, but is {(least, most)}")
        return (float(least), float(most))
