"""What is known about the head of a network, for layers that change nothing or little at inference."""

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier, explain

LENGTH, CHANNELS = 24, 2
LINEAR = {
    "Dropout": lambda: L.Dropout(0.5),
    "GaussianNoise": lambda: L.GaussianNoise(0.5),
    "GaussianDropout": lambda: L.GaussianDropout(0.5),
    "AlphaDropout": lambda: L.AlphaDropout(0.5),
    "ActivityRegularization": lambda: L.ActivityRegularization(0.1),
    "Rescaling": lambda: L.Rescaling(2.0),
    "linear activation": lambda: L.Activation("linear"),
}


def network(*head: L.Layer) -> keras.Model:
    keras.utils.set_random_seed(2)
    return keras.Sequential([keras.Input((LENGTH, CHANNELS)), L.Conv1D(4, 5, activation="relu"), *head])


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).normal(size=(3, LENGTH, CHANNELS)).astype(np.float32)


@pytest.mark.few(3)
@pytest.mark.parametrize("layer", LINEAR)
def test_a_linear_layer_in_the_head_leaves_its_maps_exact(layer, x):
    head = L.GlobalAveragePooling1D(), LINEAR[layer](), L.Dense(3, activation="softmax")
    classifier = KerasClassifier(network(*head))
    assert classifier.affine_head
    assert classifier.head == "gap"
    explanation = explain(classifier, x, methods=["CAM", "HiResCAM"], progress=False)
    assert explanation.exactness == {"CAM": "exact", "HiResCAM": "exact"}


@pytest.mark.parametrize("layer", ["Dropout", "GaussianNoise", "ActivityRegularization", "linear activation"])
def test_a_layer_after_the_softmax_that_changes_nothing_hides_no_logits(layer, x):
    head = L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax"), LINEAR[layer]()
    classifier = KerasClassifier(network(*head))
    plain = KerasClassifier(network(*head[:2]))
    plain.model.set_weights(classifier.model.get_weights())
    np.testing.assert_allclose(classifier.scores(x), plain.scores(x), rtol=1e-5, atol=1e-6)
    assert classifier.affine_head


def test_a_mean_computed_by_a_function_is_global_average_pooling(x):
    series = keras.Input((LENGTH, CHANNELS))
    maps = L.Conv1D(4, 5, activation="relu")(series)
    classifier = KerasClassifier(keras.Model(series, L.Dense(3)(keras.ops.mean(maps, axis=1))))
    assert classifier.head == "gap"
    assert explain(classifier, x, methods=["CAM"], progress=False).exactness == {"CAM": "exact"}


def test_a_sigmoid_after_a_convolution_leaves_its_logits(x):
    """The last layer with weights need not be Dense."""
    pooled = L.GlobalAveragePooling1D(keepdims=True), L.Conv1D(2, 1), L.Flatten(), L.Activation("sigmoid")
    classifier = KerasClassifier(network(*pooled))
    probabilities = classifier.model.predict(x, verbose=0)
    odds = np.log(probabilities) - np.log1p(-probabilities)
    np.testing.assert_allclose(classifier.scores(x), odds, rtol=1e-4, atol=1e-5)
    assert classifier.affine_head
