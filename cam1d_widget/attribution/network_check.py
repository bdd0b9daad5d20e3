"""Whether the network is better than guessing: no map can be better than the network that it explains."""

from __future__ import annotations

import numpy as np

from ..explanation.labels import are_classes, is_right
from .check_result import CheckResult, figure_text

__all__ = ["accuracy_interval", "network_result"]

CONFIDENCE = 1.96
"""Standard errors of the confidence interval of an accuracy: 95 of 100 such intervals contain the true one."""

FEW = 20
"""Series with true classes below which the accuracy is not judged: the interval is wider than most differences."""

NAME = "Network"


def network_result(scores: np.ndarray, y: np.ndarray | None) -> CheckResult:
    """Accuracy on the explained series, compared with always predicting the most frequent class.

    Parameters
    ----------
    scores : ndarray of shape (instance, class)
    y : ndarray of shape (instance,) or (instance, class), or None
        True classes or values, as :func:`~cam1d_widget.explanation.labels.check_labels` returns them.
    """
    if y is not None and not are_classes(y):
        return _of_values(scores, y)
    why_not = _unknown_because(scores, y)
    if y is None or why_not:
        return CheckResult(NAME, None, why_not)
    right, common = _right(scores, y), _most_frequent(y)
    low, high = accuracy_interval(right, len(y))
    text = (
        f"{100 * right / len(y):.0f} % of {len(y)} series are classified correctly "
        f"({100 * low:.0f} to {100 * high:.0f} % with 95 % confidence), "
        f"{100 * common:.0f} % by always predicting the most frequent class"
    )
    if low > common:
        return CheckResult(NAME, True, f"{text}.")
    return CheckResult(
        NAME, False, f"{text}: that is no better.", "the network is no better than guessing on these series"
    )


def _unknown_because(scores: np.ndarray, y: np.ndarray | None) -> str:
    """Why the accuracy of the network cannot be judged on these series; "" if it can."""
    if scores.shape[1] < 2:
        return "The network has a single output, and no accuracy."
    if y is None:
        predicted = scores.argmax(axis=1)
        one = len(predicted) >= FEW and (predicted == predicted[0]).all()
        alike = f"; it predicts the same class for all {len(predicted)} series" if one else ""
        return f"The accuracy of the network is not known: no true classes were given{alike}."
    if len(y) < FEW:
        return f"The accuracy of the network cannot be judged on {len(y)} series; give it {FEW}."
    if _most_frequent(y) == 1:
        return "The accuracy of the network cannot be judged on series that are all of one class."
    if accuracy_interval(len(y), len(y))[0] <= _most_frequent(y) <= accuracy_interval(_right(scores, y), len(y))[1]:
        return (
            f"The accuracy of the network cannot be judged: {100 * _most_frequent(y):.0f} % of these {len(y)} series "
            f"are of one class, so that even a network that is always right may be guessing."
        )
    return ""


def _right(scores: np.ndarray, y: np.ndarray) -> int:
    """Series that are classified correctly."""
    return int(is_right(y, scores.argmax(axis=1)).sum())


def _most_frequent(y: np.ndarray) -> float:
    """Share of the most frequent class."""
    counts = np.bincount(y) if y.ndim == 1 else y.sum(axis=0)
    return float(counts.max() / len(y))


def _of_values(scores: np.ndarray, y: np.ndarray) -> CheckResult:
    """Predicted values compared with true ones, and with always predicting their mean."""
    errors, spread = (scores - y) ** 2, y.var(axis=0)
    if len(y) < FEW or (spread == 0).any():
        few = f"on {len(y)} series; give it {FEW}" if len(y) < FEW else "on true values that are all the same"
        return CheckResult(NAME, None, f"The predictions of the network cannot be judged {few}.")
    gains = (((y - y.mean(axis=0)) ** 2 - errors) / spread).mean(axis=1)
    text = (
        f"R² of the predicted values is {figure_text(gains.mean())} on {len(y)} series, and 0 for always predicting "
        f"the mean"
    )
    if gains.mean() > CONFIDENCE * gains.std(ddof=1) / np.sqrt(len(y)):
        return CheckResult(NAME, True, f"{text}.")
    return CheckResult(
        NAME, False, f"{text}: that is no better.", "the network is no better than the mean on these series"
    )


def accuracy_interval(right: int, count: int, errors: float = CONFIDENCE) -> tuple[float, float]:
    """Confidence interval of the accuracy: Wilson's (1927), which stays within 0 and 1 and holds for few series."""
    share, spread = right / count, errors**2 / count
    middle = (share + spread / 2) / (1 + spread)
    half = errors * np.sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    return float(middle - half), float(middle + half)
