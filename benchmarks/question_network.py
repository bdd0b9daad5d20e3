"""Figures of the Stack Overflow CNN, each compared with a reference: `make bench`.

Placement is given in samples, compared with the two ways of stretching that other libraries use; imports with numpy's.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from results import leave, table
from watch_network import trained

from cam1d_widget import KerasClassifier, explain
from cam1d_widget.attribution.receptive_field import ReceptiveField


def main() -> None:
    """Write every figure."""
    started = time.perf_counter()
    model, watch = trained()
    tables = [placement(KerasClassifier(model)), completeness(model, watch), imports()]
    leave("question_network", {"tables": tables, "seconds": time.perf_counter() - started})


def imports() -> dict[str, Any]:
    """Time of an import in a fresh interpreter, compared with an empty one and with numpy."""
    statements = ("pass", "import numpy", "import cam1d_widget", "from cam1d_widget import ExplanationViewer")
    rows = [
        [code, seconds(lambda code=code: subprocess.run([sys.executable, "-c", code], check=True))]
        for code in statements
    ]
    return table("Imports", ["in a fresh interpreter", "seconds"], rows)


def placement(classifier: KerasClassifier) -> dict[str, Any]:
    """Largest distance, in samples, between a step's receptive field and the place where its value is drawn."""
    field = classifier.receptive_field
    steps, length = len(field), field.length
    drawn = {
        "receptive-field centers (ours)": [peak(field, step) for step in range(steps)],
        "corner-aligned stretching": np.arange(steps) * (length - 1) / (steps - 1),
        "half-pixel stretching": (np.arange(steps) + 0.5) * length / steps - 0.5,
    }
    rows = [[name, np.abs(np.asarray(places, float) - field.centers).max()] for name, places in drawn.items()]
    return table("Placement", ["steps are drawn at", "largest displacement, samples"], rows)


def peak(field: ReceptiveField, step: int) -> float:
    """Sample at which a map that is one at a step and zero elsewhere is largest; the nearest of several."""
    drawn = field.place(np.eye(len(field))[np.newaxis, :, step, np.newaxis])[0, :, 0]
    peaks = np.flatnonzero(drawn == drawn.max())
    return float(peaks[np.abs(peaks - field.centers[step]).argmin()])


def completeness(model: Any, watch: Any) -> dict[str, Any]:
    """Share of the predicted class' score that the maps' sums miss."""
    x, background = watch.x_test[::4], watch.x_train
    explanation = explain(model, x, methods=["HiResCAM", "Integrated Gradients"], background=background, progress=False)
    rows = [[label, np.median(gaps), gaps.max()] for label, gaps in explanation.completeness.items()]
    accuracy = model.evaluate(watch.x_test, watch.y_test, verbose=0)[1]
    people = "people that the network was not trained on"
    note = f"{len(x)} series of {people}; accuracy {accuracy:.1%} on all of their series."
    return table(
        "Completeness", ["method", "median gap, share of the score", "largest gap, share of the score"], rows, note
    )


def seconds(call: Callable[[], Any], runs: int = 7) -> float:
    """Median wall-clock time of a call, after one that warms up."""
    call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return median(times)


if __name__ == "__main__":
    main()
