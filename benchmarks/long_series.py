"""Occlusion of long series: the time of crops compared with whole series, and how it grows with the length.

Run it with `python benchmarks/long_series.py`. Windows of 30 samples, every 10, in each of 9 channels
separately, on the Stack Overflow CNN and on one with dilated convolutions and `same` padding. Whole series are run for
some windows only, and their time is scaled to all; their score drops are compared with those from crops.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers as L
from results import leave, table

from cam1d_widget import KerasClassifier, models
from cam1d_widget.attribution.masking import Slices, replaced
from cam1d_widget.attribution.masking.crops import crops_of
from cam1d_widget.attribution.masking.score_drops import score_drops

LENGTHS = (1_000, 2_000, 5_000, 10_000)
CHANNELS, CLASSES, SIZE, STRIDE = 9, 6, 30, 10
# Whole series that are timed.
SOME = 64


def main() -> None:
    """Write a table for each network."""
    started = time.perf_counter()
    networks = {"The Stack Overflow CNN": question, "Six dilated convolutions, same padding, global average": dilated}
    tables = [grown(name, build) for name, build in networks.items()]
    leave("long_series", {"tables": tables, "seconds": time.perf_counter() - started})


def grown(name: str, build: Callable[[int], Any]) -> dict[str, Any]:
    """Table of one network: a row for each length."""
    rows = [row(build(length), length) for length in LENGTHS]
    growth, _ = np.polyfit(np.log(LENGTHS), np.log([one[3] for one in rows]), 1)
    columns = [
        "samples",
        "windows",
        "samples of a crop",
        "crops, s",
        "whole series, s",
        "ratio",
        "difference ÷ largest score drop",
    ]
    return table(name, columns, rows, f"Time of crops grows with the length to the power of {growth:.2f}.")


def question(length: int) -> Any:
    """The Stack Overflow CNN, for series of this length."""
    return models.question_cnn((length, CHANNELS), CLASSES)


def dilated(length: int) -> Any:
    """Six convolutions that keep the length."""
    rates = (1, 2, 4, 8, 16, 32)
    convolutions = [L.Conv1D(32, 3, padding="same", dilation_rate=rate, activation="relu") for rate in rates]
    head = [L.GlobalAveragePooling1D(), L.Dense(CLASSES)]
    return keras.Sequential([keras.Input((length, CHANNELS)), *convolutions, *head])


def row(model: Any, length: int) -> list[float]:
    """Figures of one length."""
    classifier = KerasClassifier(model)
    x = np.random.default_rng(0).normal(size=(length, CHANNELS)).astype(np.float32)
    slices, targets, baseline = Slices.sliding(length, SIZE, STRIDE), np.arange(CLASSES), np.zeros_like(x)
    crops = crops_of(classifier, x, slices)
    assert crops is not None
    warm = Slices(slices.start[:2], slices.stop[:2], length)
    score_drops(classifier, x, warm, baseline, targets)
    took, falls = quickest(lambda: score_drops(classifier, x, slices, baseline, targets))
    whole, apart = by_whole_series(classifier, x, slices, falls)
    pieces = len(slices) * CHANNELS
    whole *= pieces / SOME
    return [length, pieces, crops.length, took, whole, whole / took, apart]


def by_whole_series(classifier: Any, x: np.ndarray, slices: Slices, falls: np.ndarray) -> tuple[float, float]:
    """Seconds for some windows of whole series, and the difference of their score drops, as a share of the largest."""
    pieces = np.random.default_rng(1).integers((len(slices), CHANNELS), size=(SOME, 2))
    without = np.stack(
        [replaced(x, np.s_[slices.start[window] : slices.stop[window], channel]) for window, channel in pieces]
    )
    intact = classifier.scores(x[np.newaxis])
    classifier.scores(without[:1])
    took, scores = quickest(lambda: classifier.scores(without))
    distance = np.abs(intact - scores - falls[pieces[:, 0], pieces[:, 1]]).max()
    return took, float(distance / np.abs(falls).max())


def quickest(call: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """Wall-clock time of the fastest of three runs of a call, and what it returns."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        made = call()
        times.append(time.perf_counter() - start)
    return min(times), made


if __name__ == "__main__":
    main()
