"""Keras on JAX and on PyTorch: the same network with the same weights has the same maps as on TensorFlow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import models

from ...support.other_backends import facts_of

ROOT = Path(__file__).parents[3]
SHAPE, CLASSES = (60, 3), 3


def question() -> keras.Model:
    """The question's network: Flatten behind batch normalization and pooling."""
    return keras.Sequential(
        [
            L.Input(SHAPE),
            *(L.Conv1D(6, 5), L.BatchNormalization(), L.ReLU(), L.MaxPooling1D(2)),
            *(L.Conv1D(6, 5), L.BatchNormalization(), L.ReLU(), L.MaxPooling1D(2)),
            *(L.Flatten(), L.Dense(CLASSES, activation="softmax")),
        ]
    )


def residual() -> keras.Model:
    series = keras.Input(SHAPE)
    maps = L.Conv1D(6, 5, padding="causal", dilation_rate=2, activation="relu")(series)
    maps = L.Add()([maps, L.SeparableConv1D(6, 3, padding="same")(maps)])
    maps = L.GlobalAveragePooling1D()(L.LayerNormalization()(L.ELU()(maps)))
    return keras.Model(series, L.Dense(CLASSES)(maps))


def recurrent() -> keras.Model:
    return models.lstm_attention_classifier(SHAPE, CLASSES, units=4, attention_units=3)


def mil() -> keras.Model:
    return models.with_mil_head(question(), attention_units=3)


def two_dimensional() -> keras.Model:
    series = keras.Input(SHAPE)
    maps = L.Reshape((*SHAPE, 1))(series)
    maps = L.DepthwiseConv2D((1, SHAPE[1]), depth_multiplier=3)(L.Conv2D(4, (5, 1), padding="same")(maps))
    maps = L.AveragePooling2D((2, 1))(L.Activation("elu")(L.BatchNormalization()(maps)))
    return keras.Model(series, L.Dense(CLASSES, activation="softmax")(L.Flatten()(maps)))


NETWORKS: dict[str, Callable[[], Any]] = {
    one.__name__: one for one in (question, residual, recurrent, mil, two_dimensional)
}
ALL = "all"  # networks and methods; the others are one network and two methods
CASES = ["jax", f"jax {ALL}", f"torch {ALL}"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=CASES)
def computed(request, tmp_path_factory) -> tuple[str, Path]:
    """A backend, and the folder with what it computes of networks of random weights and moving averages."""
    backend, _, extent = request.param.partition(" ")
    made = tmp_path_factory.mktemp("backends")
    x = np.random.default_rng(0).normal(size=(3, *SHAPE)).astype(np.float32)
    np.save(made / "x.npy", x)
    (made / "methods.json").write_text(json.dumps(None if extent == ALL else ["HiResCAM", "Saliency"]))
    for name in NETWORKS if extent == ALL else ["question"]:
        keras.utils.set_random_seed(1)
        model = NETWORKS[name]()
        rng = np.random.default_rng(2)
        model.set_weights([weight + 0.1 * np.abs(rng.normal(size=weight.shape)) for weight in model.get_weights()])
        model.save(made / f"{name}.keras")
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.other_backends", str(made)],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return backend, made


def test_maps_and_statements_are_those_of_tensorflow(computed):
    backend, folder = computed
    methods = json.loads((folder / "methods.json").read_text())
    for path in sorted(folder.glob("*.keras")):
        arrays, facts, _ = facts_of(path, np.load(folder / "x.npy"), methods)
        name = f"{path.stem}.{backend}"
        assert json.loads((folder / f"{name}.json").read_text()) == facts
        with np.load(folder / f"{name}.npz") as others:
            assert set(others.files) == set(arrays)
            for key, values in arrays.items():
                largest = np.abs(values).max()
                assert np.abs(others[key] - values).max() <= 1e-4 * largest, f"{key} of {name}"
            if "receptive field" in arrays:
                np.testing.assert_array_equal(others["receptive field"], arrays["receptive field"])


def test_no_other_framework_is_imported(computed):
    backend, folder = computed
    imported = json.loads((folder / f"imported.{backend}.json").read_text())
    assert backend in imported
    assert not ({"tensorflow", "torch"} - {backend}) & set(imported)


ON_PYTORCH = """
import keras, numpy as np, torch
from cam1d_widget import KerasClassifier, explain

keras.utils.set_random_seed(0)
layers = [keras.Input((40, 5)), keras.layers.Conv1D(8, 3), keras.layers.ReLU()]
model = keras.Sequential([*layers, keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(4)])
x = np.random.default_rng(0).normal(size=(3, 40, 5)).astype(np.float32)
classifier = KerasClassifier(model)
before = classifier.scores(x)
model.predict(x, verbose=0)
np.testing.assert_array_equal(classifier.scores(x), before)
outside = explain(model, x, methods=["Saliency", "Occlusion"]).attributions
with torch.inference_mode():
    inside = explain(model, x, methods=["Saliency", "Occlusion"]).attributions
for label, maps in outside.items():
    assert np.abs(maps).max() > 0
    np.testing.assert_array_equal(inside[label], maps)
"""


def test_keras_on_pytorch_after_a_prediction_and_in_inference_mode():
    environment = {**os.environ, "KERAS_BACKEND": "torch", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", ON_PYTORCH], cwd=ROOT, env=environment, check=True)
