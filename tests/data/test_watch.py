import sys

import numpy as np
import pytest

from cam1d_widget.data import load_watch


@pytest.fixture(scope="module")
def recorded():
    from seglearn.datasets import load_watch as recordings

    return recordings()


def test_no_person_is_in_both_training_and_test_set():
    windows = load_watch()
    assert set(windows.subject_train.tolist()) == {1, 2, 3, 4, 5, 6, 7}
    assert set(windows.subject_test.tolist()) == {8, 9, 10}


def test_shapes_names_and_units():
    windows = load_watch()
    assert windows.x_train.shape[1:] == windows.x_test.shape[1:] == (300, 6)
    assert len(windows.x_train) == len(windows.y_train) == len(windows.subject_train)
    assert len(windows.x_test) == len(windows.y_test) == len(windows.subject_test) == 236
    assert windows.x_test.dtype == np.float32
    assert windows.channel_names == ("ax", "ay", "az", "wx", "wy", "wz")
    assert windows.channel_units == ("g", "g", "g", "rad/s", "rad/s", "rad/s")
    assert windows.class_names[0] == "pendulum"
    assert windows.class_names[6] == "bent-over row"
    assert windows.sampling_rate == 50


def test_every_exercise_is_in_both_sets():
    windows = load_watch()
    assert set(windows.y_train.tolist()) == set(windows.y_test.tolist()) == set(range(7))


def test_windows_of_the_test_set_are_the_recordings_end_to_end(recorded):
    windows = load_watch(window=200, test_subjects=[3])
    index = np.flatnonzero(recorded["subject"] == 3)
    rows = [recorded["X"][i][: len(recorded["X"][i]) // 200 * 200] for i in index]
    np.testing.assert_array_equal(windows.x_test.reshape(-1, 6), np.concatenate(rows).astype(np.float32))
    np.testing.assert_array_equal(windows.y_test, np.repeat(recorded["y"][index], [len(r) // 200 for r in rows]))


def test_training_windows_repeat_the_share_that_was_asked_for():
    windows = load_watch(window=300, overlap=0.75)
    np.testing.assert_array_equal(windows.x_train[0, 75:], windows.x_train[1, :-75])
    apart = load_watch(window=300, overlap=0)
    assert len(apart.x_train) + len(apart.x_test) == 744


def test_at_rest_the_watch_feels_one_g():
    windows = load_watch()
    acceleration = np.linalg.norm(windows.x_test[..., :3], axis=-1)
    assert np.median(acceleration) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"window": 5000}, "window must be a whole number from 1 to 947 samples"),
        ({"window": 0}, "window must be"),
        ({"window": 2.5}, "window must be a whole number from 1 to 947 samples, the shortest recording, but is 2.5"),
        ({"window": "a"}, "window must be a whole number from 1 to 947 samples"),
        (
            {"overlap": "a"},
            "overlap must be a finite number at least 0 and below 1, but is 'a'; it is a share of the window",
        ),
        ({"test_subjects": 3}, "test_subjects must be"),
        ({"overlap": 1.0}, "overlap must be a finite number"),
        ({"test_subjects": [11]}, "test_subjects must be"),
        ({"test_subjects": []}, "test_subjects must be some of the people"),
        ({"test_subjects": range(1, 11)}, "not all of them"),
    ],
)
def test_what_cannot_be_cut_is_refused(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        load_watch(**arguments)


def test_people_may_be_an_array():
    assert set(load_watch(test_subjects=np.array([8, 9])).subject_test.tolist()) == {8, 9}


def test_terms_and_what_to_cite_come_along():
    windows = load_watch()
    assert "BSD" in windows.license
    assert "10.1088/1361-6579/aacfd9" in windows.citation


def test_without_seglearn_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "seglearn.datasets", None)
    with pytest.raises(ImportError, match=r'pip install "cam1d_widget\[demo\]"'):
        load_watch()
