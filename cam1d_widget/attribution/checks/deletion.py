"""Whether a map finds what the score needs: deletion curves with each fill, for a verdict holds for its fill alone."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..lazy_explanation import LazyExplanation
from ..masking import NotFinite
from ..metrics import PerturbationCurves, deletion
from ..metrics.perturbation import Measure
from .fills import Fill
from .result import Finding, in_words
from .thresholds import MOVES, ORDERS, PIECES, RANDOM_SHARE, STEPS

__all__ = ["Deletion", "deletion_finding", "deletions", "window_of"]

NAME, SAME = "Deletion", "is the same everywhere"


@dataclass(frozen=True, eq=False)
class Deletion:
    """How fast a class is lost in the order of a map, and in random ones, with one fill.

    Attributes
    ----------
    words : str
        What stands where pieces were.
    curves : PerturbationCurves
    ordered : bool
        Whether the map puts anything first; one that is the same everywhere does not.
    fault : str
        Why there are no curves, which are NaN then; "" otherwise.
    """

    words: str
    curves: PerturbationCurves
    ordered: bool = True
    fault: str = ""

    @property
    def share(self) -> float:
        """Share of the random orders that do as well as the map."""
        return float((self.curves.random[:, 0] <= self.curves.values[0]).mean())

    @property
    def survived(self) -> bool:
        """Whether the class is lost sooner in the order of the map than in random ones."""
        return self.ordered and not self.fault and self.share <= RANDOM_SHARE


def deletions(
    source: LazyExplanation, label: str, instance: int, target: int, fills: Mapping[str, Fill], seed: int
) -> Generator[tuple[float, str], None, dict[str, Deletion]]:
    """Curves of a map with each fill, and how many of the fills are done on the way.

    They are of the score where the probability of the class has nowhere to fall to, or does not move.
    """
    made: dict[str, Deletion] = {}
    ordered = bool(np.ptp(source.attribution(label, instance, target)) > 0)
    by_probability = source.probabilities is not None and source.scores[instance].argmax() == target
    measure: Measure = "probability" if by_probability else "score"
    for name, fill in fills.items():
        yield len(made) / len(fills), f"taking away what the map calls most relevant, fill: {name}"
        try:
            curves = _curves(source, label, instance, target, fill, seed, measure)
            if not made and by_probability and not _moved(curves):
                measure = "score"
                curves = _curves(source, label, instance, target, fill, seed, measure)
            made[name] = Deletion(fill.words, curves, ordered)
        except NotFinite as fault:
            made[name] = Deletion(fill.words, _no_curves(target, measure), ordered, str(fault))
    return made


def _moved(curves: PerturbationCurves) -> bool:
    """Whether what is watched depends on what is taken away."""
    return bool(np.ptp(np.stack([curves.curves, *curves.random_curves])) > MOVES)


def _curves(
    source: LazyExplanation, label: str, instance: int, target: int, fill: Fill, seed: int, measure: Measure
) -> PerturbationCurves:
    """Curve of the map beside random ones."""
    x = source.x[instance : instance + 1]
    return deletion(
        source.classifier,
        x,
        source.attribution(label, instance, target),
        target,
        fill=fill.baseline,
        window=window_of(x.shape[1]),
        steps=STEPS,
        measure=measure,
        orders=ORDERS,
        seed=seed,
    )


def _no_curves(target: int, measure: Measure) -> PerturbationCurves:
    """Curves of a network that has no score once parts of the series are replaced."""
    steps = np.linspace(0, 1, STEPS + 1)
    none = np.full((ORDERS, 1, STEPS + 1), np.nan)
    return PerturbationCurves(
        "deletion", "smaller", none[0, :, 0], none[..., 0], np.array([target]), measure, steps, none[0], none
    )


def window_of(samples: int) -> int:
    """Samples in a window that is taken away."""
    return max(1, samples // PIECES)


def deletion_finding(made: Mapping[str, Deletion], fill: str) -> Finding:
    """Whether the class is lost sooner in the order of the map than in random ones, and whether so with other fills."""
    one = made[fill]
    if not one.ordered:
        return Finding(NAME, False, "The map has the same value everywhere: it puts nothing first.", SAME)
    if one.fault:
        return Finding(NAME, None, f"With {one.words} this cannot be checked: {one.fault}.")
    area, random = float(one.curves.values[0]), float(np.mean(one.curves.random[:, 0]))
    found = (
        f"When what the map calls most relevant is replaced first, by {one.words}, the area under the class' "
        f"{one.curves.measure} is {in_words(area)}; in random orders it is {in_words(random)}, and "
        f"{100 * one.share:.0f} % of them do as well.{_with_others(made, fill)}"
    )
    if one.survived:
        return Finding(NAME, True, found)
    return Finding(NAME, False, found, "finds what the score needs no better than chance")


def _with_others(made: Mapping[str, Deletion], fill: str) -> str:
    """Sentence that says how the check ends with each other fill."""
    survived = made[fill].survived
    others = [name for name in made if name != fill and not made[name].fault]
    alike = [name for name in others if made[name].survived == survived]
    apart = [name for name in others if made[name].survived != survived]
    ends = [
        f"with {_listed(names)} it {verb}"
        for names, verb in (
            (alike, "survives as well" if survived else "does not survive either"),
            (apart, "does not survive" if survived else "survives"),
        )
        if names
    ]
    return f" W{'; '.join(ends)[1:]}." if ends else ""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
