"""Occlusion of long series: the time that crops take beside that of whole series, and how it grows with the length.

Run it with `python benchmarks/long_series.py`. Windows of 30 samples, every 10, each of 9 channels by itself, on the
question's network and on one with dilated convolutions and `same` padding. Whole series are run for some windows only,
and their time is scaled to all; the falls of their scores are compared with those from crops.
"""

from __future__ import annotations

import time
from typing import Any

import keras
import numpy as np
from keras import layers as L

from cam1d_widget import KerasClassifier, models
from cam1d_widget.attribution.crops import crops_of
from cam1d_widget.attribution.local_scores import score_falls
from cam1d_widget.attribution.masking import Slices, replaced

LENGTHS = (1_000, 2_000, 5_000, 10_000)
CHANNELS, CLASSES, SIZE, STRIDE = 9, 6, 30, 10
# Whole series that are run for their time.
SOME = 96


def main() -> None:
    """Print a table for each network."""
    for name, build in (("question's network", question), ("dilated, same padding, global average", dilated)):
        print(
            f"{name}\n{'samples':>8} {'pieces':>8} {'crop':>6} {'crops s':>9} {'whole s':>9} {'ratio':>7} {'apart':>8}"
        )
        times = [row(build(length), length) for length in LENGTHS]
        growth, _ = np.polyfit(np.log(LENGTHS), np.log(times), 1)
        print(f"time of crops grows with the length to the power of {growth:.2f}\n", flush=True)


def question(length: int) -> Any:
    """The network that was asked about, for series of this length."""
    return models.question_cnn((length, CHANNELS), CLASSES)


def dilated(length: int) -> Any:
    """Six convolutions that keep every sample."""
    rates = (1, 2, 4, 8, 16, 32)
    convolutions = [L.Conv1D(32, 3, padding="same", dilation_rate=rate, activation="relu") for rate in rates]
    head = [L.GlobalAveragePooling1D(), L.Dense(CLASSES)]
    return keras.Sequential([keras.Input((length, CHANNELS)), *convolutions, *head])


def row(model: Any, length: int) -> float:
    """Print the figures of one length; returns the seconds that crops take."""
    classifier = KerasClassifier(model)
    x = np.random.default_rng(0).normal(size=(length, CHANNELS)).astype(np.float32)
    slices, targets, baseline = Slices.sliding(length, SIZE, STRIDE), np.arange(CLASSES), np.zeros_like(x)
    crops = crops_of(classifier, x, slices)
    assert crops is not None
    warm = Slices(slices.start[:2], slices.stop[:2], length)
    score_falls(classifier, x, warm, baseline, targets)
    took = np.inf
    for _ in range(3):
        start = time.perf_counter()
        falls = score_falls(classifier, x, slices, baseline, targets)
        took = min(took, time.perf_counter() - start)
    whole, apart = by_whole_series(classifier, x, slices, falls)
    pieces = len(slices) * CHANNELS
    whole *= pieces / SOME
    print(
        f"{length:8} {pieces:8} {crops.length:6} {took:9.1f} {whole:9.1f} {whole / took:7.1f} {apart:8.0e}", flush=True
    )
    return took


def by_whole_series(classifier: Any, x: np.ndarray, slices: Slices, falls: np.ndarray) -> tuple[float, float]:
    """Seconds for some pieces of whole series, and how far their falls are from others', as a share of the largest."""
    pieces = np.random.default_rng(1).integers((len(slices), CHANNELS), size=(SOME, 2))
    without = np.stack(
        [replaced(x, np.s_[slices.start[window] : slices.stop[window], channel]) for window, channel in pieces]
    )
    intact = classifier.scores(x[np.newaxis])
    classifier.scores(without[:64])
    start = time.perf_counter()
    scores = classifier.scores(without)
    took = time.perf_counter() - start
    distance = np.abs(intact - scores - falls[pieces[:, 0], pieces[:, 1]]).max()
    return took, float(distance / np.abs(falls).max())


if __name__ == "__main__":
    main()
