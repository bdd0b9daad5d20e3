"""WebTraffic: how well a multiple instance network detects anomalies, and how well it localizes them.

Run it with `python benchmarks/web_traffic.py`: it trains a conjunctive MIL classifier for some minutes and writes the
tables of docs/web_traffic.md. Seed 0 draws the training series, 1 the test series, 0 the weights. Every choice was made
on other draws (`--training-set 100 --test-set 101`); the test series are used once, after training.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L
from keras import ops
from results import leave, table

from cam1d_widget import KerasClassifier, explain, models
from cam1d_widget.attribution.masking import LinearBridge
from cam1d_widget.attribution.metrics import aopc, ndcg
from cam1d_widget.data import KnownTruth, make_web_traffic

METHODS = ("MIL", "Attention", "HiResCAM", "Grad-CAM")
DAY, BATCH, FILTERS, CLASSES = 144, 16, 32, 10
# How far "none" must win in training, in logits; how much of the difference of two weeks is put on top, at most.
MARGIN, GRAFT = 1.2, 0.25
# An InceptionTime with conjunctive pooling, as its authors published it.
RELEASED = {"accuracy": 0.922, "NDCG@n": 0.675, "parameters": 420_000}
RUN = (
    "The released run is an InceptionTime with conjunctive pooling, on its authors' own draw of the recipe; its "
    "parameters are a round number."
)


class TimeOfWeek(L.Layer):
    """Appends the time of day and of the week of every step, as sines and cosines; a step is `stride` samples."""

    def __init__(self, stride: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stride = stride

    def call(self, maps: Any) -> Any:
        """Map with six more filters."""
        turns = 2 * np.pi * (np.arange(maps.shape[1]) + 0.5) * self.stride / DAY
        waves = np.stack([wave(turns * pace) for pace in (1, 2, 1 / 7) for wave in (np.sin, np.cos)], axis=1)
        same_for_all = ops.zeros_like(maps[..., :1]) + ops.cast(waves[np.newaxis], maps.dtype)
        return ops.concatenate([maps, same_for_all], axis=-1)


def trunk(series: Any) -> Any:
    """Two convolutions at full resolution, one at half, and four at a quarter, which get the time of the week."""

    def convolved(maps: Any, filters: int, kernel: int, dilation: int = 1) -> Any:
        made = L.Conv1D(filters, kernel, padding="same", dilation_rate=dilation, use_bias=False)(maps)
        return L.ReLU()(L.BatchNormalization(momentum=0.9)(made))

    maps = convolved(convolved(series, FILTERS, 7), FILTERS, 5)
    maps = convolved(L.AveragePooling1D(2)(maps), 2 * FILTERS, 5)
    maps = convolved(TimeOfWeek(stride=4)(L.AveragePooling1D(2)(maps)), 2 * FILTERS, 5)
    for dilation in (2, 4, 8):
        maps = L.Add()([maps, convolved(maps, 2 * FILTERS, 5, dilation)])
    return maps


def trained(data: KnownTruth, epochs: int, seed: int, verbose: int = 2) -> tuple[Any, float]:
    """Classifier, and the seconds that it took: a fixed number of epochs, with nothing held out."""
    keras.utils.set_random_seed(seed)
    model = models.mil_classifier(data.x.shape[1:], CLASSES, pooling="conjunctive", backbone=trunk)
    steps = epochs * -(-len(data.x) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(1e-4, steps, 0.01, warmup_target=2e-3, warmup_steps=steps // 20)
    model.compile(keras.optimizers.AdamW(rate, weight_decay=0.05), loss_with_margin, metrics=["accuracy"])
    start = time.perf_counter()
    model.fit(batches(data, seed), epochs=epochs, shuffle=False, verbose=verbose)
    return model, time.perf_counter() - start


def loss_with_margin(wanted: Any, shares: Any) -> Any:
    """Cross-entropy in which "none" must win by a margin, since a faint anomaly resembles it."""
    favored = shares * ops.convert_to_tensor([np.exp(MARGIN)] + [1.0] * (CLASSES - 1), "float32")
    favored = favored / ops.sum(favored, axis=-1, keepdims=True)
    return keras.losses.categorical_crossentropy(wanted, favored, label_smoothing=0.05)


def batches(data: KnownTruth, seed: int) -> Any:
    """Augmented training series: everything but the anomaly is varied, as weeks without one vary."""
    usual = data.x[data.y == data.class_names.index("none")]
    weeks = tf.constant(smoothed(usual, 25))

    def varied(x: Any, y: Any) -> tuple[Any, Any]:
        def drawn(*range_: float) -> Any:
            return tf.random.uniform([tf.shape(x)[0], 1, 1], *range_)

        slow = smoothed(x, 9)
        x = slow + tf.where(drawn() < 0.5, -1.0, 1.0) * (x - slow)  # noise is noise upside down
        one, other = (tf.gather(weeks, tf.random.uniform([tf.shape(x)[0]], 0, len(usual), tf.int32)) for _ in "ab")
        x = x + GRAFT * drawn() * (one - other)
        return x * drawn(0.85, 1.15) + tf.random.normal([tf.shape(x)[0], 1, 1], 0, 0.1), y

    series = tf.data.Dataset.from_tensor_slices((data.x, keras.utils.to_categorical(data.y, CLASSES)))
    return series.shuffle(len(data.x), seed=seed).batch(BATCH).map(varied)


def smoothed(x: Any, width: int) -> Any:
    """Series (instance, time, 1), smoothed by a bell-shaped window of this many samples."""
    bell = np.hanning(width + 2)[1:-1].reshape(-1, 1, 1)
    half = width // 2
    ends = tf.pad(tf.cast(x, tf.float32), [[0, 0], [half, half], [0, 0]], "REFLECT")
    return tf.nn.conv1d(ends, tf.constant(bell / bell.sum(), tf.float32), 1, "VALID")


def figures(classifier: KerasClassifier, test: KnownTruth, label: str) -> tuple[list[float], np.ndarray]:
    """Figures of a method, and its NDCG@n of each series."""
    own, told = (
        explain(classifier, test.x, methods=[label], targets=targets, progress=False).attributions[label][:, 0]
        for targets in (test.y[:, np.newaxis], "predicted")
    )
    found = ndcg(own, test.mask)
    predicted = classifier.scores(test.x).argmax(axis=1)
    fall = aopc(classifier, test.x, told, predicted, fill=LinearBridge(), measure="score")
    return [float(found.values.mean()), found.mean, fall.mean, fall.random_mean, fall.margin], found.values


def report(classifier: KerasClassifier, test: KnownTruth) -> list[dict[str, Any]]:
    """Tables of all classes compared with MILLET's, by method, and by class."""
    right = classifier.scores(test.x).argmax(axis=1) == test.y
    rows = {label: figures(classifier, test, label) for label in METHODS}
    chance = ndcg(np.zeros_like(test.x), test.mask)
    comparison = [
        ["accuracy", right.mean(), RELEASED["accuracy"]],
        ["NDCG@n, as the paper defines it", rows["MIL"][0][0], RELEASED["NDCG@n"]],
        ["parameters", classifier.model.count_params(), RELEASED["parameters"]],
    ]
    maps = [[label, *values] for label, (values, _) in rows.items()]
    maps.append(["a random map", chance.chance.mean(), chance.mean_chance, None, None, 0])
    classes = [
        [name, *(values[test.y == one].mean() for one in range(CLASSES))]
        for name, values in (("accuracy", right), ("NDCG@n of MIL", rows["MIL"][1]))
    ]
    columns = ["map", "NDCG@n", 'without "none"', "AOPC", "AOPC of random orders", "AOPCR"]
    return [
        table("Compared with MILLET", ["", "this network", "MILLET's released run"], comparison, RUN),
        table("By map", columns, maps),
        table("By class", ["", *test.class_names], classes),
    ]


def main() -> None:
    """Train, and write the tables."""
    started = time.perf_counter()
    chosen = argparse.ArgumentParser(description=__doc__)
    for name, default in (("epochs", 100), ("training-set", 0), ("test-set", 1), ("seed", 0)):
        chosen.add_argument(f"--{name}", type=int, default=default)
    chosen.add_argument("--save", help="path to keep the network at")
    args = chosen.parse_args()
    model, seconds = trained(make_web_traffic(seed=args.training_set), args.epochs, args.seed)
    if args.save:
        model.save(args.save)
    tables = report(KerasClassifier(model), make_web_traffic(seed=args.test_set))
    leave(
        "web_traffic",
        {"tables": tables, "training, s": seconds, "options": vars(args), "seconds": time.perf_counter() - started},
    )


if __name__ == "__main__":
    main()
