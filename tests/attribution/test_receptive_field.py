"""A receptive field is the support of the gradient; a map is drawn at the centers of what its steps see."""

from __future__ import annotations

from functools import cache

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers as L

from cam1d_widget import KerasClassifier, explain
from cam1d_widget.attribution.receptive_field import ReceptiveField

from ..support.networks import support
from ..support.selection import slow_but
from ..support.toys import ZOO, all_positive, question

QUICK = ["question", "same, even kernels", "causal, dilated", "pooled", "padded and cropped", "gated"]


@cache
def field_of(name: str) -> ReceptiveField:
    return KerasClassifier(ZOO[name](L.MaxPooling1D)).receptive_field


@pytest.mark.few(3)
@pytest.mark.parametrize("name", slow_but(QUICK, ZOO))
def test_receptive_field_is_the_support_of_the_gradient(name):
    field = field_of(name)
    start, stop = support(all_positive(ZOO[name](L.AveragePooling1D)))
    np.testing.assert_array_equal(field.start, start)
    np.testing.assert_array_equal(field.stop, stop)


@given(
    st.integers(20, 60),
    st.lists(
        st.tuples(
            st.integers(1, 5), st.integers(1, 3), st.integers(1, 3), st.sampled_from(["valid", "same", "causal"])
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_receptive_field_of_any_chain_of_convolutions(length, layers):
    maps = series = keras.Input((length, 1))
    for kernel, stride, dilation, padding in layers:
        span = (kernel - 1) * dilation + 1
        if maps.shape[1] < span:
            return
        # Keras convolves either with a stride or with a dilation
        stride = 1 if dilation > 1 else stride
        maps = L.Conv1D(1, kernel, strides=stride, dilation_rate=dilation, padding=padding)(maps)
    if maps.shape[1] == 1:  # a map of one step is part of the head
        return
    model = all_positive(keras.Model(series, L.Dense(2)(L.Flatten()(maps))))
    field = KerasClassifier(model).receptive_field
    np.testing.assert_array_equal(np.stack([field.start, field.stop]), support(model))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("question", 36, 61), ("causal, dilated", -7.5, 31.5), ("gated", 2, 27), ("same, odd length", 0, 32)],
)
def test_centers_lie_on_the_layers_grid(name, first, last):
    centers = field_of(name).centers
    assert (centers[0], centers[-1]) == (first, last)
    np.testing.assert_allclose(np.diff(centers), np.diff(centers)[0])


def test_question_network_never_sees_the_last_two_samples():
    field = KerasClassifier(question([L.Flatten(), L.Dense(2)])).receptive_field
    np.testing.assert_array_equal(np.flatnonzero(~field.seen), [298, 299])
    np.testing.assert_array_equal(field.centers, np.arange(36, 262, 25))


def test_placing_is_linear_between_the_centers_and_held_outside():
    field = ReceptiveField.of_input(12).windowed(3, 4)
    np.testing.assert_array_equal(field.centers, [1, 5, 9])
    placed = field.place(np.array([[[0.0], [4.0], [2.0]]]))[0, :, 0]
    np.testing.assert_allclose(placed, [0, 0, 1, 2, 3, 4, 3.5, 3, 2.5, 2, 2, 2])


def test_placing_keeps_a_constant():
    for name in ZOO:
        field = field_of(name)
        np.testing.assert_allclose(field.place(np.full((1, len(field), 2), 3.0)), 3.0)


def test_wrong_number_of_steps_is_refused():
    with pytest.raises(ValueError, match=r"values must have shape \(instance, step, ...\) with 3 steps"):
        ReceptiveField.of_input(3).place(np.zeros((1, 4, 1)))


def test_map_that_cannot_be_placed_names_the_layer():
    series = keras.Input((20, 2))
    maps = L.Reshape((8, 5), name="folded")(L.Conv1D(2, 3, padding="same")(series))
    classifier = KerasClassifier(keras.Model(series, L.Dense(2)(L.Flatten()(maps))))
    with pytest.raises(ValueError, match=r"'folded'.*cannot be placed in time.*layer="):
        _ = classifier.receptive_field
    explanation = explain(classifier, np.zeros((1, 20, 2)), progress=False)
    assert explanation.receptive_field is None
    assert "Saliency" in explanation.methods
    assert "HiResCAM" not in explanation.methods


def test_recurrence_sees_everything_and_keeps_its_place():
    model = keras.Sequential(
        [keras.Input((30, 2)), L.Conv1D(4, 5), L.GRU(3, return_sequences=True), L.Flatten(), L.Dense(2)]
    )
    field = KerasClassifier(model).receptive_field
    assert (field.start == 0).all()
    assert (field.stop == 30).all()
    np.testing.assert_array_equal(field.centers, np.arange(2, 28))


def test_every_step_of_a_causal_network_is_drawn():
    field = field_of("causal, dilated")
    assert field.centers[0] < -1
    assert field.positions.min() == 0
    assert (np.diff(field.positions) >= 0).all()
    early = np.zeros((1, len(field), 1))
    early[0, 3] = 1
    assert field.place(early).max() > 0.3


@pytest.mark.parametrize("kernel", [2, 3, 6])
def test_causal_steps_are_at_the_center_of_what_they_see(kernel):
    """Also half a sample from the grid, of a kernel that sees an even number of samples."""
    series = keras.Input((40, 1))
    maps = L.Conv1D(1, kernel, padding="causal")(L.Conv1D(1, 8, padding="causal")(series))
    field = KerasClassifier(keras.Model(series, L.Dense(2)(L.Flatten()(maps)))).receptive_field
    np.testing.assert_array_equal(field.positions, (field.start + field.stop - 1) / 2)
    late = np.arange(kernel + 7, 40)
    np.testing.assert_array_equal(field.positions[late], field.centers[late])
    drawn = field.place(field.positions[np.newaxis])[0]
    inside = slice(1, int(field.positions[-1]))
    np.testing.assert_allclose(drawn[inside], np.arange(40)[inside])


# Padding of even kernels moves the last center of "inception" out of the series.
@pytest.mark.parametrize("name", [name for name in ZOO if name not in ("causal, dilated", "inception")])
def test_networks_that_are_not_causal_are_placed_at_the_centers_of_their_grid(name):
    field = field_of(name)
    np.testing.assert_array_equal(field.positions, field.centers)


def test_upsampled_steps_are_averaged_at_their_place():
    field = ReceptiveField.of_input(8).windowed(4, 4).repeated(2)
    placed = field.place(np.array([[[2.0], [4.0], [0.0], [0.0]]]))[0, :, 0]
    assert placed.max() == 3
    assert placed[1] == 3


def test_branches_joined_in_time_are_refused():
    series = keras.Input((20, 1))
    joined = L.Concatenate(axis=1, name="joined")([L.Conv1D(1, 1)(series), L.Conv1D(1, 1)(series)])
    classifier = KerasClassifier(keras.Model(series, L.Dense(2)(L.Flatten()(joined))))
    with pytest.raises(ValueError, match="'joined' do not follow each other in time"):
        _ = classifier.receptive_field


def test_softmax_over_time_sees_everything():
    series = keras.Input((30, 2))
    maps = L.Conv1D(4, 5)(series)
    pooled = L.Multiply()([maps, L.Softmax(axis=1)(L.Dense(1)(maps))])
    field = KerasClassifier(keras.Model(series, L.Dense(2)(L.Flatten()(pooled)))).receptive_field
    assert (field.start == 0).all()
    assert (field.stop == 30).all()


def test_model_inside_a_model_is_walked_through():
    backbone = keras.Sequential(
        [keras.Input((40, 2)), L.Conv1D(4, 5), L.MaxPooling1D(2), L.Conv1D(4, 3)], name="backbone"
    )
    series = keras.Input((40, 2))
    model = keras.Model(series, L.Dense(2)(L.Flatten()(backbone(series))))
    field = KerasClassifier(model).receptive_field
    np.testing.assert_array_equal([field.start[0], field.stop[0], len(field)], [0, 10, 16])


def test_mirrored_map_is_refused():
    series = keras.Input((20, 2))
    maps = L.Conv1D(3, 3)(series)[:, ::-1]
    with pytest.raises(ValueError, match="in an unknown way"):
        _ = KerasClassifier(keras.Model(series, L.Dense(2)(L.Flatten()(maps)))).receptive_field


def test_only_the_end_at_which_centers_lie_outside_is_drawn_at_what_steps_depend_on():
    field = ReceptiveField.of_input(60).windowed(8, 2, padding="causal").windowed(3, 1, dilation=2, padding="same")
    assert field.centers[0] < -1
    late = field.low >= 0
    np.testing.assert_array_equal(field.positions[late], field.centers[late])
    assert (np.diff(field.positions) > 0).all()
