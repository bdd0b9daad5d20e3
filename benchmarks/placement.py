"""The same Grad-CAM of the Stack Overflow CNN, placed in time in three ways.

The recipe is that of dCAM's first kind, on the grid of its segments, and the batch norm's momentum is 0.9: with Keras'
0.99 the moving statistics are still far off after so few steps, and the network is no better than chance.
"""

from __future__ import annotations

import numpy as np
from contenders import CONTROLS
from known_truth import Task

from cam1d_widget.attribution.methods import GradCAM
from cam1d_widget.attribution.metrics import average_precision


def placements(task: Task) -> dict[str, float]:
    """Average precision over time, by the way of placing, and of the controls."""
    steps = GradCAM().at_steps(task.network.classifier, task.x, task.y[:, np.newaxis])[:, 0]
    length, count = task.x.shape[1], steps.shape[1]
    time = np.arange(length)
    ways = {
        "receptive fields (ours)": task.network.classifier.receptive_field.place(steps),
        "half-pixel stretching": stretched(steps, (time + 0.5) * count / length - 0.5),
        "corner-aligned stretching": stretched(steps, time * (count - 1) / (length - 1)),
    }
    controls = {way: CONTROLS[way](task) for way in ("random map", "linear probe")}
    found = {way: maps[..., np.newaxis] for way, maps in ways.items()} | controls
    return {way: average_precision(maps, task.mask, over="time").mean for way, maps in found.items()}


def stretched(steps: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Maps (instance, step), interpolated at these positions between the steps."""
    return np.stack([np.interp(places, np.arange(steps.shape[1]), one) for one in steps])
