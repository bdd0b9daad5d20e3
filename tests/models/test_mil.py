"""Builders of networks that score their steps."""

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier, models

POOLINGS = ["instance", "attention", "additive", "conjunctive"]
X = np.random.default_rng(0).normal(size=(3, 60, 2)).astype(np.float32)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_parameters_are_the_backbone_a_classifier_and_its_attention(pooling):
    model = models.mil_classifier((60, 2), 5, pooling=pooling, backbone="fcn", filters=8, attention_units=3)
    head = 8 * 5 + 5 + (0 if pooling == "instance" else (8 * 3 + 3) + (3 + 1))
    fcn = models.fcn((60, 2), 5, filters=8)
    assert model.count_params() == fcn.count_params() - fcn.get_layer("scores").count_params() + head


def test_instance_pooling_is_a_global_average_by_another_name():
    fcn = models.fcn((60, 2), 4, filters=4)
    mil = models.with_mil_head(fcn, pooling="instance")
    mil.get_layer("pooling").set_weights(fcn.get_layer("scores").get_weights())
    np.testing.assert_allclose(np.asarray(mil(X)), np.asarray(fcn(X)), rtol=1e-4, atol=1e-6)


def test_backbones_may_be_ones_own():
    model = models.mil_classifier((60, 2), 3, backbone=lambda series: L.Conv1D(4, 7)(series))
    assert model.get_layer("pooling").input.shape == (None, 54, 4)


def test_wrong_choices_are_refused():
    with pytest.raises(ValueError, match=r"^pooling must be one of 'instance', 'attention', .* but is 'max'$"):
        models.mil_classifier((60, 2), 3, pooling="max")
    with pytest.raises(ValueError, match=r"^backbone must be one of 'fcn', .* but is 'vgg'; or give a function$"):
        models.mil_classifier((60, 2), 3, backbone="vgg")
    with pytest.raises(TypeError, match=r"^a backbone that is a function takes no filters"):
        models.mil_classifier((60, 2), 3, backbone=lambda series: series, filters=3)
    with pytest.raises(ValueError, match=r"^pooling must be one of"):
        models.with_mil_head(models.fcn((60, 2), 3, filters=2), pooling="conjunktive")


def test_a_new_head_leaves_the_model_as_it_was():
    model = models.question_cnn((80, 2), 3, filters=4)
    weights, config, before = model.get_weights(), model.get_config(), np.asarray(model(np.ones((1, 80, 2))))
    mil = models.with_mil_head(model)
    mil.fit(np.random.default_rng(0).normal(size=(16, 80, 2)), np.arange(16) % 3, verbose=0)
    assert model.get_config() == config
    assert all((one == other).all() for one, other in zip(weights, model.get_weights(), strict=True))
    assert (np.asarray(model(np.ones((1, 80, 2)))) == before).all()
    assert not {id(weight) for weight in model.weights} & {id(weight) for weight in mil.weights}


def test_a_new_head_is_put_on_a_copy_of_the_trunk():
    model = models.question_cnn((80, 2), 3, filters=4)
    mil = models.with_mil_head(model, train_trunk=False)
    x = np.random.default_rng(0).normal(size=(2, 80, 2)).astype(np.float32)
    ours, theirs = (KerasClassifier(one).features(x, 0)[0] for one in (mil, model))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    assert len(mil.trainable_weights) == 6  # classifier, and two layers of attention


@pytest.mark.parametrize("make", ["nested", "subclassed", "one sigmoid"])
def test_a_new_head_fits_models_of_any_build(make):
    series = keras.Input((60, 2))
    if make == "nested":
        inner = keras.Sequential([keras.Input((60, 2)), L.Conv1D(4, 5), L.ReLU()])
        model = keras.Model(series, L.Dense(3, "softmax")(L.GlobalAveragePooling1D()(inner(series))))
    elif make == "subclassed":

        class Own(keras.Model):
            def __init__(self):
                super().__init__()
                self.conv, self.mean, self.last = L.Conv1D(4, 5), L.GlobalAveragePooling1D(), L.Dense(3)

            def call(self, x):
                return self.last(self.mean(self.conv(x)))

        model = Own()
        model(X)
    else:
        model = keras.Model(series, L.Dense(1, "sigmoid")(L.Flatten()(L.Conv1D(4, 5)(series))))
    mil = models.with_mil_head(model)
    assert mil.output_shape == (None, 2 if make == "one sigmoid" else 3)
    assert KerasClassifier(mil).no_step_scores is None


def test_a_model_without_a_map_gets_no_head():
    model = keras.Sequential([keras.Input((60, 2)), L.Flatten(), L.Dense(3)])
    with pytest.raises(
        ValueError, match=r"has no single map of shape \(batch, step, filter\) with several steps before"
    ):
        models.with_mil_head(model)


def test_series_shorter_than_what_the_network_sees_are_refused():
    with pytest.raises(ValueError, match=r"^input_shape must be \(time, channel\) with at least 73 samples"):
        models.question_cnn((72, 2), 3)
    assert models.question_cnn((73, 2), 3).get_layer("pool2").output.shape[1] == 1
    any_length = models.mil_classifier((None, 2), 3, backbone=lambda series: L.Conv1D(4, 9)(series))
    classifier = KerasClassifier(any_length)
    with pytest.raises(ValueError, match="a series of 8 samples is too short"):
        classifier.step_scores(X[:, :8])


def test_an_lstm_that_would_read_no_step_is_refused():
    with pytest.raises(ValueError, match=r"^pool_size must be a whole number from 1 to 60, the samples of a series"):
        models.lstm_attention_classifier((60, 2), 3, pool_size=61)


def test_parameters_of_the_lstm():
    model = models.lstm_attention_classifier((60, 2), 3, units=8, attention_units=5)
    assert model.count_params() == 4 * 8 * (2 + 8 + 1) + (8 * 5 + 5) + (5 + 1) + (8 * 3 + 3)
