"""Figures of the question's network, each as a ratio to something run beside it: `make bench`.

Placement is told in samples, against the two ways of stretching that other libraries use; imports beside that of numpy.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from watch_network import trained

from cam1d_widget import KerasClassifier, explain
from cam1d_widget.attribution.receptive_field import ReceptiveField


def main() -> None:
    """Print every figure."""
    model, watch = trained()
    print(f"test accuracy on held-out subjects: {model.evaluate(watch.x_test, watch.y_test, verbose=0)[1]:.3f}\n")
    imports()
    placement(KerasClassifier(model))
    completeness(model, watch)


def imports() -> None:
    """Time of an import in a fresh interpreter, beside that of an empty one and of numpy."""
    for code in ("pass", "import numpy", "import cam1d_widget", "from cam1d_widget import ExplanationViewer"):
        print(f"{seconds(lambda code=code: subprocess.run([sys.executable, '-c', code], check=True)):6.2f} s  {code}")
    print()


def placement(classifier: KerasClassifier) -> None:
    """Largest distance, in samples, between what a step sees and where its value is drawn."""
    field = classifier.receptive_field
    steps, length = len(field), field.length
    drawn = {
        "receptive-field centers (ours)": [peak(field, step) for step in range(steps)],
        "corner-aligned stretching": np.arange(steps) * (length - 1) / (steps - 1),
        "half-pixel stretching": (np.arange(steps) + 0.5) * length / steps - 0.5,
    }
    for name, places in drawn.items():
        print(f"placement error {np.abs(np.asarray(places, float) - field.centers).max():5.1f} samples  {name}")
    print()


def peak(field: ReceptiveField, step: int) -> float:
    """Sample at which a map that is one at a step and zero elsewhere is largest; the nearest of several."""
    drawn = field.place(np.eye(len(field))[np.newaxis, :, step, np.newaxis])[0, :, 0]
    peaks = np.flatnonzero(drawn == drawn.max())
    return float(peaks[np.abs(peaks - field.centers[step]).argmin()])


def completeness(model: Any, watch: Any) -> None:
    """Share of the predicted class' score that the maps' sums miss."""
    x, background = watch.x_test[::4], watch.x_train
    explanation = explain(model, x, methods=["HiResCAM", "Integrated Gradients"], background=background, progress=False)
    for label, gaps in explanation.completeness.items():
        print(f"completeness gap, median {np.median(gaps):.1e}, largest {gaps.max():.1e} of {len(x)}  {label}")
    print()


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
