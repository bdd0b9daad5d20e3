"""Finder: the instances that the slider selects from."""

from __future__ import annotations

from typing import Any

from ...validation import check_list, check_number, shown
from .base import PageContents, Synced
from .checked import Checked, chosen, whole


def _percentages(name: str, value: Any) -> tuple[float, float]:
    rule = "two percentages, the smaller one first"
    shares = tuple(check_number(name, one, least=0, most=100) for one in check_list(name, value, rule))
    if len(shares) != 2 or shares[0] > shares[1]:
        raise ValueError(f"{name} must be {rule}, but is {shown(value)}")
    return shares


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

    verdict = chosen("all", "right", "wrong").tag(sync=True)
    true_class = whole(None, allow_none=True).tag(sync=True)
    predicted_class = whole(None, allow_none=True).tag(sync=True)
    confidence = Checked(_percentages, (0.0, 100.0)).tag(sync=True)

    def for_page(self, page: PageContents) -> Finder:
        """Finder of a page, which opens with all of its instances."""
        return Finder()
