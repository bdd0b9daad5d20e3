"""Layers that depend on the position in time: no crop replaces the series."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import CAM1DWidget, KerasClassifier, explain, inside
from cam1d_widget.attribution.masking import Slices, replaced
from cam1d_widget.attribution.masking.crops import crops_of
from cam1d_widget.attribution.masking.score_drops import score_drops
from cam1d_widget.attribution.methods import Occlusion

from ..support.selection import slow_but

RNG = np.random.default_rng(6)
STEPS, CHANNELS = 240, 2
X = RNG.normal(size=(3, STEPS, CHANNELS)).astype(np.float32)
SLOPES = keras.initializers.RandomNormal(0.3, 0.3, seed=1)


def normalization(axis: Any) -> L.Normalization:
    layer = L.Normalization(axis=axis)
    layer.adapt(RNG.normal(2, 1 + np.arange(238)[:, np.newaxis] / 100, size=(50, 238, 4)).astype(np.float32))
    return layer


def batch_normalization(maps: Any) -> Any:
    layer = L.BatchNormalization(axis=1)
    made = layer(maps)
    layer.set_weights([RNG.uniform(0.5, 2, 238), RNG.normal(size=238), RNG.normal(size=238), RNG.uniform(1, 2, 238)])
    return made


def dip() -> np.ndarray:
    """A window that is one at its ends and in its middle, where three crops are looked at."""
    window = np.ones((238, 1), np.float32)
    window[60:75] = 0.2
    return window


class PositionEmbedding(L.Layer):
    def build(self, shape: Any) -> None:
        self.places = self.add_weight(shape=shape[1:], initializer=SLOPES, name="places")

    def call(self, maps: Any) -> Any:
        return maps + self.places


FIXED = {
    "PReLU": lambda maps: L.PReLU(alpha_initializer=SLOPES)(maps),
    "constants added": lambda maps: maps + RNG.normal(size=(238, 4)).astype(np.float32),
    "constants after a variable": lambda maps: keras.ops.add(
        maps, keras.Variable(RNG.normal(size=(238, 1)), dtype="float32")
    ),
    "window": lambda maps: maps * np.hanning(238).astype(np.float32)[:, np.newaxis],
    "dip": lambda maps: maps * dip(),
    "Rescaling": lambda maps: L.Rescaling(np.hanning(238).astype(np.float32)[:, np.newaxis])(maps),
    "Normalization of steps and filters": lambda maps: normalization((1, 2))(maps),
    "Normalization of steps": lambda maps: normalization(1)(maps),
    "BatchNormalization": batch_normalization,
    "LayerNormalization": lambda maps: L.LayerNormalization(axis=1)(maps),
    "UnitNormalization": lambda maps: L.UnitNormalization(axis=1)(maps),
    "Softmax": lambda maps: L.Softmax(axis=1)(maps),
    "PReLU as an activation": lambda maps: L.Conv1D(4, 1, activation=L.PReLU(alpha_initializer=SLOPES))(maps),
    "window as an activation": lambda maps: L.Activation(lambda h: h * np.hanning(238).astype("f4")[:, None])(maps),
    "layer of the user's": lambda maps: PositionEmbedding()(maps),
    "Permute and BatchNormalization": lambda maps: L.Permute((2, 1))(
        L.BatchNormalization(gamma_initializer=SLOPES)(L.Permute((2, 1))(maps))
    ),
}
LIKE_A_CONVOLUTION = {
    "PReLU": lambda maps: L.PReLU(alpha_initializer=SLOPES, shared_axes=[1])(maps),
    "constants": lambda maps: maps * RNG.normal(size=4).astype(np.float32) + 0.3,
    "Rescaling": lambda maps: L.Rescaling(0.5, RNG.normal(size=4).astype(np.float32))(maps),
    "BatchNormalization": lambda maps: L.BatchNormalization()(maps),
    "LayerNormalization": lambda maps: L.LayerNormalization()(maps),
    "activation of the user's": lambda maps: L.Conv1D(4, 1, activation=lambda h: h * keras.ops.sigmoid(h))(maps),
}


def model_of(between: Any, head: Any = L.GlobalAveragePooling1D) -> keras.Model:
    keras.utils.set_random_seed(3)
    series = keras.Input((STEPS, CHANNELS))
    maps = between(L.Conv1D(4, 3)(series))
    maps = L.Conv1D(4, 3, activation="relu")(maps)
    return keras.Model(series, L.Dense(3, activation="softmax")(head()(maps)))


def by_hand(classifier: KerasClassifier, x: np.ndarray, slices: Slices) -> np.ndarray:
    pieces = [(slice(a, b), c) for a, b in zip(slices.start, slices.stop, strict=True) for c in range(CHANNELS)]
    whole = classifier.scores(x[np.newaxis])
    falls = [whole - classifier.scores(replaced(x, piece, 0.7)[np.newaxis]) for piece in pieces]
    return np.reshape(falls, (len(slices), CHANNELS, -1))


@pytest.mark.few(2)
@pytest.mark.parametrize("head", slow_but([L.GlobalAveragePooling1D], [L.GlobalAveragePooling1D, L.GlobalMaxPooling1D]))
@pytest.mark.parametrize("name", slow_but(list(FIXED)[::3], FIXED))
def test_scores_without_a_window_are_those_of_whole_series(name, head):
    classifier, slices = KerasClassifier(model_of(FIXED[name], head)), Slices.sliding(STEPS, 15, 15)
    falls = score_drops(classifier, X[0], slices, np.full_like(X[0], 0.7), np.arange(3))
    expected = by_hand(classifier, X[0], slices)
    np.testing.assert_allclose(falls, expected, atol=1e-4 * np.abs(expected).max() + 1e-6)
    assert crops_of(classifier, X[0], slices) is None


@pytest.mark.parametrize("name", slow_but(list(FIXED)[1::3], FIXED))
def test_structure_decides_before_anything_is_tried(name, monkeypatch):
    """On a series on which crops agree by chance, they would be taken."""
    classifier = KerasClassifier(model_of(FIXED[name]))
    monkeypatch.setattr("cam1d_widget.attribution.masking.crops._give_equal_features", lambda *_: True)
    assert crops_of(classifier, X[0], Slices.sliding(STEPS, 15, 15)) is None


@pytest.mark.few(2)
@pytest.mark.parametrize("name", LIKE_A_CONVOLUTION)
def test_layers_that_do_the_same_at_each_step_are_cropped(name):
    classifier, slices = KerasClassifier(model_of(LIKE_A_CONVOLUTION[name])), Slices.sliding(STEPS, 15, 15)
    assert crops_of(classifier, X[0], slices) is not None
    falls = score_drops(classifier, X[0], slices, np.full_like(X[0], 0.7), np.arange(3))
    expected = by_hand(classifier, X[0], slices)
    np.testing.assert_allclose(falls, expected, atol=1e-4 * np.abs(expected).max() + 1e-6)


@pytest.mark.parametrize("name", slow_but(["PReLU"], list(FIXED)[:9]))
def test_such_networks_work_by_default(name):
    model = model_of(FIXED[name])
    explanation = explain(model, X, progress=False)
    np.testing.assert_allclose(
        explanation.attributions["Occlusion"][:, 0],
        Occlusion().attribute(KerasClassifier(model), X, explanation.targets[:, 0]),
        rtol=1e-4,
        atol=1e-6,
    )
    widget = CAM1DWidget(model, X, methods=["Occlusion", "Saliency"])
    assert widget.explanation.attribution("Occlusion", 0, widget.target).shape == (STEPS, CHANNELS)
    assert widget.check().level
    layer = model.layers[-3].name
    assert inside.read_layer(model, X, layer).filters
    assert (
        inside.activation_maximization(model, layer=layer, filter=1, steps=2, progress=False).x.shape[1:] == X.shape[1:]
    )


def test_crop_that_fails_falls_back_to_whole_series(monkeypatch):
    """What a framework says of a shape that does not fit is no reason to fail."""
    classifier = KerasClassifier(model_of(LIKE_A_CONVOLUTION["BatchNormalization"]))

    def trunk(_: np.ndarray) -> np.ndarray:
        raise RuntimeError("Incompatible shapes")

    monkeypatch.setattr(classifier, "trunk", trunk)
    assert crops_of(classifier, X[0], Slices.sliding(STEPS, 15, 15)) is None
