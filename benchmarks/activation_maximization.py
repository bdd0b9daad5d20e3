"""Activation maximization on the question's network, trained on the smartwatch data: ours, and tf-keras-vis' default.

For each class, the best series under a bound on the norm beside every training series scaled to that same norm: once
in standard deviations of each channel, in which the bound is set, and once in the numbers as they are. Ends with an
error where a training series scores higher.
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
    """Leave the figures; one if a training series scores higher than what was made."""
    started = time.perf_counter()
    model, watch = trained()
    classifier = KerasClassifier(model)
    rows = [compared(classifier, watch, target) for target in range(len(watch.class_names))]
    columns = [
        "score of", "made up", "training series of that norm", "of that plain norm", "as they are", "ratio",
        "distance to the nearest real one, ÷ that of real ones", "real ones that lie as far off, %", "seconds",
    ]  # fmt: skip
    tables = [table("The best series of a class", columns, rows), theirs(model)]
    leave("activation_maximization", {"tables": tables, "seconds": time.perf_counter() - started})
    return max(int(made <= max(rivals)) for _, made, *rivals in (row[:4] for row in rows))


def compared(classifier: Any, watch: Any, target: int) -> list[Any]:
    """One class: scores of what was made and of the best training series, and how plausible it is."""
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
    """What tf-keras-vis makes of the same task with its defaults, in its own words."""
    try:
        from tf_keras_vis.activation_maximization import ActivationMaximization
        from tf_keras_vis.utils.scores import CategoricalScore
    except ImportError:
        name, said = "tf-keras-vis", "not installed"
    else:
        name = f"tf-keras-vis {version('tf-keras-vis')}"
        try:
            ActivationMaximization(model)(CategoricalScore(0))
            said = "made a series"
        except Exception as fault:
            said = f"{type(fault).__name__}: {str(fault).splitlines()[0][:200]}"
    return table("Others, with their defaults", ["library", "said"], [[name, said]])


if __name__ == "__main__":
    sys.exit(main())
