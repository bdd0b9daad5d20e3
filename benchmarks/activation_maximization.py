"""Activation maximization on the Stack Overflow CNN, trained on the smartwatch data: ours, and tf-keras-vis' default.

For each class, the maximizing input under a bound on the norm is compared with every training series scaled to the
same norm: once in standard deviations of each channel, in which the bound is set, and once in plain units. Ends with an
error if a training series scores higher.
"""

from __future__ import annotations

import sys
import time
from importlib.metadata import version
from typing import Any

import numpy as np
from results import leave, table
from watch_network import trained

from cam1d_widget import KerasClassifier, inside


def main() -> int:
    """Write the figures; one if a training series scores higher than the maximizing input."""
    started = time.perf_counter()
    model, watch = trained()
    classifier = KerasClassifier(model)
    rows = [compared(classifier, watch, target) for target in range(len(watch.class_names))]
    columns = [
        "score of", "maximizing input", "training series of the same norm", "of the same norm in plain units",
        "unscaled", "ratio", "distance to the nearest real series ÷ between real series",
        "real series at least as far away, %", "seconds",
    ]  # fmt: skip
    tables = [table("Input that maximizes a class", columns, rows), theirs(model)]
    leave("activation_maximization", {"tables": tables, "seconds": time.perf_counter() - started})
    return max(int(made <= max(rivals)) for _, made, *rivals in (row[:4] for row in rows))


def compared(classifier: Any, watch: Any, target: int) -> list[Any]:
    """One class: scores of the maximizing input and of the best training series, and its plausibility."""
    start = time.perf_counter()
    best = inside.activation_maximization(classifier, target, data=watch.x_train, nearness=1, progress=False)
    seconds = time.perf_counter() - start
    x, scale, made = watch.x_train, best.scale, best.scores[0]
    scaled = scale.series(scale.deviations(x) * (best.norm / scale.norms(x))[:, None, None])
    plain = x * (np.linalg.norm(best.x[0]) / np.linalg.norm(x.reshape(len(x), -1), axis=1))[:, None, None]
    rivals = [classifier.scores(one.astype(np.float32))[:, target].max() for one in (scaled, plain, x)]
    ratio = made / max(rivals[:2])
    found = best.plausibility
    return [watch.class_names[target], made, *rivals, ratio, found.ratios[0], 100 * found.shares[0], seconds]


def theirs(model: Any) -> dict[str, Any]:
    """Result of tf-keras-vis for the same task with its defaults, or its error message."""
    try:
        from tf_keras_vis.activation_maximization import ActivationMaximization
        from tf_keras_vis.utils.scores import CategoricalScore
    except ImportError:
        name, result = "tf-keras-vis", "not installed"
    else:
        name = f"tf-keras-vis {version('tf-keras-vis')}"
        try:
            ActivationMaximization(model)(CategoricalScore(0))
            result = "found a series"
        except Exception as fault:
            result = f"{type(fault).__name__}: {str(fault).splitlines()[0][:200]}"
    return table("Other libraries, with their defaults", ["library", "result"], [[name, result]])


if __name__ == "__main__":
    sys.exit(main())
