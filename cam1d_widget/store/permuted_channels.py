"""Permutation importance: scores of series in which one channel is that of another series."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..attribution.masking import finite_scores
from ..explanation.stored.permutation import DECREASE, PREDICTION

__all__ = ["with_permuted_channels"]


def with_permuted_channels(
    classifier: Any, x: np.ndarray, scores: np.ndarray, others: np.ndarray, start: int
) -> dict[str, np.ndarray]:
    """Predictions, and decreases of the predicted class's score, with each channel replaced in turn.

    Which of the other series replaces a channel is drawn for each instance from its index, so that it does not depend
    on blocks; if it is the series itself, the next one does. The score of a single output has no predicted class: its
    absolute change takes the place of a decrease.

    Parameters
    ----------
    classifier : Classifier
    x : ndarray of shape (instance, time, channel)
    scores : ndarray of shape (instance, class)
    others : ndarray of shape (instance, time, channel)
        Series whose channels are taken.
    start : int
        Index of the first instance.

    Returns
    -------
    dict of str to ndarray of shape (instance, channel)
        Predictions are missing for a single output.
    """
    rows, channels = np.arange(len(x)), x.shape[2]
    of_each = (np.random.default_rng((0, start + row)) for row in range(len(x)))
    drawn = np.stack([rng.integers(len(others), size=channels) for rng in of_each])
    predicted = scores.argmax(axis=1)
    decreases, predictions = np.empty((len(x), channels), np.float32), np.empty((len(x), channels), np.int32)
    for channel in range(channels):
        itself = (others[drawn[:, channel]] == x).all(axis=(1, 2))
        taken = (drawn[:, channel] + itself) % len(others)
        replaced = x.copy()
        replaced[:, :, channel] = others[taken, :, channel]
        now = finite_scores(classifier, np.asarray(classifier.scores(replaced)))
        decreases[:, channel] = scores[rows, predicted] - now[rows, predicted]
        predictions[:, channel] = now.argmax(axis=1)
    if scores.shape[1] == 1:
        return {DECREASE: np.abs(decreases)}
    return {DECREASE: decreases, PREDICTION: predictions}
