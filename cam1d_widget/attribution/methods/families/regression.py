"""Weighted linear fits to rows that were drawn at random, with the standard errors of the draw."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["Fit", "fitted"]


class Fit(NamedTuple):
    """Result of a linear fit.

    Attributes
    ----------
    coefficients, errors : ndarray of shape (feature, response)
        Coefficients, and the standard errors of each.
    """

    coefficients: np.ndarray
    errors: np.ndarray


def fitted(design: np.ndarray, responses: np.ndarray, weights: np.ndarray, drawn: np.ndarray, ridge: float = 0) -> Fit:
    r"""Weighted least squares, with the minimum norm if the design is rank-deficient.

    The error is that of drawing other rows, from leave-one-out residuals (MacKinnon and White (1985),
    https://doi.org/10.1016/0304-4076(85)90158-7). Rows that are part of every draw contribute nothing to it, and it is
    zero if the responses are linear.

    Parameters
    ----------
    design : ndarray of shape (row, feature)
    responses : ndarray of shape (row, response)
    weights : ndarray of shape (row,)
    drawn : ndarray of bool, of shape (row,)
        Rows that were drawn at random, independently of each other.
    ridge : float
        Penalty on the squares of the coefficients.
    """
    gram = (design.T * weights) @ design + ridge * np.eye(design.shape[1])
    solver = np.linalg.pinv(gram, rcond=1e-10, hermitian=True) @ (design.T * weights)
    coefficients = solver @ responses
    if drawn.sum() < 2:
        return Fit(coefficients, np.zeros_like(coefficients))
    leverage = np.einsum("rf,fr->r", design[drawn], solver[:, drawn])
    left_out = (responses - design @ coefficients)[drawn] / np.maximum(1 - leverage, 1e-6)[:, np.newaxis]
    return Fit(coefficients, _spread(solver[:, drawn], left_out))


def _spread(solver: np.ndarray, residuals: np.ndarray) -> np.ndarray:
    """Standard deviation of the sum over rows of `solver` times `residuals`, of shape (feature, response)."""
    rows = len(residuals)
    squares = solver**2 @ residuals**2 - (solver @ residuals) ** 2 / rows
    return np.sqrt(np.maximum(squares, 0) * rows / (rows - 1))
