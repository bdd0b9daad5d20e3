"""Everything that makes a map on the leaderboard: our methods with their defaults, variants, and controls.

A contender takes a task and returns maps of shape (instance, time, channel or 1).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from known_truth import Task

from cam1d_widget.attribution.masking import channel_mean, pooled
from cam1d_widget.attribution.methods import AttributionMethod, IntegratedGradients, Occlusion
from cam1d_widget.attribution.requests import chosen_methods, with_baseline

Contender = Callable[[Task], np.ndarray]

# Controls in every table: a useful map must score higher.
CONTROLS: dict[str, Contender] = {
    "random map": lambda task: np.random.default_rng(0).normal(size=task.x.shape),
    "linear probe": lambda task: task.network.probe.attribution(task.x, task.y),
    "magnitude of the series": lambda task: np.abs(task.x - channel_mean(task.network.background)),
}
# Slow methods get fewer of the series.
FEW = 6


def contenders(task: Task) -> dict[str, Contender]:
    """Contenders by label, controls last."""
    shown = task.recipe.shown
    methods = chosen_methods(list(shown) or None, task.network.classifier, task.network.background)
    return {method.label: by(method) for method in methods} | ({} if shown else variants(task)) | CONTROLS


def variants(task: Task) -> dict[str, Contender]:
    """Our methods with other options."""
    length = task.x.shape[1]
    eighth = round(length / 8)
    plain = by(IntegratedGradients(steps=50, baseline=np.float32(0), tolerance=None))
    averaged = by(IntegratedGradients())
    return {
        "Integrated Gradients, zero baseline": plain,
        "Integrated Gradients, windows of T/8": lambda task: pooled(averaged(task), eighth),
        "Occlusion, windows of T/4": by(Occlusion(size=round(length / 4))),
        "Occlusion, windows of T/20": by(Occlusion(size=round(length / 20))),
    }


def by(method: AttributionMethod) -> Contender:
    """Contender of a method as the widget runs it: the default baseline is the mean of the background."""

    def run(task: Task) -> np.ndarray:
        count = FEW if method.on_demand else len(task.x)
        x, y = task.x[:count], task.y[:count]
        ready = with_baseline(method, channel_mean(task.network.background), x)
        return ready.attribute(task.network.classifier, x, y)

    return run
