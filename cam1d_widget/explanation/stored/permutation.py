"""Permutation importance of channels, from what was computed for each instance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["DECREASE", "PREDICTION", "PermutationImportance"]

DECREASE = "score decrease without channel"
PREDICTION = "prediction without channel"


class PermutationImportance(NamedTuple):
    """What follows if a channel is replaced by that of another series (Breiman, 2001), on average.

    Attributes
    ----------
    score : ndarray of shape (channel,)
        Decrease of the predicted class's score.
    changed : ndarray of shape (channel,)
        Share of the instances that are predicted as another class.
    accuracy : ndarray of shape (channel,) or None
        Decrease of the accuracy; None without true classes.
    instances : int
        Number of instances.
    """

    score: np.ndarray
    changed: np.ndarray
    accuracy: np.ndarray | None
    instances: int

    @classmethod
    def of(
        cls, decreases: np.ndarray, predictions: np.ndarray, predicted: np.ndarray, y: np.ndarray | None
    ) -> PermutationImportance:
        """Averages over instances.

        Parameters
        ----------
        decreases, predictions : ndarray of shape (instance, channel)
            With each channel replaced in turn.
        predicted : ndarray of shape (instance,)
            With none replaced.
        y : ndarray of shape (instance,), or None
            True classes.
        """
        changed = (predictions != predicted[:, np.newaxis]).mean(axis=0)
        lost = None if y is None else (predicted == y).mean() - (predictions == y[:, np.newaxis]).mean(axis=0)
        return cls(decreases.mean(axis=0, dtype=np.float64), changed, lost, len(predicted))
