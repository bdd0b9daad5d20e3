"""Windows cover the whole series; each baseline has its definition's values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cam1d_widget.attribution.masking import baseline_for, channel_mean, windows


@given(st.integers(1, 200), st.data())
def test_windows_cover_every_sample_and_stay_inside(length, data):
    size = data.draw(st.integers(1, length))
    first = windows(length, size, data.draw(st.integers(1, size)))
    covered = np.zeros(length, bool)
    for start in first:
        covered[start : start + size] = True
    assert covered.all()
    assert first.min() >= 0
    assert first.max() + size <= length
    assert len(set(first.tolist())) == len(first)


def test_channel_mean_is_per_channel():
    background = np.ones((4, 10, 3)) * [1, 20, 300]
    np.testing.assert_array_equal(channel_mean(background), [1, 20, 300])


@pytest.mark.parametrize(
    ("baseline", "expected"),
    [(None, 0), (5, 5), (np.arange(3), np.arange(3)), (lambda x: x.max(axis=1, keepdims=True), 9.0)],
)
def test_baseline_forms(baseline, expected):
    x = np.full((2, 4, 3), 9.0)
    np.testing.assert_array_equal(baseline_for(x, baseline), np.broadcast_to(expected, x.shape))
