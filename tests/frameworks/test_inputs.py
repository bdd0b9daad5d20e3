"""Models that take more than the series: the other inputs are held fixed, as if they were constants of the model."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest
import torch
from keras import layers as L
from torch import nn

from cam1d_widget import CAM1DWidget, KerasClassifier, TorchClassifier, explain, inside
from cam1d_widget.widget.other_series import ComputedSeries
from tests.frameworks.several_inputs import (
    CHANNELS,
    CLASSES,
    STEPS,
    Called,
    Recorder,
    ages,
    called,
    question,
    recorder,
    series,
)

X, AGES = series(), ages()
GIVEN = {"ecg": X, "age": AGES}
NETWORKS = [question, called, recorder]


def close(one: np.ndarray, other: np.ndarray) -> None:
    np.testing.assert_allclose(one, other, rtol=0, atol=2e-5 * max(np.abs(other).max(), 1e-12))


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("network", "methods"),
    [
        (question, ["HiResCAM", "Integrated Gradients", "DeepLIFT", "LRP", "Guided Backprop", "Occlusion"]),
        (called, ["HiResCAM", "DeepLIFT", "Guided Grad-CAM", "Occlusion"]),
        (recorder, None),
        pytest.param(question, None, marks=pytest.mark.slow),
    ],
)
def test_each_map_is_that_of_the_model_with_its_instance_s_inputs_built_in(network, methods):
    model, with_constant = network()
    explanation = explain(model, GIVEN, methods=methods, progress=False)
    instance = len(X) - 1
    plain = explain(with_constant(AGES[instance]), X[instance:], methods=methods, progress=False)
    assert explanation.methods == plain.methods
    assert dict(explanation.exactness) == dict(plain.exactness)
    close(explanation.scores[instance], plain.scores[0])
    np.testing.assert_array_equal(explanation.receptive_field, plain.receptive_field)
    for method in plain.methods:
        close(explanation.attributions[method][instance], plain.attributions[method][0])
        np.testing.assert_allclose(explanation.completeness[method][instance], plain.completeness[method][0], atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS)
def test_the_widget_explains_checks_and_replaces_windows_with_the_inputs_of_the_instance(network):
    model, with_constant = network()
    methods, instance = ["HiResCAM", "Saliency"], 2
    widget = CAM1DWidget(model, GIVEN, methods=methods)
    plain = CAM1DWidget(with_constant(AGES[instance]), X[instance : instance + 1], methods=methods)
    widget.instance = instance
    close(widget.attribution, plain.attribution)
    here, there = ComputedSeries(widget._lazy)(instance, 5, 15), ComputedSeries(plain._lazy)(0, 5, 15)
    close(here.scores, there.scores)
    checked, known = (one.check(instance=at, target=1, progress=False) for one, at in ((widget, instance), (plain, 0)))
    assert [one.passed for one in checked.findings] == [one.passed for one in known.findings]
    assert widget._lazy.descriptions["Saliency"].endswith("; age held fixed")


def test_an_update_keeps_the_other_inputs():
    model, _ = question()
    widget = CAM1DWidget(model, GIVEN, methods=["Saliency"])
    model.set_weights([1.5 * weight for weight in model.get_weights()])
    widget.update_model()
    close(widget._lazy.probabilities, model.predict([X, AGES], verbose=0))
    close(
        widget.attribution, explain(model, GIVEN, methods=["Saliency"], progress=False).attributions["Saliency"][0, 0]
    )


def test_a_batch_over_all_instances_gives_their_scores_and_bound_classifiers_take_any_batch():
    model, _ = question()
    classifier = KerasClassifier(model, score="probabilities").holding({"age": AGES})
    expected = model.predict([X, AGES], verbose=0)
    close(classifier.for_instances(np.arange(len(X))).scores(X), expected)
    one = classifier.for_instances(np.array([1]))
    close(one.scores(np.repeat(X[1:2], 3, axis=0)), np.repeat(expected[1:2], 3, axis=0))
    assert one.traces["scores"] == 1  # other values of the inputs compile nothing


class Subclassed(keras.Model):
    """A model that is called with a dict, or with a list, of the series and a kind by its index."""

    def __init__(self, by_name: bool) -> None:
        super().__init__()
        self.by_name = by_name
        self.conv, self.mean = L.Conv1D(4, 3, activation="relu"), L.GlobalAveragePooling1D()
        self.kinds, self.flat, self.out = L.Embedding(5, 2), L.Flatten(), L.Dense(CLASSES)

    def call(self, inputs: Any) -> Any:
        series, kind = (inputs["ecg"], inputs["kind"]) if self.by_name else inputs
        return self.out(L.Concatenate()([self.mean(self.conv(series)), self.flat(self.kinds(kind))]))


@pytest.mark.few(1)
@pytest.mark.parametrize("by_name", [True, False])
def test_subclassed_models_take_a_dict_or_a_list(by_name):
    keras.utils.set_random_seed(0)
    kinds = np.array([[3], [0], [4], [1]])
    names = ("ecg", "kind") if by_name else ("input_0", "input_1")
    given = dict(zip(names, (X, kinds), strict=True))
    model = Subclassed(by_name)
    expected = np.asarray(model(given if by_name else [X, kinds]))
    explanation = explain(model, given, methods=["CAM", "DeepLIFT", "LRP"], progress=False)
    close(explanation.scores, expected)
    assert set(explanation.exactness.values()) == {"exact", "complete", "approximate"}
    assert explanation.completeness["CAM"].max() < 1e-4  # what the kind adds to the score is part of the bias


class Optional(Called):
    """The model with an age that may be left out."""

    def call(self, ecg: Any, *, age: Any = None, training: bool = False) -> Any:
        return super().call(ecg, keras.ops.ones_like(ecg[:, 0, :2]) if age is None else age, training)


def test_arguments_of_a_subclassed_model_are_given_by_name():
    keras.utils.set_random_seed(0)
    model = Optional()
    model(X, age=AGES)
    expected, without = np.asarray(model(X, age=AGES)), np.asarray(model(X[:1]))
    for given in (GIVEN, {"series": X, "age": AGES}):
        close(explain(model, given, methods="CAM", progress=False).scores, expected)
    close(explain(model, X[:1], methods="Saliency", progress=False).scores, without)


def test_what_a_subclassed_model_does_not_compute_with_is_refused():
    model, _ = called()
    classifier = KerasClassifier(model)
    with pytest.raises(ValueError, match="is read for series of one shape, which is not known yet"):
        classifier.scores(X)
    with pytest.raises(
        ValueError, match=r"could not be called with series \(40, 3\) and age \(1,\) \(.*\); x must hold"
    ):
        explain(model, {"ecg": X, "age": AGES[:, :1]})
    with pytest.raises(ValueError, match="series must be an argument of Called's call"):
        explain(model, GIVEN, series="ecgg")


class Unnamed(Called):
    """The model with arguments that have no names."""

    def build(self, shape: Any) -> None:
        self.built = True

    def call(self, *given: Any) -> Any:
        return super().call(*given)


class Nested(Called):
    """The model with a list and a tensor."""

    def call(self, given: Any, age: Any) -> Any:
        return super().call(given[0], age)


@pytest.mark.parametrize(("kind", "given"), [(Unnamed, (X, AGES)), (Nested, ([X, X], AGES))])
def test_arguments_without_names_and_lists_besides_others_need_a_functional_model(kind, given):
    model = kind()
    model(*given)
    with pytest.raises(ValueError, match="pass a functional model around it"):
        explain(model, GIVEN)


def test_a_functional_model_around_a_subclassed_one_names_its_inputs():
    model, _ = called()
    ecg, age = keras.Input((STEPS, CHANNELS), name="ecg"), keras.Input((2,), name="age")
    around = keras.Model([ecg, age], model(ecg, age))
    methods = ["HiResCAM", "DeepLIFT"]
    one, other = (explain(made, GIVEN, methods=methods, progress=False) for made in (model, around))
    for method in methods:
        close(one.attributions[method], other.attributions[method])


def test_a_model_called_with_arguments_is_read_once_and_again_after_a_change():
    model, _ = called()
    classifier = KerasClassifier(model).holding({"age": AGES})
    first = classifier.for_series(X)
    assert classifier.for_series(X)._passes is first._passes
    model.set_weights([1.5 * weight for weight in model.get_weights()])
    close(classifier.for_series(X).for_instances(np.arange(len(X))).scores(X), np.asarray(model(X, AGES)))
    model.conv.activation = keras.activations.tanh
    changed = classifier.for_series(X)
    assert changed._passes is not first._passes
    close(changed.for_instances(np.arange(len(X))).scores(X), np.asarray(model(X, AGES)))


def test_series_of_unequal_length_go_with_other_arguments():
    model, _ = called()
    lengths = np.array([40, 25, 31, 40])
    padded = np.where(np.arange(STEPS)[:, np.newaxis] < lengths[:, np.newaxis, np.newaxis], X, 0)
    given = {"ecg": [one[:length] for one, length in zip(X, lengths, strict=True)], "age": AGES}
    explanation = explain(model, given, methods="Saliency", progress=False)
    close(explanation.scores, np.asarray(model(padded, AGES)))
    np.testing.assert_array_equal(explanation.lengths, lengths)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_arguments_are_the_same_for_all_backends(backend):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", "built_in and called"]
    done = subprocess.run(command, env=os.environ | {"KERAS_BACKEND": backend}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def heads(shared: bool = True) -> keras.Model:
    """Three convolutions of different sizes, each with an input of its own, or all of one."""
    keras.utils.set_random_seed(0)
    inputs = [keras.Input((STEPS, CHANNELS), name=f"head_{place}") for place in range(1 if shared else 3)]
    maps = [
        L.Flatten()(L.MaxPooling1D(2)(L.Conv1D(4, size, activation="relu")(inputs[0 if shared else place])))
        for place, size in enumerate((3, 5, 7))
    ]
    return keras.Model(inputs, L.Dense(CLASSES, activation="softmax")(L.Concatenate()(maps)))


@pytest.mark.slow
def test_a_series_that_a_model_takes_several_times_is_one_input():
    model, plain = heads(shared=False), heads()
    plain.set_weights(model.get_weights())
    methods = ["Gradient × Input", "Integrated Gradients", "DeepLIFT", "LRP", "Occlusion"]
    explanation, known = (explain(one, X, methods=methods, progress=False) for one in (model, plain))
    close(explanation.probabilities, model.predict([X, X, X], verbose=0))
    for method in methods:
        close(explanation.attributions[method], known.attributions[method])
    assert dict(explanation.exactness) == dict(known.exactness)
    by_name = explain(model, {f"head_{place}": X for place in range(3)}, methods=methods[:1], progress=False)
    close(by_name.attributions[methods[0]], known.attributions[methods[0]])


@pytest.mark.slow
def test_one_of_several_series_is_explained_and_the_others_are_held_fixed():
    model, others = heads(shared=False), {f"head_{place}": X[::-1] for place in (0, 2)}
    methods = ["Gradient × Input", "HiResCAM", "DeepLIFT"]
    named = explain(model, {"head_1": X, **others}, series="head_1", methods=methods, progress=False)
    assert [named.exactness[method] for method in methods] == ["approximate", "exact", "complete"]
    assert max(named.completeness[method].max() for method in methods[1:]) < 1e-4  # the others' share is in the bias
    with pytest.raises(ValueError, match="say which is the series, as series='head_0'"):
        explain(model, {"head_1": X, **others}, progress=False)
    classifier = KerasClassifier(model, series="head_1").holding(others).for_instances(np.array([2]))
    step = np.zeros_like(X[2:3])
    step[0, 20, 1] = 1e-2
    up, down = classifier.scores(X[2:3] + step)[0], classifier.scores(X[2:3] - step)[0]
    target = named.targets[2, 0]
    slope = named.attributions["Gradient × Input"][2, 0, 20, 1] / X[2, 20, 1]
    assert slope == pytest.approx((up - down)[target] / 2e-2, abs=1e-3)


class Masked(Recorder):
    """The recorder with a mask of steps, and a kind by its index, which may be left out."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds = nn.Embedding(5, CLASSES)

    def forward(self, ecg: Any, mask: Any, kind: Any = None) -> Any:
        maps = torch.relu(self.norm(self.conv(ecg))) * mask[:, None, : STEPS - 4]
        scores = self.scores(torch.cat([maps.sum(-1) / mask.sum(-1, keepdim=True), maps[..., :4].mean(1)], 1))
        return scores if kind is None else scores + self.kinds(kind)


class ByName(nn.Module):
    """A module that cannot be exported, since it branches on its data."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, ecg: Any, mask: Any, kind: Any = None) -> Any:
        return self.body(ecg, mask, kind) if float(ecg.detach().sum()) > 0 else self.body(ecg + 0, mask, kind)


@pytest.mark.few(1)
@pytest.mark.parametrize("wrapped", [lambda module: module, ByName])
@pytest.mark.slow
def test_torch_modules_take_masks_and_indices(wrapped):
    torch.manual_seed(0)
    module = wrapped(Masked()).eval()
    mask = np.ones((len(X), STEPS), bool)
    mask[:, 30:] = False
    kinds = np.array([3, 0, 4, 1])
    explanation = explain(module, {"ecg": X, "mask": mask, "kind": kinds}, methods=["Saliency"], progress=False)
    with torch.no_grad():
        scores = module(torch.as_tensor(X).transpose(1, 2), torch.as_tensor(mask), torch.as_tensor(kinds))
    close(explanation.scores, scores.numpy())
    assert np.abs(explanation.attributions["Saliency"][:, 0, :30]).max() > 0
    assert (explanation.attributions["Saliency"][:, 0, 34:] == 0).all()  # no step that the mask leaves sees these


class Two(nn.Module):
    """A module of two series with channels first."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Conv1d(CHANNELS, 4, 3), nn.Conv1d(CHANNELS, 4, 3)
        self.head = nn.Linear(4, CLASSES)

    def forward(self, ecg: Any, resp: Any) -> Any:
        return self.head((torch.relu(self.one(ecg)) * torch.relu(self.two(resp))).mean(-1))


def test_a_second_series_is_given_in_the_layout_of_the_module():
    torch.manual_seed(0)
    module, other = Two().eval(), X[::-1].copy()
    given = {"ecg": X, "resp": other.swapaxes(1, 2)}
    made = explain(module, given, series="ecg", methods=["Saliency"], progress=False)
    with torch.no_grad():
        close(made.scores, module(*(torch.as_tensor(one).transpose(1, 2) for one in (X, other))).numpy())
    with pytest.raises(ValueError, match="give resp as the module takes them, since only the explained series is arr"):
        explain(module, {"ecg": X, "resp": other}, series="ecg", progress=False)


@pytest.mark.few(1)
@pytest.mark.parametrize("network", NETWORKS)
def test_layers_are_read_with_the_inputs_of_each_instance(network):
    model, with_constant = network()
    kind = KerasClassifier if isinstance(model, keras.Model) else TorchClassifier
    classifier = kind(model)
    reading = inside.read_layer(classifier, GIVEN, "conv1" if kind is KerasClassifier else "conv")
    classes = explain(classifier, GIVEN, methods=["Saliency"], progress=False).scores.argmax(axis=1)
    np.testing.assert_array_equal(reading.classes, classes)
    best = inside.activation_maximization(classifier, 0, data=GIVEN, steps=3, progress=False)
    plain = explain(with_constant(AGES[0]), best.x, methods=["Saliency"], progress=False)
    assert best.scores[0] == pytest.approx(plain.scores[0, 0], abs=1e-4)


@pytest.mark.few(6)
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (X, "x must hold .* by name, as {'ecg': ..., 'age': ...}, but is an array"),
        ({"ecg": X}, "but lacks age"),
        ({"age": AGES}, "but lacks ecg"),
        ({**GIVEN, "agee": AGES}, "but holds 'agee'; did you mean 'age'"),
        ({"ecg": X, "age": AGES[:2]}, r"x\['age'\] must have a value for each of 4 series, but has shape"),
        ({"ecg": X, "age": AGES * np.nan}, r"x\['age'\] must be finite"),
        ({"ecg": X * np.nan, "age": AGES}, "x must be finite"),
        ({"ecg": X, "age": AGES.astype(str)}, r"x\['age'\] must hold real numbers"),
    ],
)
@pytest.mark.parametrize("network", NETWORKS)
def test_inputs_that_do_not_fit_are_refused(network, given, words):
    with pytest.raises((TypeError, ValueError), match=words):
        explain(network()[0], given)


def test_other_wrong_inputs_are_refused():
    model = question()[0]
    with pytest.raises(ValueError, match=r"x\['age'\] must have shape .* but has \(4, 1\)"):
        explain(model, {"ecg": X, "age": AGES[:, :1]})
    with pytest.raises(ValueError, match="takes age besides the series, whose values are not known"):
        KerasClassifier(model).scores(X)
    with pytest.raises(ValueError, match="but is 'ecgg'; did you mean 'ecg'"):
        explain(model, GIVEN, series="ecgg")
    with pytest.raises(
        ValueError, match=r"x must hold the series as x\['series'\], or series= its name, but holds ecg"
    ):
        explain(lambda x: x["ecg"].mean(axis=(1, 2)), GIVEN)
    with pytest.raises(TypeError, match="by name are for Keras models, PyTorch modules and functions"):
        explain(Mean(), GIVEN)


class Mean:
    """A classifier of the series alone."""

    classes, input_shape, continuous = 1, (None, None), True

    def scores(self, x):
        return x.mean(axis=1)[:, :1]

    def probabilities(self, x):
        return None


def test_the_series_among_the_inputs_of_a_function_is_named():
    made = explain(lambda x: x["ecg"].max(axis=1) > 1.5, GIVEN, series="ecg", progress=False, methods="Occlusion")
    np.testing.assert_array_equal(made.scores, X.max(axis=1) > 1.5)
