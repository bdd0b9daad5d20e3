"""Activation maximization on the question's network, trained on the smartwatch data: ours, and tf-keras-vis' default.

For each class, the best series under a bound on the norm beside every training series scaled to that same norm: once
in standard deviations of each channel, in which the bound is set, and once in the numbers as they are. Ends with an
error where a training series scores higher. tf-keras-vis need not be installed beside this package: give the
interpreter of an environment that has it, and TensorFlow,

    python benchmarks/activation_maximization.py /somewhere/bin/python
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np


def main(other_python: str | None) -> int:
    """Print the table; one if a training series scores higher than what was made."""
    from watch_network import trained

    from cam1d_widget import KerasClassifier

    model, watch = trained()
    classifier = KerasClassifier(model)
    print("score of      made up   training series of that norm   as they are   seconds   plausibility")
    worse = max(compared(classifier, watch, target) for target in range(len(watch.class_names)))
    if other_python:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.keras"
            model.save(path)
            subprocess.run([other_python, "-W", "ignore", __file__, "--theirs", path], check=True)
    return worse


def compared(classifier, watch, target: int) -> int:
    """One row of the table."""
    from cam1d_widget import inside

    start = time.perf_counter()
    best = inside.activation_maximization(classifier, target, data=watch.x_train, nearness=1, progress=False)
    seconds = time.perf_counter() - start
    x, scale = watch.x_train, best.scale
    scaled = scale.series(scale.deviations(x) * (best.norm / scale.norms(x))[:, None, None])
    plain = x * (np.linalg.norm(best.x[0]) / np.linalg.norm(x.reshape(len(x), -1), axis=1))[:, None, None]
    rivals = [classifier.scores(one.astype(np.float32))[:, target].max() for one in (scaled, plain, x)]
    name = watch.class_names[target]
    shown = f"{name:20} {best.scores[0]:6.1f}   {rivals[0]:6.1f} (plain norm {rivals[1]:6.1f})   {rivals[2]:6.1f}"
    print(f"{shown}   {seconds:6.1f}   {best.plausibility.words()}")
    return int(best.scores[0] <= max(rivals[:2]))


def theirs(path: str) -> None:
    """What tf-keras-vis makes of the same task with its defaults."""
    import importlib.metadata

    import keras
    from tf_keras_vis.activation_maximization import ActivationMaximization
    from tf_keras_vis.utils.scores import CategoricalScore

    version = importlib.metadata.version("tf-keras-vis")
    try:
        ActivationMaximization(keras.models.load_model(path))(CategoricalScore(0))
        print(f"tf-keras-vis {version}: made a series")
    except Exception as fault:
        print(f"tf-keras-vis {version}, default: {type(fault).__name__}: {str(fault).splitlines()[0][:200]}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--theirs"]:
        theirs(sys.argv[2])
    else:
        sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
