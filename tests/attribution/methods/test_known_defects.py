"""Mistakes that attribution software is known to make, each with a test that would fail on it.

What other tools do wrong is computed as well, so that no test passes by chance.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from cam1d_widget import KerasClassifier, explain
from cam1d_widget.attribution.methods import (
    LIME,
    DeepLIFT,
    ExpectedGradients,
    GradCAM,
    GradCAMPlusPlus,
    IntegratedGradients,
    KernelSHAP,
    Occlusion,
    Saliency,
    SmoothGrad,
)

from ...support.toys import linear, question

RNG = np.random.default_rng(10)


def test_maps_are_not_stretched(flatten):
    """Stretching a map of ten steps over 300 samples misplaces an event by up to 38 samples."""
    field = flatten.receptive_field
    drawn = field.place(np.eye(10)[np.newaxis])[0]
    peaks = [float(np.flatnonzero(one == one.max()).mean()) for one in drawn.T[1:-1]]
    assert np.abs(peaks - field.centers[1:-1]).max() <= 0.5
    assert np.abs(np.linspace(0, 299, 10) - field.centers).max() == 38


def test_logits_are_explained_where_logits_are_stated(x):
    model = question([L.Flatten(), L.Dense(4, activation="softmax")])
    logits, p = (
        Saliency().attribute(KerasClassifier(model, score=score), x, 1) for score in ("logits", "probabilities")
    )
    bare = question([L.Flatten(), L.Dense(4)])
    bare.set_weights(model.get_weights())
    np.testing.assert_allclose(logits, Saliency().attribute(KerasClassifier(bare), x, 1), rtol=1e-3, atol=1e-6)
    assert np.abs(logits - p).max() > 0.1 * np.abs(logits).max()


def test_confident_series_have_maps(x):
    """The gradient of a saturated softmax is zero to the last bit; that of the logit is what it was."""
    model = question([L.Flatten(), L.Dense(4, activation="softmax")])
    kernel, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights([kernel, bias + np.array([0, 40, 0, 0])])
    with pytest.warns(UserWarning, match="saturated"):
        KerasClassifier(model, score="probabilities").scores(x)
    assert np.abs(Saliency().attribute(KerasClassifier(model, score="probabilities"), x, 1)).max() < 1e-15
    assert np.abs(Saliency().attribute(KerasClassifier(model), x, 1)).max() > 1e-2


def test_sequential_models_that_were_never_called_by_hand_are_read(x):
    model = keras.Sequential([L.Conv1D(4, 9), L.GlobalAveragePooling1D(), L.Dense(2, activation="softmax")])
    model.build((None, 300, 9))
    assert np.abs(GradCAM().attribute(KerasClassifier(model), x, 0)).max() > 0


def test_grad_cam_plus_plus_is_the_papers_sum_not_a_mean(flatten, x):
    features, gradients = flatten.features(x, 1)
    positive = np.maximum(gradients, 0)
    by_sum, by_mean = (
        (positive / (2 + positive * total)).sum(axis=1, keepdims=True)
        for total in (features.sum(axis=1, keepdims=True), features.mean(axis=1, keepdims=True))
    )
    ours = GradCAMPlusPlus().at_steps(flatten, x, np.ones((3, 1), int))[:, 0]
    np.testing.assert_allclose(ours, (by_sum * features).sum(axis=2), rtol=1e-4)
    assert np.abs(ours - (by_mean * features).sum(axis=2)).max() > 0.01 * np.abs(ours).max()


def test_contrary_evidence_is_not_turned_round_nor_hidden():
    """Dividing by the largest gradient flips a map whose gradients are all negative; a ReLU empties it."""
    model = question([L.GlobalAveragePooling1D(), L.Dense(2)])
    model.layers[-1].set_weights([np.full((16, 2), [1.0, -1.0]), np.zeros(2)])
    series = RNG.normal(size=(1, 300, 9)).astype(np.float32)
    favor, against = (GradCAM().attribute(KerasClassifier(model), series, target) for target in (0, 1))
    assert favor.max() > 0
    np.testing.assert_allclose(against, -favor)


def test_maps_of_several_series_keep_one_scale(flatten, x):
    """Normalizing each map separately makes a faint one look like a strong one."""
    model = question([L.GlobalAveragePooling1D(), L.Dense(2)])
    for layer in model.layers:
        if isinstance(layer, L.BatchNormalization):
            layer.set_weights([np.ones(16), np.zeros(16), np.zeros(16), np.ones(16)])
    loud, faint = GradCAM().attribute(KerasClassifier(model), np.concatenate([x[:1], x[:1] / 100]), 0)
    np.testing.assert_allclose(faint, loud / 100, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(("size", "stride"), [(7, 5), (15, 4), (None, None)])
def test_every_value_is_occluded_and_overlaps_are_averaged(size, stride):
    """Summing overlaps makes a level map bulge in the middle; a grid that does not fit leaves the ends out."""
    level = linear(np.ones((1, 300, 9)), np.zeros(1))
    values = Occlusion(size=size, stride=stride).attribute(level, np.ones((1, 300, 9), np.float32), 0)
    np.testing.assert_allclose(values, values[0, 0, 0], rtol=1e-4)
    assert values[0, 0, 0] > 0


@pytest.mark.parametrize("method", [LIME, KernelSHAP])
def test_surrogates_of_two_seeds_agree(method, flatten, x):
    """On single values and a few hundred samples they correlate by 0.05 and 0.01; such counts are refused here."""
    one, other = (method(seed=seed).attribute(flatten, x[:1], 1).ravel() for seed in (1, 2))
    assert np.corrcoef(one, other)[0, 1] > 0.9
    with pytest.raises(ValueError, match="needs at least twice as many samples as slices, 5400 for 300 windows × 9"):
        method(size=1, samples=800).attribute(flatten, x[:1], 1)


def test_a_loud_channel_does_not_set_the_noise_of_the_others(flatten, x):
    """Noise scaled by the range of all channels drowns the quiet ones when one is a hundred times louder."""
    kernel, bias = flatten.model.layers[0].get_weights()
    scaled = question([L.Flatten(), L.Dense(4, activation="softmax")])
    scaled.set_weights(flatten.model.get_weights())
    kernel = kernel.copy()
    kernel[:, 4] /= 100
    scaled.layers[0].set_weights([kernel, bias])
    loud = x * np.where(np.arange(9) == 4, 100, 1).astype(np.float32)
    straight, other = (SmoothGrad().attribute(one, s, 1) for one, s in ((flatten, x), (KerasClassifier(scaled), loud)))
    np.testing.assert_allclose(other[..., :4], straight[..., :4], rtol=1e-2, atol=1e-4)
    np.testing.assert_allclose(100 * other[..., 4], straight[..., 4], rtol=1e-2, atol=1e-4)


def test_no_node_lies_on_the_baseline(x):
    """A network without biases has its kinks at zero: a rule with a node there misses that node's share."""
    keras.utils.set_random_seed(2)
    layers = [L.Conv1D(8, 9, activation="relu"), L.MaxPooling1D(5), L.Flatten(), L.Dense(3, use_bias=False)]
    classifier = KerasClassifier(keras.Sequential([keras.Input((300, 9)), *layers]))
    score = classifier.scores(x)[:, 1]
    ours = IntegratedGradients(steps=4, tolerance=None).attribute(classifier, x, 1).sum(axis=(1, 2))
    np.testing.assert_allclose(ours, score, rtol=1e-4)
    left = sum(classifier.gradient(np.float32(a) * x, 1) * x for a in np.linspace(0, 1, 32)).sum(axis=(1, 2)) / 32
    np.testing.assert_allclose(left, score * 31 / 32, rtol=0.02)
    assert (np.abs(left - score) > 100 * np.abs(ours - score)).all()


def test_expected_gradients_say_how_wrong_they_are(flatten, x):
    background = RNG.normal(size=(60, 300, 9)).astype(np.float32)
    explanation = explain(flatten, x[:1], methods=["Expected Gradients"], background=background, progress=False)
    every = ExpectedGradients(references=60, background=background).attribute(flatten, x[:1], explanation.targets[:, 0])
    far = explanation.attributions["Expected Gradients"][0, 0] - every[0]
    error = explanation.standard_errors["Expected Gradients"][0, 0]
    assert 0.7 < np.sqrt((far**2).mean() / (error**2).mean()) < 1.4


def test_a_failure_leaves_tensorflow_as_it_was(flatten, x):
    """A method that fails half way through must not break the next gradient of the process."""
    for method in (DeepLIFT(), IntegratedGradients(), Saliency()):
        with pytest.raises(ValueError, match="finite"):
            method.attribute(flatten, np.full_like(x, np.nan), 1)
    with pytest.raises(ValueError, match="LSTM"):
        DeepLIFT().attribute(KerasClassifier(question([L.LSTM(3, activation="softsign"), L.Dense(2)])), x, 1)
    variable = tf.constant([1.0, -2.0])
    with tf.GradientTape() as tape:
        tape.watch(variable)
        score = tf.reduce_sum(tf.nn.relu(tf.nn.bias_add(variable[tf.newaxis], [0.5, 0.5])) ** 2)
    assert tape.gradient(score, variable).numpy().tolist() == [3, 0]


def test_series_of_unlike_lengths_are_not_repeated_to_fit(flatten, x):
    explained = explain(flatten, [x[0], x[0, :200]], methods=["Saliency"], progress=False)
    np.testing.assert_array_equal(explained.lengths, [300, 200])
    padded = np.concatenate([x[0, :200], np.zeros((100, 9))])
    np.testing.assert_allclose(explained.scores, flatten.scores(np.stack([x[0], padded])), rtol=1e-5)
    with pytest.raises(ValueError, match="x must have 300 samples, as the model was built for"):
        explain(flatten, np.zeros((2, 200, 9)))
