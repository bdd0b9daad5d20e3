"""Occlusion of long series with one event of 1 to 30 % of their length, with and without refined windows.

Run it with `python benchmarks/event_lengths.py`. A network learns to distinguish series of noise with a bump in one
channel from those without. The event is known, so that a map is scored against it: average precision over time ×
channel, samples above half of the map's largest value, and the distance from there to the middle of the event.
"""

from __future__ import annotations

import time
from typing import Any

import keras
import numpy as np
from keras import layers as L
from results import leave, table
from sklearn.metrics import average_precision_score

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.methods import AttributionMethod, HiResCAM, Occlusion
from cam1d_widget.attribution.methods.occlusion import PARTS

CHANNELS = 4
EVENTS = [(2_000, 0.03), (2_000, 0.1), (2_000, 0.3), (5_000, 0.012), (5_000, 0.03), (5_000, 0.1), (5_000, 0.3)]


def main() -> None:
    """Write the figures of all lengths."""
    started = time.perf_counter()
    rows = [row for samples, share in EVENTS for row in rows_of(samples, round(share * samples))]
    columns = ["samples", "event", "map", "AP time × channel", "samples above half", "off by, samples", "s a map"]
    tables = [table("One event in a long series, medians of six series", columns, rows)]
    leave("event_lengths", {"tables": tables, "seconds": time.perf_counter() - started})


def rows_of(samples: int, event: int) -> list[list[Any]]:
    """Figures of each map for one length of the series and of the event."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    classifier = KerasClassifier(trained(*planted(rng, 240, samples, event)[:2]))
    x, y, truth = planted(rng, 12, samples, event)
    x, truth = x[y == 1], truth[y == 1]
    methods: dict[str, AttributionMethod] = {
        "Occlusion, three sizes": Occlusion(size=[round(samples / part) for part in PARTS]),
        "Occlusion, refined": Occlusion(),
        "HiResCAM": HiResCAM(),
    }
    rows = []
    for name, method in methods.items():
        started = time.perf_counter()
        maps = method.attribute(classifier, x, np.ones(len(x), int))
        seconds = (time.perf_counter() - started) / len(x)
        figures = [scored(one, marked) for one, marked in zip(maps, truth, strict=True)]
        rows.append([samples, event, name, *np.median(figures, axis=0).tolist(), seconds])
    return rows


def scored(values: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    """Average precision, samples above half of the largest value, and how far this is from the middle of the event."""
    every = np.broadcast_to(values, truth.shape)
    largest = values.max(axis=1)
    middle = np.flatnonzero(truth.any(axis=1)).mean()
    precision = float(average_precision_score(truth.ravel(), every.ravel()))
    return precision, float((largest > largest.max() / 2).sum()), float(abs(largest.argmax() - middle))


def planted(
    rng: np.random.Generator, count: int, samples: int, event: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Series of noise, every second with a bump in one channel; its class, and where the bump is."""
    x = rng.normal(size=(count, samples, CHANNELS)).astype(np.float32)
    truth, y = np.zeros(x.shape, bool), np.arange(count) % 2
    for one in np.flatnonzero(y):
        start, channel = rng.integers(samples - event), rng.integers(CHANNELS)
        x[one, start : start + event, channel] += 2.5 * np.sin(np.pi * np.arange(event) / event)
        truth[one, start : start + event, channel] = True
    return x, y, truth


def trained(x: np.ndarray, y: np.ndarray) -> keras.Model:
    """Network with a global mean, trained on these series."""
    layers: list[Any] = [keras.Input(x.shape[1:])]
    layers += [L.Conv1D(16, 15, padding="same", activation="relu"), L.MaxPooling1D(4)]
    layers += [L.Conv1D(16, 15, padding="same", activation="relu"), L.BatchNormalization()]
    model = keras.Sequential([*layers, L.GlobalAveragePooling1D(), L.Dense(2, activation="softmax")])
    model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=14, batch_size=16, verbose=0)
    return model


if __name__ == "__main__":
    main()
