import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier, inside, models

from ..support.networks import CHANNELS, LENGTH, edge, planted


@pytest.fixture(scope="module")
def question() -> KerasClassifier:
    return KerasClassifier(models.question_cnn((300, 6), 7, filters=8))


def test_layers_are_those_that_have_a_time_axis(question):
    names = [layer.name for layer in inside.layers(question)]
    assert names == ["conv1", "norm1", "relu1", "pool1", "conv2", "norm2", "relu2", "pool2"]
    assert inside.layers(question)[0].filters == 8
    assert inside.layers(question)[3].kind == "MaxPooling1D"


def test_activations_are_the_layers_own_output_with_what_each_step_sees(question):
    x = np.random.default_rng(0).normal(size=(3, 300, 6)).astype(np.float32)
    seen = inside.activations(question, x, "pool1")
    own = keras.Model(question.model.input, question.model.get_layer("pool1").output).predict(x, verbose=0)
    np.testing.assert_allclose(seen.values, own, rtol=1e-5, atol=1e-6)
    # pool1's first step sees 9 + 4 samples, and the next begins five further on
    field = seen.receptive_field
    assert (field.start[:2].tolist(), field.stop[:2].tolist()) == ([0, 5], [13, 18])
    assert repr(seen) == "Activations(layer='pool1', 3 instances, 58 steps, 8 filters)"


def test_activations_are_at_the_center_of_what_their_steps_see(question):
    x = np.random.default_rng(0).normal(size=(1, 300, 6)).astype(np.float32)
    seen = inside.activations(question, x, "conv1")
    assert seen.placed.shape == (1, 300, 8)
    np.testing.assert_allclose(seen.placed[:, 4:296], seen.values)
    np.testing.assert_allclose(seen.placed[:, :4], np.repeat(seen.values[:, :1], 4, axis=1))


def test_layers_of_a_model_of_any_length_and_of_models_in_models():
    inner = keras.Sequential([L.Conv1D(4, 3, name="inner"), L.ReLU()], name="block")
    series = keras.Input((None, 2))
    model = keras.Model(series, L.Dense(2)(L.GlobalMaxPooling1D()(inner(series))))
    assert "inner" in [layer.name for layer in inside.layers(model)]
    for length in (40, 64):
        assert inside.activations(model, np.zeros((2, length, 2)), "inner").values.shape == (2, length - 2, 4)


def test_one_series_and_a_layer_by_index_or_itself(question):
    x = np.zeros((300, 6))
    by_name = inside.activations(question, x, "conv1").values
    np.testing.assert_array_equal(inside.activations(question, x, 1).values, by_name)
    np.testing.assert_array_equal(inside.activations(question, x, question.model.layers[1]).values, by_name)


def test_a_layer_without_a_time_axis_is_refused(question):
    said = r"layer 'flatten' must output a map .* but outputs .* \(layers with a time axis: conv1, norm1, relu1"
    with pytest.raises(ValueError, match=said):
        inside.activations(question, np.zeros((1, 300, 6)), "flatten")


def test_an_unknown_layer_is_refused(question):
    with pytest.raises(ValueError, match=r"layer must be one of .*conv2.* but is 'conv9'; did you mean 'conv"):
        inside.activations(question, np.zeros((1, 300, 6)), "conv9")


def test_series_that_are_too_short_for_a_layer_are_refused():
    series = keras.Input((None, 1))
    model = keras.Model(series, L.Dense(2)(L.GlobalAveragePooling1D()(L.Conv1D(2, 9, name="wide")(series))))
    with pytest.raises(ValueError, match="a series of 8 samples is too short"):
        inside.activations(model, np.zeros((1, 8, 1)), "wide")


def test_what_cannot_be_looked_into_is_refused():
    class Closed:
        scores = classes = None

    with pytest.raises(TypeError, match="whose layers can be read, but is a Closed"):
        inside.layers(Closed())


def test_looking_leaves_the_model_and_the_classifier_as_they_were():
    model = planted(edge())
    classifier = KerasClassifier(model)
    x = np.random.default_rng(0).normal(size=(2, LENGTH, CHANNELS)).astype(np.float32)
    before, weights = classifier.scores(x), [one.copy() for one in model.get_weights()]
    other = classifier.at("planted")
    other.filters.drive(x, np.array([0, 1]), np.array([5, 6]))
    assert classifier.receptive_field is not other.receptive_field
    np.testing.assert_array_equal(classifier.scores(x), before)
    assert all((one == two).all() for one, two in zip(model.get_weights(), weights, strict=True))
