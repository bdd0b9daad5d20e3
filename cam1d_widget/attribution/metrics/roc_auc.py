"""Area under the ROC curve: how often a true item ranks above one that is not."""

from __future__ import annotations

import numpy as np

from ...typing import MapsLike
from .items import Over, Sign, collapsed
from .localization import Localization
from .ranking import roc_area
from .unequal import by_length

__all__ = ["roc_auc"]


@by_length
def roc_auc(attribution: MapsLike, truth: MapsLike, *, over: Over = "time", sign: Sign = "positive") -> Localization:
    """Chance that a true item has a larger value than one that is not true; a tie counts half.

    Parameters
    ----------
    attribution, truth, over, sign
        As in :func:`~cam1d_widget.attribution.metrics.average_precision`.

    Returns
    -------
    Localization
        nan if nothing or everything is true.

    Notes
    -----
    Equal to scikit-learn's ``roc_auc_score``. With few true items it is hardly below 1 for a map that finds them
    among many false ones; compare it with the average precision. Fawcett (2006),
    https://doi.org/10.1016/j.patrec.2005.10.010.
    """
    values, true = collapsed(attribution, truth, over, sign)
    area = roc_area(values, true)
    return Localization("ROC-AUC", over, area, np.where(np.isnan(area), np.nan, 0.5), true.mean(axis=1))
