"""Checks of a map as long work: for the browser that asks for them, and for a cell that waits."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from ..attribution.checks import Finding, Trust, examined
from ..attribution.lazy_explanation import LazyExplanation
from ..viewer.synced.jobs import Result, Work

__all__ = ["KIND", "checks_job", "checks_name", "checks_result", "waited_for"]

KIND = "checks"


def checks_name(method: str, instance: int, target: int) -> str:
    """Name under which the checks of a map are kept, the same in a saved page."""
    return f"{KIND}/{method}/{instance}/{target}"


def checks_job(source: LazyExplanation) -> Work:
    """Work on a map that the browser names by its method's label, instance and class."""

    def work(arguments: dict[str, Any]) -> Generator[tuple[float, str], None, Result]:
        with source.unchanged_model():
            trust = yield from examined(
                source, str(arguments["method"]), int(arguments["instance"]), int(arguments["target"])
            )
        return checks_result(trust)

    return work


def waited_for(steps: Generator[tuple[float, str], None, Trust], progress: bool) -> Trust:
    """What comes out of checks, with a progress bar."""
    with tqdm(total=100, desc="checking", disable=not progress, leave=False, bar_format="{l_bar}{bar}") as bar:
        while True:
            try:
                share, text = next(steps)
            except StopIteration as end:
                return end.value
            bar.set_description_str(text)
            bar.update(100 * share - bar.n)


def checks_result(trust: Trust) -> Result:
    """Checks as the browser half shows them, judged with each fill."""
    made = trust.deletions
    random = np.stack([one.curves.random_curves[:, 0] for one in made.values()])
    content: dict[str, Any] = {
        "fills": [_judged(trust.with_fill(fill)) for fill in made],
        "measure": trust.deletion.measure,
        "agreement": {label: round(value, 4) for label, value in trust.agreement.items()},
    }
    arrays = {
        "fractions": trust.deletion.fractions,
        "curves": np.stack([one.curves.curves[0] for one in made.values()]),
        "random": random.mean(axis=1),
        "band": np.quantile(random, (0.05, 0.95), axis=1).swapaxes(0, 1),
    }
    if trust.randomization is not None:
        content["layers"] = list(trust.randomization.layers)
        arrays["similarity"] = trust.randomization.signed.mean(axis=(0, 2))
    return Result(content, arrays)


def _judged(trust: Trust) -> dict[str, Any]:
    """What is said with one fill."""
    return {
        "fill": trust.fill,
        "verdict": trust.verdict,
        "level": trust.level,
        "findings": [_finding(one) for one in (*trust.findings, trust.network)],
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {"name": one.name, "passed": one.passed, "text": one.text}
