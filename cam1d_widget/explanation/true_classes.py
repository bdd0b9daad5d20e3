"""True classes as class indices, from indices, labels, names or a one-hot array.

Only this module decides whether numbers are labels or indices. The labels of a fitted classifier come first, then the
class names. Numbers are looked up among the labels or names that are numbers; if each of these is its own index, or if
none is a number, the numbers of y are indices. Numbers that cannot be indices are labels in sorted order where y holds
one for each class.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from ..validation import shown, unmasked

__all__ = ["check_true_classes", "labels_in", "labels_of_names", "read_labels"]


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
        Class names as the user gave them: numbers among them are labels.
    labels : sequence, optional
        Labels of a fitted classifier, in the order of its outputs.
    refuse_ambiguous : bool
        Whether to look numbers up in names such as "1", "2" as well, and to refuse those that may also be indices.
        Otherwise they are indices, as they are in a saved explanation.
    """
    y = read_labels("y", y)
    numeric = y.dtype.kind in "iufb"
    one_hot = numeric and y.ndim == 2 and y.shape[1] == classes > 1
    if one_hot and (np.sort(y, axis=1) == np.eye(classes)[-1]).all():
        return y.argmax(axis=1)  # one-hot: exactly one class for each series
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if y.shape != (instances,):
        several = (
            f"; of several classes a series, zeros and ones have shape ({instances}, {classes})" if y.ndim == 2 else ""
        )
        raise ValueError(
            f"y must have shape (instance,) = ({instances},), one true class for each series of x, but has "
            f"{y.shape}{several}"
        )
    if not numeric or (y.dtype.kind == "b" and _named(y, labels, names)):  # classes may be called True and False
        return _indices_of_names(y, names, labels)
    y = _indices_of_numbers(y, names, labels, classes, refuse_ambiguous)
    if not _are_indices(y, classes):
        way_out = (
            "the model gives one number and no classes: leave y out"
            if classes == 1
            else "np.unique(y, return_inverse=True)[1] converts labels to indices, in sorted order"
        )
        broken = y[~np.isin(y, np.rint(y))]  # and NaN
        held = f"{broken[0]}" if len(broken) and not np.isnan(broken[0]) else f"values from {y.min()} to {y.max()}"
        raise ValueError(f"y must hold class indices from 0 to {classes - 1}, but holds {held}; {way_out}")
    return y.astype(np.int64)


def read_labels(argument: str, labels: Any) -> np.ndarray:
    """Labels as an array: objects that are numbers as numbers, and bytes, such as those of ARFF files, as text."""
    values = unmasked(argument, labels)
    if values.dtype != object:
        return np.char.decode(values, "utf-8", "replace") if values.dtype.kind == "S" else values
    numbers = bool | int | float | np.bool_ | np.number
    other = [one for one in values.flat if not isinstance(one, numbers | str | bytes)]
    if other:
        raise TypeError(f"{argument} must hold labels that are numbers or str, but holds {shown(other[0])}")
    if all(isinstance(one, numbers) for one in values.flat):
        return np.array(values.tolist())  # such as a column of a pandas table of mixed types
    if all(isinstance(one, bytes) for one in values.flat):
        return np.char.decode(values.astype(bytes), "utf-8", "replace")
    return values


def labels_in(y: Any, classes: int) -> list[Any] | None:
    """Distinct labels of y, sorted, if it holds one for each class and they are not class indices; None otherwise.

    This is the order in which scikit-learn and most training scripts number labels.
    """
    values = read_labels("y", y)
    values = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
    if values.ndim != 1 or values.dtype.kind not in "iufUSO" or not values.size:
        return None
    try:
        labels = np.unique(values)
    except TypeError:  # of several types
        return None
    if len(labels) != classes or (labels.dtype.kind == "f" and (labels % 1).any()):
        return None
    labels = labels.astype(int) if labels.dtype.kind == "f" else labels
    return None if (labels == np.arange(classes)).all() else labels.tolist()


def labels_of_names(y: Any, classes: int, names: Sequence[Any]) -> list[Any] | None:
    """Numbers of y that class names replace, sorted: one for each class, and neither indices nor among the names."""
    labels = labels_in(y, classes) if classes > 1 and not any(_number(name) is not None for name in names) else None
    return None if labels is None or isinstance(labels[0], str) else labels


def _are_indices(y: np.ndarray, classes: int) -> bool:
    """Whether all are class indices; a single output separates two true classes."""
    return bool(np.isin(y, np.arange(max(classes, 2))).all())


def _indices_of_numbers(
    y: np.ndarray, names: Sequence[Any] | None, labels: Sequence[Any] | None, classes: int, refuse_ambiguous: bool
) -> np.ndarray:
    """Indices of those labels or names that are numbers; y itself where its numbers are not labels."""
    names, labels = ([] if known is None else list(known) for known in (names, labels))
    named, fitted = ([_number(one) for one in known] for known in (names, labels))
    wanted = y.tolist()
    if set(wanted) <= set(fitted):
        return _places(wanted, fitted, "the classifier's classes_")
    digits = any(isinstance(name, str) and number is not None for name, number in zip(names, named, strict=True))
    are_labels = not _are_places(named) and (refuse_ambiguous or not digits)
    in_names = set(wanted) <= set(named)
    if are_labels and in_names and not (digits and _are_indices(y, classes)):
        return _places(wanted, named, "class_names")
    if not _are_places(fitted):
        wrong = next(one for one in wanted if one not in fitted)
        raise ValueError(
            f"y must hold labels of the fitted classifier, {_listed(labels)}, but holds {wrong}; classes_[y] converts "
            f"class indices to labels"
        )
    if are_labels and not digits:
        wrong = next(one for one in wanted if one not in named)
        raise ValueError(
            f"y must hold labels from class_names, {_listed(names)}, but holds {wrong}; for class indices, give "
            f"class_names as str; np.unique(y, return_inverse=True)[1] converts other labels to indices"
        )
    if are_labels and in_names:
        raise ValueError(
            f"y must be unambiguous, but its numbers may be labels or class indices, since class_names are "
            f"{_listed(names)}; for indices, give y = [str(class_names[int(one)]) for one in y]; for labels, give "
            f"class_names with numbers that are not str"
        )
    return y


def _are_places(numbers: Sequence[float | None]) -> bool:
    """Whether each number is its own index, so that labels and indices are the same."""
    return all(number is None or number == place for place, number in enumerate(numbers))


def _number(label: Any) -> float | None:
    """A label as a finite number; None if it is something else."""
    if isinstance(label, str):
        try:
            label = int(label) if label.removeprefix("-").isdecimal() else float(label)
        except ValueError:
            return None
    number = label.item() if isinstance(label, np.generic) else label
    return number if isinstance(number, int) or (isinstance(number, float) and isfinite(number)) else None


def _named(y: np.ndarray, *lists: Sequence[Any] | None) -> bool:
    """Whether all values, as str, are in one of the lists of names."""
    return any(known is not None and set(map(str, y)) <= set(map(str, known)) for known in lists)


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
    raise ValueError(f"y must hold either class indices or names from {', '.join(there)}, but holds {unknown!r}")


def _places(wanted: Sequence[Any], there: Sequence[Any], origin: str) -> np.ndarray:
    """Index of each label, which must be unique."""
    twice = next((one for one in wanted if there.count(one) > 1), None)
    if twice is not None:
        raise ValueError(
            f"y must name one class for each series, but {twice!r} is the name of several classes in {origin}; give "
            f"class indices, or class_names that differ"
        )
    places = {one: place for place, one in enumerate(there)}
    return np.array([places[one] for one in wanted], np.int64)


def _listed(labels: Sequence[Any]) -> str:
    return ", ".join(map(str, labels[:20])) + (", ..." if len(labels) > 20 else "")
