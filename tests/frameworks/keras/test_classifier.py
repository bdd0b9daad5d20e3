"""The adapter: Keras' values through numpy, with the user's model unchanged."""

from __future__ import annotations

import gc
import random
import re
import warnings
import weakref
from contextvars import copy_context
from functools import cache
from threading import Event

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier, all_methods, explain, models
from cam1d_widget.attribution import methods
from cam1d_widget.attribution.requests import chosen_methods
from cam1d_widget.cancellation import CancelledError, cancelled_by
from cam1d_widget.models import ConjunctivePooling

from ...support.networks import state_of
from ...support.selection import slow_but
from ...support.toys import question

RNG = np.random.default_rng(1)


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return RNG.normal(size=(5, 300, 9)).astype(np.float32)


@cache
def watched(kind: str) -> tuple[KerasClassifier, tuple]:
    """A classifier for all methods of a kind, compiled once, and the state that its model was in before."""
    plain = [L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax")]
    model = question([ConjunctivePooling(3), L.Softmax()] if kind == "inherent" else plain)
    if kind == "rollout":
        maps = series = keras.Input(model.input_shape[1:])
        for layer in model.layers[:-2]:
            maps = layer(maps)
        maps = L.Add()([maps, L.MultiHeadAttention(2, 2)(maps, maps)])
        model = keras.Model(series, L.Dense(3)(L.GlobalAveragePooling1D()(maps)))
    model.compile("adam", "sparse_categorical_crossentropy")
    before = state_of(model)
    return KerasClassifier(model), before


@pytest.mark.few(7)
@pytest.mark.parametrize("label", [method.label for method in all_methods()])
def test_model_is_left_as_it_was(label, x):
    inherent = label in {method.label for method in all_methods() if method.family == "inherent"}
    kind = "rollout" if label == "Attention Rollout" else "inherent" if inherent else "plain"
    classifier, before = watched(kind)
    (method,) = chosen_methods([label], classifier, background=x)
    method.attribute(classifier, x[:2], 1)
    for wrong_x, wrong_target in ((x[:, :100], 1), (x[:2], 99), (np.full_like(x, np.nan), 0)):
        with pytest.raises(ValueError):  # noqa: PT011 - each has its own message, tested below
            method.attribute(classifier, wrong_x, wrong_target)
    assert state_of(classifier.model) == before


@pytest.mark.slow
def test_model_can_be_trained_after_it_was_explained(x):
    model = question([L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    prediction = model.predict(x, verbose=0)
    explain(model, x, methods=["HiResCAM", "DeepLIFT", "Occlusion"], progress=False)
    np.testing.assert_array_equal(model.predict(x, verbose=0), prediction)
    model.fit(x, np.zeros(5), epochs=1, verbose=0)


def test_a_classifier_leaves_nothing_behind(x):
    model = question([L.Flatten(), L.Dense(3, activation="softmax")])
    methods = ["HiResCAM", "Integrated Gradients", "DeepLIFT", "Occlusion"]
    kept, nodes = [], []
    for _ in range(2):
        classifier = KerasClassifier(model)
        explain(classifier, x[:1], methods=methods, progress=False)
        kept += [weakref.ref(one) for one in (classifier, classifier._network, classifier._passes)]
        kept += [weakref.ref(one._function.get_concrete_function()) for one in classifier._passes._compiled.values()]
        nodes.append([len(layer._inbound_nodes) + len(layer._outbound_nodes) for layer in model.layers])
    del classifier
    gc.collect()
    assert [one() for one in kept] == [None] * len(kept)
    assert nodes[0] == nodes[1]


def process_state() -> tuple:
    legacy = np.random.get_state()  # noqa: NPY002 - the state that a user's np.random.seed set
    return random.getstate(), legacy[1].tobytes(), legacy[2], keras.config.floatx(), keras.config.image_data_format()


def test_process_is_left_as_it_was(x):
    classifier = KerasClassifier(question([L.Flatten(), L.Dense(3)]))
    before = process_state()
    for method in chosen_methods(None, classifier, background=x):
        method.attribute(classifier, x[:1], 0)
        with pytest.raises(ValueError):  # noqa: PT011 - each has its own message, tested below
            method.attribute(classifier, x[:1], 99)
    assert process_state() == before


@pytest.mark.parametrize(
    "end",
    [
        [L.Dense(4, activation="softmax")],
        [L.Dense(4), L.Softmax()],
        [L.Dense(4), L.Activation("softmax")],
        [L.Dense(4, use_bias=False, activation="softmax")],
    ],
    ids=["fused", "layer", "activation", "no bias"],
)
def test_logits_are_found_behind_the_softmax(end, x):
    model = question([L.Flatten(), *end])
    classifier = KerasClassifier(model)
    scores, probabilities = classifier.scores(x), np.asarray(model(x))
    np.testing.assert_allclose(classifier.probabilities(x), probabilities, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(
        scores - scores[:, :1], np.log(probabilities) - np.log(probabilities[:, :1]), rtol=1e-3, atol=1e-4
    )
    assert (classifier.head, classifier.affine_head) == ("flatten", True)


def test_functional_softmax_is_looked_through_as_well(x):
    series = keras.Input((300, 9))
    maps = L.Conv1D(4, 9)(series)
    model = keras.Model(series, keras.ops.softmax(L.Dense(3)(L.GlobalAveragePooling1D()(maps))))
    classifier = KerasClassifier(model)
    assert classifier.head == "gap"
    np.testing.assert_allclose(classifier.probabilities(x), np.asarray(model(x)), rtol=1e-4)
    assert np.abs(classifier.scores(x).sum(axis=1) - 1).min() > 1e-3


def test_probabilities_are_explained_if_asked_for(x):
    model = question([L.Flatten(), L.Dense(3, activation="softmax")])
    classifier = KerasClassifier(model, score="probabilities")
    np.testing.assert_allclose(classifier.scores(x), np.asarray(model(x)), rtol=1e-4, atol=1e-6)
    assert not classifier.affine_head


def test_saturated_softmax_is_warned_about(x):
    model = question([L.Flatten(), L.Dense(3, activation="softmax")])
    model.layers[-1].set_weights([100 * weight for weight in model.layers[-1].get_weights()])
    with pytest.warns(UserWarning, match="softmax is saturated on 100%.*score='logits'"):
        KerasClassifier(model, score="probabilities").scores(x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        KerasClassifier(model).scores(x)


def test_one_sigmoid_unit_has_two_classes(x):
    model = question([L.Flatten(), L.Dense(1, activation="sigmoid")])
    classifier = KerasClassifier(model)
    p = np.asarray(model(x))
    np.testing.assert_allclose(classifier.probabilities(x), np.hstack([1 - p, p]), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(classifier.scores(x).sum(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(classifier.gradient(x, 0), -classifier.gradient(x, 1))


def test_model_trained_on_logits_has_probabilities(x):
    model = question([L.Flatten(), L.Dense(3)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    np.testing.assert_allclose(KerasClassifier(model).probabilities(x).sum(axis=1), 1, rtol=1e-5)


def test_regression_has_none(x):
    model = question([L.Flatten(), L.Dense(1)])
    model.compile("adam", "mse")
    assert KerasClassifier(model).probabilities(x) is None


def test_gradient_is_the_slope_of_the_score(x):
    series = keras.Input((40, 3))
    maps = L.Conv1D(6, 5, activation="tanh", padding="same")(series)
    classifier = KerasClassifier(keras.Model(series, L.Dense(3)(L.Flatten()(maps))))
    here = x[:2, :40, :3]
    gradient = classifier.gradient(here, [0, 2])
    direction = RNG.normal(size=here.shape).astype(np.float32)
    step = 1e-2
    ahead, behind = (classifier.scores(here + side * step * direction) for side in (1, -1))
    slope = (ahead - behind)[[0, 1], [0, 2]] / (2 * step)
    np.testing.assert_allclose((gradient * direction).sum(axis=(1, 2)), slope, rtol=1e-3, atol=1e-3)


def test_features_and_gradients_rebuild_a_linear_head(x):
    classifier = KerasClassifier(question([L.Flatten(), L.Dense(4, activation="softmax")]))
    features, gradients = classifier.features(x, [0, 1, 2, 3, 0])
    rebuilt = (features * gradients).sum(axis=(1, 2)) + classifier.bias()[[0, 1, 2, 3, 0]]
    np.testing.assert_allclose(rebuilt, classifier.scores(x)[np.arange(5), [0, 1, 2, 3, 0]], rtol=1e-4, atol=1e-5)
    assert features.shape == gradients.shape == (5, 10, 16)


def test_batches_do_not_change_the_result(x):
    model = question([L.Flatten(), L.Dense(4)])
    one, all_ = KerasClassifier(model, batch_size=2), KerasClassifier(model)
    for mine, theirs in (
        (one.scores(x), all_.scores(x)),
        (one.gradient(x, 1), all_.gradient(x, 1)),
        (one.features(x, 1)[1], all_.features(x, 1)[1]),
    ):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "label", slow_but(["HiResCAM", "Occlusion"], ["Occlusion", "Integrated Gradients", "LRP", "HiResCAM"])
)
def test_a_map_is_stopped_between_two_batches_and_the_next_is_as_ever(label, x):
    classifier = KerasClassifier(question([L.Flatten(), L.Dense(4)], length=90, channels=2), batch_size=2)
    method, x = chosen_methods([label], classifier)[0], x[:, :90, :2]
    expected = method.attribute(classifier, x, 0)

    def stopped():
        stop = Event()
        stop.set()
        cancelled_by(stop)
        method.attribute(classifier, x, 0)

    with pytest.raises(CancelledError):
        copy_context().run(stopped)
    np.testing.assert_array_equal(method.attribute(classifier, x, 0), expected)


def test_classifier_sees_further_training(x):
    model = question([L.Flatten(), L.Dense(2, activation="softmax")])
    classifier = KerasClassifier(model)
    classifier.scores(x)
    model.layers[-1].set_weights([2 * weight for weight in model.layers[-1].get_weights()])
    np.testing.assert_allclose(classifier.probabilities(x), np.asarray(model(x)), rtol=1e-4, atol=1e-7)


def test_gradients_of_an_affine_head_are_those_of_passes_back_also_after_training(x):
    model = question([L.Flatten(), L.BatchNormalization(), L.Dense(4, activation="softmax")])
    classifier = KerasClassifier(model)
    for targets in (np.array([2, 0, 1, 1, 3]), np.tile(np.arange(4), (5, 1)), np.array([[0, 3]] * 4 + [[1, 2]])):
        for _ in range(2):
            features, gradients = classifier.features(x, targets)
            columns = targets.reshape(5, -1)
            slow_features, slow = classifier._passes.run("features_and_gradients", x, columns.astype(np.int32))
            np.testing.assert_allclose(features, slow_features, rtol=1e-4, atol=1e-6)
            np.testing.assert_allclose(gradients.reshape(slow.shape), slow, rtol=1e-4, atol=1e-7)
            layer = model.layers[-1]
            layer.set_weights([weight[..., ::-1] for weight in layer.get_weights()])


def test_classes_of_an_affine_head_cost_no_pass_back(x, monkeypatch):
    classifier = KerasClassifier(question([L.GlobalAveragePooling1D(), L.Dense(4, activation="softmax")]))
    classifier.features(x, 0)
    run, passes = classifier._passes.run, []
    monkeypatch.setattr(classifier._passes, "run", lambda name, *arrays: passes.append(name) or run(name, *arrays))
    assert classifier.features(x, np.tile(np.arange(4), (5, 1)))[1].shape == (5, 4, 10, 16)
    assert passes == ["features_and_scores"]


def test_map_that_enters_the_head_is_explained_not_the_last_convolution(x):
    model = question([L.Flatten(), L.Dense(2)])
    classifier = KerasClassifier(model)
    pooled = keras.Function(model.inputs, [model.layers[-3].output])([x])[0]
    np.testing.assert_allclose(classifier.features(x, 0)[0], pooled, rtol=1e-4, atol=1e-5)
    assert (classifier.features(x, 0)[0] >= 0).all()


def test_another_layer_may_be_named(x):
    model = question([L.Flatten(), L.Dense(2)])
    conv = next(layer for layer in model.layers if isinstance(layer, L.Conv1D))
    for layer in (conv.name, model.layers.index(conv), conv):
        classifier = KerasClassifier(model, layer=layer)
        assert len(classifier.receptive_field) == 292
        assert classifier.features(x, 0)[1].shape == (5, 292, 16)
        assert not classifier.homogeneous_head


def test_head_that_reaches_round_the_named_layer(x):
    series = keras.Input((300, 9))
    trunk = L.Conv1D(4, 3, padding="same", activation="relu")(series)
    inner = L.Conv1D(4, 3, padding="same", name="inner")(trunk)
    model = keras.Model(series, L.Dense(2)(L.GlobalAveragePooling1D()(L.Add()([trunk, inner]))))
    features, gradients = KerasClassifier(model, layer="inner").features(x, 1)
    kernel = model.layers[-1].get_weights()[0][:, 1]
    np.testing.assert_allclose(gradients, np.broadcast_to(kernel / 300, features.shape), rtol=1e-4)


@pytest.mark.parametrize(
    ("head", "kind", "affine", "homogeneous"),
    [
        ([L.GlobalAveragePooling1D(), L.Dense(2)], "gap", True, True),
        ([L.Dropout(0.2), L.Flatten(), L.BatchNormalization(), L.Dense(2)], "flatten", True, True),
        ([L.GlobalMaxPooling1D(), L.Dense(2)], "gmp", False, True),
        ([L.Flatten(), L.Dense(4, activation="relu"), L.Dense(2)], "flatten", False, False),
        ([L.LSTM(3), L.Dense(2)], "other", False, False),
    ],
)
def test_kind_of_the_head(head, kind, affine, homogeneous):
    classifier = KerasClassifier(question(head))
    assert (classifier.head, classifier.affine_head, classifier.homogeneous_head) == (kind, affine, homogeneous)


def test_model_of_another_length_each_time():
    model = keras.Sequential([keras.Input((None, 2)), L.Conv1D(4, 3), L.GlobalAveragePooling1D(), L.Dense(2)])
    classifier = KerasClassifier(model)
    for length in (20, 31):
        classifier.scores(np.zeros((1, length, 2)))
        assert len(classifier.for_length(length).receptive_field) == length - 2
    with pytest.raises(ValueError, match=r"series of any length; use for_length\(length\) to choose one"):
        _ = classifier.receptive_field


def test_saved_model_is_loaded(tmp_path, x):
    model = question([L.Flatten(), L.Dense(2)])
    model.save(tmp_path / "model.keras")
    np.testing.assert_allclose(KerasClassifier(tmp_path / "model.keras").scores(x), KerasClassifier(model).scores(x))


# Bad input


@pytest.mark.few(4)
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((300, 9)), "x must have shape (instance, time, channel), but has (300, 9); pass one series as"),
        (np.zeros(300), "but has (300,); pass one series as x[np.newaxis, :, np.newaxis]"),
        (np.zeros((0, 300, 9)), "x must hold at least one series"),
        (np.zeros((2, 9, 300)), "the channels are first; pass layout='channels_first'"),
        (np.zeros((2, 300, 8)), "x must have 9 channels"),
        (np.zeros((2, 299, 9)), "x must have 300 samples"),
        (np.full((2, 300, 9), np.nan), "x must be finite, but holds NaN or infinite values, first in instance 0"),
        (np.full((2, 300, 9), np.inf), "x must be finite"),
    ],
)
def test_wrong_series_are_refused_before_anything_is_computed(x, message):
    classifier = KerasClassifier(question([L.Flatten(), L.Dense(2)]))
    for call in (classifier.scores, lambda x: classifier.gradient(x, 0), lambda x: classifier.features(x, 0)):
        with pytest.raises(ValueError, match=re.escape(message)):
            call(x)


def test_text_is_not_a_series():
    with pytest.raises(TypeError, match="x must hold real numbers, but holds <U"):
        KerasClassifier(question([L.Flatten(), L.Dense(2)])).scores([[["a"]]])


@pytest.mark.parametrize(
    ("target", "message"),
    [(2, "class index from 0 to 1, but is 2"), (-1, "but is -1"), ([0, 1], "must be an int or have shape .instance,.")],
)
def test_wrong_targets_are_refused(target, message, x):
    with pytest.raises(ValueError, match=message):
        KerasClassifier(question([L.Flatten(), L.Dense(2)])).gradient(x, target)


def torch_module():
    """An object of a class like PyTorch's, which is not installed here."""
    return type("Sequential", (type("Module", (), {"__module__": "torch.nn.modules.module"}),), {})()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: "no such file.keras", FileNotFoundError, "^model must be an existing file, .*no such file.keras"),
        (lambda: object(), TypeError, "model must be a keras.Model or the path"),
        (lambda: len, TypeError, "but is a function, len"),
        (lambda: torch_module(), TypeError, "but is a PyTorch module, Sequential"),
        (lambda: keras.Sequential([L.Flatten(), L.Dense(2)]), ValueError, "is not built; give it an Input layer"),
        (lambda: keras.Sequential([keras.Input((4,)), L.Dense(2)]), ValueError, "must take series of shape"),
        (lambda: keras.Sequential([keras.Input((8, 1)), L.Conv1D(2, 3)]), ValueError, "must give one score per class"),
    ],
)
def test_models_that_cannot_be_explained(make, error, message):
    with pytest.raises(error, match=message):
        KerasClassifier(make())


@pytest.mark.parametrize(
    ("shape", "axes", "kernel"),
    [((4, 40, 1), (0, 2, 1), (4, 5)), ((40, 4, 1), (0, 1, 2), (5, 4)), ((1, 4, 40), (0, 2, 1), (1, 3))],
)
def test_a_model_of_images_works_behind_the_layers_that_its_error_names(shape, axes, kernel):
    model = keras.Sequential(
        [keras.Input(shape), L.Conv2D(3, kernel, activation="relu"), L.GlobalAveragePooling2D(), L.Dense(2)]
    )
    with pytest.raises(ValueError, match=r"pass keras\.Sequential") as fault:
        KerasClassifier(model)
    code = re.search(r"pass (keras\.Sequential\(\[.+\]\)) and x of", str(fault.value))[1]
    images = np.random.default_rng(0).normal(size=(3, *shape)).astype(np.float32)
    x = images.reshape(3, *(size for size in shape if size > 1)).transpose(axes)
    scores = KerasClassifier(eval(code, {"keras": keras, "model": model})).scores(x)
    np.testing.assert_allclose(scores, model.predict(images, verbose=0), atol=1e-6)


def test_unknown_layer_names_those_there_are(x):
    model = question([L.Flatten(), L.Dense(2, name="last")])
    with pytest.raises(ValueError, match=r"^layer must be one of .*last.* but is 'cnov'"):
        KerasClassifier(model, layer="cnov")
    with pytest.raises(ValueError, match=r"'last' must output a map of shape \(batch, step, filter\)"):
        KerasClassifier(model, layer="last")


def test_model_without_a_map_says_so_and_gradients_still_work():
    model = keras.Sequential([keras.Input((20, 2)), L.Flatten(), L.Dense(3)], name="mlp")
    classifier = KerasClassifier(model)
    with pytest.raises(ValueError, match=r"'mlp' has no single map .* layer="):
        classifier.features(np.zeros((1, 20, 2)), 0)
    assert classifier.gradient(np.zeros((1, 20, 2)), 0).shape == (1, 20, 2)


@pytest.mark.parametrize("option", [{"score": "loss"}, {"batch_size": 0}])
def test_wrong_options_are_refused(option):
    with pytest.raises(ValueError, match=next(iter(option))):
        KerasClassifier(question([L.Flatten(), L.Dense(2)]), **option)


@pytest.mark.slow
@pytest.mark.parametrize(
    "build", slow_but([models.question_cnn], [models.question_cnn, models.lstm_attention_classifier])
)
def test_one_series_through_xla_gets_the_same_maps(build):
    model, x = build((100, 3), 4), np.random.default_rng(0).normal(size=(2, 100, 3)).astype(np.float32)
    plain, fused = KerasClassifier(model), KerasClassifier(model, jit_compile=True)
    for method in (methods.Saliency(), methods.GradCAM()):
        for one in (x[:1], x):
            np.testing.assert_allclose(
                method.attribute(fused, one, 2), method.attribute(plain, one, 2), rtol=1e-4, atol=1e-7
            )
    np.testing.assert_allclose(fused.scores(x[:1]), plain.scores(x[:1]), rtol=1e-5, atol=1e-6)
