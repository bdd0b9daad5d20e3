"""Finder: the instances that the slider selects from."""

from __future__ import annotations

from typing import Any

from traitlets import Enum, Float, Int, TraitError, Tuple, validate

from .base import PageContents, Synced


class Finder(Synced):
    """Filter of instances: the slider, the keys and the play button select only matching ones.

    If none matches, all are shown.

    Attributes
    ----------
    verdict : {"all", "right", "wrong"}
        Whether the prediction is the true class.
    true_class, predicted_class : int or None
        Index of the class; None for any.
    confidence : tuple of float
        Least and largest probability of the predicted class, in percent.
    """

    verdict = Enum(("all", "right", "wrong"), "all").tag(sync=True)
    true_class = Int(None, allow_none=True).tag(sync=True)
    predicted_class = Int(None, allow_none=True).tag(sync=True)
    confidence = Tuple(Float(), Float(), default_value=(0.0, 100.0)).tag(sync=True)

    def for_page(self, page: PageContents) -> Finder:
        """Finder of a page, which opens with all of its instances."""
        return Finder()

    @validate("confidence")
    def _check_confidence(self, proposal: Any) -> tuple[float, float]:
        least, most = proposal["value"]
        if not 0 <= least <= most <= 100:
            raise TraitError(f"confidence must be two percentages, the smaller one first, but is {(least, most)}")
        return (float(least), float(most))
