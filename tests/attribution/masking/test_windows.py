"""Slices cover a series; averaging a map over them moves nothing between slices."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cam1d_widget.attribution.masking import Slices, pooled

RNG = np.random.default_rng(1)


def change_points(length):
    return st.lists(st.integers(0, length - 1), unique=True, max_size=6).map(sorted)


@given(st.integers(1, 120), st.data())
def test_slices_side_by_side_hold_each_sample_once(length, data):
    if data.draw(st.booleans()):
        slices = Slices.apart(length, size=data.draw(st.integers(1, length)))
    else:
        slices = Slices.apart(length, change_points=data.draw(change_points(length)))
    assert (slices.start[0], slices.stop[-1]) == (0, length)
    assert (slices.start[1:] == slices.stop[:-1]).all()
    assert (slices.sizes > 0).all()
    of_sample = [int(np.flatnonzero((slices.start <= t) & (t < slices.stop))[0]) for t in range(length)]
    assert slices.of_sample.tolist() == of_sample


def test_default_is_ten_slices_and_the_last_may_be_shorter():
    assert Slices.apart(300).sizes.tolist() == [30] * 10
    assert Slices.apart(10, 4).sizes.tolist() == [4, 4, 2]
    assert Slices.apart(9, change_points=[2, 7]).start.tolist() == [0, 2, 7]
    assert Slices.apart(9, change_points=[0, 2, 7]).start.tolist() == [0, 2, 7]


@given(st.integers(1, 80), st.data())
def test_pooling_keeps_sums_and_levels_what_is_between(length, data):
    points = data.draw(change_points(length))
    values = np.random.default_rng(length).normal(size=(2, 3, length, 2))
    flat = pooled(values, change_points=points)
    edges = sorted({0, *points, length})
    for start, stop in pairwise(edges):
        window = flat[..., start:stop, :]
        assert (window == window[..., :1, :]).all()
        np.testing.assert_allclose(window.sum(axis=-2), values[..., start:stop, :].sum(axis=-2), atol=1e-12)
    np.testing.assert_allclose(pooled(flat, change_points=points), flat, atol=1e-14)


def test_pooling_by_hand_over_windows():
    values = np.array([[1.0, 10], [3, 20], [5, 0], [6, -30], [9, 4]], np.float32)
    expected = [[2, 15], [2, 15], [5.5, -15], [5.5, -15], [9, 4]]
    assert pooled(values, 2).tolist() == expected
    assert pooled(values[np.newaxis], 2).dtype == np.float32
    assert pooled(values, 5).tolist() == [[4.8000001907348633, 0.800000011920929]] * 5


def test_pooling_of_one_sample_changes_nothing():
    values = RNG.normal(size=(40, 3)).astype(np.float32)
    np.testing.assert_array_equal(pooled(values, 1), values)


def test_overlapping_windows_are_averaged_not_added():
    slices = Slices.sliding(5, 3, 1)
    values = np.array([[3.0], [6.0], [9.0]])
    assert slices.averaged(values)[:, 0].tolist() == [3, 4.5, 6, 7.5, 9]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Slices.apart(10, 11), "size must be a whole number from 1 to 10, the samples of a series"),
        (lambda: Slices.apart(10, 0), "size must be a whole number from 1 to 10, the samples of a series"),
        (lambda: Slices.apart(10, 2, [4]), "size and change_points exclude each other"),
        (lambda: Slices.apart(10, change_points=[4, 4]), "ascending"),
        (lambda: Slices.apart(10, change_points=[4.5]), "ascending"),
        (
            lambda: Slices.apart(10, change_points=[4, 10]),
            "change_points must be samples in ascending order from 0 to 9",
        ),
        (lambda: Slices.sliding(10, 4, 5), "stride must be a whole number from 1 to 4, the size of a window"),
        (lambda: pooled(np.zeros((10, 2)), 11), "window must be a whole number from 1 to 10, the samples of a series"),
        (lambda: pooled(np.zeros((10, 2)), 2, [3]), "window and change_points exclude each other"),
        (lambda: pooled(np.zeros(10), 2), r"values must have shape \(..., time, channel\)"),
    ],
)
def test_wrong_slices_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
