"""Models that change after they were read: retrained, edited in place, used for several lengths at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from threading import Barrier, Thread
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from cam1d_widget import KerasClassifier, explain
from cam1d_widget.attribution import methods
from cam1d_widget.attribution.checks import run_checks
from cam1d_widget.attribution.lazy_explanation import LazyExplanation
from cam1d_widget.attribution.masking import Noise, Swap
from cam1d_widget.attribution.methods import HiResCAM, Occlusion
from cam1d_widget.explanation.source import ModelChangedError
from cam1d_widget.frameworks.keras.last_classifier import classifier_of
from cam1d_widget.frameworks.keras.model_changes import ModelChanges
from cam1d_widget.frameworks.keras.weights import digest_of
from cam1d_widget.inside import read_layer

from ...support.selection import slow_but
from ...support.synced import outcome

RNG = np.random.default_rng(11)


@pytest.fixture
def x() -> np.ndarray:
    return RNG.normal(size=(3, 60, 3)).astype(np.float32)


def network(*head: Any, length: int | None = 60, trunk: Any = None) -> keras.Model:
    keras.utils.set_random_seed(4)
    trunk = [L.Conv1D(6, 5, activation="relu")] if trunk is None else trunk
    return keras.Sequential([L.Input((length, 3)), *trunk, *head])


# Slopes of affine heads


@pytest.mark.parametrize("label", slow_but(["HiResCAM"], ["HiResCAM", "CAM", "Grad-CAM", "Occlusion"]))
@pytest.mark.parametrize("one_classifier", [True, False])
def test_a_small_output_beside_a_large_one_gets_the_map_of_its_new_weights(label, one_classifier, x):
    model = network(L.GlobalAveragePooling1D(), L.Dense(2))
    weights = model.get_weights()
    weights[2][:, 0] *= 1e4
    model.set_weights(weights)
    explained = KerasClassifier(model) if one_classifier else model
    before = explain(explained, x, methods=[label], targets="all", progress=False).attributions[label]
    weights[2][:, 1] *= -1
    model.set_weights(weights)
    after = explain(explained, x, methods=[label], targets="all", progress=False).attributions[label]
    np.testing.assert_allclose(after[:, 1], -before[:, 1], rtol=1e-3, atol=1e-3 * np.abs(before[:, 1]).max())


def test_exact_maps_add_up_after_two_steps_of_training(x):
    model = network(L.Flatten(), L.Dense(4, activation="softmax"))
    model.compile(keras.optimizers.SGD(1e-4), "sparse_categorical_crossentropy")
    classifier = KerasClassifier(model)
    targets = np.tile(np.arange(4), (3, 1))
    HiResCAM().maps(classifier, x, targets)
    model.fit(x, np.array([0, 1, 2]), epochs=2, verbose=0)
    gradients = classifier.features(x, targets)[1]
    kernel = model.layers[-1].get_weights()[0]
    np.testing.assert_allclose(gradients.reshape(3, 4, -1), np.broadcast_to(kernel.T, (3, 4, len(kernel))), rtol=1e-6)


@keras.saving.register_keras_serializable()
class SaysThatItAverages(L.Layer):
    """A layer that claims to be affine, and is not."""

    averages = True

    def call(self, x: Any) -> Any:
        return keras.ops.mean(x**2, axis=1)


def test_a_head_that_only_claims_to_be_affine_gets_a_gradient_for_each_series(x):
    classifier = KerasClassifier(network(SaysThatItAverages(), L.Dense(2)))
    assert classifier.affine_head
    for part in (x[:1], x):  # one series alone agrees with every affine function through it
        features, gradients = classifier.features(part, 1)
        kernel = classifier.model.layers[-1].get_weights()[0][:, 1]
        np.testing.assert_allclose(gradients, 2 * features * kernel / features.shape[1], rtol=1e-4, atol=1e-7)


# Layers that are edited in place


def slope(model: keras.Model) -> None:
    model.layers[1].negative_slope = 0.9


def activation(model: keras.Model) -> None:
    model.layers[0].activation = keras.activations.tanh


def function(model: keras.Model) -> None:
    model.layers[0].activation = lambda x: 2 * keras.activations.tanh(x)


def slope_of_activation(model: keras.Model) -> None:
    model.layers[2].activation.negative_slope = 0.5


EDITS = [slope, activation, function, slope_of_activation]


def editable() -> keras.Model:
    layers = L.LeakyReLU(), L.Conv1D(6, 5, activation=L.LeakyReLU()), L.GlobalAveragePooling1D()
    return network(*layers, L.Dense(3, activation="softmax"), trunk=[L.Conv1D(6, 5)])


@pytest.mark.parametrize("edit", slow_but([function], EDITS))
def test_explaining_again_after_an_inner_layer_changed_explains_the_model_as_it_is(edit, x):
    model = editable()
    explain(model, x, methods=["HiResCAM", "Saliency"], progress=False)
    edit(model)
    again = explain(model, x, methods=["HiResCAM", "Saliency"], progress=False)
    np.testing.assert_allclose(again.probabilities, model(x), atol=1e-5)
    model.layers[1].negative_slope = 0.0
    np.testing.assert_allclose(
        explain(model, x, methods=["Saliency"], progress=False).probabilities, model(x), atol=1e-5
    )


@pytest.mark.parametrize("edit", EDITS)
def test_a_classifier_refuses_a_model_whose_layer_was_changed(edit, x):
    model = editable()
    classifier = KerasClassifier(model)
    classifier.scores(x)
    edit(model)
    calls: list[Callable[[], Any]] = [
        lambda: classifier.scores(x),
        lambda: classifier.gradient(x, 0),
        lambda: classifier.features(x, 0),
        lambda: classifier.trunk(x),
        lambda: Occlusion().attribute(classifier, x, 0),
    ]
    for call in calls:
        with pytest.raises(
            ModelChangedError, match=r"has changed since this classifier was made .(activation|negative_slope) of"
        ):
            call()


def test_what_does_not_change_the_scores_is_no_change(x):
    model = editable()
    classifier = KerasClassifier(model)
    before = classifier.fingerprint()
    model.compile("adam", "sparse_categorical_crossentropy")
    compiled = KerasClassifier(model)
    model.predict(x, verbose=0)
    model.evaluate(x, np.zeros(3), verbose=0)
    model.trainable = False
    compiled.scores(x)
    assert compiled.fingerprint() == KerasClassifier(model).fingerprint()
    assert classifier.fingerprint() == before


def test_a_loss_that_takes_logits_is_a_change_of_a_model_without_an_activation(x):
    model = network(L.GlobalAveragePooling1D(), L.Dense(3))
    model.compile(loss="mse")
    classifier = KerasClassifier(model)
    before = classifier.fingerprint()
    model.compile(loss="mae")
    assert classifier.fingerprint() == before
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert classifier.fingerprint() != before


class CountsItsCalls(L.Layer):
    """A layer that keeps what it did last, as attention layers do."""

    calls = 0

    def call(self, x: Any) -> Any:
        self.calls += 1
        self.last = x
        return 2 * x


def test_a_layer_that_counts_its_calls_has_not_changed(x):
    classifier = KerasClassifier(network(CountsItsCalls(), L.GlobalAveragePooling1D(), L.Dense(2)))
    before = classifier.fingerprint()
    for call in (classifier.scores, lambda x: classifier.gradient(x, 0), lambda x: classifier.features(x, 0)):
        call(x)
    assert classifier.fingerprint() == before


def test_weights_that_matter_at_inference_count_and_others_do_not(x):
    head = [L.Dropout(0.5), L.BatchNormalization(), L.GlobalAveragePooling1D(), L.Dense(2)]
    model = network(*head)
    digest = digest_of(model.weights)
    before = digest()
    model(x, training=False)
    model.layers[1](x, training=True)  # draws, which changes the state of its generator
    assert digest() == before
    model.layers[2].moving_mean.assign(np.ones(6))
    assert digest() != before


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_every_type_of_weight_has_a_digest(dtype):
    one, other = (keras.Variable(np.full((2, 3), value), dtype=dtype) for value in (1.0, 1.5))
    assert digest_of([one])() == digest_of([keras.Variable(np.ones((2, 3)), dtype=dtype)])()
    assert digest_of([one])() != digest_of([other])()


# Several lengths at a time


def any_length() -> keras.Model:
    return network(L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax"), length=None)


def test_a_classifier_keeps_no_length(x):
    classifier = KerasClassifier(any_length())
    short = classifier.for_length(40)
    classifier.scores(x)
    assert short.input_shape == (40, 3)
    assert classifier.input_shape == (None, 3)
    assert (len(short.receptive_field), len(classifier.for_length(60).receptive_field)) == (36, 56)
    with pytest.raises(ValueError, match="x must have 40 samples"):
        short.scores(x)
    with pytest.raises(ValueError, match=r"length must be 60, as model .* was built for, but is 40"):
        KerasClassifier(network(L.GlobalAveragePooling1D(), L.Dense(2))).for_length(40)
    map_ = HiResCAM().attribute(classifier, x, 0)
    assert map_.shape == (3, 60, 1)
    np.testing.assert_array_equal(map_, HiResCAM().attribute(classifier.for_length(60), x, 0))


def test_all_lengths_share_what_is_compiled(x):
    classifier = KerasClassifier(any_length())
    for length in (60, 40, 50):
        explain(classifier, x[:, :length], methods=["HiResCAM", "DeepLIFT", "Occlusion"], progress=False)
    assert classifier.traces["scores"] == classifier.traces["features_and_gradients"] == 1
    propagation = classifier.for_length(40).propagations
    assert propagation is classifier.propagations
    assert [one.attribution.traces for one in propagation._made.values()] == [1] * len(propagation._made)


def test_a_first_map_compiles_little(x, monkeypatch):
    """Two passes through the network, and its head; the model's own output is compared once for each."""
    compared = []
    monkeypatch.setattr(
        ModelChanges, "_equals_own_output", lambda changes, just_read: compared.append(just_read) or True
    )
    lazy = LazyExplanation(
        classifier_of(any_length(), layer=None, output=None, score="logits"), x, methods=["HiResCAM"]
    )
    assert (lazy.classifier.traces, compared) == ({"scores": 1}, [True])
    lazy.attribution("HiResCAM", 0, 0)
    assert lazy.classifier.traces == {"scores": 1, "features_and_gradients": 1, "head_scores": 1}
    assert compared == [True, False]


def together(*works: Callable[[int], None], times: int) -> None:
    """Run works in threads, each so many times, in step with each other; raises what was raised in them."""
    barrier, faults = Barrier(len(works)), []

    def run(work: Callable[[int], None]) -> None:
        try:
            for turn in range(times):
                barrier.wait()
                work(turn)
        except BaseException as fault:
            faults.append(fault)
            barrier.abort()

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


@pytest.mark.parametrize("times", slow_but([], [5, 100]))
def test_two_lengths_in_two_threads(times, x):
    model, labels = any_length(), ["HiResCAM", "Saliency", "Occlusion"]
    series = {length: x[:1, :length] for length in (60, 40)}
    expected = {
        length: explain(KerasClassifier(model), one, methods=labels, progress=False) for length, one in series.items()
    }

    def explaining(length: int) -> Callable[[int], None]:
        def explained(turn: int) -> None:
            made = explain(model, series[length], methods=labels, progress=False)
            np.testing.assert_array_equal(made.receptive_field, expected[length].receptive_field)
            for label in labels:
                np.testing.assert_allclose(
                    made.attributions[label], expected[length].attributions[label], rtol=1e-4, atol=1e-6
                )

        return explained

    together(explaining(60), explaining(40), times=times)


@pytest.mark.slow
@pytest.mark.parametrize(("length", "times"), slow_but([(None, 2)], [(None, 2), (None, 6), (60, 6)]))
def test_checks_in_a_thread_beside_a_slider(length, times, x):
    model = network(L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax"), length=length)
    labels, many = ["HiResCAM", "Saliency", "Occlusion"], np.tile(x, (9, 1, 1)) + RNG.normal(size=(27, 1, 1))
    lazy, other = (LazyExplanation(KerasClassifier(model), many, methods=labels, y=np.arange(27) % 3) for _ in range(2))
    expected = other.compute(targets="all", progress=False)
    verdict = outcome(run_checks(other, "Saliency", 0, 1))[0].verdict

    def slide(turn: int) -> None:
        label = labels[turn % 3]
        for instance in range(27):
            np.testing.assert_allclose(
                lazy.attribution(label, instance, turn % 3),
                expected.attribution(label, instance, turn % 3),
                rtol=1e-3,
                atol=1e-5,
            )

    def check(turn: int) -> None:
        assert outcome(run_checks(lazy, "Saliency", 0, 1))[0].verdict == verdict

    together(slide, check, times=times)


# Explanations of a model that changes


def test_no_map_is_computed_with_new_weights_under_old_scores(x):
    model = network(L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax"))
    lazy = LazyExplanation(KerasClassifier(model), x, methods=["HiResCAM", "Saliency"])
    kept = lazy.attribution("HiResCAM", 0, 1).copy()
    told = []
    lazy.when_model_changed = told.append
    model.set_weights([-2 * weight for weight in model.get_weights()])
    np.testing.assert_array_equal(lazy.attribution("HiResCAM", 0, 1), kept)
    for new in (lambda: lazy.attribution("Saliency", 0, 1), lambda: lazy.compute(progress=False)):
        with pytest.raises(ModelChangedError, match=r"model has changed since these scores .*, call update_model\(\)"):
            new()
    assert told == [True, True]
    lazy.update_model()
    expected = explain(model, x, methods=["HiResCAM", "Saliency"], targets="all", progress=False)
    np.testing.assert_allclose(lazy.scores, expected.scores, rtol=1e-5)
    np.testing.assert_allclose(lazy.probabilities, expected.probabilities, rtol=1e-5)
    for label in expected.methods:
        np.testing.assert_allclose(
            lazy.attribution(label, 0, 1), expected.attribution(label, 0, 1), rtol=1e-4, atol=1e-6
        )


def test_a_model_that_changes_during_a_computation_is_noticed(x):
    model = network(L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax"))
    lazy = LazyExplanation(KerasClassifier(model), x, methods=["Saliency"])
    work = lazy.unchanged_model()
    work.__enter__()
    model.set_weights([-2 * weight for weight in model.get_weights()])
    with pytest.raises(ModelChangedError, match="has changed"):
        work.__exit__(None, None, None)
    lazy.update_model()
    work = lazy.unchanged_model()
    work.__enter__()
    model.set_weights([-2 * weight for weight in model.get_weights()])
    lazy.update_model()
    with pytest.raises(ModelChangedError, match="was updated during the computation"):
        work.__exit__(None, None, None)


def test_an_update_that_is_not_possible_changes_nothing(x):
    model = network(L.GlobalAveragePooling1D(), L.Dense(3))
    lazy = LazyExplanation(KerasClassifier(model), x, methods=["CAM"])
    before = lazy.scores
    flat = network(L.Flatten(), L.Dense(3))
    with pytest.raises(ValueError, match="no longer fits a method, make a new widget: CAM needs global average"):
        lazy.update_model(KerasClassifier(flat))
    with pytest.raises(ValueError, match="must still give 3 scores for an update, but gives 2"):
        lazy.update_model(KerasClassifier(network(L.GlobalAveragePooling1D(), L.Dense(2))))
    assert lazy.scores is before
    assert lazy.attribution("CAM", 0, 0).shape == (60, 1)


def test_a_layer_that_was_read_is_not_mixed_with_another_network(x):
    model = network(L.GlobalAveragePooling1D(), L.Dense(3))
    reading = read_layer(model, x, 0)
    peaks = reading.peaks
    model.set_weights([-2 * weight for weight in model.get_weights()])
    assert reading.peaks is peaks
    with pytest.raises(ModelChangedError, match=r"the model has changed since layer .* was read; read it again"):
        _ = reading.weights


# Arrays that change after they were passed


@cache
def unchanged() -> KerasClassifier:
    return KerasClassifier(network(L.GlobalAveragePooling1D(), L.Dense(3)))


@pytest.mark.few(4)
@pytest.mark.parametrize(
    "make",
    [
        lambda array: (["Expected Gradients"], array),
        lambda array: ([methods.ExpectedGradients(background=array)], None),
        lambda array: ([methods.Occlusion(baseline=array[:1])], None),
        lambda array: ([methods.Occlusion(baseline=np.broadcast_to(array[0, 0], (3, 60, 3)))], None),
        lambda array: ([methods.Occlusion(baseline=lambda x: array[: len(x)])], None),
        lambda array: ([methods.Occlusion(baseline=Swap(array))], None),
        lambda array: ([methods.IntegratedGradients(baseline=array[:3])], None),
        lambda array: ([methods.DeepLIFT(baseline=array[0])], None),
        lambda array: ([methods.KernelSHAP(size=20, baseline=array[:3])], None),
        lambda array: ([methods.LIME(size=20, baseline=Noise(array))], None),
        lambda array: ([methods.RISE(masks=20, baseline=array[0, 0])], None),
    ],
)
def test_arrays_are_copied_when_they_are_passed(make, x):
    array = RNG.normal(size=(5, 60, 3)).astype(np.float32)
    chosen, background = make(array)
    classifier = unchanged()
    lazy = LazyExplanation(classifier, x, methods=chosen, background=background)
    (label,) = lazy.methods
    expected = LazyExplanation(classifier, x, methods=chosen, background=background).attribution(label, 0, 1)
    array += 3
    x += 3
    np.testing.assert_array_equal(lazy.attribution(label, 0, 1), expected)
    assert lazy.background is None or np.abs(lazy.background - array).min() > 2


def test_change_points_are_copied(x):
    classifier, points = unchanged(), [20, 40]
    lazy = LazyExplanation(classifier, x, methods=["Saliency"], window=points)
    points[0] = 30
    assert (np.diff(lazy.attribution("Saliency", 0, 1)[:, 0]).nonzero()[0] + 1).tolist() == [20, 40]


def test_what_is_read_inside_is_copied(x):
    model = network(L.GlobalAveragePooling1D(), L.Dense(3))
    y = np.array([0, 1, 2])
    reading, other = (read_layer(model, x, 0, y=y) for _ in range(2))
    expected = other.peaks.values, other.classes.copy()
    x += 3
    y[:] = 0
    np.testing.assert_array_equal(reading.peaks.values, expected[0])
    np.testing.assert_array_equal(reading.classes, expected[1])


# State that no setting tells of


@keras.saving.register_keras_serializable()
class Scaled(L.Layer):
    """A layer whose state is kept where only its own code looks."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._scale, self.tensor, self.holder = 1.0, keras.ops.ones(()), Holder()

    def call(self, x: Any) -> Any:
        return x * self._scale * self.tensor * self.holder.scale


class Holder:
    scale = 1.0


class Leaky:
    slope = 0.1

    def __call__(self, x: Any) -> Any:
        return keras.ops.leaky_relu(x, self.slope)


class Tempered(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.inner, self._temperature = network(L.Flatten(), L.Dense(3)), 1.0

    def call(self, x: Any) -> Any:
        return keras.ops.softmax(self.inner(x) / self._temperature)


def hidden_state() -> keras.Model:
    trunk = [Scaled(), L.Normalization(mean=[0.1, 0, 0], variance=[1, 2, 1]), L.Conv1D(6, 5, activation=Leaky())]
    return network(L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax"), trunk=trunk)


def private(model: keras.Model) -> None:
    model.layers[0]._scale = -3.0


def tensor(model: keras.Model) -> None:
    model.layers[0].tensor = keras.ops.convert_to_tensor(-3.0)


def held(model: keras.Model) -> None:
    model.layers[0].holder.scale = -3.0


def callable_state(model: keras.Model) -> None:
    model.layers[2].activation.slope = -4.0


def constants(model: keras.Model) -> None:
    model.layers[1].mean = model.layers[1].mean + 3


def temperature(model: keras.Model) -> None:
    model._temperature = 20.0


HIDDEN = [private, tensor, held, callable_state, constants, temperature]


@pytest.mark.parametrize("edit", slow_but([private, temperature], HIDDEN))
def test_explaining_again_after_hidden_state_changed_explains_the_model_as_it_is(edit, x):
    model = Tempered() if edit is temperature else hidden_state()
    model(x)
    explain(model, x, methods=["Saliency"], progress=False)
    edit(model)
    again = explain(model, x, methods=["Saliency"], progress=False)
    np.testing.assert_allclose(again.probabilities, model(x), atol=1e-5)


@pytest.mark.parametrize("edit", HIDDEN)
def test_a_function_that_is_compiled_after_hidden_state_changed_is_not_mixed_with_those_before(edit, x):
    model = Tempered() if edit is temperature else hidden_state()
    model(x)
    lazy = LazyExplanation(KerasClassifier(model), x)
    edit(model)
    with pytest.raises(ModelChangedError, match="has changed since"):
        lazy.attribution("Saliency", 0, 0)


def test_adapting_a_normalization_layer_is_a_change(x):
    model = network(L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax"), trunk=[L.Normalization()])
    model.layers[0].adapt(x)
    explain(model, x, methods=["Saliency"], progress=False)
    model.layers[0].adapt(5 * x + 3)
    again = explain(model, x, methods=["Saliency"], progress=False)
    np.testing.assert_allclose(again.probabilities, model(x), atol=1e-5)


def test_a_loss_and_a_name_are_no_change_where_the_model_ends_in_probabilities(x):
    model = editable()
    lazy = LazyExplanation(KerasClassifier(model), x, methods=["Saliency", "HiResCAM"])
    model.compile(loss="sparse_categorical_crossentropy")
    lazy.attribution("Saliency", 0, 0)
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy())
    model.name = "renamed"
    lazy.attribution("HiResCAM", 0, 0)


@keras.saving.register_keras_serializable()
class Remembers(L.Layer):
    """A layer that keeps the shape of its last batch."""

    def call(self, x: Any) -> Any:
        self.last = tuple(x.shape)
        return 1.0 * x


def test_what_a_batch_of_another_size_changes_is_no_change(x):
    model = network(L.GlobalAveragePooling1D(), L.Dense(3), trunk=[Remembers(), L.Conv1D(6, 5)])
    model(x[:1])
    lazy = LazyExplanation(KerasClassifier(model), x)
    model(x)
    lazy.attribution("Saliency", 0, 0)
    model(x[:1])
    explain(model, x, methods=["HiResCAM"], progress=False)


class Watched(L.Layer):
    """A layer with a variable of TensorFlow, which Keras does not count among its weights."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.variable = tf.Variable(1.0)

    def call(self, x: Any) -> Any:
        return x * self.variable


class Counted(L.Layer):
    """A layer that counts its calls in a weight."""

    def build(self, _: Any) -> None:
        self.count = self.add_weight(shape=(), trainable=False)

    def call(self, x: Any) -> Any:
        self.count.assign_add(1.0)
        return 1.0 * x


def test_variables_that_keras_does_not_track_are_noticed(x):
    head = L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax")
    model = network(*head, trunk=[Watched(), L.Conv1D(6, 5, activation="relu")])
    lazy = LazyExplanation(KerasClassifier(model), x)
    lazy.attribution("Saliency", 0, 0)
    model.layers[0].variable.assign(-3.0)
    with pytest.raises(ModelChangedError, match="has changed since"):
        lazy.attribution("HiResCAM", 0, 0)


def test_a_weight_that_a_call_changes_is_no_change(x):
    head = L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax")
    model = network(*head, trunk=[Counted(), L.Conv1D(6, 5, activation="relu")])
    lazy = LazyExplanation(KerasClassifier(model), x)
    lazy.attribution("Saliency", 0, 0)
    lazy.attribution("HiResCAM", 0, 0)


def test_other_labels_of_a_fitted_classifier_want_a_new_widget(x):
    class Fitted:
        model_ = network(L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax"))
        classes_ = np.array(["a", "b", "c"])

    lazy = LazyExplanation(KerasClassifier(Fitted()), x)
    Fitted.classes_ = np.array(["p", "q", "r"])
    with pytest.raises(ValueError, match="the model must still have the same class labels for an update"):
        lazy.update_model(KerasClassifier(Fitted()))


def test_weights_that_are_put_back_are_no_change(x):
    model = network(L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax"))
    lazy = LazyExplanation(KerasClassifier(model), x)
    told = []
    lazy.when_model_changed = told.append
    weights = model.get_weights()
    model.set_weights([0 * weight for weight in weights])
    with pytest.raises(ModelChangedError):
        lazy.attribution("Saliency", 0, 0)
    model.set_weights(weights)
    lazy.attribution("Saliency", 0, 0)
    assert told[0]
    assert not any(told[1:])


def test_a_classifier_that_was_fitted_again_has_changed(x):
    class Fitted:
        model_ = network(L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax"))

    fitted = Fitted()
    lazy = LazyExplanation(KerasClassifier(fitted), x)
    fitted.model_ = network(L.GlobalAveragePooling1D(), L.Dense(3, activation="softmax"))
    with pytest.raises(ModelChangedError):
        lazy.attribution("Saliency", 0, 0)


def test_large_constants_of_a_layer_are_compared_by_object(x):
    model = network(L.GlobalAveragePooling1D(), L.Dense(3))
    model.layers[0].bank = np.zeros(2_000)
    classifier = KerasClassifier(model)
    before = classifier.fingerprint()
    model.layers[0].bank = np.ones(2_000)
    assert classifier.fingerprint() != before


class Turned(L.Layer):
    """A layer that learns whether to reverse time."""

    def build(self, _: Any) -> None:
        self.share = self.add_weight(shape=(), initializer="zeros")

    def call(self, x: Any) -> Any:
        return (1 - self.share) * x + self.share * x[:, ::-1]


def test_what_a_layer_was_tried_for_is_tried_again_with_other_weights(x):
    model = network(L.GlobalAveragePooling1D(), L.Dense(2), trunk=[Turned(), L.Conv1D(6, 5)])
    assert "HiResCAM" in explain(model, x, progress=False).attributions
    model.layers[0].share.assign(1.0)
    assert "HiResCAM" not in explain(model, x, progress=False).attributions


class Weighed(L.Layer):
    """A layer with a factor whose name is that of an initializer."""

    def __init__(self):
        super().__init__()
        self.factor_initializer = 1.0

    def call(self, maps):
        return self.factor_initializer * maps


def its_own_setting(model):
    next(one for one in model.layers if isinstance(one, Weighed)).factor_initializer = 3.0


def its_precision(model):
    model.layers[-1].dtype_policy = "bfloat16"


@pytest.mark.parametrize("edit", [its_own_setting, its_precision])
def test_settings_of_other_kinds_are_compared(edit, x):
    model = network(Weighed(), L.GlobalAveragePooling1D(), L.Dense(3), trunk=[L.Conv1D(6, 5)])
    classifier = KerasClassifier(model)
    classifier.scores(x)
    edit(model)
    with pytest.raises(ModelChangedError, match="has changed since this classifier was made"):
        classifier.scores(x)


def test_what_only_training_reads_may_change(x):
    model = network(L.GlobalAveragePooling1D(), L.Dense(3), trunk=[L.Conv1D(6, 5)])
    classifier = KerasClassifier(model)
    before = classifier.scores(x)
    model.layers[-1].kernel_regularizer = keras.regularizers.L2(0.1)
    np.testing.assert_array_equal(classifier.scores(x), before)
