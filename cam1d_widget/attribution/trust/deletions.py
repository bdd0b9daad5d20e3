"""Whether a map finds what the score needs: deletion curves with each fill, for a verdict holds for its fill alone."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..lazy_explanation import LazyExplanation
from ..metrics import PerturbationCurves, deletion
from .bounds import ORDERS, PIECES, RANDOM_SHARE
from .fills import Fill
from .finding import Finding

__all__ = ["Deletion", "deletion_finding", "deletions", "window_of"]

NAME = "Deletion"


@dataclass(frozen=True, eq=False)
class Deletion:
    """How fast a class is lost in the order of a map, and in random ones, with one fill.

    Attributes
    ----------
    words : str
        What stands where pieces were.
    curves : PerturbationCurves
    """

    words: str
    curves: PerturbationCurves

    @property
    def share(self) -> float:
        """Share of the random orders that do as well as the map."""
        return float((self.curves.random[:, 0] <= self.curves.values[0]).mean())

    @property
    def survived(self) -> bool:
        """Whether the class is lost sooner in the order of the map than in random ones."""
        return self.share <= RANDOM_SHARE


def deletions(
    source: LazyExplanation, label: str, instance: int, target: int, fills: Mapping[str, Fill], seed: int
) -> Generator[tuple[float, str], None, dict[str, Deletion]]:
    """Curves of a map with each fill, and how many of the fills are done on the way."""
    made: dict[str, Deletion] = {}
    for name, fill in fills.items():
        yield len(made) / len(fills), f"taking away what the map calls most relevant, fill: {name}"
        made[name] = Deletion(fill.words, _curves(source, label, instance, target, fill, seed))
    return made


def _curves(
    source: LazyExplanation, label: str, instance: int, target: int, fill: Fill, seed: int
) -> PerturbationCurves:
    """Curve of the map beside random ones; of the score, where the class' probability has nowhere to fall to."""
    x = source.x[instance : instance + 1]
    told = source.probabilities is not None and source.scores[instance].argmax() == target
    return deletion(
        source.classifier,
        x,
        source.attribution(label, instance, target),
        target,
        fill=fill.baseline,
        window=window_of(x.shape[1]),
        measure="probability" if told else "score",
        orders=ORDERS,
        seed=seed,
    )


def window_of(samples: int) -> int:
    """Samples in a window that is taken away."""
    return max(1, samples // PIECES)


def deletion_finding(made: Mapping[str, Deletion], fill: str) -> Finding:
    """Whether the class is lost sooner in the order of the map than in random ones, and whether so with other fills."""
    one = made[fill]
    area, random = float(one.curves.values[0]), float(np.mean(one.curves.random[:, 0]))
    found = (
        f"When what the map calls most relevant is replaced first, by {one.words}, the area under the class' "
        f"{one.curves.measure} is {area:.2f}; in random orders it is {random:.2f}, and {100 * one.share:.0f} % of them "
        f"do as well.{_with_others(made, fill)}"
    )
    if one.survived:
        return Finding(NAME, True, found)
    return Finding(NAME, False, found, "finds what the score needs no better than chance")


def _with_others(made: Mapping[str, Deletion], fill: str) -> str:
    """Sentence that says how the check ends with each other fill."""
    survived = made[fill].survived
    others = [name for name in made if name != fill]
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
