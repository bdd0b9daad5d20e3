"""Networks drawn by hypothesis, one for each number, and the findings on them."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable

import keras
from hypothesis import HealthCheck, Phase, given, seed, settings

from .recipes import Recipe, recipes
from .statements import Check, Finding, findings

__all__ = ["contradictions", "drawn"]


def drawn(number: int) -> Recipe:
    """Recipe that hypothesis draws under a seed.

    Within one run hypothesis varies what it has drawn already, so each network is drawn by a separate run; the first
    example of a run is the simplest one that there is.
    """
    made: list[Recipe] = []

    @seed(number)
    @settings(
        max_examples=3,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(recipes())
    def draw(recipe: Recipe) -> None:
        made.append(recipe)

    draw()
    return made[-1]


def contradictions(numbers: Iterable[int], checks: Iterable[Check]) -> tuple[Counter[str], str]:
    """Check networks; returns what was counted, and the statements that do not hold, by network.

    Each network is given as a recipe to rebuild it from: ``Recipe(...).built()``.
    """
    counted: Counter[str] = Counter()
    wrong = []
    for number in numbers:
        recipe, checks = drawn(number), tuple(checks)
        made = list(findings(recipe, checks))
        counted.update(networks=1, statements=len(made), contradictions=sum(not one.holds for one in made))
        counted.update(missed=sum(one.missed for one in made))
        wrong += [_said(number, recipe, [one for one in made if not one.holds])]
        keras.backend.clear_session()
        gc.collect()
    return counted, "\n".join(filter(None, wrong))


def _said(number: int, recipe: Recipe, wrong: list[Finding]) -> str:
    lines = [f"  {one.statement}: {one.detail}" for one in wrong]
    return "\n".join([f"network {number}, {recipe!r}", *lines]) if wrong else ""
