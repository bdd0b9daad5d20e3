import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import KerasClassifier, inside
from cam1d_widget.inside.filters.kernel import FilterKernel
from cam1d_widget.inside.filters.peaks import class_split

from ...support.networks import (
    CHANNELS,
    EDGE,
    FREQUENCY,
    LENGTH,
    RATE,
    WAVE,
    edge,
    hidden_pieces,
    likeness,
    planted,
    wave,
)
from ...support.selection import slow_but


@pytest.mark.parametrize("kernel", [edge(), wave()], ids=["edge", "wave"])
def test_a_planted_filter_is_named_by_its_top_windows_and_its_best_series(kernel):
    x, places = hidden_pieces(kernel)
    y = (np.arange(len(x)) % 2 == 0).astype(int)
    meaning = inside.read_layer(planted(kernel), x, "planted", y=y, sampling_rate=RATE).meaning(0)
    assert (meaning.windows.instances % 2 == 0).all()
    np.testing.assert_array_equal(meaning.windows.starts, places[meaning.windows.instances])
    assert likeness(meaning.windows.mean, kernel) > 0.95
    assert meaning.split.auc[1] == 1.0
    # known in closed form, in standard deviations of each channel: gradient times squared deviation
    known = kernel * x.std(axis=(0, 1)) ** 2
    assert likeness(meaning.maximizing.cut[0] - x.mean(axis=(0, 1)), known) > 0.999
    assert f"channel {int(np.abs(kernel).sum(axis=0).argmax())} (100 %)" in meaning.words()
    assert meaning.by == "closed form"


def test_the_frequency_of_a_planted_wave_is_read_off_its_kernel():
    x, _ = hidden_pieces(wave())
    reading = inside.read_layer(planted(wave()), x, "planted", sampling_rate=RATE)
    kernel = reading.kernel(0)
    np.testing.assert_allclose(kernel.weights, wave(), atol=1e-6)
    assert abs(kernel.peak_frequency - FREQUENCY) < RATE / WAVE / 2
    assert "at about 8 Hz" in reading.meaning(0).words()
    # without a rate, cycles per sample
    assert FilterKernel(wave(), 0.0).peak_frequency == pytest.approx(kernel.peak_frequency / RATE)


def test_a_response_is_what_a_wave_comes_out_with():
    kernel = FilterKernel(np.array([[0.5], [0.5]]), 0.0)
    np.testing.assert_allclose(kernel.response[:, 0], np.abs(np.cos(np.pi * kernel.frequencies)), atol=1e-12)


@pytest.mark.parametrize("activation", slow_but(["tanh"], ["relu", "linear", "tanh"]))
def test_the_kernel_is_the_layer_in_front_of_its_activation_with_batch_norms_in_it(activation):
    random = keras.initializers.RandomUniform(0.5, 1.5, seed=0)
    norm = L.BatchNormalization(gamma_initializer=random, moving_mean_initializer=random, name="norm")
    model = planted(edge(), norm, L.Activation(activation, name="act"), bias=0.25, activation="linear")
    x = np.random.default_rng(0).normal(size=(4, LENGTH, CHANNELS)).astype(np.float32)
    kernel = inside.read_layer(model, x, "act").kernel(1)
    drive = np.array([(x[:, at : at + EDGE] * kernel.weights).sum(axis=(1, 2)) + kernel.bias for at in range(20)]).T
    values = inside.activations(model, x, "norm").values[:, :20, 1]
    np.testing.assert_allclose(drive, values, rtol=1e-4, atol=1e-4)


def test_a_fused_activation_is_looked_through():
    model = planted(edge(), bias=-3.0)
    filters = KerasClassifier(model).at("planted").filters
    values, gradient = filters.drive(np.zeros((2, LENGTH, CHANNELS), np.float32), np.array([0, 1]), np.array([4, 4]))
    np.testing.assert_allclose(values, [-3, -3])
    np.testing.assert_allclose(gradient[1, 4 : 4 + EDGE], -edge())


def test_a_layer_behind_pooling_has_no_kernel_and_its_best_series_is_found_by_steps():
    x, _ = hidden_pieces(edge())
    meaning = inside.read_layer(planted(edge(), L.MaxPooling1D(4, name="pool")), x, "pool").meaning(0)
    assert (meaning.kernel, meaning.by) == (None, "ascent")
    best, spread = meaning.maximizing.cut[0] - x.mean(axis=(0, 1)), x.std(axis=(0, 1))
    known = edge() * spread**2
    assert best.shape == (EDGE + 3, CHANNELS)
    found = max(likeness(best, np.pad(known, ((at, 3 - at), (0, 0)))) for at in range(4))
    assert found > 0.95


def test_windows_that_reach_into_the_padding_are_marked_there():
    model = keras.Sequential(
        [keras.Input((20, 1)), L.Conv1D(1, 5, padding="same", name="same"), L.Flatten(), L.Dense(2)]
    )
    model.layers[0].set_weights([np.ones((5, 1, 1)), np.zeros(1)])
    x = np.zeros((2, 20, 1), np.float32)
    x[0, 0] = x[1, 10] = 1
    windows = inside.read_layer(model, x, "same").top_windows(0)
    assert windows.starts.tolist() == [-2, 6]
    assert np.isnan(windows.values[0, :2]).all()
    assert np.isfinite(windows.mean).all()


@pytest.mark.slow
def test_a_layer_that_sees_everything_has_the_whole_series_as_its_window():
    model = keras.Sequential(
        [keras.Input((12, 2)), L.GRU(3, return_sequences=True, name="gru"), L.Flatten(), L.Dense(2)]
    )
    x = np.random.default_rng(0).normal(size=(4, 12, 2)).astype(np.float32)
    meaning = inside.read_layer(model, x, "gru").meaning(1, windows=3)
    assert meaning.windows.values.shape == (3, 12, 2)
    assert meaning.maximizing.window == (0, 12)


def test_weights_of_an_affine_head_are_exact():
    model = planted(edge())
    reading = inside.read_layer(model, np.zeros((2, LENGTH, CHANNELS)), "planted")
    np.testing.assert_allclose(reading.weights, np.eye(2), atol=1e-6)
    assert reading.weighed == "exact"
    assert reading.ranked("weight", 1).tolist() == [1, 0]


def test_weights_elsewhere_are_means_over_series():
    model = planted(edge(), L.MaxPooling1D(4), L.Dense(3, activation="relu"))
    x, _ = hidden_pieces(edge(), 8)
    reading = inside.read_layer(model, x, "planted")
    every = np.tile([0, 1], (8, 1))
    gradients = KerasClassifier(model, layer="planted").features(x, every)[1]
    np.testing.assert_allclose(reading.weights, gradients.sum(axis=2).mean(axis=0), rtol=1e-4, atol=1e-6)
    assert reading.weighed == "approximate"


def test_filters_are_sorted_by_how_much_they_do():
    x, _ = hidden_pieces(edge())
    reading = inside.read_layer(planted(edge()), x, "planted")
    activity = reading.activations().values.mean(axis=(0, 1))
    assert reading.ranked().tolist() == np.argsort(-activity).tolist()
    np.testing.assert_array_equal(reading.activations(3).values[0], reading.activations().values[3])


def test_a_split_is_the_area_under_the_roc_curve():
    peaks, y = np.array([1.0, 2, 2, 3, 9]), np.array([0, 0, 1, 1, 2])
    split = class_split(peaks, y, 4)
    # pairs: of class 0, 1 beats none; 2 ties with one of three
    assert split.auc[0] == pytest.approx(0.5 / 6)
    assert split.auc[2] == 1.0
    assert np.isnan(split.auc[3])
    assert split.counts.tolist() == [2, 2, 1, 0]
    assert split.quantiles[1].tolist() == [2, 2.25, 2.5, 2.75, 3]


def test_a_filter_that_is_not_there_is_refused():
    reading = inside.read_layer(planted(edge()), np.zeros((2, LENGTH, CHANNELS)), "planted")
    for wrong in (2, -1):
        with pytest.raises(
            ValueError, match=f"filter must be a whole number from 0 to 1, a filter of layer 'planted', but is {wrong}"
        ):
            reading.meaning(wrong)
    with pytest.raises(ValueError, match=r"filter must be a whole number .* but is 'first'"):
        reading.kernel("first")
    with pytest.raises(ValueError, match="target must be a whole number from 0 to 1, the class that"):
        reading.ranked("weight", 2)


def test_series_shorter_than_what_a_step_sees_are_refused():
    series = keras.Input((None, 1))
    model = keras.Model(
        series, L.Dense(2)(L.GlobalAveragePooling1D()(L.Conv1D(2, 9, padding="same", name="wide")(series)))
    )
    said = "x must hold series at least as long as the receptive field of layer 'wide', 9 samples, but they have 6"
    with pytest.raises(ValueError, match=said):
        inside.read_layer(model, np.zeros((2, 6, 1)), "wide")


def test_one_class_for_each_series():
    with pytest.raises(ValueError, match=r"y must have shape \(instance,\) = \(2,\)"):
        inside.read_layer(planted(edge()), np.zeros((2, LENGTH, CHANNELS)), "planted", y=[0])


def test_an_instance_class_or_count_that_is_none_is_refused():
    reading = inside.read_layer(planted(edge()), np.zeros((2, LENGTH, CHANNELS)), "planted")
    for wrong in (-2, 2, 1.0, True):
        with pytest.raises(ValueError, match=f"instance must be a whole number from 0 to 1, but is {wrong}"):
            reading.activations(wrong)
    for wrong in (-1, 1.0, True, "zz", None):
        with pytest.raises(ValueError, match=f"target must be a whole number from 0 to 1, .*, but is {wrong!r}"):
            reading.ranked("weight", wrong)
    with pytest.raises(ValueError, match="count must be a whole number, at least 1, but is nan"):
        reading.top_windows(0, float("nan"))
    with pytest.raises(ValueError, match="sampling_rate must be a finite number above 0, but is 'zz'"):
        inside.read_layer(planted(edge()), np.zeros((2, LENGTH, CHANNELS)), "planted", sampling_rate="zz")
