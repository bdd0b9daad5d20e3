"""Perturbation methods on the Stack Overflow CNN: their time compared with bare passes, and the effect of the seed.

Run it with `python benchmarks/perturbation.py`. Bare passes are as many series as a method perturbs, through one
compiled forward pass of the same Keras model in the same batches. Both are timed alternately; the fastest are compared.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import tensorflow as tf
from results import leave, table
from watch_network import trained

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.masking import Slices, channel_mean
from cam1d_widget.attribution.methods import LIME, RISE, AblationCAM, KernelSHAP, Occlusion, ScoreCAM

BATCH = 64


def main() -> None:
    """Train the network, and write the figures."""
    started = time.perf_counter()
    model, watch = trained()
    classifier, baseline = KerasClassifier(model, batch_size=BATCH), channel_mean(watch.x_train)
    tables = [speed(classifier, watch.x_test[:1], baseline), seeds(classifier, watch.x_test[::40], baseline)]
    leave("perturbation", {"tables": tables, "seconds": time.perf_counter() - started})


def speed(classifier: Any, x: np.ndarray, baseline: np.ndarray) -> dict[str, Any]:
    """Seconds of each method's maps of one series, for all classes, and in bare forwards."""
    model = classifier.model
    forward = tf.function(lambda x: model(x, training=False), input_signature=[tf.TensorSpec([None, *x.shape[1:]])])
    classes = np.arange(classifier.classes)[np.newaxis]
    rows = []
    for name, method, forwards in (
        ("Occlusion", Occlusion(baseline=baseline), pieces(x, *((size, size // 4) for size in (75, 38, 19)))),
        ("Occlusion, windows of 15, every 5", Occlusion(15, 5, baseline), pieces(x, (15, 5))),
        ("Occlusion, windows of 150, every 2", Occlusion(150, 2, baseline), pieces(x, (150, 2))),
        ("RISE", RISE(baseline=baseline), 2000),
        ("KernelSHAP", KernelSHAP(baseline=baseline), 2048 + 120 + 2),
        ("LIME", LIME(baseline=baseline), 2048 + 120 + 1),
        ("Score-CAM", ScoreCAM(baseline=baseline), 128 + 1),
        ("Ablation-CAM", AblationCAM(), 128 + 1),
    ):
        stack = np.repeat(x, forwards, axis=0)
        bare, took = quickest(
            lambda stack=stack: [
                forward(stack[first : first + BATCH]).numpy() for first in range(0, len(stack), BATCH)
            ],
            lambda method=method: method.maps(classifier, x, classes),
        )
        rows.append([name, forwards, bare, took, took / bare])
    columns = ["method", "perturbed series", "as many forward passes, s", "method, s", "ratio"]
    return table("One series, all classes", columns, rows)


def pieces(x: np.ndarray, *windows: tuple[int, int]) -> int:
    """Number of windows of these sizes and strides, in each channel separately."""
    return sum(len(Slices.sliding(x.shape[1], size, stride)) for size, stride in windows) * x.shape[2]


def quickest(*calls: Callable[[], Any], runs: int = 7) -> list[float]:
    """Wall-clock time of the fastest run of each call, all run alternately."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(runs):
        for call, taken in zip(calls, times, strict=True):
            start = time.perf_counter()
            call()
            taken.append(time.perf_counter() - start)
    return [min(taken) for taken in times]


def seeds(classifier: Any, x: np.ndarray, baseline: np.ndarray) -> dict[str, Any]:
    """Correlation of two seeds' maps of the predicted class, and their standard error."""
    targets, rows = classifier.scores(x).argmax(axis=1)[:, np.newaxis], []
    for method in (RISE(baseline=baseline), KernelSHAP(baseline=baseline), LIME(baseline=baseline)):
        one, other = (replace(method, seed=seed).maps(classifier, x, targets) for seed in (0, 1))
        agreement = [np.corrcoef(*map(np.ravel, pair))[0, 1] for pair in zip(one.values, other.values, strict=True)]
        error = np.sqrt((one.errors**2).mean()) / one.values.std()
        rows.append([method.label, min(agreement), 100 * error])
    columns = ["method", "least correlation of two seeds' maps", "standard error, % of the maps' spread"]
    return table(f"Two seeds, {len(x)} series", columns, rows)


if __name__ == "__main__":
    main()
