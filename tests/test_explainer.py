"""From a model and some series to an explanation, computed at once or on first access."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import Explanation, KerasClassifier, all_methods, explain
from cam1d_widget.attribution.lazy_explanation import LazyExplanation
from cam1d_widget.attribution.map_cache import MapCache
from cam1d_widget.attribution.methods import AttributionMethod, IntegratedGradients, KernelSHAP, Occlusion
from cam1d_widget.attribution.methods.families.base import Maps
from cam1d_widget.frameworks.open_model import as_classifier

from .support.toys import linear, question

RNG = np.random.default_rng(2)


@pytest.fixture(scope="module")
def classifier() -> KerasClassifier:
    return KerasClassifier(question([L.Flatten(), L.Dense(4, activation="softmax")]))


@pytest.fixture(scope="module")
def x() -> np.ndarray:
    return RNG.normal(1, 1, size=(11, 300, 9)).astype(np.float32)


def test_default_is_every_method_that_fits_for_the_predicted_class(classifier, x):
    explanation = explain(classifier, x[:2], progress=False)
    fitting = [
        method.label for method in all_methods() if method().refusal(classifier) is None and not method.on_demand
    ]
    assert explanation.methods == tuple(fitting)
    assert {"HiResCAM", "Integrated Gradients", "Occlusion"} < set(fitting) < {one.label for one in all_methods()}
    np.testing.assert_array_equal(explanation.targets[:, 0], classifier.scores(x[:2]).argmax(axis=1))
    np.testing.assert_array_equal(explanation.probabilities, classifier.probabilities(x[:2]))
    assert explanation.exactness["HiResCAM"] == "exact"
    assert explanation.completeness["HiResCAM"].max() < 1e-5
    assert np.isnan(explanation.completeness["Saliency"]).all()


def test_looking_computes_what_explaining_does(classifier, x):
    lazy = LazyExplanation(classifier, x, background=x, y=np.zeros(11, int))
    plain = lazy.compute(instances=[3, 7], targets=[1, 3], methods=lazy.methods, progress=False)
    for method in lazy.methods:
        for row, instance, target in ((0, 3, 1), (1, 7, 3)):
            looked = lazy.attribution(method, instance, target)
            np.testing.assert_allclose(looked, plain.attribution(method, row, target), rtol=1e-3, atol=1e-5)
            np.testing.assert_allclose(
                lazy.completeness_gap(method, instance, target), plain.completeness_gap(method, row, target), atol=1e-4
            )
    np.testing.assert_array_equal(plain.x, x[[3, 7]])


def test_a_map_is_computed_once(x):
    classifier, calls = linear(RNG.normal(size=(2, 300, 9)), np.zeros(2)), []
    gradient = classifier.gradient
    classifier.gradient = lambda x, target: calls.append(len(x)) or gradient(x, target)
    lazy = LazyExplanation(classifier, x, methods=["Saliency"])
    first = lazy.attribution("Saliency", 0, 1)
    assert lazy.attribution("Saliency", 0, 1) is first
    assert calls == [1]


def test_all_classes_of_a_class_activation_map_come_with_the_first(classifier, x):
    lazy = LazyExplanation(classifier, x, methods=["HiResCAM", "Saliency"])
    lazy.attribution("HiResCAM", 0, 1)
    lazy.attribution("Saliency", 0, 1)
    there = [key[1:] for key in lazy._kept if key[0] == lazy._number]
    assert there == [*(("HiResCAM", 0, target) for target in range(4)), ("Saliency", 0, 1)]


def test_memory_of_looked_at_maps_is_bounded_for_all_explanations_together(x, monkeypatch):
    monkeypatch.setattr("cam1d_widget.attribution.lazy_explanation._KEPT", kept := MapCache(5 * x[0].size * 8))
    for _ in range(2):
        lazy = LazyExplanation(linear(RNG.normal(size=(2, 300, 9)), np.zeros(2)), x, methods=["Saliency"])
        for instance in range(11):
            lazy.attribution("Saliency", instance, 0)
    assert [(number, instance) for number, _, instance, _ in kept] == [
        (lazy._number, instance) for instance in (6, 7, 8, 9, 10)
    ]


def test_series_that_are_looked_at_again_take_no_more_memory(x):
    classifier = linear(RNG.normal(size=(2, 300, 9)), np.zeros(2))
    mine = x.copy()
    first, again = (LazyExplanation(classifier, mine, methods=["Saliency"]) for _ in range(2))
    assert again.x is first.x
    mine[0] = 0
    changed = LazyExplanation(classifier, mine, methods=["Saliency"])
    np.testing.assert_array_equal(changed.x, mine)
    np.testing.assert_array_equal(first.x, x)


def test_baseline_is_the_mean_of_the_background(classifier, x):
    background = x + np.arange(9, dtype=np.float32)
    by_background = explain(classifier, x[:1], methods=["Integrated Gradients"], background=background, progress=False)
    mean = background.mean(axis=(0, 1), dtype=float)
    by_hand = explain(classifier, x[:1], methods=[IntegratedGradients(baseline=mean)], progress=False)
    np.testing.assert_allclose(
        by_background.attributions["Integrated Gradients"],
        by_hand.attributions["Integrated Gradients"],
        rtol=1e-3,
        atol=1e-5,
    )
    assert "zero" not in by_background.descriptions["Integrated Gradients"]


def test_zero_baseline_is_stated(classifier, x):
    explanation = explain(classifier, x[:1], methods=["Occlusion", "HiResCAM"], progress=False)
    assert "(baseline: zero, since no background was given)" in explanation.descriptions["Occlusion"]
    assert "baseline" not in explanation.descriptions["HiResCAM"]


def test_a_methods_own_baseline_is_kept(x):
    classifier = linear(np.ones((1, 300, 9)), np.zeros(1))
    explanation = explain(
        classifier, x[:1], methods=[Occlusion(size=1, stride=1, baseline=7.0)], background=x, progress=False
    )
    np.testing.assert_allclose(explanation.attributions["Occlusion"][0, 0], x[0] - 7, atol=1e-2)


@pytest.mark.parametrize(
    ("targets", "expected"), [("all", [0, 1, 2, 3]), (2, [2]), ([3, 0], [3, 0]), (np.array([1]), [1])]
)
def test_targets(targets, expected, classifier, x):
    explanation = explain(classifier, x[:2], methods=["HiResCAM"], targets=targets, progress=False)
    np.testing.assert_array_equal(explanation.targets, [expected, expected])


def test_channels_first_series_are_turned(classifier, x):
    turned = explain(
        classifier, np.moveaxis(x[:2], 1, 2), methods=["Saliency"], layout="channels_first", progress=False
    )
    straight = explain(classifier, x[:2], methods=["Saliency"], progress=False)
    np.testing.assert_array_equal(turned.attributions["Saliency"], straight.attributions["Saliency"])


def test_receptive_field_is_included(classifier, x):
    explanation = explain(classifier, x[:1], methods=["HiResCAM"], progress=False)
    np.testing.assert_array_equal(explanation.receptive_field[0], [0, 73, 36])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"methods": ["GradCem"]},
            r"methods must be one of Ablation-CAM, .* but is 'GradCem'; did you mean 'Grad-CAM'",
        ),
        ({"methods": ["CAM"]}, "CAM needs global average pooling .*HiResCAM"),
        ({"targets": "best"}, "targets must be 'predicted', 'all', or the name or index of a class"),
        ({"targets": [0, 9]}, "targets must be class indices from 0 to 3"),
        ({"targets": []}, "targets must be 'predicted', 'all', a sequence"),
        ({"background": np.zeros((2, 300, 8))}, "must have 9 channels"),
        ({"y": [0]}, re.escape("y must have shape (instance,) = (2,)")),
        ({"y": [0, 9]}, "y must hold class indices from 0 to 3"),
        ({"class_names": ["a"]}, "class_names must hold 4 names, but holds 1"),
        ({"channel_names": ["a"]}, "channel_names must hold 9 names, but holds 1"),
        ({"sampling_rate": 0}, "sampling_rate must be a finite number above 0"),
        ({"layout": "TC"}, "layout must be 'channels_last' or 'channels_first'"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_computed(options, message, classifier, x, monkeypatch):
    computed = []
    monkeypatch.setattr(type(classifier), "gradient", lambda *_: computed.append(1))
    monkeypatch.setattr(type(classifier), "features", lambda *_: computed.append(1))
    with pytest.raises(ValueError, match=message):
        explain(classifier, x[:2], progress=False, **options)
    assert not computed


def test_looking_beyond_what_there_is(classifier, x):
    lazy = LazyExplanation(classifier, x[:2], methods=["HiResCAM"])
    with pytest.raises(ValueError, match="instance must be a whole number from 0 to 1"):
        lazy.attribution("HiResCAM", 2, 0)
    with pytest.raises(ValueError, match="method must be one of HiResCAM, but is 'Saliency'"):
        lazy.attribution("Saliency", 0, 0)
    assert not lazy.has("HiResCAM", 0, 4)


@pytest.fixture
def slow() -> Iterator[str]:
    """Label of a method that draws at random and takes its time; forgotten afterwards."""

    class Slow(AttributionMethod):
        """A map of chance."""

        label, family, reference = "Slow", "perturbation", "here"
        stochastic = on_demand = True

        def attribute(self, classifier, x, target):
            return x

        def maps(self, classifier, x, targets):
            values = np.repeat(x[:, np.newaxis], targets.shape[1], axis=1)
            return Maps(values, values.sum(axis=(2, 3)), np.abs(values) / 10)

    yield Slow.label
    del Slow
    gc.collect()


def test_slow_methods_are_left_out_unless_asked_for(classifier, x, slow):
    assert slow not in explain(classifier, x[:1], progress=False).methods
    assert explain(classifier, x[:1], methods=[slow], progress=False).methods == (slow,)
    lazy = LazyExplanation(classifier, x[:1])
    assert slow in lazy.methods  # in the menu all the same


def test_standard_errors_are_included(classifier, x, slow, tmp_path):
    explanation = explain(classifier, x[:3], methods=[slow, "Saliency"], targets=[1, 2], progress=False)
    np.testing.assert_allclose(explanation.standard_error(slow, 2, 1), np.abs(x[2]) / 10)
    assert explanation.standard_error("Saliency", 2, 1) is None
    explanation.save(tmp_path / "kept.npz")
    np.testing.assert_array_equal(
        Explanation.load(tmp_path / "kept.npz").standard_error(slow, 0, 2), explanation.standard_error(slow, 0, 2)
    )


def test_each_instance_may_have_its_own_class(classifier, x):
    explanation = explain(classifier, x[:3], methods=["Saliency"], targets=np.array([[2], [0], [3]]), progress=False)
    assert explanation.targets.tolist() == [[2], [0], [3]]
    np.testing.assert_allclose(explanation.attribution("Saliency", 2, 3), classifier.gradient(x[2:3], 3)[0], rtol=1e-4)
    with pytest.raises(ValueError, match="a row for each of 3 instances"):
        explain(classifier, x[:3], methods=["Saliency"], targets=np.array([[2], [0]]), progress=False)


def test_an_interrupt_keeps_what_is_done(x):
    many = np.tile(x, (20, 1, 1))
    classifier, calls = linear(RNG.normal(size=(2, 300, 9)), np.zeros(2)), []
    gradient = classifier.gradient

    def stopping(x, target):
        calls.append(len(x))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return gradient(x, target)

    classifier.gradient = stopping
    with pytest.warns(UserWarning, match="first 128 of 220 series"):
        explanation = explain(classifier, many, methods=["Saliency"], targets=0, progress=False)
    assert len(explanation.x) == len(explanation.attributions["Saliency"]) == calls[0] + calls[1] == 128


def test_explaining_a_model_again_compiles_nothing_again(x):
    model = question([L.Flatten(), L.Dense(4)])
    first = as_classifier(model)
    explain(model, x[:1], methods=["HiResCAM", "Integrated Gradients", "Occlusion"], progress=False)
    explain(model, x, methods=["Grad-CAM", "Saliency"], targets="all", progress=False)
    explain(model, x[:7], methods=["Integrated Gradients", "Occlusion", "DeepLIFT"], targets=[1, 2], progress=False)
    assert as_classifier(model) is first
    assert {"scores", "gradient", "features_and_scores"} <= first.traces.keys()
    assert set(first.traces.values()) == {1}


def test_model_that_has_grown_is_read_again(x):
    model = question([L.GlobalAveragePooling1D(), L.Dense(4)])
    assert explain(model, x[:1], methods=["Saliency"], progress=False).scores.shape == (1, 4)
    model.add(L.Dense(2))
    assert explain(model, x[:1], methods=["Saliency"], progress=False).scores.shape == (1, 2)
    model.compile("adam", keras.losses.CategoricalCrossentropy(from_logits=True))
    assert explain(model, x[:1], methods=["Saliency"], progress=False).probabilities is not None


def test_maps_may_be_averaged_over_windows(classifier, x):
    methods = ["HiResCAM", "Saliency", "SmoothGrad", "Integrated Gradients"]
    plain = explain(classifier, x[:2], methods=methods, progress=False)
    pooled = explain(classifier, x[:2], methods=methods, window=27, progress=False)
    np.testing.assert_array_equal(pooled.attributions["HiResCAM"], plain.attributions["HiResCAM"])  # placed by steps
    for method in methods[1:]:
        fine, coarse = plain.attributions[method], pooled.attributions[method]
        np.testing.assert_allclose(coarse.sum(axis=2), fine.sum(axis=2), rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(coarse[:, :, 27:54], coarse[:, :, 27:28].repeat(27, axis=2))
        np.testing.assert_allclose(coarse[:, :, 30], fine[:, :, 27:54].mean(axis=2), rtol=1e-4, atol=1e-6)
        assert "windows of 27 samples" in pooled.descriptions[method]
    np.testing.assert_allclose(
        pooled.completeness["Integrated Gradients"], plain.completeness["Integrated Gradients"], atol=1e-4
    )
    points = explain(classifier, x[:1], methods=["Saliency"], window=[100, 120], progress=False)
    assert len(np.unique(points.attributions["Saliency"][0, 0, :, 0])) == 3
    with pytest.raises(ValueError, match="window must be a whole number from 1 to 300, the samples"):
        explain(classifier, x[:1], methods=["Saliency"], window=301, progress=False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 2.5}, "batch_size must be a whole number, at least 1, but is 2.5"),
        ({"layer": ["conv1d"]}, "layer must be the name or index of a layer, or a layer, but is ['conv1d']"),
        ({"methods": [KernelSHAP(size=301)]}, "size must be a whole number from 1 to 300, the samples"),
        (
            {"window": "5"},
            "window must be a whole number from 1 to 300, the samples of a series, but is '5'; or give a sequence",
        ),
    ],
)
def test_options_of_the_wrong_kind_are_refused_in_our_words(options, message, classifier, x):
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        explain(classifier.model, x[:1], progress=False, **options)


@pytest.mark.parametrize("kind", [keras.Model, keras.Sequential, KerasClassifier])
def test_a_class_is_no_model(kind, x):
    message = f"^model must be a keras.Model .*, but is the class {kind.__name__}; create an instance of it$"
    with pytest.raises(TypeError, match=message):
        explain(kind, x)
