"""Gradient methods and Occlusion on functions whose answer is known, and what options are refused."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, fields, replace

import numpy as np
import pytest

from cam1d_widget import all_methods, explain
from cam1d_widget.attribution.methods import (
    AttributionMethod,
    GradientXInput,
    IntegratedGradients,
    Occlusion,
    Saliency,
    SmoothGrad,
)

from ...support.toys import Formula, linear, multi_layer, nested_relu

RNG = np.random.default_rng(0)


def test_saliency_is_the_gradient_and_keeps_its_sign(flatten, x):
    gradient = flatten.gradient(x, 1)
    np.testing.assert_array_equal(Saliency().attribute(flatten, x, 1), gradient)
    np.testing.assert_array_equal(Saliency(absolute=True).attribute(flatten, x, 1), np.abs(gradient))
    assert (gradient < 0).any()


@pytest.mark.parametrize("inner", [False, True])
def test_integrated_gradients_does_not_depend_on_how_a_function_is_written(inner):
    x = np.array([[[3.0], [1.0]]])
    values = IntegratedGradients(steps=400).attribute(nested_relu(inner), x, 0)
    np.testing.assert_allclose(values[0, :, 0], [1.5, -0.5], atol=2e-2)
    assert GradientXInput().attribute(nested_relu(False), x, 0).ravel().tolist() == [3, -1]


def test_integrated_gradients_of_a_smooth_function_is_exact():
    # f = 5x + y² + sin z separates, so each value gets its own term's difference

    def score(x):
        return np.array([5 * x[0, 0] + x[1, 0] ** 2 + np.sin(x[2, 0])])

    def gradient(x, target):
        return np.array([[5.0], [2 * x[1, 0]], [np.cos(x[2, 0])]])

    x, baseline = np.array([[[1.0], [2.0], [3.0]]]), np.array([[0.5], [1.0], [1.0]])
    values = IntegratedGradients(steps=16, baseline=baseline).attribute(Formula(score, gradient, (3, 1), 1), x, 0)
    np.testing.assert_allclose(values[0, :, 0], [2.5, 3.0, np.sin(3) - np.sin(1)], rtol=1e-6)


def test_integrated_gradients_completes_where_the_first_nodes_do_not(flatten, x):
    rough = IntegratedGradients(steps=4, tolerance=None).attribute(flatten, x, 0).sum(axis=(1, 2))
    finer = IntegratedGradients(steps=4, tolerance=1e-5).attribute(flatten, x, 0).sum(axis=(1, 2))
    expected = IntegratedGradients().expected_total(flatten, x, np.zeros((3, 1), int))[:, 0]
    assert np.abs(finer - expected).max() < np.abs(rough - expected).max()


# Occlusion


@pytest.mark.parametrize(("size", "baseline", "expected"), [(1, 0, [80, 200, 120]), (2, 10, [200, 220, 240])])
def test_occlusion_of_the_oracle_bank(size, baseline, expected):
    x = np.array([[[20.0], [50.0], [30.0]]])
    values = Occlusion(size=size, stride=1, baseline=baseline).attribute(multi_layer(), x, 0)
    np.testing.assert_allclose(values[0, :, 0], expected)


def test_occlusion_of_all_channels_at_once_gives_one(x):
    weights = RNG.normal(size=(1, 300, 9))
    values = Occlusion(size=1, stride=1, channels="all").attribute(linear(weights, np.zeros(1)), x[:1], 0)
    np.testing.assert_allclose(values, (x[:1] * weights).sum(axis=2, keepdims=True), atol=1e-3)


# Options


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: IntegratedGradients(steps=0), "steps must be a whole number, at least 1"),
        (lambda: Occlusion(channels="some"), "channels must be 'each' or 'all'"),
        (lambda: Occlusion(size=0), "size must be a whole number, at least 1"),
        (lambda: Occlusion(size=(5, 0)), "size must be a whole number, at least 1"),
        (lambda: Occlusion(size=(5, 2.5)), "size must be a whole number"),
        (lambda: Occlusion(size=()), "size must be a whole number, at least 1"),
        (lambda: Occlusion(size=5, stride=6), "stride must be a whole number from 1 to 5, the size of a window"),
        (lambda: Occlusion(baseline=np.zeros(4)), "baseline must broadcast to x"),
        (lambda: IntegratedGradients(baseline=np.full(9, np.nan)), "baseline must be finite"),
    ],
)
def test_wrong_options_are_refused(make, message, x):
    with pytest.raises(ValueError, match=message):
        make().attribute(linear(np.ones((1, 300, 9)), np.zeros(1)), x, 0)


def test_baseline_may_be_a_function_of_the_series(x):
    classifier = linear(np.ones((1, 300, 9)), np.zeros(1))
    own_mean = IntegratedGradients(baseline=lambda x: x.mean(axis=1, keepdims=True)).attribute(classifier, x, 0)
    np.testing.assert_allclose(own_mean, x - x.mean(axis=1, keepdims=True), atol=1e-5)


def test_methods_are_found_not_listed():
    class Mine(AttributionMethod):
        """A method of a notebook cell."""

        label, family, reference = "Mine", "gradient", "here"

        def attribute(self, classifier, x, target):
            return x

    assert Mine in all_methods()
    labels = [method.label for method in all_methods()]
    assert labels.index("Integrated Gradients") < labels.index("Mine") < labels.index("Saliency")
    assert len(set(labels)) == len(labels)


def test_a_method_without_a_docstring_is_described_by_its_label():
    class Bare(AttributionMethod):
        label, family, reference = "Bare", "gradient", "here"

        def attribute(self, classifier, x, target):
            return x

    class Inheriting(SmoothGrad):
        label = "Inheriting"

    written = dataclass(frozen=True)(type("Written", (Bare,), {"label": "Written"}))
    assert {Bare, Inheriting, written} <= set(all_methods())
    assert [made().description for made in (Bare, Inheriting, written)] == ["Bare", "Inheriting", "Written"]
    explanation = explain(linear(np.ones((1, 20, 2)), np.zeros(1)), np.ones((1, 20, 2)), progress=False)
    assert {"Bare", "Inheriting", "Written"} <= explanation.descriptions.keys()


def test_a_method_is_a_value():
    assert IntegratedGradients(steps=8) == replace(IntegratedGradients(), steps=8)
    assert "steps=8" in repr(IntegratedGradients(steps=8))


def test_help_names_every_hyperparameter_once():
    for method in all_methods():
        if method.__module__.startswith("cam1d_widget."):
            documented = re.findall(r"^(\w+) : ", inspect.cleandoc(method.__doc__ or ""), re.M)
            assert sorted(documented) == sorted(field.name for field in fields(method)), method.label
