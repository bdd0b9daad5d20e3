"""Inside a network of series of unequal length: each layer, filter and class as of the series alone."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import torch
from keras import layers as L
from torch import nn

from cam1d_widget import CAM1DWidget, KerasClassifier, explain, inside
from tests.support.synced import outcome

LENGTHS, CHANNELS, CLASSES, BUILT, VALUE = (40, 25, 33, 25, 9), 3, 3, 46, 50.0
SERIES = [np.random.default_rng(place).normal(size=(n, CHANNELS)).astype(np.float32) for place, n in enumerate(LENGTHS)]


def network(samples: int | None) -> keras.Model:
    """Convolutions with padding and without, and the mean over time."""
    keras.utils.set_random_seed(0)
    series = keras.Input((samples, CHANNELS))
    maps = L.Conv1D(4, 3, activation="relu", name="conv1", padding="same", strides=2)(series)
    maps = L.Conv1D(5, 3, activation="relu", name="conv2")(maps)
    return keras.Model(series, L.Dense(CLASSES)(L.GlobalAveragePooling1D()(maps)))


def valid(samples: int | None) -> keras.Model:
    """Convolutions and pooling without padding, and one class score per filter of their mean."""
    keras.utils.set_random_seed(0)
    series = keras.Input((samples, CHANNELS))
    maps = L.MaxPooling1D(2)(L.Conv1D(4, 3, activation="relu", name="conv1")(series))
    return keras.Model(series, L.Dense(CLASSES)(L.GlobalAveragePooling1D()(L.Conv1D(5, 2, name="conv2")(maps))))


def masked(samples: int | None) -> keras.Model:
    keras.utils.set_random_seed(0)
    series = keras.Input((samples, CHANNELS))
    maps = L.LSTM(5, return_sequences=True, name="lstm")(L.Masking(VALUE)(series))
    return keras.Model(series, L.Dense(CLASSES)(L.GlobalAveragePooling1D()(maps)))


def module() -> nn.Module:
    torch.manual_seed(0)
    pooled = (nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(6, CLASSES))
    return nn.Sequential(nn.Conv1d(CHANNELS, 6, 5, stride=2), nn.ReLU(), *pooled).eval()


def close(one: Any, other: Any) -> None:
    np.testing.assert_allclose(one, other, rtol=0, atol=2e-5 * max(np.abs(other).max(), 1e-12))


@pytest.mark.few(2)
@pytest.mark.parametrize(("model", "layer"), [(network(None), "conv2"), (masked(None), "lstm"), (module(), "0")])
def test_activations_of_a_model_of_any_length_are_those_of_each_series_alone(model, layer):
    seen = inside.activations(model, SERIES, layer)
    reading = inside.read_layer(model, SERIES, layer)
    for place, one in enumerate(SERIES):
        alone = inside.activations(model, one, layer)
        steps = len(alone.receptive_field)
        for values in (seen.values[place, :steps], reading.activations(place).values[0]):
            close(values, alone.values[0])
        assert np.isnan(seen.values[place, steps:]).all()
        close(seen.placed[place, : len(one)], alone.placed[0])
        assert np.isnan(seen.placed[place, len(one) :]).all()
        np.testing.assert_array_equal(reading.field_of(place).start, alone.receptive_field.start)
        np.testing.assert_array_equal(reading.field_of(place).stop, alone.receptive_field.stop)


@pytest.mark.few(1)
@pytest.mark.parametrize(("build", "layer"), [(valid, "conv1"), (valid, "conv2"), (masked, "lstm")])
def test_activations_of_a_padded_series_are_those_of_the_series_alone_on_the_steps_that_see_only_it(build, layer):
    padded, free = build(BUILT), build(None)
    free.set_weights(padded.get_weights())
    reading = inside.read_layer(padded, SERIES, layer, padding_value=VALUE)
    for place, one in enumerate(SERIES):
        alone, field = inside.activations(free, one, layer), reading.field_of(place)
        steps = len(alone.receptive_field)
        shown = reading.activations(place).values[0]
        close(shown[:steps], alone.values[0])
        np.testing.assert_array_equal(field.start[:steps], alone.receptive_field.start)
        np.testing.assert_array_equal(field.stop[:steps], alone.receptive_field.stop)
        assert len(shown) == len(field)
        assert (field.low < len(one)).all()
        assert field.stop.max() <= len(one)
        assert field.positions[steps:].min(initial=np.inf) > alone.receptive_field.positions[-1]


@pytest.mark.parametrize("model", [network(None), network(BUILT)])
def test_windows_hold_no_padding_and_peaks_are_of_steps_that_see_none(model):
    reading = inside.read_layer(model, SERIES, "conv2", padding_value=None if model.input_shape[1] is None else VALUE)
    for filter in range(5):
        windows = reading.top_windows(filter, len(SERIES))
        for values, instance, start, answer in zip(
            windows.values, windows.instances, windows.starts, windows.answers, strict=True
        ):
            one = SERIES[instance]
            known = np.isfinite(values).all(axis=1)
            inner = slice(max(start, 0), min(start + len(values), len(one)))
            np.testing.assert_array_equal(values[known], one[inner])
            assert np.isnan(values[~known]).all()
            of_series, field = reading.activations(instance).values[0], reading.field_of(instance)
            own = field.high <= (LENGTHS[instance] if model.input_shape[1] else np.inf)
            assert answer == pytest.approx(of_series[own, filter].max(), rel=1e-5)


def test_steps_in_the_padding_do_not_count_for_peaks_and_means():
    model = keras.Sequential([keras.Input((BUILT, CHANNELS)), L.Conv1D(2, 3, name="conv"), L.GlobalMaxPooling1D()])
    reading = inside.read_layer(model, SERIES, "conv", padding_value=VALUE)
    for place, one in enumerate(SERIES):
        whole = keras.ops.convert_to_numpy(model.layers[0](one[np.newaxis]))[0]
        close(reading.peaks.values[place], whole.max(axis=0))
        close(reading.peaks.means[place], whole.mean(axis=0))


@pytest.mark.few(1)
@pytest.mark.parametrize("padding_value", [None, VALUE])
def test_contributions_add_up_to_the_score(padding_value):
    model = network(None) if padding_value is None else network(BUILT)
    scores = explain(model, SERIES, methods="CAM", padding_value=padding_value, progress=False).scores
    reading = inside.read_layer(model, SERIES, "conv2", padding_value=padding_value)
    rests = []
    for place in range(len(SERIES)):
        found = reading.contributions(place, 1)
        assert found.score == pytest.approx(scores[place, 1], rel=1e-5)
        assert found.affine
        assert found.padded == ("and the steps in the padding" in found.words(0)) == (padding_value is not None)
        assert len(found.activations) == len(found.receptive_field) == len(reading.field_of(place))
        assert found.stages[-1].values.shape[1] == len(found.activations)
        for step in range(len(found.activations)):
            assert found.positions(step, 0)[-1] == step
        rests.append(found.rest)
    assert rests[1] == pytest.approx(rests[3], abs=1e-4)  # of equal length, with the same steps in the padding
    one = inside.step_contributions(model, [SERIES[1]], "conv2", target=1, padding_value=padding_value)
    close(one.values, reading.contributions(1, 1).values)


def test_filters_have_the_same_meaning_as_at_one_length():
    model = valid(BUILT)
    reading = inside.read_layer(model, SERIES, "conv1", padding_value=VALUE)
    equal = inside.read_layer(model, np.zeros((2, BUILT, CHANNELS), np.float32), "conv1")
    close(reading.kernel(1).weights, equal.kernel(1).weights)
    assert reading.kernel(1).bias == pytest.approx(equal.kernel(1).bias, abs=1e-5)
    close(reading.weights, equal.weights)
    assert reading.weighed == equal.weighed
    meaning = reading.meaning(1)
    assert meaning.maximizing.x.shape[1] == min(LENGTHS)
    assert len(meaning.maximizing.cut[0]) == 3
    assert meaning.by == "closed form"
    assert set(meaning.maximizing.plausibility.nearest[0]) <= set(range(len(SERIES)))
    with pytest.raises(ValueError, match="at least as long as the receptive field of layer 'conv2', 6 samples"):
        inside.read_layer(model, [one[:4] for one in SERIES[:2]] + [SERIES[2][:3]], "conv2", padding_value=0)


def test_weights_that_depend_on_the_length_are_means():
    keras.utils.set_random_seed(0)
    series = keras.Input((None, CHANNELS))
    maps = L.Conv1D(4, 3, name="conv")(series)
    model = keras.Model(series, L.Dense(CLASSES)(keras.ops.sum(maps, axis=1)))
    assert inside.read_layer(model, SERIES, "conv").weighed == "approximate"
    assert inside.read_layer(network(None), SERIES, "conv2").weighed == "exact"


@pytest.mark.few(1)
@pytest.mark.parametrize("padding_value", [None, VALUE])
def test_maximizing_inputs_have_the_length_of_the_longest_series_or_a_given_one(padding_value):
    model = network(None) if padding_value is None else network(BUILT)
    for length in (None, 25):
        best = inside.activation_maximization(
            model, 0, data=SERIES, padding_value=padding_value, length=length, steps=5, nearness=1, progress=False
        )
        samples = length or max(LENGTHS)
        assert best.x.shape == (1, samples, CHANNELS)
        alone = explain(model, [best.x[0]], methods="CAM", padding_value=padding_value, progress=False)
        assert best.scores[0] == pytest.approx(alone.scores[0, 0], rel=1e-4)
        rows = {place for place, n in enumerate(LENGTHS) if n >= samples}
        assert best.plausibility is None if len(rows) < 2 else set(best.plausibility.nearest[0]) <= rows
    with pytest.raises(ValueError, match="data must hold series of at least 41 samples, but the longest has 40"):
        inside.activation_maximization(model, 0, data=SERIES, length=41, padding_value=padding_value)


@pytest.mark.parametrize("padding_value", [None, VALUE])
def test_the_panel_has_the_steps_of_each_instance(padding_value):
    model = network(None) if padding_value is None else network(BUILT)
    widget = CAM1DWidget(model, SERIES, [0, 1, 0, 2, 1], padding_value=padding_value, methods=["HiResCAM"])
    reading = inside.read_layer(model, SERIES, "conv2", padding_value=padding_value)
    layer = [one["name"] for one in widget.inside.layers].index("conv2")
    for place in range(len(SERIES)):
        values, field = widget.inside.tile(f"activations/{layer}/{place}").values, reading.field_of(place)
        steps = widget.inside.tile(f"steps/{layer}/{place}").values
        close(values, reading.activations(place).values[0])
        np.testing.assert_array_equal(steps, np.stack([field.start, field.stop, field.positions], axis=1))
    of_layer, _ = outcome(widget.jobs.work["inside layer"]({"layer": "conv2"}))
    np.testing.assert_array_equal(of_layer.arrays["steps"], widget.inside.tile(f"steps/{layer}/0").values)
    outcome(widget.jobs.work["inside filter"]({"layer": "conv2", "filter": 1}))
    asked = {"target": 0, "start": "mean", "nearness": 1, "solutions": 2}
    made, _ = outcome(widget.jobs.work["inside series"]({**asked, "length": 25}))
    assert made.arrays["x"].shape == made.arrays["nearest"].shape == (2, 25, CHANNELS)
    assert set(made.content["numbers"]) <= {0, 1, 2, 3}
    with pytest.raises(ValueError, match="length must be one of"):
        outcome(widget.jobs.work["inside series"]({**asked, "length": 24}))
    step, _ = outcome(widget.jobs.work["inside step"]({"layer": "conv2", "instance": 1, "target": 1}))
    assert step.arrays["steps"].shape == widget.inside.tile(f"steps/{layer}/1").values.shape
    widget.close()


def test_a_background_of_other_lengths_is_cut():
    model = network(None)
    background = [*SERIES, np.zeros((60, CHANNELS), np.float32)]
    widget = CAM1DWidget(model, [one[:9] for one in SERIES], background=background, methods=["HiResCAM"])
    asked = {"target": 0, "start": "data", "nearness": 1, "solutions": 2}
    made, _ = outcome(widget.jobs.work["inside series"](asked))
    assert made.arrays["nearest"].shape == (2, 9, CHANNELS)
    assert made.content["background"]
    widget.close()


def test_receptive_fields_leave_out_steps_in_the_padding():
    classifier = KerasClassifier(network(BUILT)).for_lengths(np.zeros((1, 30, CHANNELS)), np.array([30]))
    field = classifier.for_instances([0]).receptive_field_at(30)
    kept = field.without_padding()
    assert len(kept) < len(field) == len(KerasClassifier(network(BUILT)).receptive_field)
    np.testing.assert_array_equal(kept.positions, field.positions[: len(kept)])
    assert field.start[len(kept) :].min() >= 30
    assert field.stop[field.whole_step] <= 30
