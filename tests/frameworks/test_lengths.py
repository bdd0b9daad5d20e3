"""Series of unequal length: each map is that of the series alone, or of the padded one without what padding gets."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import torch
from keras import layers as L
from torch import nn

from cam1d_widget import (
    CAM1DWidget,
    Explanation,
    FunctionClassifier,
    KerasClassifier,
    TorchClassifier,
    explain,
    methods,
)
from cam1d_widget.attribution.checks import fills_of
from cam1d_widget.attribution.lazy_explanation import LazyExplanation
from cam1d_widget.widget.other_series import ComputedSeries

LENGTHS, CHANNELS, CLASSES, BUILT = (40, 25, 33), 3, 3, 45
SERIES = [np.random.default_rng(place).normal(size=(n, CHANNELS)).astype(np.float32) for place, n in enumerate(LENGTHS)]
LABELS = ["HiResCAM", "Gradient × Input", "Integrated Gradients", "DeepLIFT"]


def network(samples: int | None, masked: float | None = None) -> keras.Model:
    """Two convolutions and their mean over time, or a masked LSTM."""
    keras.utils.set_random_seed(0)
    series = keras.Input((samples, CHANNELS))
    if masked is None:
        maps = L.Conv1D(6, 3, activation="relu")(L.Conv1D(6, 5, activation="relu", padding="same")(series))
        return keras.Model(series, L.Dense(CLASSES)(L.GlobalAveragePooling1D()(maps)))
    return keras.Model(series, L.Dense(CLASSES)(L.LSTM(5)(L.Masking(masked)(series))))


def module(samples: int | None) -> nn.Module:
    """A convolution with the mean over time, or a dense layer for one length."""
    torch.manual_seed(0)
    pooling = [nn.AdaptiveAvgPool1d(1)] if samples is None else []
    features = 6 * (1 if samples is None else samples - 4)
    return nn.Sequential(nn.Conv1d(CHANNELS, 6, 5), nn.ReLU(), *pooling, nn.Flatten(), nn.Linear(features, CLASSES))


def padded(value: float, samples: int = BUILT) -> np.ndarray:
    x = np.full((len(SERIES), samples, CHANNELS), value, np.float32)
    for place, one in enumerate(SERIES):
        x[place, : len(one)] = one
    return x


def close(one: np.ndarray, other: np.ndarray) -> None:
    np.testing.assert_allclose(one, other, rtol=0, atol=2e-5 * max(np.abs(other).max(), 1e-12))


@pytest.mark.few(1)
@pytest.mark.parametrize("model", [lambda: network(None), lambda: module(None).eval()])
def test_a_model_that_takes_any_length_explains_each_series_as_if_alone(model):
    made = model()
    explanation = explain(made, SERIES, methods=LABELS, progress=False)
    np.testing.assert_array_equal(explanation.lengths, LENGTHS)
    for place, one in enumerate(SERIES):
        alone = explain(made, one, methods=LABELS, progress=False)
        close(explanation.scores[place], alone.scores[0])
        for method in LABELS:
            close(explanation.attributions[method][place, :, : len(one)], alone.attributions[method][0])
            assert np.isnan(explanation.attributions[method][place, :, len(one) :]).all()
            np.testing.assert_allclose(
                explanation.completeness[method][place], alone.completeness[method][0], atol=1e-5
            )


def test_a_model_of_one_length_sees_the_padding_which_gets_nothing():
    model, value = network(BUILT), 0.5
    given = {"methods": LABELS, "targets": [0], "progress": False}
    explanation = explain(model, SERIES, padding_value=value, **given)
    # What is the same in the baseline, as padding is here, is credited with nothing.
    reference = np.where(np.arange(BUILT)[:, np.newaxis] < np.array(LENGTHS)[:, np.newaxis, np.newaxis], 0, value)
    fixed = [
        methods.HiResCAM(),
        methods.GradientXInput(),
        *(one(baseline=reference) for one in (methods.IntegratedGradients, methods.DeepLIFT)),
    ]
    whole = explain(model, padded(value), **{**given, "methods": fixed})
    close(explanation.scores, whole.scores)
    for place, length in enumerate(LENGTHS):
        for method in LABELS:
            close(explanation.attributions[method][place, :, :length], whole.attributions[method][place, :, :length])
    for method in ("Integrated Gradients", "DeepLIFT"):
        assert np.abs(whole.attributions[method][1, :, LENGTHS[1] :]).max() == 0
        np.testing.assert_allclose(explanation.completeness[method], whole.completeness[method], atol=1e-5)


def test_the_credit_of_steps_in_the_padding_is_stated_as_a_gap():
    model = network(BUILT)
    explanation = explain(model, SERIES, methods=["HiResCAM"], targets="all", progress=False)
    classifier = KerasClassifier(model)
    for place, length in enumerate(LENGTHS):
        features, gradients = classifier.features(padded(0.0)[place : place + 1], np.arange(CLASSES)[np.newaxis])
        steps = (features[:, np.newaxis] * gradients).sum(-1)[0]
        inside = classifier.receptive_field.positions < length
        lost = np.abs(steps[:, ~inside].sum(axis=1)) / np.maximum(
            np.abs(steps.sum(axis=1)), 0.1 * np.abs(steps[:, inside]).sum(axis=1)
        )
        np.testing.assert_allclose(explanation.completeness["HiResCAM"][place], lost, rtol=1e-3)
        assert explanation.exactness_of("HiResCAM", place, int(lost.argmax())) == "approximate"


@pytest.mark.slow
def test_padding_is_what_the_masking_layer_skips():
    padding = -1.0
    explanation = explain(network(BUILT, padding), SERIES, methods=["Saliency", "Occlusion"], progress=False)
    model = network(None, padding)
    for place, one in enumerate(SERIES):
        alone = explain(model, one, methods=["Saliency", "Occlusion"], progress=False)
        close(explanation.scores[place], alone.scores[0])
        for method in ("Saliency", "Occlusion"):
            close(explanation.attributions[method][place, :, : len(one)], alone.attributions[method][0])


def test_a_module_of_one_length_is_given_series_filled_up():
    made = module(max(LENGTHS)).eval()
    explanation = explain(made, SERIES, methods=["Gradient × Input"], targets=[0], progress=False)
    whole = explain(made, padded(0.0, max(LENGTHS)), methods=["Gradient × Input"], targets=[0], progress=False)
    close(explanation.scores, whole.scores)
    for place, length in enumerate(LENGTHS):
        maps = [one.attributions["Gradient × Input"][place, :, :length] for one in (explanation, whole)]
        close(*maps)


def unequal(x: Any, **given: Any) -> Explanation:
    return explain(KerasClassifier(network(None)), x, methods=["Saliency"], progress=False, **given)


def test_series_of_unequal_length_come_in_several_forms():
    known = unequal(SERIES)
    nan = padded(np.nan, 60)
    forms = [
        unequal(nan),
        unequal(padded(7.0), lengths=LENGTHS),
        unequal([one.T for one in SERIES], layout="channels_first"),
        unequal(np.moveaxis(nan, 1, 2), layout="channels_first"),
    ]
    for one in forms:
        np.testing.assert_array_equal(one.x, known.x)
        np.testing.assert_array_equal(one.lengths, known.lengths)
        close(one.attributions["Saliency"][1, :, : LENGTHS[1]], known.attributions["Saliency"][1, :, : LENGTHS[1]])


def test_functions_are_given_series_at_their_own_length_or_filled_up():
    def predict(x: np.ndarray) -> np.ndarray:
        return np.stack([x.sum(axis=(1, 2)), np.full(len(x), x.shape[1])], axis=1)

    classifier = FunctionClassifier(predict, score="logits")
    alone = explain(classifier, SERIES, methods=["Occlusion"], progress=False)
    np.testing.assert_array_equal(alone.scores[:, 1], LENGTHS)
    filled = explain(classifier, SERIES, methods=["Occlusion"], padding_value=1.0, targets=[0], progress=False)
    np.testing.assert_array_equal(filled.scores[:, 1], max(LENGTHS))
    expected = [one.sum() + CHANNELS * (max(LENGTHS) - len(one)) for one in SERIES]
    np.testing.assert_allclose(filled.scores[:, 0], expected, rtol=1e-4)


def test_baselines_backgrounds_and_fills_ignore_the_padding():
    model = network(None)
    lazy = LazyExplanation(KerasClassifier(model), SERIES, background=SERIES)
    mean = np.concatenate(SERIES).mean(axis=0)
    np.testing.assert_allclose(lazy.baseline, mean, rtol=1e-5)
    assert "swap" not in fills_of(lazy.x, lazy.background)
    np.testing.assert_allclose(fills_of(lazy.x, None)["channel mean"].baseline, mean, rtol=1e-5)
    own = methods.IntegratedGradients(baseline=lambda x: x.mean(axis=1, keepdims=True))
    explanation = explain(model, SERIES, methods=[own], progress=False)
    alone = explain(model, SERIES[1], methods=[own], progress=False)
    close(explanation.attributions[own.label][1, :, : LENGTHS[1]], alone.attributions[own.label][0])


def test_the_widget_checks_a_series_and_replaces_windows_of_it():
    model = network(None)
    widget = CAM1DWidget(model, SERIES, methods=["HiResCAM", "Saliency"], padding_value=0.0)
    alone = CAM1DWidget(network(max(LENGTHS)), padded(0.0, max(LENGTHS))[1:2], methods=["HiResCAM", "Saliency"])
    close(ComputedSeries(widget._lazy)(1, 3, 20).scores, ComputedSeries(alone._lazy)(0, 3, 20).scores)
    report = widget.check(instance=1, target=0, method="Saliency", progress=False)
    assert len(report.findings) == 5
    assert repr(widget).startswith("<CAM1DWidget of 3 series (25 to 40 samples")


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("x", "given", "words"),
    [
        (SERIES, {"lengths": [40, 25, 30]}, "lengths must be those of the series"),
        (padded(0.0), {"lengths": [40, 25, 50]}, "lengths must hold the number of samples, from 1 to 45"),
        (SERIES, {"padding_value": np.nan}, "padding_value must be a finite number"),
        (SERIES, {"padding_value": 1e39}, r"padding_value must be a finite number .* and at most 3.40282e\+38"),
        ([SERIES[0], SERIES[1][:, :2]], {}, "x must hold series of the same channels"),
        ([SERIES[0], SERIES[1] * np.nan], {}, "x must be finite, .* first in instance 1"),
        ([np.zeros((50, 3)), *SERIES], {}, "x must hold series of at most 45 samples, .* instance 0 has 50"),
    ],
)
def test_series_that_make_no_sense_are_refused(x, given, words):
    with pytest.raises(ValueError, match=words):
        explain(network(BUILT), x, **given)


@pytest.mark.slow
def test_a_module_is_read_once_for_each_of_many_lengths(monkeypatch):
    lengths = np.arange(10, 30)
    x = np.zeros((len(lengths), 29, CHANNELS), np.float32)
    classifier = TorchClassifier(module(None).eval()).for_lengths(x, lengths)
    for row in range(len(lengths)):
        classifier.for_instances(np.array([row]))
    monkeypatch.setattr(TorchClassifier, "_read_for", None)
    for row, length in enumerate(lengths):
        assert classifier.for_instances(np.array([row])).input_shape[0] == length
