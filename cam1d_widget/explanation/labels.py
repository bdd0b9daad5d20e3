"""Labels of series: one true class for each, several, or the true values of a regression.

They are kept in one of three forms: class indices, int of shape (instance,); membership in each class, bool of shape
(instance, class); or values, float of shape (instance, output).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..validation import check_finite, finite
from .true_classes import check_true_classes, read_labels

__all__ = ["are_classes", "are_values", "check_labels", "classes_of", "is_right", "members", "single_classes"]


def check_labels(
    y: Any,
    instances: int,
    classes: int,
    names: Sequence[Any] | None = None,
    labels: Sequence[Any] | None = None,
    *,
    probabilities: bool,
    refuse_ambiguous: bool = False,
) -> np.ndarray:
    """Labels in one of the three forms.

    Parameters
    ----------
    y : array-like
        As :func:`check_true_classes` takes it; zeros and ones of shape (instance, class), with any number of ones in a
        row; or, without probabilities, values of shape (instance, class), or (instance,) of a single output.
    instances, classes, names, labels, refuse_ambiguous
        As in :func:`check_true_classes`.
    probabilities : bool
        Whether the scores have probabilities, and so are those of classes.
    """
    given = read_labels("y", y)
    if given.dtype.kind == "f":
        check_finite("y", given, "; leave out the series without a true class")
    table = given[:, np.newaxis] if given.ndim == 1 and classes == 1 else given
    if given.dtype.kind in "iufb" and table.shape == (instances, classes):
        binary = bool(np.isin(table, (0, 1)).all())
        if classes > 1 and binary and not (table.sum(axis=1) == 1).all():
            return table.astype(bool)
        # A single output may also separate two classes, which are whole numbers.
        if not probabilities and not (binary and (classes > 1 or given.dtype.kind != "f")):
            return finite("y", table).astype(np.float64)
        if classes > 1 and not binary:
            raise ValueError(
                f"y must have shape (instance,) = ({instances},), one true class for each series of x, or hold only "
                f"zeros and ones, but holds values from {table.min()} to {table.max()}, and the model gives "
                f"probabilities of classes; give class indices"
            )
    return check_true_classes(given, instances, classes, names, labels, refuse_ambiguous=refuse_ambiguous)


def are_values(y: Any, classes: int) -> bool:
    """Whether labels are values (instance, output) of a regression: neither zeros and ones, nor shares of classes."""
    values = None if y is None else read_labels("y", y)
    if values is None or values.dtype.kind not in "iuf" or values.ndim != 2 or values.shape[1] != classes:
        return False
    shares = bool((values >= 0).all()) and bool((abs(values.sum(axis=1) - 1) < 1e-3).all())
    return not shares and not np.isin(values, (0, 1)).all()


def are_classes(y: np.ndarray | None) -> bool:
    """Whether there are labels, and these are classes, not values."""
    return y is not None and y.dtype.kind in "ib"


def single_classes(y: np.ndarray | None) -> np.ndarray | None:
    """Class indices of shape (instance,), if each series has one true class; None otherwise."""
    return y if y is not None and y.ndim == 1 else None


def classes_of(y: np.ndarray | None, instance: int, scores: np.ndarray) -> list[int]:
    """True classes of an instance, those with the highest scores first; none if they are not known."""
    if y is None or not are_classes(y):
        return []
    own = [int(y[instance])] if y.ndim == 1 else np.flatnonzero(y[instance]).tolist()
    # A single output separates two true classes.
    return sorted((one for one in own if one < len(scores)), key=lambda one: -scores[one])


def members(y: np.ndarray, target: int) -> np.ndarray:
    """Whether a class is true, bool of shape (instance,)."""
    return np.asarray(y == target if y.ndim == 1 else y[:, target])


def is_right(y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Whether a predicted class is a true one, bool of shape (instance,)."""
    return np.asarray(y == predicted if y.ndim == 1 else y[np.arange(len(y)), predicted])
