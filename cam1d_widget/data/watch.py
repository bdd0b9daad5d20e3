"""Smartwatch recordings of shoulder exercises, cut into windows and split by person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..validation import check_choice, check_count, check_list, check_number, shown

# As the authors of the recordings write them out; the order is that of seglearn's `y_labels`.
CLASS_NAMES = {
    "PEN": "pendulum",
    "ABD": "abduction",
    "FEL": "forward elevation",
    "IR": "internal rotation",
    "ER": "external rotation",
    "TRAP": "lower trapezius row",
    "ROW": "bent-over row",
}
CHANNEL_UNITS = {"a": "g", "w": "rad/s"}
SAMPLING_RATE = 50.0


@dataclass(frozen=True)
class WatchWindows:
    """Windows of the smartwatch recordings, with the people of the test set held out.

    Attributes
    ----------
    x_train, x_test : ndarray of shape (instance, time, channel)
        Acceleration in g and angular velocity in rad/s, as recorded: nothing is standardized.
    y_train, y_test : ndarray of shape (instance,)
        The exercise, as an index into `class_names`.
    subject_train, subject_test : ndarray of shape (instance,)
        The number of the person who wore the watch. No number is in both.
    class_names, channel_names, channel_units : tuple of str
        Names of the classes and the channels, and units of the channels.
    sampling_rate : float
        Samples per second.
    license, citation : str
        On what terms the series may be used, and what to cite when you publish with them.
    """

    x_train: NDArray[np.float32]
    y_train: NDArray[np.int64]
    subject_train: NDArray[np.int64]
    x_test: NDArray[np.float32]
    y_test: NDArray[np.int64]
    subject_test: NDArray[np.int64]
    class_names: tuple[str, ...]
    channel_names: tuple[str, ...]
    channel_units: tuple[str, ...]
    sampling_rate: float = SAMPLING_RATE
    license: str = "seglearn: BSD-3-Clause; its authors' terms: https://github.com/dmbee/SPAR-dataset"
    citation: str = (
        "Burns, Leung, Hardisty, Whyne, Henry, McLachlin (2018), Shoulder physiotherapy exercise recognition: machine "
        "learning the inertial signals from a smartwatch, Physiological Measurement 39, 075007, "
        "https://doi.org/10.1088/1361-6579/aacfd9"
    )


def load_watch(*, window: int = 300, overlap: float = 0.5, test_subjects: Sequence[int] = (8, 9, 10)) -> WatchWindows:
    """Real smartwatch recordings of seven shoulder exercises, six channels at 50 Hz.

    Ten people did each exercise twenty times with either arm, a watch on the wrist: 140
    recordings of 19 to 52 seconds. A classifier must be tested on other people's movements, so the split is by person,
    never by window.

    Parameters
    ----------
    window : int
        Length of a window in samples; 300 are six seconds, two or three repetitions.
    overlap : float
        The share of a training window that the next one repeats, at least 0 and below 1. Windows
        of the test set never overlap, so that no stretch of time is counted twice.
    test_subjects : sequence of int
        The people, numbered 1 to 10, whose recordings make the test set.

    Returns
    -------
    WatchWindows
        Training and test windows with all their names and units.

    Notes
    -----
    The recordings come inside the wheel of `seglearn` (BSD license) and are part of the SPAR data
    set (https://github.com/dmbee/SPAR-dataset): Burns, Leung, Hardisty, Whyne, Henry, McLachlin
    (2018), "Shoulder physiotherapy exercise recognition: machine learning the inertial signals
    from a smartwatch", Physiological Measurement 39, 075007,
    https://doi.org/10.1088/1361-6579/aacfd9. Please cite them when you publish with this data.
    """
    recorded = _recordings()
    _check_arguments(window, overlap, test_subjects, recorded)
    held_out = np.isin(recorded["subject"], list(test_subjects))
    x_train, y_train, subject_train = _cut(recorded, ~held_out, window, max(1, round(window * (1 - overlap))))
    x_test, y_test, subject_test = _cut(recorded, held_out, window, window)
    return WatchWindows(
        x_train=x_train,
        y_train=y_train,
        subject_train=subject_train,
        x_test=x_test,
        y_test=y_test,
        subject_test=subject_test,
        class_names=tuple(CLASS_NAMES[label] for label in recorded["y_labels"]),
        channel_names=tuple(recorded["X_labels"]),
        channel_units=tuple(CHANNEL_UNITS[label[0]] for label in recorded["X_labels"]),
    )


def _recordings() -> dict[str, Any]:
    try:
        from seglearn.datasets import load_watch as recordings
    except ImportError as error:
        raise ImportError(
            "load_watch reads recordings that come with seglearn, which is not installed; "
            'install it with: pip install "cam1d_widget[demo]"'
        ) from error
    return dict(recordings())


def _check_arguments(window: Any, overlap: Any, test_subjects: Any, recorded: dict[str, Any]) -> None:
    shortest = min(len(series) for series in recorded["X"])
    check_count("window", window, most=shortest, unit=" samples, the shortest recording")
    check_number("overlap", overlap, least=0, below=1, way_out="; it is a share of the window")
    people = sorted(set(recorded["subject"].tolist()))
    rule = f"some of the people {people}, and not all of them"
    chosen = check_list("test_subjects", test_subjects, rule)
    for one in chosen:
        check_choice("test_subjects", one, people)
    if not chosen or len(set(chosen)) == len(people):
        raise ValueError(f"test_subjects must be {rule}, but is {shown(test_subjects)}")


def _cut(
    recorded: dict[str, Any], chosen: NDArray[np.bool_], window: int, stride: int
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """Windows of the chosen recordings, with the exercise and the person of each."""
    windows, origin = [], []
    for index in np.flatnonzero(chosen):
        series = recorded["X"][index]
        starts = range(0, len(series) - window + 1, stride)
        windows += [series[start : start + window] for start in starts]
        origin += [index] * len(starts)
    return (
        np.stack(windows).astype(np.float32),
        recorded["y"][origin].astype(np.int64),
        recorded["subject"][origin].astype(np.int64),
    )
