"""Whether a map finds what the score needs: deletion curves with each fill, since the result depends on the fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...explanation.source import map_of, series_of
from ...progress import Steps
from ..check_result import CheckResult, figure_text
from ..lazy_explanation import LazyExplanation
from ..masking import NotFinite
from ..metrics import PerturbationCurves, deletion
from ..metrics.perturbation import Measure
from .fills import Fill
from .thresholds import CHANGES, ORDERS, RANDOM_SHARE, SEGMENTS, STEPS

__all__ = ["Deletion", "deletion_result", "deletions", "window_of"]

NAME, SAME = "Deletion", "is the same everywhere"


@dataclass(frozen=True, eq=False)
class Deletion:
    """How fast a class is lost in the order of a map, and in random ones, with one fill.

    Attributes
    ----------
    fill : str
        Description of the fill.
    curves : PerturbationCurves
    ordered : bool
        Whether the map orders the segments; a constant map does not.
    fault : str
        Why there are no curves, which are NaN then; "" otherwise.
    """

    fill: str
    curves: PerturbationCurves
    ordered: bool = True
    fault: str = ""

    @property
    def share(self) -> float:
        """Share of the random orders that are as good as the map."""
        return float((self.curves.random[:, 0] <= self.curves.values[0]).mean())

    @property
    def passed(self) -> bool:
        """Whether the class is lost sooner in the order of the map than in random ones."""
        return self.ordered and not self.fault and self.share <= RANDOM_SHARE


def deletions(
    source: LazyExplanation, label: str, instance: int, target: int, fills: Mapping[str, Fill], seed: int
) -> Steps[dict[str, Deletion]]:
    """Curves of a map with each fill; yields the share of the fills that is done.

    They are curves of the score if the class is not the predicted one, or if its probability does not change.
    """
    made: dict[str, Deletion] = {}
    ordered = bool(np.ptp(map_of(source, label, instance, target)) > 0)
    by_probability = source.probabilities is not None and source.scores[instance].argmax() == target
    measure: Measure = "probability" if by_probability else "score"
    for name, fill in fills.items():
        yield len(made) / len(fills), f"removing the most relevant segments, fill: {name}"
        try:
            curves = _curves(source, label, instance, target, fill, seed, measure)
            if not made and by_probability and not _changed(curves):
                measure = "score"
                curves = _curves(source, label, instance, target, fill, seed, measure)
            made[name] = Deletion(fill.description, curves, ordered)
        except NotFinite as fault:
            made[name] = Deletion(fill.description, _no_curves(target, measure), ordered, str(fault))
    return made


def _changed(curves: PerturbationCurves) -> bool:
    """Whether the measured value depends on the removed segments."""
    return bool(np.ptp(np.stack([curves.curves, *curves.random_curves])) > CHANGES)


def _curves(
    source: LazyExplanation, label: str, instance: int, target: int, fill: Fill, seed: int, measure: Measure
) -> PerturbationCurves:
    """Curves of the map and of random orders."""
    x = series_of(source, instance)[np.newaxis]
    return deletion(
        source.classifier_of(instance),
        x,
        map_of(source, label, instance, target),
        target,
        fill=fill.baseline,
        window=window_of(x.shape[1]),
        steps=STEPS,
        measure=measure,
        orders=ORDERS,
        seed=seed,
    )


def _no_curves(target: int, measure: Measure) -> PerturbationCurves:
    """Curves of a network that gives no finite score for replaced series."""
    steps = np.linspace(0, 1, STEPS + 1)
    none = np.full((ORDERS, 1, STEPS + 1), np.nan)
    return PerturbationCurves(
        "deletion", "smaller", none[0, :, 0], none[..., 0], np.array([target]), measure, steps, none[0], none
    )


def window_of(samples: int) -> int:
    """Samples in a window that is removed."""
    return max(1, samples // SEGMENTS)


def deletion_result(made: Mapping[str, Deletion], fill: str) -> CheckResult:
    """Whether the class is lost sooner in the map's order than in random orders, with this fill and with others."""
    one = made[fill]
    if not one.ordered:
        return CheckResult(NAME, False, "The map has the same value everywhere: it orders nothing.", SAME)
    if one.fault:
        return CheckResult(NAME, None, f"With {one.fill} this cannot be checked: {one.fault}.")
    area, random = float(one.curves.values[0]), float(np.mean(one.curves.random[:, 0]))
    text = (
        f"When the segments with the largest values are replaced first, by {one.fill}, the area under the class' "
        f"{one.curves.measure} is {figure_text(area)}; in random orders it is {figure_text(random)}, and "
        f"{100 * one.share:.0f} % of them are as good.{_with_others(made, fill)}"
    )
    if one.passed:
        return CheckResult(NAME, True, text)
    return CheckResult(NAME, False, text, "finds what the score needs no better than chance")


def _with_others(made: Mapping[str, Deletion], fill: str) -> str:
    """Sentence that states the result with each other fill."""
    passed = made[fill].passed
    others = [name for name in made if name != fill and not made[name].fault]
    same = [name for name in others if made[name].passed == passed]
    different = [name for name in others if made[name].passed != passed]
    results = [
        f"with {_listed(names)} it {verb}"
        for names, verb in (
            (same, "passes as well" if passed else "fails as well"),
            (different, "fails" if passed else "passes"),
        )
        if names
    ]
    return f" W{'; '.join(results)[1:]}." if results else ""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
