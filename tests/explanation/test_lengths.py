"""Series of unequal length in an explanation: padded with NaN, and nothing else is changed."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest

from cam1d_widget import Explanation

RNG = np.random.default_rng(4)
LENGTHS, CHANNELS, CLASSES = [5, 9, 7], 2, 3
SERIES = [RNG.normal(size=(length, CHANNELS)) for length in LENGTHS]
SCORES = RNG.normal(size=(3, CLASSES))
MAPS = [RNG.normal(size=(CLASSES, length, CHANNELS)) for length in LENGTHS]


def explanation(**changes) -> Explanation:
    return Explanation(
        **{
            "x": SERIES,
            "scores": SCORES,
            "targets": np.tile(np.arange(CLASSES), (3, 1)),
            "attributions": {"map": MAPS, "error": [np.abs(one[..., :1]) for one in MAPS]},
            "standard_errors": {"map": [np.abs(one) for one in MAPS]},
            "sampling_rate": 10.0,
            "start": ["2024-01-01", "2024-01-02", "2024-01-03"],
            **changes,
        }
    )


def padded(arrays, axis, fill) -> np.ndarray:
    widths = [[(0, 9 - one.shape[k]) if k == axis else (0, 0) for k in range(one.ndim)] for one in arrays]
    return np.stack([np.pad(one, width, constant_values=fill) for one, width in zip(arrays, widths, strict=True)])


def check_same(one: Explanation, other: Explanation) -> None:
    for name in ("x", "scores", "lengths", "start"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for name in ("attributions", "standard_errors"):
        assert getattr(one, name).keys() == getattr(other, name).keys()
        for label, values in getattr(one, name).items():
            np.testing.assert_array_equal(values, getattr(other, name)[label])


def test_a_list_of_series_is_padded_with_nan():
    made = explanation()
    assert made.lengths.tolist() == LENGTHS
    assert made.x.shape == (3, 9, CHANNELS)
    for instance, length in enumerate(LENGTHS):
        np.testing.assert_array_equal(made.x[instance, :length], SERIES[instance].astype(np.float32))
        assert np.isnan(made.x[instance, length:]).all()
        shown = made.attribution("map", instance, 1)
        np.testing.assert_array_equal(shown[:length], MAPS[instance][1].astype(np.float32))
        assert np.isnan(shown[length:]).all()
        assert np.isnan(made.standard_error("map", instance, 0)[length:]).all()
    assert made.signed == {"map": True, "error": False}
    assert "3 series (5 to 9 samples, 2 channels)" in repr(made)


@pytest.mark.parametrize("fill", [0.0, 7.0, np.nan])
def test_padding_of_any_value_is_dropped(fill):
    given = explanation(
        x=padded(SERIES, 0, fill),
        attributions={"map": padded(MAPS, 1, fill), "error": padded([np.abs(one[..., :1]) for one in MAPS], 1, fill)},
        standard_errors={"map": padded([np.abs(one) for one in MAPS], 1, fill)},
        lengths=np.array(LENGTHS),
    )
    check_same(given, explanation())


def test_equal_lengths_are_no_lengths():
    equal = [RNG.normal(size=(9, CHANNELS)) for _ in LENGTHS]
    maps = {"map": np.zeros((3, CLASSES, 9, CHANNELS))}
    for lengths in (None, [9, 9, 9]):
        made = explanation(x=equal, attributions=maps, standard_errors={}, lengths=lengths)
        assert made.lengths is None
    assert "(9 samples, 2 channels)" in repr(made)


def test_lengths_survive_files_and_copies(tmp_path):
    made = explanation()
    made.save(tmp_path / "unequal.npz")
    copies = (Explanation.load(tmp_path / "unequal.npz"), pickle.loads(pickle.dumps(made)), copy.deepcopy(made))
    for one in (*copies, replace(made, sampling_rate=20.0)):
        check_same(one, made)
        assert not one.lengths.flags.writeable


def test_lengths_of_selected_series():
    facts = explanation().series_facts
    assert facts.rows([2, 0]).lengths.tolist() == [7, 5]
    assert facts.rows([1]).lengths is None


@pytest.mark.parametrize("first", [False, True], ids=["channels_last", "channels_first"])
def test_maps_of_other_libraries(first):
    turned = [one.T if first else one for one in SERIES]
    one_class = {"one": [maps[2].T if first else maps[2] for maps in MAPS]}
    every = {"all": [maps.swapaxes(1, 2) if first else maps for maps in MAPS]}
    layout = "channels_first" if first else "channels_last"
    made = Explanation.from_maps(one_class, turned, SCORES, targets=2, layout=layout)
    check_same(made, explanation(targets=np.full((3, 1), 2), attributions={"one": [maps[2:] for maps in MAPS]},
                                 standard_errors={}, start=None))  # fmt: skip
    made = Explanation.from_maps(every, turned, SCORES, layout=layout)
    check_same(made, explanation(attributions={"all": MAPS}, standard_errors={}, start=None))


def test_maps_of_one_channel_without_its_dim():
    made = Explanation.from_maps({"m": [one[0, :, 0] for one in MAPS]}, [one[:, 0] for one in SERIES], SCORES)
    assert made.lengths.tolist() == LENGTHS
    np.testing.assert_array_equal(made.attributions["m"][0, 0, :5, 0], MAPS[0][0, :, 0].astype(np.float32))


def test_maps_of_padded_series():
    maps = padded(MAPS, 1, np.nan)
    made = Explanation.from_maps({"all": maps}, padded(SERIES, 0, 0.0), SCORES, lengths=LENGTHS)
    check_same(made, explanation(attributions={"all": MAPS}, standard_errors={}, start=None))


BROKEN = [one.copy() for one in MAPS]
BROKEN[0][0, 1] = np.nan
WRONG = {
    "channels": ({"x": [SERIES[0], SERIES[1][:, :1], SERIES[2]]}, "x must hold series of the same channels, but they"),
    "other lengths": ({"lengths": [5, 9, 8]}, r"lengths must be those of the series, \[5, 9, 7\], but is \[5, 9, 8\]"),
    "an empty series": (
        {"x": [SERIES[0], SERIES[1][:0], SERIES[2]]},
        "lengths must hold the number of samples, from 1",
    ),
    "too long": ({"x": padded(SERIES, 0, 0.0), "lengths": [5, 10, 7]}, "from 1 to 9, of each of 3 series, but is"),
    "too few": ({"x": padded(SERIES, 0, 0.0), "lengths": [5, 9]}, "of each of 3 series, but is"),
    "fractions": ({"x": padded(SERIES, 0, 0.0), "lengths": [5.0, 9.0, 7.0]}, "of each of 3 series, but is"),
    "NaN in a series' map": ({"attributions": {"map": BROKEN}}, r"attributions\['map'\] must be finite, but holds 2"),
    "a map of another length": (
        {"attributions": {"map": [MAPS[1], MAPS[1], MAPS[2]]}},
        r"attributions\['map'\] must be an array, but its parts differ in length",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused(name):
    changes, words = WRONG[name]
    with pytest.raises(ValueError, match=words):
        explanation(**{"standard_errors": {}, **changes})


def test_padded_series_are_held_once():
    one, other = explanation(), explanation()
    assert one.x is other.x
    assert explanation(x=[2 * series for series in SERIES]).x is not one.x
