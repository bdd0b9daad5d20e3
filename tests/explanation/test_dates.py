"""Dates of the first samples: taken from anything that holds them, kept without a time zone, shown and saved."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

from cam1d_widget import Explanation, ExplanationViewer
from cam1d_widget.attribution.series import read_series
from cam1d_widget.viewer.export.page import excerpt

from ..support.arrays import explanation

NOON = np.datetime64("2024-03-05T12:00:00", "ns")


@pytest.mark.parametrize(
    "start",
    [
        datetime(2024, 3, 5, 12),
        datetime(2024, 3, 5, 14, tzinfo=timezone(timedelta(hours=2))),
        np.datetime64("2024-03-05T12:00"),
        pd.Timestamp("2024-03-05 13:00", tz="Europe/Berlin"),
        "2024-03-05T12:00:00",
        [datetime(2024, 3, 5, 12, tzinfo=UTC)] * 4,
        pd.DatetimeIndex(["2024-03-05 12:00"] * 4),
    ],
)
def test_dates_of_all_kinds_are_understood_and_those_of_a_zone_brought_to_utc(start):
    assert (explanation(start=start).start == np.repeat(NOON, 4)).all()


@pytest.mark.parametrize(
    ("start", "changes", "kind", "message"),
    [
        (NOON, {"sampling_rate": None}, ValueError, "start must come with sampling_rate"),
        ([NOON] * 3, {}, ValueError, "one for each of 4 instances"),
        ("2300-01-01", {}, ValueError, "start must be a date between the years 1678 and 2261, but is '2300-01-01'"),
        (datetime(1, 1, 1), {}, ValueError, "between the years 1678 and 2261"),
        (np.datetime64("NaT"), {}, ValueError, "start must be one date"),
        (5.0, {}, TypeError, "start must be a datetime, datetime64 or Timestamp"),
        ("noon", {}, TypeError, "but is 'noon'"),
    ],
)
def test_what_is_no_date_is_refused(start, changes, kind, message):
    with pytest.raises(kind, match=message):
        explanation(start=start, **changes)


def test_dates_go_through_files_and_excerpts(tmp_path):
    starts = NOON + np.arange(4) * np.timedelta64(1, "D")
    whole = explanation(start=starts)
    whole.save(tmp_path / "dated.npz")
    assert (Explanation.load(tmp_path / "dated.npz").start == starts).all()
    assert (excerpt(whole, [3, 1], None, None).start == starts[[3, 1]]).all()
    facts = ExplanationViewer(whole).mark.facts
    assert facts["start"][1] - facts["start"][0] == 24 * 3600 * 1000


def test_numbers_have_dates(tmp_path):
    viewer = ExplanationViewer(explanation(start=NOON))
    with viewer.save_numbers(tmp_path / "numbers.csv").open() as file:
        headings, first, second, *_ = csv.reader(file)
    assert (headings[0], first[0], second[0]) == ("time", "2024-03-05T12:00:00.000", "2024-03-05T12:00:00.040")
    with np.load(viewer.save_numbers(tmp_path / "numbers.npz")) as file:
        assert file["time"][1] - file["time"][0] == np.timedelta64(40, "ms")


def test_dates_are_taken_from_frames_and_labeled_arrays():
    frames = [
        pd.DataFrame({"a": np.zeros(9)}, index=pd.date_range(f"2024-03-0{day} 13:00", periods=9, freq="20ms", tz=zone))
        for day, zone in ((5, "Europe/Berlin"), (6, "Europe/Berlin"))
    ]
    series = read_series("x", frames)
    assert (series.start == [NOON, NOON + np.timedelta64(1, "D")]).all()
    assert series.sampling_rate == pytest.approx(50)
    xarray = pytest.importorskip("xarray")
    clock = pd.date_range("2024-03-05 12:00", periods=9, freq="1s")
    labelled = xarray.DataArray(np.zeros((2, 9, 1)), dims=("instance", "time", "channel"), coords={"time": clock})
    assert (read_series("x", labelled).start == np.repeat(NOON, 2)).all()
    assert read_series("x", pd.DataFrame({"a": np.zeros(9)})).start is None


def test_the_still_picture_says_where_its_seconds_begin():
    figure = replace(explanation(), start=NOON).plot()
    assert "time (s) from 2024-03-05 12:00:00.000" in [axis.get_xlabel() for axis in figure.axes]
