"""Where the logits of a model are, for every kind of last layers."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.methods import HiResCAM, IntegratedGradients

from ...support.toys import question

RNG = np.random.default_rng(1)


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return RNG.normal(size=(5, 300, 9)).astype(np.float32)


class Doubled(L.Dense):
    """A Dense layer that is not one."""

    def call(self, x):
        return self.activation(2 * keras.ops.matmul(x, self.kernel))


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "end",
    [lambda: L.Dense(3, activation=lambda z: keras.ops.softmax(z)), lambda: Doubled(3, activation="softmax")],
    ids=["lambda", "subclass"],
)
def test_log_odds_replace_logits_that_cannot_be_found(end, x):
    model = question([L.GlobalAveragePooling1D(), end()])
    classifier, p = KerasClassifier(model), np.asarray(model(x))
    np.testing.assert_allclose(classifier.probabilities(x), p, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(classifier.scores(x), np.log(p) - np.log(1 - p), rtol=1e-3, atol=1e-3)
    assert HiResCAM().exactness(classifier) == "approximate"
    targets = p.argmax(axis=1)[:, np.newaxis]
    values = IntegratedGradients().maps(classifier, x, targets)
    np.testing.assert_allclose(values.totals, IntegratedGradients().expected_total(classifier, x, targets), rtol=0.01)


def test_averaged_probabilities_are_no_logits(x):
    series = keras.Input((300, 9))
    members = [L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(L.Conv1D(4, 9)(series))) for _ in range(2)]
    model = keras.Model(series, L.Average()(members))
    np.testing.assert_allclose(KerasClassifier(model).probabilities(x), np.asarray(model(x)), rtol=1e-3)


def test_log_odds_do_not_saturate(x):
    """Where a softmax is one to the last bit, its log-odds still have the slope of the logits."""
    model = question([L.GlobalAveragePooling1D(), L.Dense(2, activation=lambda z: keras.ops.softmax(z))])
    kernel = np.zeros((16, 2), np.float32)
    kernel[:, 1] = 1
    model.layers[-1].set_weights([kernel, np.array([0, 20], np.float32)])
    bare = KerasClassifier(question([L.GlobalAveragePooling1D(), L.Dense(2)]))
    bare.model.set_weights(model.get_weights())
    assert np.asarray(model(x))[:, 1].min() == 1
    margin = bare.gradient(x, 1) - bare.gradient(x, 0)
    np.testing.assert_allclose(KerasClassifier(model).gradient(x, 1), margin, rtol=1e-3, atol=1e-6)


@pytest.mark.few(2)
@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("kind", ["subclass", "lambda", "average"])
def test_units_of_a_hidden_sigmoid_have_log_odds_each(kind, units, x):
    series = keras.Input((300, 9))
    pooled = L.GlobalAveragePooling1D()(L.Conv1D(4, 9, activation="relu")(series))
    ends = {
        "subclass": lambda: Doubled(units, activation="sigmoid")(pooled),
        "lambda": lambda: L.Lambda(keras.ops.sigmoid)(L.Dense(units)(pooled)),
        "average": lambda: L.Average()([L.Dense(units, activation="sigmoid")(pooled) for _ in range(2)]),
    }
    model = keras.Model(series, ends[kind]())
    p, classifier = np.asarray(model(x)), KerasClassifier(model)
    assert classifier.classes == max(units, 2)
    np.testing.assert_allclose(classifier.probabilities(x)[:, -units:], p, rtol=1e-3)
    np.testing.assert_allclose(classifier.scores(x)[:, -units:], np.log(p) - np.log(1 - p), rtol=1e-3, atol=1e-3)


@pytest.mark.few(1)
@pytest.mark.parametrize("end", [lambda: L.ReLU(), lambda: L.Lambda(keras.ops.square)], ids=["relu", "square"])
def test_numbers_are_not_made_probabilities(end, x):
    classifier = KerasClassifier(question([L.GlobalAveragePooling1D(), L.Dense(3), end()]))
    assert classifier.probabilities(x) is None
    np.testing.assert_allclose(classifier.scores(x), np.asarray(classifier.model(x)), rtol=1e-4)


@pytest.mark.few(1)
@pytest.mark.parametrize("as_dict", [True, False])
def test_loss_of_the_chosen_output_tells_what_it_means(as_dict, x):
    series = keras.Input((300, 9))
    pooled = L.GlobalAveragePooling1D()(L.Conv1D(4, 9)(series))
    model = keras.Model(series, [L.Dense(1, name="a")(pooled), L.Dense(3, name="b")(pooled)])
    binary = keras.losses.BinaryCrossentropy(from_logits=True)
    several = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(loss={"a": binary, "b": several} if as_dict else [binary, several])
    assert KerasClassifier(model, output="a").classes == 2
    np.testing.assert_allclose(KerasClassifier(model, output="b").probabilities(x).sum(axis=1), 1, rtol=1e-5)


def test_a_model_at_the_end_is_opened(x):
    head = keras.Sequential([keras.Input((16,)), L.Dense(5, activation="relu"), L.Dense(3, activation="softmax")])
    model = question([L.GlobalAveragePooling1D(), head])
    classifier = KerasClassifier(model)
    np.testing.assert_allclose(classifier.probabilities(x), np.asarray(model(x)), rtol=1e-4, atol=1e-6)
    assert np.abs(classifier.scores(x).sum(axis=1) - 1).min() > 1e-3
    assert classifier.head == "gap"


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "end",
    [
        lambda: [L.Dense(3, activation="softmax"), L.Activation("linear", dtype="float32")],
        lambda: [L.Dense(3, activation="softmax"), L.Reshape((3,))],
        lambda: [L.Dense(3, activation=L.Softmax())],
        lambda: [L.Dense(3, activation="softmax"), L.GaussianNoise(0.1), L.GaussianDropout(0.1), L.AlphaDropout(0.1)],
        lambda: [L.Dense(3), L.Softmax(), L.Dropout(0.1), L.ActivityRegularization(0.1), L.Identity()],
        lambda: [L.Dense(3), L.GaussianNoise(0.1), L.Softmax(), L.GaussianNoise(0.1)],
    ],
    ids=["linear", "reshape", "layer as activation", "noise", "dropout", "noise twice"],
)
def test_idle_ends_are_looked_through(end, x):
    model = question([L.Flatten(), *end()])
    classifier = KerasClassifier(model)
    np.testing.assert_allclose(classifier.probabilities(x), np.asarray(model(x)), rtol=1e-3, atol=1e-6)
    assert np.abs(classifier.scores(x).sum(axis=1) - 1).max() > 1e-2
    assert classifier._network.link == "softmax"
    assert HiResCAM().exactness(classifier) == "exact"


def test_gap_behind_layers_that_mix_steps_is_no_gap(x):
    model = question([L.AveragePooling1D(3), L.GlobalAveragePooling1D(), L.Dense(2)])
    conv = model.layers[7]
    assert isinstance(conv, L.MaxPooling1D)
    classifier = KerasClassifier(model, layer=conv.name)
    assert classifier.head == "other"
    hidden = question([L.GlobalAveragePooling1D(), L.Dense(5, activation=L.LeakyReLU()), L.Dense(2)])
    assert not KerasClassifier(hidden).affine_head


def test_model_built_by_one_batch_takes_others(x):
    model = keras.Sequential([L.Conv1D(4, 5), L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax")])
    model(x)
    classifier = KerasClassifier(model)
    np.testing.assert_allclose(classifier.probabilities(x[:2]), model(x)[:2], rtol=1e-4)
    assert classifier.bias().shape == (3,)


def test_dropout_that_trains_on_is_refused():
    series = keras.Input((20, 2))
    maps = L.Dropout(0.5, name="mc")(L.Conv1D(3, 3)(series), training=True)
    with pytest.raises(ValueError, match=r"'mc' .* training=True"):
        KerasClassifier(keras.Model(series, L.Dense(2)(L.Flatten()(maps))))


def test_loss_of_a_saved_model_is_known(tmp_path, x):
    model = question([L.Flatten(), L.Dense(1)])
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    model.save(tmp_path / "model.keras")
    assert KerasClassifier(tmp_path / "model.keras").classes == KerasClassifier(model).classes == 2


def test_numbers_of_a_dense_layer_with_an_activation_are_explained_as_they_are(x):
    model = question([L.GlobalAveragePooling1D(), L.Dense(3, activation="hard_sigmoid")])
    classifier = KerasClassifier(model)
    np.testing.assert_allclose(classifier.scores(x), model(x), rtol=1e-4)
    assert classifier.probabilities(x) is None


@pytest.mark.parametrize("end", ["log_softmax", "log_sigmoid"])
def test_logits_are_found_before_a_logarithm_of_probabilities(end, x):
    model = question([L.GlobalAveragePooling1D(), L.Dense(3, activation=end)])
    classifier, logarithms = KerasClassifier(model), np.asarray(model(x))
    np.testing.assert_allclose(np.log(classifier.probabilities(x)), logarithms, rtol=1e-3, atol=1e-4)
    kernel, bias = model.layers[-1].get_weights()
    features = keras.Model(model.inputs[0], model.layers[-2].output)(x)
    np.testing.assert_allclose(classifier.scores(x), np.asarray(features) @ kernel + bias, rtol=1e-3, atol=1e-4)
    assert HiResCAM().exactness(classifier) == "exact"
    assert classifier.computes_the_model()
