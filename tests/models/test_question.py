import numpy as np
import pytest

from cam1d_widget import models

keras = pytest.importorskip("keras")


@pytest.fixture(scope="module")
def model():
    return models.question_cnn((300, 9), 7)


def test_layers_are_those_of_the_question_in_their_order(model):
    kinds = [type(layer).__name__ for layer in model.layers]
    block = ["Conv1D", "BatchNormalization", "ReLU", "MaxPooling1D"]
    assert kinds == ["InputLayer", *block, *block, "Flatten", "Dense"]


def test_hyperparameters_are_those_of_the_question(model):
    for layer in (model.get_layer("conv1"), model.get_layer("conv2")):
        assert (layer.filters, layer.kernel_size, layer.padding) == (128, (9,), "valid")
    for layer in (model.get_layer("pool1"), model.get_layer("pool2")):
        assert (layer.pool_size, layer.strides, layer.padding) == ((5,), (5,), "valid")
    assert model.get_layer("scores").activation is keras.activations.softmax


def test_steps_of_300_samples(model):
    steps = [model.get_layer(name).output.shape[1] for name in ("conv1", "pool1", "conv2", "pool2")]
    assert steps == [292, 58, 50, 10]
    assert model.get_layer("flatten").output.shape == (None, 1280)


def test_scores_are_probabilities(model):
    x = np.random.default_rng(0).normal(size=(2, 300, 9))
    np.testing.assert_allclose(np.asarray(model(x)).sum(axis=1), 1, rtol=1e-5)


@pytest.mark.slow
def test_compiled_for_classes_as_integers():
    keras.utils.set_random_seed(0)
    small = models.question_cnn((40, 2), 2, filters=4, kernel_size=3, pool_size=2)
    x = np.random.default_rng(0).normal(size=(64, 40, 2))
    y = (np.arange(64) % 2).astype(int)
    x[y == 1, 10:20] += 2
    small.fit(x, y, epochs=20, verbose=0)
    assert small.evaluate(x, y, verbose=0, return_dict=True)["accuracy"] > 0.9


def test_names_are_found_without_the_file_shadowing_them():
    import cam1d_widget.models.question  # noqa: F401

    assert callable(models.question_cnn)
    assert "question_cnn" in dir(models)
    with pytest.raises(AttributeError, match="no attribute 'question_cn'"):
        _ = models.question_cn
