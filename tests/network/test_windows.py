"""Series that are cut into windows: what each step sees, by the support of its gradient."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier, explain
from cam1d_widget.attribution.methods import DeepLIFT, HiResCAM

SAMPLES, CHANNELS, WINDOWS = 24, 2, 3
PER_WINDOW = SAMPLES // WINDOWS
X = np.random.default_rng(0).normal(size=(2, SAMPLES, CHANNELS)).astype(np.float32)
Each = L.TimeDistributed


def cut() -> L.Layer:
    return L.Reshape((WINDOWS, PER_WINDOW, CHANNELS))


def model_of(*layers: L.Layer) -> keras.Model:
    """Network of these layers and a Dense layer, with weights that are not trivial."""
    model = keras.Sequential([keras.Input((SAMPLES, CHANNELS)), *layers, L.Dense(2)])
    rng = np.random.default_rng(1)
    for weight in model.weights:
        if "seed" not in weight.path:
            weight.assign(rng.uniform(0.3, 1, weight.shape) * (1 if "variance" in weight.path else rng.choice([-1, 1])))
    return model


NETWORKS: dict[str, Callable[[], list[L.Layer]]] = {
    "two convolutions": lambda: [
        cut(), Each(L.Conv1D(4, 3, activation="relu")), Each(L.Conv1D(4, 2, padding="same"), name="map"),
        Each(L.Dropout(0.5)), Each(L.MaxPooling1D(2)), Each(L.Flatten()), L.LSTM(5),
    ],
    "causal": lambda: [
        cut(), Each(L.Conv1D(4, 3, padding="causal", dilation_rate=2), name="map"), Each(L.BatchNormalization()),
        Each(L.ReLU()), Each(L.GlobalAveragePooling1D()), L.Flatten(),
    ],
    "strided": lambda: [cut(), Each(L.Conv1D(4, 3, 2, activation="elu"), name="map"), L.GlobalAveragePooling2D()],
    "pooled": lambda: [
        cut(), Each(L.SeparableConv1D(4, 3, padding="same")), Each(L.AveragePooling1D(3, 1), name="map"),
        Each(L.GRU(4)), L.Flatten(),
    ],
    "each window": lambda: [
        cut(), Each(L.Conv1D(4, 5)), Each(L.GlobalMaxPooling1D(), name="map"), L.Conv1D(3, 2), L.Flatten(),
    ],
    "in a row again": lambda: [
        cut(), Each(L.Conv1D(4, 3, padding="same")), L.Reshape((SAMPLES, 4)), L.Conv1D(3, 3, name="map"), L.Flatten(),
    ],
    "normalized": lambda: [cut(), Each(L.LayerNormalization(axis=1), name="map"), Each(L.Flatten()), L.SimpleRNN(3)],
    "turned": lambda: [
        cut(), Each(L.Conv1D(4, 3)), L.Permute((3, 1, 2)), L.Permute((2, 3, 1), name="map"), L.GlobalMaxPooling2D(),
    ],
    "plane": lambda: [
        L.Reshape((SAMPLES, CHANNELS, 1)), L.Conv2D(3, (5, 1)), L.AveragePooling2D((2, 1), name="map"), L.Flatten(),
    ],
    "windows as filters": lambda: [
        L.Reshape((WINDOWS, PER_WINDOW * CHANNELS)), L.Dense(4, activation="relu", name="map"), L.Flatten(),
    ],
}  # fmt: skip


@pytest.fixture(scope="module", params=NETWORKS)
def classifier(request):
    return KerasClassifier(model_of(*NETWORKS[request.param]()), layer="map")


@pytest.mark.few(1)
def test_receptive_field_is_the_support_of_the_gradient(classifier):
    plain, rng = classifier.trunk(X), np.random.default_rng(2)
    field = classifier.receptive_field
    depends = np.zeros((len(field), SAMPLES), bool)
    for sample in range(SAMPLES):
        for _ in range(3):
            changed = X.copy()
            changed[:, sample] += rng.normal(0, 3, changed[:, sample].shape)
            depends[:, sample] |= (np.abs(classifier.trunk(changed) - plain) > 1e-6).any(axis=(0, 2))
    hull = [(np.flatnonzero(row)[0], np.flatnonzero(row)[-1] + 1) for row in depends]
    np.testing.assert_array_equal(np.stack([field.start, field.stop], axis=1), hull)
    assert (np.diff(field.centers) > 0).all()


@pytest.mark.few(1)
def test_head_computes_the_scores_from_the_map(classifier):
    features, gradients = classifier.features(X, 1)
    np.testing.assert_allclose(classifier.head_scores(X, features), classifier.scores(X), rtol=1e-4, atol=1e-5)
    values = HiResCAM().attribute(classifier, X, 1)
    placed = classifier.receptive_field.place((features * gradients).sum(axis=2))
    np.testing.assert_allclose(values[:, :, 0], placed, rtol=1e-4, atol=1e-6)


@pytest.mark.few(1)
def test_contributions_add_up(classifier):
    if DeepLIFT().refusal(classifier) is None:
        values = DeepLIFT().attribute(classifier, X, 1)
        difference = classifier.scores(X) - classifier.scores(np.zeros_like(X))
        np.testing.assert_allclose(values.sum(axis=(1, 2)), difference[:, 1], rtol=1e-3, atol=1e-4)


def test_map_that_enters_the_head_has_a_step_for_each_window():
    model = model_of(cut(), Each(L.Conv1D(4, 3, activation="relu")), Each(L.Flatten()), L.LSTM(5))
    field = KerasClassifier(model).receptive_field
    np.testing.assert_array_equal(field.start, [0, 8, 16])
    np.testing.assert_array_equal(field.stop, [8, 16, 24])
    assert field.jump == PER_WINDOW


def test_convolution_across_windows_is_refused():
    model = model_of(cut(), L.Conv2D(4, (2, 3), name="map"), L.Flatten())
    with pytest.raises(ValueError, match=r"layer 'map' .* in an unknown way"):
        _ = KerasClassifier(model, layer="map").receptive_field


def test_a_reshape_for_one_length_does_not_cut_shorter_series_into_windows():
    """Occlusion looks for shorter series that it may compute instead: here there are none."""
    series = keras.Input((40, 2))
    rows = L.Reshape((40, 2, 1))(series)
    maps = L.Conv2D(4, (1, 2), activation="relu")(L.Conv2D(4, (5, 1))(rows))
    model = keras.Model(series, L.Dense(2)(L.Flatten()(L.Reshape((36, 4))(maps))))
    classifier = KerasClassifier(model)
    assert len(classifier.receptive_field) == 36
    for length in (10, 20, 39):
        with pytest.raises(ValueError, match=r"computes 40 steps from .* in an unknown way"):
            classifier.receptive_field_at(length)
    x = np.random.default_rng(0).normal(size=(1, 40, 2)).astype(np.float32)
    found = explain(classifier, x, methods=["Occlusion"], progress=False)
    assert np.abs(found.attributions["Occlusion"]).max() > 0
