"""Layers that are not what they seem: nothing is stated about them that was not verified."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier, explain
from cam1d_widget.attribution.methods import HiResCAM
from cam1d_widget.frameworks.open_model import as_classifier

from ...support.selection import slow_but

RNG = np.random.default_rng(11)
STEPS, CHANNELS = 40, 3


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return RNG.normal(size=(3, STEPS, CHANNELS)).astype(np.float32)


def network(build: Any, head: Any = None, length: int | None = STEPS) -> keras.Model:
    keras.utils.set_random_seed(4)
    series = keras.Input((length, CHANNELS))
    pooled = (head or L.GlobalAveragePooling1D())(build(series))
    return keras.Model(series, L.Dense(3)(pooled))


def conv(maps: Any) -> Any:
    return L.Conv1D(6, 3, padding="same", activation="relu")(maps)


class Reversed(L.Layer):
    def call(self, x: Any) -> Any:
        return keras.ops.flip(x, axis=1)


class ReversedConv(L.Conv1D):
    def call(self, x: Any) -> Any:
        return super().call(keras.ops.flip(x, axis=1))


class Scaled(L.Layer):
    def call(self, x: Any) -> Any:
        return 2 * x


class RootMeanSquare(L.GlobalAveragePooling1D):
    def call(self, x: Any, mask: Any = None) -> Any:
        return keras.ops.sqrt(keras.ops.mean(x**2, axis=1))


class AlwaysDropping(L.Dropout):
    def call(self, x: Any, training: Any = None) -> Any:
        return super().call(x, training=True)


def named(name: str, call: Any, base: type = L.Layer, method: str = "call") -> Any:
    """A layer of a user's class with this name."""
    return type(name, (base,), {method: call, "__module__": __name__})


@pytest.mark.parametrize(
    "name", slow_but(["PReLU"], ["LayerNormalization", "Normalization", "RMSNormalization", "PReLU", "Rescaling"])
)
def test_own_class_with_a_name_from_keras_needs_no_settings_from_keras(name, x):
    layer = named(name, lambda self, x: x - keras.ops.mean(x, axis=-1, keepdims=True))()
    classifier = KerasClassifier(network(lambda series: layer(conv(series))))
    assert classifier.no_features is None
    assert explain(classifier, x, methods=["Occlusion"], progress=False).exactness["Occlusion"] == "approximate"


@pytest.mark.few(4)
@pytest.mark.parametrize(
    ("base", "method"),
    [(L.Layer, "call"), (L.ReLU, "call"), (L.Add, "_merge_function")],
    ids=["layer", "subclass", "part of a merge"],
)
@pytest.mark.parametrize("name", ["Dropout", "Identity", "Dense", "Add", "Rescaling"])
def test_own_class_with_a_name_from_keras_is_placed_only_in_order(name, base, method):
    def flipped(self: Any, maps: Any) -> Any:
        return keras.ops.flip(sum(maps) if base is L.Add else maps, axis=1)

    layer = named(name, flipped, base, method)()
    model = network(lambda series: layer([conv(series), conv(series)] if base is L.Add else conv(series)))
    assert "cannot be placed in time" in str(KerasClassifier(model).no_features)


def test_own_class_with_a_call_from_keras_is_what_keras_makes_of_it():
    """Also under the name of another layer of Keras."""
    dropout = type("Dropout", (L.Conv1D,), {"__module__": __name__})
    classifier = KerasClassifier(network(lambda series: dropout(4, 5)(series)))
    assert classifier.receptive_field.stop[0] == 5


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("GlobalAveragePooling1D", lambda self, x: keras.ops.sqrt(keras.ops.mean(x**2, axis=1))),
        ("Flatten", lambda self, x: keras.ops.sort(keras.ops.reshape(x, (-1, STEPS * 6)), axis=1)),
        ("GlobalMaxPooling1D", lambda self, x: keras.ops.std(x, axis=1)),
    ],
)
def test_own_pooling_with_a_name_from_keras_is_not_called_exact(name, call):
    classifier = KerasClassifier(network(conv, named(name, call)()))
    assert classifier.head == "other"
    assert HiResCAM().exactness(classifier) == "approximate"


def test_own_gate_with_a_name_from_keras_is_not_called_exact():
    gate = named("Add", lambda self, x: x * x[:, ::-1])()
    series = keras.Input((STEPS, CHANNELS))
    model = keras.Model(series, L.Dense(3)(gate(L.GlobalAveragePooling1D()(conv(series)))))
    assert HiResCAM().exactness(KerasClassifier(model)) == "approximate"


def test_wrapper_from_keras_is_placed_only_if_what_it_wraps_keeps_its_steps():
    def wrapped(layer: L.Layer) -> str:
        return str(KerasClassifier(network(lambda series: L.SpectralNormalization(layer)(series))).no_features)

    assert wrapped(L.Conv1D(4, 3, padding="same")) == "None"
    assert "cannot be placed in time" in wrapped(ReversedConv(4, 3, padding="same"))


@pytest.mark.parametrize(
    "build",
    [
        lambda series: conv(L.Lambda(lambda maps: maps[:, ::-1])(series)),
        lambda series: conv(Reversed()(series)),
        lambda series: ReversedConv(6, 3, padding="same")(series),
    ],
    ids=["lambda", "layer", "subclass of a convolution"],
)
def test_map_whose_steps_may_be_out_of_order_is_not_placed(build):
    assert "cannot be placed in time" in str(KerasClassifier(network(build)).no_features)


def test_where_a_layer_mixes_all_steps_the_map_before_it_is_explained():
    model = network(lambda series: conv(L.Permute((2, 1))(L.Conv1D(STEPS, 1, name="last in time")(series))))
    classifier = KerasClassifier(model)
    assert classifier.explained_layer == "last in time"
    np.testing.assert_array_equal(classifier.receptive_field.start, np.arange(STEPS))
    np.testing.assert_array_equal(classifier.receptive_field.stop, np.arange(STEPS) + 1)


def test_layer_of_ones_own_that_keeps_its_steps_in_order_is_no_obstacle(x):
    classifier = KerasClassifier(network(lambda series: Scaled()(conv(series))))
    assert classifier.no_features is None
    assert len(classifier.receptive_field) == STEPS


@pytest.mark.parametrize(
    ("build", "head"),
    [
        (conv, RootMeanSquare()),
        (lambda series: L.Conv1D(6, 5)(series), L.GlobalAveragePooling1D(data_format="channels_first")),
    ],
    ids=["subclass of a pooling", "channels first"],
)
def test_pooling_that_is_none_over_time_is_not_called_one(build, head):
    classifier = KerasClassifier(network(build, head))
    assert classifier.head == "other"


def test_constant_in_front_of_a_relu_breaks_the_sum(x):
    series = keras.Input((STEPS, CHANNELS))
    pooled = L.ReLU()(L.GlobalAveragePooling1D()(conv(series)) + (-0.2))
    assert HiResCAM().exactness(KerasClassifier(keras.Model(series, L.Dense(3)(pooled)))) == "approximate"
    ends_in_relu = keras.Model(series, L.Dense(1, activation="relu")(L.GlobalAveragePooling1D()(conv(series))))
    assert HiResCAM().exactness(KerasClassifier(ends_in_relu)) == "approximate"


def test_dropout_of_ones_own_that_trains_on_is_found_out():
    with pytest.raises(ValueError, match="gives different scores on each call"):
        KerasClassifier(network(lambda series: AlwaysDropping(0.5)(conv(series))))


def test_layer_that_remembers_is_refused_before_it_is_called():
    series = keras.Input(batch_shape=(3, STEPS, CHANNELS))
    recurrent = L.LSTM(4, stateful=True, name="memory")
    model = keras.Model(series, L.Dense(2)(recurrent(series)))
    before = [np.asarray(state) for state in recurrent.states]
    with pytest.raises(ValueError, match=r"'memory' .* is stateful"):
        KerasClassifier(model)
    np.testing.assert_array_equal(before, [np.asarray(state) for state in recurrent.states])


class Block(keras.Model):
    """A block that is in training mode by default."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.drop = L.Conv1D(6, 3, padding="same"), L.Dropout(0.5)

    def call(self, x: Any, training: bool = True) -> Any:
        return self.drop(self.conv(x), training=training)


def test_block_in_training_mode_by_default_is_run_at_inference(x):
    model = network(lambda series: Block()(series, training=False))
    np.testing.assert_allclose(KerasClassifier(model).scores(x), np.asarray(model(x, training=False)), rtol=1e-4)


def test_series_that_is_too_short_is_refused_and_forgotten(x):
    model = network(lambda series: L.Conv1D(6, 5, activation="relu")(series), length=None)
    classifier = as_classifier(model)
    first = explain(classifier, x, methods=["HiResCAM"], progress=False)
    with pytest.raises(ValueError, match="a series of 3 samples is too short"):
        explain(classifier, x[:, :3], methods=["HiResCAM"], progress=False)
    again = explain(classifier, x, methods=["HiResCAM"], progress=False)
    np.testing.assert_array_equal(again.attributions["HiResCAM"], first.attributions["HiResCAM"])


def test_network_of_any_length_offers_what_it_can_place(x):
    model = network(lambda series: conv(series[:, ::-1]), length=None)
    methods = explain(model, x, progress=False).methods
    assert "HiResCAM" not in methods
    assert "Saliency" in methods


def test_gradient_that_is_not_defined_leaves_its_methods_out_with_a_word(x):
    def statistics(series: Any) -> Any:
        maps = conv(series)
        return L.Concatenate()([keras.ops.mean(maps, axis=1), keras.ops.std(maps, axis=1)])

    model = network(statistics, L.Identity())
    with pytest.warns(UserWarning, match="Integrated Gradients is left out: .* gradient is not defined everywhere"):
        explanation = explain(model, x, background=np.zeros_like(x) + 0.5, progress=False)
    assert "Occlusion" in explanation.methods
    with pytest.raises(ValueError, match="Occlusion needs none"):
        explain(model, x, methods=["Integrated Gradients"], background=np.zeros_like(x) + 0.5, progress=False)


def test_another_last_activation_is_seen(x):
    model = network(conv)
    model.layers[-1].activation = keras.activations.softmax
    assert explain(model, x, methods=["Saliency"], progress=False).probabilities is not None
    model.compile("adam", "mse")
    model.layers[-1].activation = keras.activations.linear
    assert explain(model, x, methods=["Saliency"], progress=False).probabilities is None


def test_columns_of_the_background_are_those_of_the_series(x):
    frame = pd.DataFrame(x[0], columns=["a", "b", "c"])
    with pytest.raises(
        ValueError, match="background must have the channels of x, a, b, c, in their order, but has c, b, a"
    ):
        explain(network(conv), frame, background=frame[["c", "b", "a"]], progress=False)


def test_sum_over_a_path_is_not_promised_where_a_mask_makes_the_score_jump(x):
    model = network(lambda series: L.Dense(4)(L.Masking()(series)))
    explanation = explain(model, x, methods=["Integrated Gradients"], progress=False)
    assert explanation.exactness["Integrated Gradients"] == "approximate"
