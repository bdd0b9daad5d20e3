"""Permutation importance of channels, from what was computed for each instance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["DECREASE", "OTHERS", "PREDICTION", "PermutationImportance"]

DECREASE = "score decrease without channel"
PREDICTION = "prediction without channel"
OTHERS = "replacing series"


class PermutationImportance(NamedTuple):
    """What follows if a channel is replaced by that of another series (Breiman, 2001), on average.

    Attributes
    ----------
    score : ndarray of shape (channel,)
        Decrease of the predicted class's score; the absolute change of a single output.
    changed : ndarray of shape (channel,) or None
        Share of the instances that are predicted as another class; None for a single output.
    accuracy : ndarray of shape (channel,) or None
        Decrease of the accuracy; None without true classes, and for a single output.
    instances : int
        Number of instances.
    """

    score: np.ndarray
    changed: np.ndarray | None
    accuracy: np.ndarray | None
    instances: int

    @classmethod
    def of(
        cls, decreases: np.ndarray, predictions: np.ndarray | None, predicted: np.ndarray, y: np.ndarray | None
    ) -> PermutationImportance:
        """Averages over instances.

        Parameters
        ----------
        decreases, predictions : ndarray of shape (instance, channel)
            With each channel replaced in turn; no predictions of a single output.
        predicted : ndarray of shape (instance,)
            With none replaced.
        y : ndarray of shape (instance,), or None
            True classes.
        """
        score = decreases.mean(axis=0, dtype=np.float64)
        if predictions is None:
            return cls(score, None, None, len(predicted))
        changed = (predictions != predicted[:, np.newaxis]).mean(axis=0)
        lost = None if y is None else (predicted == y).mean() - (predictions == y[:, np.newaxis]).mean(axis=0)
        return cls(score, changed, lost, len(predicted))
