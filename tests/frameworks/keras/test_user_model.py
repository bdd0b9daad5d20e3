"""Every way to build a Keras classifier: what cannot be explained is refused with an error message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from cam1d_widget import KerasClassifier, explain
from cam1d_widget.attribution.methods import CAM, HiResCAM, IntegratedGradients, Occlusion, Saliency

from ...support.selection import slow_but
from ...support.toys import question

RNG = np.random.default_rng(5)


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return RNG.normal(size=(3, 40, 2)).astype(np.float32)


def functional(build: Callable[[Any], Any]) -> keras.Model:
    keras.utils.set_random_seed(3)
    series = keras.Input((40, 2))
    return keras.Model(series, build(series))


class Subclassed(keras.Model):
    """A model whose graph is in its call."""

    def __init__(self) -> None:
        super().__init__(name="mine")
        self.conv, self.norm = L.Conv1D(4, 5, name="conv"), L.BatchNormalization()
        self.backbone = keras.Sequential([L.Conv1D(3, 3, activation="relu", name="inner"), L.MaxPooling1D(2)])
        self.pool, self.dense = L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax")

    def call(self, x: Any, training: bool = False) -> Any:
        maps = keras.ops.relu(self.norm(self.conv(x), training=training))
        return self.dense(self.pool(self.backbone(maps)))


class Closed(keras.Model):
    """One that computes with TensorFlow itself, so that nothing can be written down."""

    def __init__(self) -> None:
        super().__init__(name="mine")
        self.conv, self.dense = L.Conv1D(4, 5, activation="tanh", name="conv"), L.Dense(3, activation="softmax")

    def call(self, x: Any) -> Any:
        return self.dense(tf.reduce_mean(self.conv(x), axis=1))


def test_subclassed_model_is_looked_into(x):
    model = Subclassed()
    probabilities = np.asarray(model(x))
    classifier = KerasClassifier(model)
    np.testing.assert_allclose(classifier.probabilities(x), probabilities, rtol=1e-4)
    assert (classifier.head, len(classifier.receptive_field)) == ("gap", 17)
    np.testing.assert_allclose(
        HiResCAM().at_steps(classifier, x, np.zeros((3, 1), int)).sum(axis=2)[:, 0],
        classifier.scores(x)[:, 0] - classifier.bias()[0],
        rtol=1e-4,
    )


@pytest.mark.parametrize(("layer", "steps"), [("conv", 36), ("inner", 34), (0, 36)])
def test_layers_of_a_subclassed_model_may_be_named(layer, steps, x):
    model = Subclassed()
    model(x)
    assert len(KerasClassifier(model, layer=layer).receptive_field) == steps


def test_subclassed_model_that_was_never_called_is_refused():
    with pytest.raises(ValueError, match=r"'mine' is not built; .* call it once"):
        KerasClassifier(Subclassed())


def test_model_that_cannot_be_read_is_still_explained(x):
    model = Closed()
    probabilities = np.asarray(model(x))
    classifier = KerasClassifier(model)
    np.testing.assert_allclose(classifier.probabilities(x), probabilities, rtol=1e-4)
    values = Occlusion(size=1, stride=1).attribute(classifier, x, 1)
    assert (values != 0).mean() > 0.95
    path = IntegratedGradients().maps(classifier, x, np.full((3, 1), 1))
    np.testing.assert_allclose(path.totals[:, 0], classifier.scores(x)[:, 1] - classifier.scores(0 * x)[:, 1], 1e-3)
    with pytest.raises(ValueError, match=r"'mine' cannot be read, since its call uses more .*; write it with"):
        CAM().attribute(classifier, x, 1)
    with pytest.raises(ValueError, match="cannot be read"):
        KerasClassifier(model, layer="conv")


def test_models_inside_models_are_opened(x):
    inner = keras.Sequential([keras.Input((36, 4)), L.Conv1D(5, 3, activation="relu", name="inner")], name="inside")
    middle_input = keras.Input((40, 2))
    middle = keras.Model(middle_input, inner(L.Conv1D(4, 5)(middle_input)), name="middle")
    head = keras.Sequential([keras.Input((34, 5)), L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax")])
    model = functional(lambda series: head(middle(series)))
    classifier = KerasClassifier(model)
    np.testing.assert_allclose(classifier.probabilities(x), np.asarray(model(x)), rtol=1e-4)
    assert (classifier.head, classifier.affine_head, len(classifier.receptive_field)) == ("gap", True, 34)
    for name in ("inner", "inside", "middle"):
        np.testing.assert_array_equal(
            KerasClassifier(model, layer=name).features(x, 0)[0], classifier.features(x, 0)[0]
        )


def test_model_used_twice_inside_a_model(x):
    shared = keras.Sequential([keras.Input((40, 2)), L.Conv1D(2, 5, padding="same", activation="relu")])
    model = functional(lambda s: L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(shared(shared(s)))))
    np.testing.assert_allclose(KerasClassifier(model).probabilities(x), np.asarray(model(x)), rtol=1e-4)


def test_inner_model_that_trains_on_is_refused():
    inner = keras.Sequential([keras.Input((40, 2)), L.Conv1D(2, 5), L.Dropout(0.5)], name="inside")
    model = functional(lambda series: L.Dense(2)(L.GlobalAveragePooling1D()(inner(series, training=True))))
    with pytest.raises(ValueError, match="'inside' is called with training=True"):
        KerasClassifier(model)


def two_outputs() -> keras.Model:
    series = keras.Input((40, 2))
    maps = L.GlobalAveragePooling1D()(L.Conv1D(4, 5, activation="relu")(series))
    return keras.Model(series, [L.Dense(3, activation="softmax", name="kind")(maps), L.Dense(1, name="age")(maps)])


def test_output_of_several_is_named(x):
    model = two_outputs()
    kind, age = map(np.asarray, model(x))
    for output in ("kind", 0):
        np.testing.assert_allclose(KerasClassifier(model, output=output).probabilities(x), kind, rtol=1e-4)
    np.testing.assert_allclose(KerasClassifier(model, output="age").scores(x), age, rtol=1e-4)
    assert explain(model, x, output="age", methods=["HiResCAM"], progress=False).completeness["HiResCAM"].max() < 1e-4


@pytest.mark.parametrize("output", [None, "weight", 2])
def test_unnamed_output_of_several_is_refused(output):
    with pytest.raises(
        ValueError, match=r"output must be the name or index of an output of model .* \(kind, age\), but is "
    ):
        KerasClassifier(two_outputs(), output=output)


def test_outputs_with_keys_are_named_by_them(x):
    series = keras.Input((40, 2))
    maps = L.GlobalAveragePooling1D()(L.Conv1D(4, 5)(series))
    model = keras.Model(series, {"b": L.Dense(2, activation="softmax")(maps), "a": L.Dense(1)(maps)})
    np.testing.assert_allclose(KerasClassifier(model, output="b").probabilities(x), model(x)["b"], rtol=1e-4)


def test_labels_have_a_logit_each(x):
    model = functional(lambda s: L.Dense(4, activation="sigmoid")(L.GlobalAveragePooling1D()(L.Conv1D(4, 5)(s))))
    classifier = KerasClassifier(model)
    p = np.asarray(model(x))
    assert classifier.classes == 4
    np.testing.assert_allclose(classifier.probabilities(x), p, rtol=1e-4)
    np.testing.assert_allclose(classifier.scores(x), np.log(p / (1 - p)), atol=1e-4)


def test_regression_is_explained_in_its_own_unit(x):
    model = functional(lambda s: L.Dense(1)(L.GlobalAveragePooling1D()(L.Conv1D(4, 5, activation="relu")(s))))
    model.compile("adam", "mse")
    explanation = explain(model, x, progress=False, background=x)
    assert explanation.class_names == ("prediction",)
    assert explanation.exactness["HiResCAM"] == "exact"
    np.testing.assert_allclose(explanation.scores, np.asarray(model(x)), rtol=1e-4)
    assert explanation.completeness["Integrated Gradients"].max() < 1e-2


@pytest.mark.parametrize("loss", [None, "mse"])
def test_a_regression_of_several_outputs_is_known_by_its_true_values(loss, x):
    model = functional(lambda s: L.Dense(2)(L.GlobalAveragePooling1D()(L.Conv1D(4, 5, activation="relu")(s))))
    if loss:
        model.compile("adam", loss)
    y = np.random.default_rng(0).normal(size=(len(x), 2))
    explanation = explain(model, x, y=y, methods=["HiResCAM"], targets="all", progress=False)
    assert explanation.class_names == ("prediction 0", "prediction 1")
    assert explanation.probabilities is None
    np.testing.assert_allclose(explanation.y, y, rtol=1e-6)
    np.testing.assert_allclose(explanation.scores, np.asarray(model(x)), rtol=1e-4, atol=1e-6)


def test_values_are_no_labels_of_a_model_that_was_trained_as_a_classifier(x):
    model = functional(lambda s: L.Dense(2)(L.GlobalAveragePooling1D()(L.Conv1D(4, 5, activation="relu")(s))))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    with pytest.raises(ValueError, match="the model gives probabilities of classes; give class indices"):
        explain(model, x, y=np.random.default_rng(0).normal(size=(len(x), 2)), progress=False)


RECURRENT: dict[str, Callable[[], Any]] = {
    "LSTM": lambda: L.LSTM(5),
    "GRU": lambda: L.GRU(5),
    "bidirectional": lambda: L.Bidirectional(L.LSTM(3)),
    "backwards": lambda: L.LSTM(5, go_backwards=True),
}


@pytest.mark.parametrize("recurrent", slow_but(["GRU"], RECURRENT))
def test_recurrent_heads(recurrent, x):
    model = functional(
        lambda s: L.Dense(3, activation="softmax")(RECURRENT[recurrent]()(L.Conv1D(4, 5, activation="tanh")(s)))
    )
    classifier = KerasClassifier(model)
    np.testing.assert_allclose(classifier.probabilities(x), np.asarray(model(x)), rtol=1e-3)
    assert (classifier.head, len(classifier.receptive_field)) == ("other", 36)
    path = IntegratedGradients().maps(classifier, x, np.full((3, 1), 1))
    np.testing.assert_allclose(
        path.totals, IntegratedGradients().expected_total(classifier, x, np.full((3, 1), 1)), atol=1e-4
    )
    slope_matches(classifier, x)


@pytest.mark.slow
def test_network_of_recurrent_layers_alone(x):
    model = functional(lambda s: L.Dense(3)(L.LSTM(4)(L.LSTM(4, return_sequences=True)(s))))
    classifier = KerasClassifier(model)
    slope_matches(classifier, x)
    assert np.isfinite(HiResCAM().attribute(classifier, x, 1)).all()


def test_attention(x):
    def build(series: Any) -> Any:
        maps = L.Conv1D(4, 5, activation="tanh")(series)
        attended = L.MultiHeadAttention(2, 3)(maps, maps)
        return L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(L.LayerNormalization()(maps + attended)))

    classifier = KerasClassifier(functional(build))
    assert (classifier.head, classifier.affine_head, len(classifier.receptive_field)) == ("gap", True, 36)
    assert classifier.receptive_field.start.max() == 0  # every step sees everything through the attention
    slope_matches(classifier, x)


def slope_matches(classifier: KerasClassifier, x: np.ndarray) -> None:
    """The door's gradient is the slope of the door's score."""
    direction = RNG.normal(size=x.shape).astype(np.float32)
    ahead, behind = (classifier.scores(x + side * 1e-2 * direction)[:, 1] for side in (1, -1))
    slope = (Saliency().attribute(classifier, x, 1) * direction).sum(axis=(1, 2))
    np.testing.assert_allclose((ahead - behind) / 2e-2, slope, rtol=0.05, atol=2e-3)


@pytest.mark.parametrize("policy", slow_but(["mixed_bfloat16"], ["mixed_float16", "mixed_bfloat16"]))
def test_mixed_precision(policy, x):
    """Maps of a model that computes in half precision are those of the same weights in full, within its rounding."""

    def build(kind: str) -> keras.Model:
        keras.utils.set_random_seed(3)
        layers = [L.Conv1D(8, 5, dtype=kind), L.BatchNormalization(dtype=kind), L.ReLU(dtype=kind)]
        ends = [L.Flatten(dtype=kind), L.Dense(3, activation="softmax", dtype=kind)]
        return keras.Sequential([keras.Input((40, 2)), *layers, *ends])

    half, full = KerasClassifier(build(policy)), KerasClassifier(build("float32"))
    for method in (HiResCAM(), Saliency(), IntegratedGradients()):
        ours, exact = method.attribute(half, x, 1), method.attribute(full, x, 1)
        assert ours.dtype == np.float32
        assert np.corrcoef(ours.ravel(), exact.ravel())[0, 1] > 0.98


def test_saved_nested_model_is_explained_again(x, tmp_path):
    model = functional(
        lambda s: keras.Sequential([L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax")])(L.Conv1D(4, 5)(s))
    )
    model.save(tmp_path / "nested.keras")
    np.testing.assert_allclose(KerasClassifier(tmp_path / "nested.keras").scores(x), KerasClassifier(model).scores(x))


def test_opening_a_model_does_not_change_it(x):
    model = question([keras.Sequential([L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax")])])
    before = model.to_json(), [weight.tobytes() for weight in model.get_weights()]
    KerasClassifier(model)
    assert (model.to_json(), [weight.tobytes() for weight in model.get_weights()]) == before


# Networks whose scores say nothing about one series


@pytest.mark.parametrize(
    "layer",
    [
        lambda: L.Lambda(lambda x: x - keras.ops.mean(x, axis=0, keepdims=True)),
        lambda: L.Lambda(lambda x: x / keras.ops.max(keras.ops.abs(x))),
        lambda: L.Lambda(lambda x: x / keras.ops.cast(keras.ops.shape(x)[0], "float32")),
    ],
    ids=["mean of the batch", "maximum of the batch", "size of the batch"],
)
def test_scores_that_depend_on_the_batch_are_refused(layer):
    model = functional(
        lambda s: L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(layer()(L.Conv1D(4, 5)(s))))
    )
    with pytest.raises(
        ValueError, match=r"scores that depend on the other series of its batch, as a mean over the batch"
    ):
        KerasClassifier(model)


def test_scores_that_change_at_every_call_are_refused_as_random():
    class Noisy(L.Layer):
        def call(self, x: Any) -> Any:
            return x + keras.random.normal(keras.ops.shape(x))

    model = functional(lambda s: L.Dense(3)(L.GlobalAveragePooling1D()(Noisy()(L.Conv1D(4, 5)(s)))))
    with pytest.raises(ValueError, match="gives different scores on each call, as dropout in training mode"):
        KerasClassifier(model)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("inside", [False, True], ids=["flat", "nested"])
def test_weights_that_are_no_numbers_are_refused_by_the_name_of_their_layer(value, inside, x):
    conv = L.Conv1D(4, 5, name="broken")
    trunk = keras.Sequential([keras.Input((40, 2)), conv]) if inside else conv
    model = functional(lambda s: L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(trunk(s))))
    classifier = KerasClassifier(model)
    kernel, bias = conv.get_weights()
    conv.set_weights([kernel * 0 + value, bias])
    for read in (lambda: KerasClassifier(model), lambda: explain(classifier, x, methods=["Saliency"], progress=False)):
        with pytest.raises(ValueError, match=r"layer 'broken' of model .* has NaN or infinite weights, as after a"):
            read()


def test_scores_of_noise_that_are_no_numbers_are_refused():
    model = functional(lambda s: L.Dense(3)(L.GlobalAveragePooling1D()(keras.ops.log(L.Conv1D(4, 5)(s)))))
    with pytest.raises(ValueError, match="gives NaN as scores of Gaussian noise"):
        KerasClassifier(model)


def test_model_that_was_built_for_batches_of_one_size(x):
    series = keras.Input(batch_shape=(2, 40, 2))
    maps = L.Conv1D(4, 5, activation="relu")(series)
    model = keras.Model(series, L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(maps)))
    np.testing.assert_allclose(KerasClassifier(model).probabilities(x)[:2], model(x[:2]), rtol=1e-4)
    centered = maps - keras.ops.mean(maps, axis=0, keepdims=True)
    dependent = keras.Model(series, L.Dense(3, activation="softmax")(L.GlobalAveragePooling1D()(centered)))
    with pytest.raises(ValueError, match="depend on the other series of its batch"):
        KerasClassifier(dependent)
