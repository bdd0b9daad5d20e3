"""True classes as class indices, from whatever a user holds: indices, labels, names or a one-hot array.

The one place where integers are recognized as labels rather than indices. Arrays of strings are looked up in the
labels of a fitted classifier, else in the class names. Integers are looked up in labels that are integers and are not
simply 0, 1, 2, ...; without such labels they are indices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .number_checks import unmasked

__all__ = ["check_true_classes"]


def check_true_classes(
    y: Any,
    instances: int,
    classes: int,
    names: Sequence[Any] | None = None,
    labels: Sequence[Any] | None = None,
    *,
    refuse_ambiguous: bool = False,
) -> np.ndarray:
    """Class indices, int of shape (instance,).

    Parameters
    ----------
    y : array-like of int or str, of shape (instance,) or (instance, 1), or one-hot of shape (instance, class)
    instances, classes : int
    names : sequence, optional
        Class names as the user gave them: integers among them are labels.
    labels : sequence, optional
        Labels of a fitted classifier, in the order of its outputs.
    refuse_ambiguous : bool
        Whether to refuse integers that may be indices or names such as "1", "2". Otherwise they are indices, as they
        are in a saved explanation.
    """
    y = unmasked("y", y)
    if y.ndim == 2 and y.shape[1] == classes and classes > 1 and (np.sort(y, axis=1) == np.eye(classes)[-1]).all():
        return y.argmax(axis=1)  # one-hot; several classes at once are no one true class
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if y.shape != (instances,):
        several = "; several labels at once are no one true class: leave y out" if y.ndim == 2 else ""
        raise ValueError(
            f"y must have shape (instance,) = ({instances},), one true class for each series of x, but has "
            f"{y.shape}{several}"
        )
    if y.dtype.kind not in "iufb":
        return _indices_of_names(y, names, labels)
    y = _indices_of_numbers(y, names, labels, classes, refuse_ambiguous)
    if not _are_indices(y, classes):
        way_out = (
            "the model gives one number and no classes: leave y out"
            if classes == 1
            else "np.unique(y, return_inverse=True)[1] makes indices of labels, in their order"
        )
        raise ValueError(
            f"y must hold class indices from 0 to {classes - 1}, but holds values from {y.min()} to {y.max()}; "
            f"{way_out}"
        )
    return y.astype(np.int64)


def _are_indices(y: np.ndarray, classes: int) -> bool:
    """Whether all are class indices; a single output separates two true classes."""
    return bool(np.isin(y, np.arange(max(classes, 2))).all())


def _indices_of_numbers(
    y: np.ndarray, names: Sequence[Any] | None, labels: Sequence[Any] | None, classes: int, refuse_ambiguous: bool
) -> np.ndarray:
    """Indices of those labels or names that are integers; numbers as they are where none are."""
    for known, fitted in ((labels, True), (names, False)):
        integers = [one for one in map(_integer, [] if known is None else known) if one is not None]
        if known is None or len(integers) < len(known) or integers == list(range(len(integers))):
            continue
        listed, all_labels, all_indices = _listed(integers), bool(np.isin(y, integers).all()), _are_indices(y, classes)
        if not fitted and any(isinstance(one, str) for one in known) and all_indices:
            if refuse_ambiguous and all_labels:
                raise ValueError(
                    f"y must tell labels from class indices, but its numbers may be either, for class_names are "
                    f"{listed}; give np.array(class_names)[y] for indices, or y.astype(str) for labels"
                )
            return y
        if all_labels:
            return _places(y.tolist(), integers, "class_names" if not fitted else "the classifier's classes_")
        wrong = y[~np.isin(y, integers)][0]
        if fitted:
            raise ValueError(
                f"y must hold labels of the fitted classifier, {listed}, but holds {wrong}; classes_[y] makes labels "
                f"of class indices"
            )
        raise ValueError(
            f"y must hold labels out of class_names, {listed}, but holds {wrong}; for class indices, give "
            f"class_names as str; np.unique(y, return_inverse=True)[1] makes indices of other labels"
        )
    return y


def _integer(label: Any) -> int | None:
    """A label as an integer; None if it is something else."""
    if isinstance(label, str):
        return int(label) if label.removeprefix("-").isdecimal() else None
    number = isinstance(label, bool | int | float | np.bool_ | np.integer | np.floating)
    return int(label) if number and float(label).is_integer() else None


def _indices_of_names(y: np.ndarray, names: Sequence[Any] | None, labels: Sequence[Any] | None) -> np.ndarray:
    """Indices of names: the labels of a fitted classifier, or the class names."""
    wanted = list(map(str, y))
    for known, origin in ((labels, "the classifier's classes_"), (names, "class_names")):
        there = [] if known is None else list(map(str, known))
        if there and set(wanted) <= set(there):
            return _places(wanted, there, origin)
    if names is None and labels is None:
        raise TypeError(
            f"y must hold class indices, but holds {y.dtype}; for names, give class_names= in the order of the "
            f"model's outputs"
        )
    there = list(map(str, labels if names is None else names))  # type: ignore[arg-type]
    unknown = next(one for one in wanted if one not in there)
    raise ValueError(f"y must hold class indices or names out of {', '.join(there)}, but holds {unknown!r}")


def _places(wanted: Sequence[Any], there: Sequence[Any], origin: str) -> np.ndarray:
    """Place of each wanted label, of which there must be one."""
    twice = next((one for one in wanted if there.count(one) > 1), None)
    if twice is not None:
        raise ValueError(
            f"y must name one class each, but {twice!r} is several classes in {origin}; give class indices, or "
            f"class_names that differ"
        )
    places = {one: place for place, one in enumerate(there)}
    return np.array([places[one] for one in wanted], np.int64)


def _listed(labels: Sequence[Any]) -> str:
    return ", ".join(map(str, labels[:20])) + (", ..." if len(labels) > 20 else "")
