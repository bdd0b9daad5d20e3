"""Two-dimensional layers on series, and gates that leave the time axis: placed by their effect in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier, explain

from ..support.networks import support
from ..support.toys import all_positive

STEPS, CHANNELS = 48, 3
RNG = np.random.default_rng(21)


def eegnet(series: Any, pool: Any) -> Any:
    """Channels as rows: convolved over time, then over channels."""
    maps = L.Reshape((CHANNELS, STEPS, 1))(L.Permute((2, 1))(series))
    maps = L.BatchNormalization()(L.Conv2D(4, (1, 8), padding="same", use_bias=False)(maps))
    maps = L.Activation("elu")(L.DepthwiseConv2D((CHANNELS, 1), depth_multiplier=2)(maps))
    maps = L.SpatialDropout2D(0.2)(pool((1, 4))(maps))
    return pool((1, 2))(L.SeparableConv2D(5, (1, 3), padding="same")(maps))


def columns(series: Any, pool: Any) -> Any:
    """Time as rows, channels kept apart up to the head."""
    maps = L.ZeroPadding2D(((1, 2), (1, 0)))(L.Reshape((STEPS, CHANNELS, 1))(series))
    maps = L.Conv2D(3, (5, 2), strides=(2, 1), activation="relu")(maps)
    return L.Cropping2D(((1, 0), (0, 0)))(L.UpSampling2D((2, 1))(pool((3, 1))(maps)))


def rows(series: Any, pool: Any) -> Any:
    """Channels kept apart in front of time."""
    maps = keras.ops.expand_dims(keras.ops.transpose(series, (0, 2, 1)), -1)
    return pool((1, 2))(L.Conv2D(3, (2, 5), dilation_rate=(1, 2), activation="relu")(maps))


def mixed_then_flat(series: Any, pool: Any) -> Any:
    """Back to (step, filter) behind the two-dimensional layers."""
    maps = L.Conv2D(4, (5, CHANNELS), activation="relu")(L.Reshape((STEPS, CHANNELS, 1))(series))
    return L.Conv1D(3, 3)(L.Reshape((-1, 4))(pool((2, 1))(maps)))


def eca(series: Any, pool: Any) -> Any:
    """Efficient channel attention: a convolution over the filters of what was pooled over time."""
    maps = L.Conv1D(6, 3, activation="relu")(series)
    gate = L.Conv1D(1, 3, padding="same", activation="sigmoid")(L.Reshape((6, 1))(L.GlobalAveragePooling1D()(maps)))
    return L.Multiply()([maps, L.Reshape((1, 6))(gate)])


def cbam(series: Any, pool: Any) -> Any:
    """Spatial attention: a convolution over the mean and the largest of the filters."""
    maps = L.Conv1D(6, 3, activation="relu")(series)
    both = L.Concatenate()([keras.ops.mean(maps, axis=-1, keepdims=True), keras.ops.sum(maps, axis=2, keepdims=True)])
    return L.Multiply()([maps, L.Conv1D(1, 5, padding="same", activation="sigmoid")(both)])


BUILDS = [eegnet, columns, rows, mixed_then_flat, eca, cbam]
TIME = {eegnet: 2, rows: 2}


def network(build: Callable[..., Any], pool: Any = L.MaxPooling2D, head: Any = None) -> keras.Model:
    keras.utils.set_random_seed(6)
    series = keras.Input((STEPS, CHANNELS))
    return keras.Model(series, L.Dense(3)((head or L.Flatten())(build(series, pool))))


@pytest.mark.few(2)
@pytest.mark.parametrize("build", BUILDS)
def test_receptive_field_is_the_support_of_the_gradient(build):
    field = KerasClassifier(network(build)).receptive_field
    start, stop = support(all_positive(network(build, L.AveragePooling2D)), TIME.get(build, 1))
    np.testing.assert_array_equal(field.start, start)
    np.testing.assert_array_equal(field.stop, stop)


@pytest.mark.few(2)
@pytest.mark.parametrize("build", [eegnet, rows])
@pytest.mark.parametrize("head", ["flatten", "gap", "gmp"])
def test_class_activation_maps_of_two_dimensional_networks_add_up(build, head):
    pooled = {"flatten": L.Flatten(), "gap": L.GlobalAveragePooling2D(), "gmp": L.GlobalMaxPooling2D()}
    classifier = KerasClassifier(network(build, head=pooled[head]))
    x = RNG.normal(size=(3, STEPS, CHANNELS)).astype(np.float32)
    explanation = explain(classifier, x, targets="all", methods=["HiResCAM", "Grad-CAM"], progress=False)
    assert classifier.head == head
    assert explanation.exactness == {
        "HiResCAM": "complete" if head == "gmp" else "exact",
        "Grad-CAM": "exact" if head == "gap" else "approximate",
    }
    assert explanation.completeness["HiResCAM"].max() < 1e-4


@pytest.mark.few(1)
@pytest.mark.parametrize("length", [STEPS, None])
def test_the_same_network_in_two_dimensions_has_the_same_maps(length):
    series = keras.Input((length, CHANNELS))
    flat = L.MaxPooling1D(2)(L.Conv1D(4, 5, activation="relu")(series))
    one = keras.Model(series, L.Dense(3)(L.GlobalAveragePooling1D()(flat)))
    series = keras.Input((length, CHANNELS))
    maps = L.Conv2D(4, (5, 1), activation="relu")(L.Reshape((-1, 1, CHANNELS))(series))
    two = keras.Model(series, L.Dense(3)(L.GlobalAveragePooling2D()(L.MaxPooling2D((2, 1))(maps))))
    two.set_weights([weights.reshape(own.shape) for weights, own in zip(one.get_weights(), two.weights, strict=True)])
    x = RNG.normal(size=(3, STEPS, CHANNELS)).astype(np.float32)
    wanted = ["CAM", "HiResCAM", "Grad-CAM++", "Score-CAM", "Ablation-CAM", "Occlusion", "LRP", "DeepLIFT"]
    explanations = [explain(model, x, targets=[0, 2], methods=wanted, progress=False) for model in (one, two)]
    for label in wanted:
        maps, same = (explanation.attributions[label] for explanation in explanations)
        np.testing.assert_allclose(same, maps, rtol=1e-4, atol=1e-4 * np.abs(maps).max(), err_msg=label)


def test_the_model_is_left_as_it_was():
    model = network(eegnet)
    before, weights = model.to_json(), model.get_weights()
    KerasClassifier(model)
    assert model.to_json() == before
    assert all(map(np.array_equal, weights, model.get_weights()))


@pytest.mark.parametrize(
    "build",
    [
        lambda series: L.Reshape((8, 6))(L.Dense(48)(L.GlobalAveragePooling1D()(series))),
        lambda series: L.Permute((2, 1))(L.Dense(STEPS)(L.Permute((2, 1))(series))),
        lambda series: L.Add()([series[:, :3], L.Permute((2, 1))(series[:, :3])]),
    ],
    ids=["decoded", "steps mixed by weights", "time on two axes"],
)
def test_what_has_lost_its_time_is_not_placed(build):
    model = keras.Model(
        series := keras.Input((STEPS, CHANNELS)), L.Dense(2)(L.Flatten()(L.Conv1D(4, 1)(build(series))))
    )
    assert "in an unknown way" in str(KerasClassifier(model).no_features)
