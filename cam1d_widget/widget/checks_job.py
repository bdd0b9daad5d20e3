"""Checks of a map as long work: for the browser that requests them, and for a cell that waits for them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..attribution.checks import CheckResult, ChecksReport, run_checks
from ..attribution.lazy_explanation import LazyExplanation
from ..progress import Steps
from ..viewer.choice import known_class, known_method, within
from ..viewer.synced.jobs import Result, Work

__all__ = ["KIND", "checks_job", "checks_name", "checks_result"]

KIND = "checks"


def checks_name(method: str, instance: int, target: int) -> str:
    """Name under which the checks of a map are kept, the same in a saved page."""
    return f"{KIND}/{method}/{instance}/{target}"


def checks_job(source: LazyExplanation) -> Work:
    """Work on a map that the browser names by its method's label, instance and class."""

    def work(arguments: dict[str, Any]) -> Steps[Result]:
        method = known_method(arguments.get("method"), source)
        instance = within("instance", arguments.get("instance"), len(source.x))
        target = known_class(arguments.get("target"), source)
        with source.unchanged_model():
            report = yield from run_checks(source, method, instance, target)
        return checks_result(report)

    return work


def checks_result(report: ChecksReport) -> Result:
    """The report as the browser shows it, with a verdict for each fill."""
    random = np.stack([one.curves.random_curves[:, 0] for one in report.deletions.values()])
    content: dict[str, Any] = {
        "fills": [_verdict(report.with_fill(fill)) for fill in report.deletions],
        "measure": report.deletion.measure,
        "agreement": {label: round(value, 4) for label, value in report.agreement.items()},
    }
    arrays = {
        "fractions": report.deletion.fractions,
        "curves": np.stack([one.curves.curves[0] for one in report.deletions.values()]),
        "random": random.mean(axis=1),
        "band": np.quantile(random, (0.05, 0.95), axis=1).swapaxes(0, 1),
    }
    if report.randomization is not None:
        content["layers"] = list(report.randomization.layers)
        arrays["similarity"] = report.randomization.signed.mean(axis=(0, 2))
    return Result(content, arrays)


def _verdict(report: ChecksReport) -> dict[str, Any]:
    """Verdict and results with one fill."""
    return {
        "fill": report.fill,
        "verdict": report.verdict,
        "level": report.level,
        "findings": [_packed(result) for result in (*report.findings, report.network)],
    }


def _packed(result: CheckResult) -> dict[str, Any]:
    return {"name": result.name, "passed": result.passed, "text": result.text}
