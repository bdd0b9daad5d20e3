"""Series in a file are indexed like an array."""

import h5py
import numpy as np
import pytest

from cam1d_widget.explanation.stored.lazy_rows import LazyRows

ARRAY = np.random.default_rng(0).normal(size=(40, 5, 3)).astype(np.float32)
KEYS = [
    "3", "-1", "2:9", "2:9, :, 1", "::2", "::-1", "::-3", "5:2", "100:", "..., 0", "...", "2, ...", "..., 0, 1",
    ":, -1", "[1, 5]", "[5, 1, 5]", "[-1]", "[], 0", "[1, 5], :, 2", "[1, 5], [3, 4]", "[1, 5], ..., 0",
    "3, :, [0, 1]", ":, [0, 2]", ":, :, [2, 0]", ":, ::-1", "3, ::-1", "3, 4, 1", "(0, 1),", "(1,)", "()", "None",
    "3, None", "True", "np.arange(40) % 2 == 0", "np.int64(3)", "np.array(3)", "np.array([], int)",
    "np.ones((40, 5, 3), bool)", "[[1, 2]]", "range(3)", "[0, 2], None", "None, 3",
]  # fmt: skip
WRONG = ["40", "-41", "1.5", "'a'", "[41]", "np.ones(39, bool)", "3, 4, 1, 0", "..., ...", "[1, 2], [0, 1, 2]"]


@pytest.fixture(scope="module", params=["memory", "hdf5"])
def rows(request, tmp_path_factory):
    if request.param == "memory":
        return LazyRows(ARRAY)
    file = h5py.File(tmp_path_factory.mktemp("rows") / "x.h5", "w")
    return LazyRows(file.create_dataset("x", data=ARRAY))


@pytest.mark.parametrize("key", KEYS)
def test_every_index_selects_what_numpy_selects(rows, key):
    key = eval(f"np.s_[{key}]", {"np": np})
    np.testing.assert_array_equal(rows[key], ARRAY[key], strict=True)


@pytest.mark.parametrize("key", WRONG)
def test_an_index_that_numpy_refuses_is_refused(rows, key):
    key = eval(f"np.s_[{key}]", {"np": np})
    with pytest.raises(IndexError):
        ARRAY[key]
    with pytest.raises(IndexError):
        rows[key]


def test_only_selected_series_are_read():
    checked = []
    rows = LazyRows(ARRAY, lambda *between: checked.append(between))
    for key in (3, slice(10, 4, -3), [7, 2, 7], (Ellipsis, 0)):
        rows[key]
    assert checked == [(3, 3), (7, 10), (2, 2), (7, 7), (0, 39)]
