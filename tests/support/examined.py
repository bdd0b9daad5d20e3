"""What can be explained of a network or estimator that somebody else wrote, found by explaining it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cam1d_widget.attribution.abilities import for_series
from cam1d_widget.attribution.lazy_explanation import LazyExplanation
from cam1d_widget.attribution.methods import all_methods
from cam1d_widget.frameworks.open_model import as_classifier

__all__ = ["METHODS", "Examined", "examined"]

METHODS = ("HiResCAM", "Saliency", "DeepLIFT", "LRP", "Occlusion")
"""Labels of the methods that are tried: of each family, one that asks most of a network."""


@dataclass
class Examined:
    """Findings on one model.

    Attributes
    ----------
    refusal : str
        Why the model is refused; "" if it is explained.
    read : bool
        Whether it is read as a graph.
    difference : float
        Largest difference of our scores from the model's own, as a share of the largest own score.
    methods : list of str
        Labels of the methods that were computed.
    refused : dict of str to str
        Why other methods do not fit, by label.
    faults : dict of str to str
        Errors of methods that should fit.
    gaps : dict of str to float
        Largest share of a score that the values miss, of methods that state a sum.
    """

    refusal: str = ""
    read: bool = False
    difference: float = np.nan
    methods: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    gaps: dict[str, float] = field(default_factory=dict)


def examined(model: Any, x: np.ndarray, own: np.ndarray) -> Examined:
    """Explain the predicted class by each of `METHODS` that fits.

    Parameters
    ----------
    model : object
        As it is given to `explain`.
    x : ndarray of shape (instance, time, channel)
    own : ndarray of shape (instance, class)
        The model's own output.
    """
    found = Examined()
    try:
        classifier = for_series(as_classifier(model), x)
        scores = classifier.scores(x)
    except (ValueError, TypeError) as refusal:
        found.refusal = str(refusal)
        return found
    network = getattr(classifier, "_network", None)
    found.read = network is not None and network.graph is not None
    ours = scores if network is None else network.own_outputs(scores)
    found.difference = float(np.abs(ours[:, -own.shape[1] :] - own).max() / np.abs(own).max())
    kinds = {method.label: method for method in all_methods()}
    fitting = [label for label in METHODS if not _is_refused(label, kinds[label]().refusal(classifier), found)]
    source = LazyExplanation(classifier, x, methods=fitting)
    for label in fitting:
        try:
            made = source.compute(methods=[label], progress=False)
        except Exception as fault:  # whatever it is, it is reported
            found.faults[label] = f"{type(fault).__name__}: {fault}"
            continue
        found.methods.append(label)
        if made.exactness[label] != "approximate":
            found.gaps[label] = float(made.completeness[label].max())
    return found


def _is_refused(label: str, reason: str | None, found: Examined) -> bool:
    if reason is not None:
        found.refused[label] = reason
    return reason is not None
