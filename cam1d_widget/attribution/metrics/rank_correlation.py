"""Rank correlation of maps: whether they have the same order, independent of scale."""

from __future__ import annotations

import numpy as np

from .items import of_largest

__all__ = ["average_ranks", "correlation", "rank_correlation"]


def rank_correlation(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Spearman's correlation of values of shape (..., item) along the last axis, of shape (...).

    0 if one side is constant, 1 if both are.
    """
    return correlation(average_ranks(one), average_ranks(other))


def correlation(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Pearson's correlation along the last axis; 0 if one side is constant, 1 if both are."""
    parts = [of_largest(values) for values in (one, other)]
    centered = [values - values.mean(axis=-1, keepdims=True) for values in parts]
    norms = [np.linalg.norm(values, axis=-1) for values in centered]
    still = [norm <= 1e-12 for norm in norms]
    products = (centered[0] * centered[1]).sum(axis=-1)
    moving = ~(still[0] | still[1])
    return np.where(moving, products / np.where(moving, norms[0] * norms[1], 1), (still[0] & still[1]) * 1.0)


def average_ranks(values: np.ndarray) -> np.ndarray:
    """Rank of each value along the last axis, from 0; those that are the same share the mean of theirs."""
    flat = np.asarray(values, np.float64).reshape(-1, values.shape[-1])
    ranks = np.empty(flat.shape)
    for row, ranked in zip(flat, ranks, strict=True):
        _, inverse, counts = np.unique(row, return_inverse=True, return_counts=True)
        ranked[:] = (np.cumsum(counts) - (counts + 1) / 2)[inverse]
    return ranks.reshape(values.shape)
