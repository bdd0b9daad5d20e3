"""Perturbation methods on the question's network: their time beside bare forwards, and what another seed changes.

Run it with `python benchmarks/perturbation.py`. Bare forwards are as many series as a method replaces, through one
compiled forward pass of the same Keras model in the same batches. Both are timed in turn, and the quickest compared.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import tensorflow as tf
from watch_network import trained

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.masking import Slices, channel_mean
from cam1d_widget.attribution.methods import LIME, RISE, AblationCAM, KernelSHAP, Occlusion, ScoreCAM

BATCH = 64


def main() -> None:
    """Train the network, and print the figures."""
    model, watch = trained()
    classifier, baseline = KerasClassifier(model, batch_size=BATCH), channel_mean(watch.x_train)
    speed(classifier, watch.x_test[:1], baseline)
    seeds(classifier, watch.x_test[::40], baseline)


def speed(classifier: Any, x: np.ndarray, baseline: np.ndarray) -> None:
    """Seconds of each method's maps of one series, for all classes, and in bare forwards."""
    model = classifier.model
    forward = tf.function(lambda x: model(x, training=False), input_signature=[tf.TensorSpec([None, *x.shape[1:]])])
    classes = np.arange(classifier.classes)[np.newaxis]
    for method, forwards in (
        (Occlusion(baseline=baseline), len(Slices.sliding(300, 15, 5)) * 6),
        (Occlusion(baseline=baseline, size=150, stride=2), len(Slices.sliding(300, 150, 2)) * 6),
        (RISE(baseline=baseline), 2000),
        (KernelSHAP(baseline=baseline), 2048 + 120 + 2),
        (LIME(baseline=baseline), 2048 + 120 + 1),
        (ScoreCAM(baseline=baseline), 128 + 1),
        (AblationCAM(), 128 + 1),
    ):
        stack = np.repeat(x, forwards, axis=0)
        bare, took = quickest(
            lambda stack=stack: [
                forward(stack[first : first + BATCH]).numpy() for first in range(0, len(stack), BATCH)
            ],
            lambda method=method: method.maps(classifier, x, classes),
        )
        print(f"{forwards:5} forwards: bare {bare:.3f} s, method {took:.3f} s, ratio {took / bare:.2f}  {method.label}")


def quickest(*calls: Callable[[], Any], runs: int = 12) -> list[float]:
    """Wall-clock time of the quickest run of each call, all run in turn."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(runs):
        for call, taken in zip(calls, times, strict=True):
            start = time.perf_counter()
            call()
            taken.append(time.perf_counter() - start)
    return [min(taken) for taken in times]


def seeds(classifier: Any, x: np.ndarray, baseline: np.ndarray) -> None:
    """Correlation of two seeds' maps of the predicted class, and their standard error."""
    targets = classifier.scores(x).argmax(axis=1)[:, np.newaxis]
    for method in (RISE(baseline=baseline), KernelSHAP(baseline=baseline), LIME(baseline=baseline)):
        one, other = (replace(method, seed=seed).maps(classifier, x, targets) for seed in (0, 1))
        agreement = [np.corrcoef(*map(np.ravel, pair))[0, 1] for pair in zip(one.values, other.values, strict=True)]
        error = np.sqrt((one.errors**2).mean()) / one.values.std()
        print(f"two seeds correlate {min(agreement):.3f} at least, standard error {error:.1%}  {method.label}")


if __name__ == "__main__":
    main()
