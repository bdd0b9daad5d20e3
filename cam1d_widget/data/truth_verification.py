"""Whether a mask is the truth for a trained network: the marked part is necessary and sufficient for the class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..validation import check_seed, counted, shown
from .known_truth import KnownTruth

__all__ = ["ClassTruth", "VerifiedTruth", "verify_truth"]


# Fewest correctly classified series of a class for which a share is meaningful.
FEWEST = 10


@dataclass(frozen=True)
class ClassTruth:
    """Whether the mask is the truth for one class of one network.

    Attributes
    ----------
    name : str
    correct : int
        Number of series that the network classifies correctly: the shares below are shares of these.
    without_truth : float
        Share that keeps its class when the marked part is removed; near chance if the marked part is necessary.
    other_context : float
        Share that keeps its class when everything but the marked part is redrawn; near the accuracy if the marked
        part is sufficient.
    why_not : str or None
        Why maps of this class must not be scored by the mask; None if they may be.
    """

    name: str
    correct: int
    without_truth: float
    other_context: float
    why_not: str | None

    @property
    def scored(self) -> bool:
        """Whether maps of this class may be scored by the mask."""
        return self.why_not is None


@dataclass(frozen=True)
class VerifiedTruth:
    """Whether the mask is the truth for each class of one network.

    Attributes
    ----------
    accuracy, chance : float
        Share of the series that the network classifies correctly, and one divided by the number of classes.
    classes : tuple of ClassTruth
    """

    accuracy: float
    chance: float
    classes: tuple[ClassTruth, ...]

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Whether maps of each class may be scored by the mask, of shape (class,)."""
        return np.array([one.scored for one in self.classes], bool)

    def __repr__(self) -> str:
        lines = [
            f"{one.name}: {_percent(one.without_truth)} keep the class without the truth, "
            f"{_percent(one.other_context)} in another context; {one.why_not or 'scored'}"
            for one in self.classes
        ]
        return f"<VerifiedTruth, accuracy {self.accuracy:.0%}, chance {self.chance:.0%}\n  " + "\n  ".join(lines) + ">"


def verify_truth(truth: KnownTruth, classifier: Any, *, seed: int = 0) -> VerifiedTruth:
    """Verify on a trained network that the marked part of series is what makes their class.

    The marked part is *necessary* if correctly classified series lose their class when it alone is removed, and
    *sufficient* if they keep it when all the rest is redrawn. A map is worth comparing with the mask only if both
    hold: with a share nearer to chance than to the accuracy without the truth, and nearer to the accuracy in another
    context.

    Parameters
    ----------
    truth : KnownTruth
        Series that the network was not trained on.
    classifier : Classifier
        Such as :class:`~cam1d_widget.KerasClassifier`, of as many classes as `truth` has.
    seed : int
        Of the other context.

    Returns
    -------
    VerifiedTruth

    Examples
    --------
    >>> held_out = data.make_planted_segments(1, 300, held_out=True, seed=1)
    >>> data.verify_truth(held_out, KerasClassifier(model))
    <VerifiedTruth, accuracy 99%, chance 50%
      nothing planted: 100% keep the class without the truth, 100% in another context; not scored: nothing is marked
      two planted: 6% keep the class without the truth, 99% in another context; scored>
    """
    check_seed(seed)
    if not isinstance(truth, KnownTruth):
        raise TypeError(f"truth must be a KnownTruth, as data.make_planted_segments() makes, but is {shown(truth)}")
    classes = len(truth.class_names)
    if not hasattr(classifier, "scores"):
        raise TypeError(f"classifier must have scores(x), as KerasClassifier(model) has, but is {shown(classifier)}")
    if not len(truth.x):
        raise ValueError("truth must hold at least one series, but holds none")
    if getattr(classifier, "classes", classes) != classes:
        raise ValueError(
            f"classifier must have {counted(classes, 'class')}, as truth has, but has {classifier.classes}"
        )

    def keeps(x: NDArray[np.float32]) -> NDArray[np.bool_]:
        scores = np.asarray(classifier.scores(x))
        return np.asarray((scores.argmax(axis=1) == truth.y) & np.isfinite(scores).all(axis=1))

    correct, removed, redrawn = map(keeps, (truth.x, truth.without_truth(seed), truth.other_context(seed)))
    accuracy, chance = float(correct.mean()), 1 / classes
    found = []
    for index, name in enumerate(truth.class_names):
        rows = correct & (truth.y == index)
        shares = (_share(removed[rows]), _share(redrawn[rows]))
        why_not = _why_not(truth.mask[truth.y == index], int(rows.sum()), *shares, accuracy, chance)
        found.append(ClassTruth(name, int(rows.sum()), *shares, why_not))
    return VerifiedTruth(accuracy, chance, tuple(found))


def _why_not(
    mask: NDArray[np.bool_], correct: int, without_truth: float, other_context: float, accuracy: float, chance: float
) -> str | None:
    """Why maps of a class must not be scored; None if they may be."""
    middle = (accuracy + chance) / 2
    if not len(mask):
        return "not scored: there is no series of this class"
    if not mask.any():
        return "not scored: nothing is marked"
    if mask.all():
        return "not scored: everything is marked"
    if correct < FEWEST:
        return f"not scored: {correct} series are classified correctly, but at least {FEWEST} are needed"
    if accuracy <= chance:
        return "not scored: the network is not better than chance"
    if without_truth >= middle:
        return "not scored: the class is kept without the truth, so the network uses something else"
    if other_context <= middle:
        return "not scored: the class is lost in another context, so the network uses the context"
    return None


def _share(kept: NDArray[np.bool_]) -> float:
    return float(kept.mean()) if kept.size else float("nan")


def _percent(share: float) -> str:
    return "no share" if np.isnan(share) else f"{share:.0%}"
