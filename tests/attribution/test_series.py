"""Series in the types that users have."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
import torch
import xarray as xr

from cam1d_widget import explain
from cam1d_widget.attribution.series import check_series, read_series, read_unequal

from ..support.toys import linear

VALUES = np.arange(24.0).reshape(2, 4, 3)


def frame(values, **options) -> pd.DataFrame:
    return pd.DataFrame(values, columns=["ax", "ay", "az"], **options)


def test_frames_bring_names_and_rate():
    clock = np.arange(4) / 50
    series = read_series("x", [frame(one, index=clock) for one in VALUES])
    np.testing.assert_array_equal(series.values, VALUES)
    assert series.channel_names == ("ax", "ay", "az")
    assert series.sampling_rate == pytest.approx(50)


@pytest.mark.parametrize(
    ("index", "rate"),
    [
        (None, None),
        (pd.date_range("2026-01-01", periods=4, freq="20ms"), 50),
        (pd.to_timedelta(np.arange(4) * 0.5, "s"), 2),
        (np.array([0.0, 0.1, 0.3, 0.4]), None),
    ],
)
def test_rate_of_an_index(index, rate):
    series = read_series("x", frame(VALUES[0], index=index))
    assert series.values.shape == (1, 4, 3)
    assert series.sampling_rate == (None if rate is None else pytest.approx(rate))


def test_labeled_array_is_put_in_order():
    x = xr.DataArray(
        np.moveaxis(VALUES, 1, 2),
        dims=("instance", "channel", "time"),
        coords={"channel": ["a", "b", "c"], "time": np.arange(4) / 10},
    )
    series = read_series("x", x)
    np.testing.assert_array_equal(series.values, VALUES)
    assert series.channel_names == ("a", "b", "c")
    assert series.sampling_rate == pytest.approx(10)
    assert read_series("x", x[0]).values.shape == (1, 4, 3)


def test_one_series_is_a_batch_of_one():
    assert read_series("x", VALUES[0]).values.shape == (1, 4, 3)
    np.testing.assert_array_equal(read_series("x", VALUES[0].T, "channels_first").values[0], VALUES[0])


def test_names_of_a_frame_reach_the_explanation_and_can_be_overruled():
    classifier = linear(np.ones((1, 4, 3)), np.zeros(1))
    explanation = explain(classifier, frame(VALUES[0], index=np.arange(4) / 50), methods="Saliency", progress=False)
    assert (explanation.channel_names, explanation.sampling_rate) == (("ax", "ay", "az"), pytest.approx(50))
    overruled = explain(classifier, frame(VALUES[0]), methods="Saliency", progress=False, channel_names=list("xyz"))
    assert overruled.channel_names == ("x", "y", "z")


def test_frame_of_two_levels_holds_a_series_for_each_instance():
    several = pd.concat([frame(VALUES[1]), frame(VALUES[0])], keys=["second", "first"])
    series = read_series("x", several)
    np.testing.assert_array_equal(series.values, VALUES[[1, 0]])
    assert series.channel_names == ("ax", "ay", "az")


def test_rows_of_a_frame_are_series_of_a_model_of_one_channel():
    x = np.arange(20.0).reshape(4, 5)
    series = read_series("x", pd.DataFrame(x, columns=np.arange(5) / 50), channels=1)
    np.testing.assert_array_equal(series.values, x[..., np.newaxis])
    assert series.channel_names is None
    assert series.sampling_rate == pytest.approx(50)
    days = pd.DataFrame(x, columns=pd.date_range("2026-01-01", periods=5))
    np.testing.assert_array_equal(read_series("x", days, channels=1).start, np.full(4, np.datetime64("2026-01-01")))
    explanation = explain(linear(np.ones((1, 5, 1)), np.zeros(1)), pd.DataFrame(x), background=pd.DataFrame(x))
    np.testing.assert_array_equal(explanation.x, x[..., np.newaxis])


@pytest.mark.parametrize(
    ("x", "shape"),
    [
        (pd.DataFrame(VALUES[0], index=np.arange(4) / 50), "(1, 4, 3)"),
        (pd.DataFrame(VALUES[0], index=pd.date_range("2026-01-01", periods=4)), "(1, 4, 3)"),
        (pd.DataFrame(VALUES[0], index=pd.MultiIndex.from_product([[0, 1], [0, 1]])), "(2, 2, 3)"),
    ],
)
def test_rows_at_times_are_samples(x, shape):
    with pytest.raises(ValueError, match=f"x must have 1 channel, .* has shape {re.escape(shape)}"):
        explain(linear(np.ones((1, 4, 1)), np.zeros(1)), x)


def test_two_dims_of_other_channels_are_named_as_one_series():
    with pytest.raises(ValueError, match=r"has shape \(1, 4, 3\); two dims are one series, \(time, channel\)$"):
        explain(linear(np.ones((1, 4, 2)), np.zeros(1)), frame(VALUES[0]))


def test_what_holds_series_but_is_no_array_is_named():
    with pytest.raises(TypeError, match="but is a generator; gather its series into one array"):
        read_series("x", (one for one in VALUES))


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([frame(VALUES[0]), frame(VALUES[1][:3])], "one length and one set of columns; pad them as for training"),
        ([VALUES[0], VALUES[1][:3]], "x must hold series of one length and one number of channels each; pad them"),
        (np.array([VALUES[0], VALUES[1][:3]], object), "x must hold series of one length and one number"),
        (xr.DataArray(VALUES, dims=("trial", "time", "channel")), r"x must have the dims \(instance, time, channel\)"),
    ],
)
def test_what_cannot_be_read(x, message):
    with pytest.raises(ValueError, match=message):
        read_series("x", x)


@pytest.mark.parametrize("argument", ["x", "background"])
@pytest.mark.parametrize("large", [1e300, -1e39])
def test_numbers_that_are_too_large_for_float32_are_refused_as_such(argument, large):
    series = np.zeros((1, 5, 2))
    series[0, 3, 1] = large
    rule = re.escape(
        f"{argument} must hold numbers from -3.4e+38 to 3.4e+38, as float32 does, but holds {large:g}; scale"
    )
    with pytest.raises(ValueError, match=rule):
        check_series(series, None, None, argument)
    series[0, 0, 0] = np.inf
    with pytest.raises(ValueError, match=rule):
        check_series(series, None, None, argument)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_single_value_that_is_not_finite_is_found_wherever_it_is(value):
    series = np.random.default_rng(0).normal(size=(3, 20, 2)).astype(np.float32)
    for at in ((0, 0, 0), (1, 9, 1), (2, 19, 1)):
        wrong = series.copy()
        wrong[at] = value
        for given in (wrong, wrong[:, ::-1], wrong.transpose(0, 2, 1).copy().transpose(0, 2, 1)):
            with pytest.raises(ValueError, match=f"first in instance {at[0]}"):
                check_series(given, 20, 2)


def test_series_whose_squares_are_not_finite_are_accepted():
    series = np.full((2, 20, 3), 1e30, np.float32)
    assert check_series(series, 20, 3) is series
    series[0, 0, 0] = -1e30
    assert check_series(series, None, None) is series


def test_frames_of_nullable_numbers_are_read_and_their_gaps_are_gaps():
    columns = {"a": [1.5, 2.5], "b": [1, 2], "c": [True, False]}
    nullable = pd.DataFrame(columns).astype({"a": "Float64", "b": "Int64", "c": "boolean"})
    np.testing.assert_array_equal(read_series("x", [nullable]).values, [[[1.5, 1, 1], [2.5, 2, 0]]])
    nullable.loc[1, "b"] = pd.NA
    values = read_series("x", nullable).values
    np.testing.assert_array_equal(values, [[[1.5, 1, 1], [2.5, np.nan, 0]]])
    with pytest.raises(ValueError, match="x must be finite, but holds NaN or infinite values, first in instance 0"):
        check_series(values, None, None)


def test_frames_of_text_are_not_read_as_numbers():
    with pytest.raises(TypeError, match="x must hold real numbers, but holds object"):
        check_series(read_series("x", pd.DataFrame({"a": ["1", "2"]}, dtype=object)).values, None, None)


def test_numbers_of_half_precision_are_read():
    tensor = tf.constant(VALUES, tf.bfloat16)
    series = read_series("x", tensor).values
    assert series.dtype == np.float32
    np.testing.assert_array_equal(series, tf.cast(tensor, tf.float32))


TENSORS = {
    "with a gradient": torch.tensor(VALUES, requires_grad=True),
    "of half precision": torch.tensor(VALUES).bfloat16(),
    "in a list": [torch.tensor(one, requires_grad=True) for one in VALUES],
}


@pytest.mark.parametrize("name", TENSORS)
def test_tensors_of_pytorch_are_read(name):
    np.testing.assert_array_equal(read_series("x", TENSORS[name]).values, VALUES)
    np.testing.assert_array_equal(read_unequal("x", TENSORS[name]).values, VALUES)


def test_tensors_of_unequal_length_are_read():
    parts = [torch.tensor(VALUES[0], requires_grad=True), torch.tensor(VALUES[1, :2], requires_grad=True)]
    series = read_unequal("x", parts)
    assert series.lengths.tolist() == [4, 2]
    np.testing.assert_array_equal(series.values[1, :2], VALUES[1, :2])


@pytest.mark.parametrize("tensor", [torch.zeros(2, 4, 3, device="meta"), torch.zeros(2, 4, 3).to_sparse()])
def test_tensors_without_plain_values_are_refused(tensor):
    with pytest.raises(TypeError, match="background must be an array, but is a Tensor that numpy cannot read; make it"):
        read_series("background", tensor)


def test_objects_are_refused_with_a_way_out():
    with pytest.raises(TypeError, match=r"must hold real numbers, but holds object; convert them, as in x.astype\(flo"):
        read_series("x", VALUES.astype(object))


@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
def test_two_dims_are_instance_and_time_where_a_model_takes_one_channel(layout):
    x = np.arange(40.0).reshape(5, 8)
    np.testing.assert_array_equal(read_series("x", x, layout, 1).values, x[..., np.newaxis])


def test_two_dims_are_otherwise_one_series():
    x = np.arange(8.0)[:, np.newaxis]
    assert read_series("x", x, "channels_last", 1).values.shape == (1, 8, 1)
    assert read_series("x", x, "channels_last", None).values.shape == (1, 8, 1)
    assert read_series("x", x.T, "channels_last", 8).values.shape == (1, 1, 8)
