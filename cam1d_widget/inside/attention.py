"""How far a model's attention agrees with maps of its score: a check that every attention map needs."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..attribution.metrics.rank_correlation import rank_correlation
from ..attribution.metrics.unequal import groups
from ..explainer import explain
from ..explanation.source import lengths_of
from ..typing import ModelLike, SeriesLike, TargetsLike
from ..validation import check_choice

__all__ = ["AttentionAgreement", "attention_agreement"]

_OPTIONS = set(inspect.signature(explain).parameters) - {"model", "x", "methods", "targets"}
LABELS = ("Attention × Gradient", "Integrated Gradients")


@dataclass(frozen=True, eq=False, repr=False)
class AttentionAgreement:
    """Rank correlation of attention with maps of the score.

    Attributes
    ----------
    correlations : dict of str to ndarray of shape (instance,)
        By method: Spearman's, over the samples of a series, of attention with the size of the method's values.
    elsewhere : dict of str to ndarray of shape (instance,)
        The same with the attention to another series, which does not depend on this one: agreement that is due to
        positions common to all series.
    """

    correlations: dict[str, np.ndarray]
    elsewhere: dict[str, np.ndarray]

    def __repr__(self) -> str:
        series = len(next(iter(self.correlations.values())))
        lines = [
            f"  {label:22}{np.median(here):6.2f}   (attention to another series: {np.median(there):.2f})"
            for (label, here), there in zip(self.correlations.items(), self.elsewhere.values(), strict=True)
        ]
        return "\n".join([f"attention agrees in rank, median of {series} series, with", *lines])


def attention_agreement(
    model: ModelLike, x: SeriesLike, *, targets: TargetsLike = "predicted", **options: Any
) -> AttentionAgreement:
    """Rank correlation of a model's attention with Attention × Gradient and with Integrated Gradients.

    Near one, attention marks what the score depends on. Near zero, or no higher than for the attention to another
    series, it does not, and is no explanation of this model.

    Parameters
    ----------
    model : keras.Model, path of a saved one, or Classifier
    x : array-like of shape (instance, time, channel)
        At least two series; the medians are meaningful from a few dozen on.
    targets : "predicted", int, or int array of shape (instance, 1)
        Explained class: one for each instance.
    **options
        Of :func:`~cam1d_widget.explain`, as `background`.

    Notes
    -----
    Jain and Wallace (2019), "Attention is not Explanation", https://arxiv.org/abs/1902.10186, compare attention with
    gradients; Wiegreffe and Pinter (2019), "Attention is not not Explanation", https://arxiv.org/abs/1908.04626,
    discuss what such a comparison can show.
    """
    for name in options:
        check_choice(f"the argument {name}", name, _OPTIONS)
    explanation = explain(model, x, methods=["Attention", *LABELS], targets=targets, **options)
    if explanation.targets.shape[1] != 1 or len(explanation.x) < 2:
        raise ValueError(
            f"attention_agreement needs one class for each of at least two instances, but targets have shape "
            f"(instance, target) = {explanation.targets.shape}"
        )
    size = {label: np.abs(explanation.attributions[label][:, 0]).sum(axis=-1) for label in ("Attention", *LABELS)}
    own = lengths_of(explanation)
    others, shorter = np.roll(size["Attention"], 1, axis=0), np.minimum(own, np.roll(own, 1))
    return AttentionAgreement(
        {label: _correlations(size["Attention"], size[label], own) for label in LABELS},
        {label: _correlations(others, size[label], shorter) for label in LABELS},
    )


def _correlations(one: np.ndarray, other: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Rank correlation of each row (instance, time) up to its length, of shape (instance,)."""
    found = np.empty(len(one))
    for rows, length in groups(lengths):
        found[rows] = rank_correlation(one[rows, :length], other[rows, :length])
    return found
