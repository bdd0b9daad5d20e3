"""Files of the displayed picture and of its numbers."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from cam1d_widget import ExplanationViewer

from ...support.arrays import explanation


@pytest.fixture
def viewer():
    return ExplanationViewer(explanation(channel_names=['a,"b"', "ay", "az"]), instance=2, target=1, method="Saliency")


@pytest.mark.parametrize("method", ["Saliency", "Grad-CAM"])
def test_numbers_are_those_on_show(viewer, method, tmp_path):
    viewer.method = method
    whole, values = viewer.explanation, viewer.attribution
    with np.load(viewer.save_numbers(tmp_path / "numbers.npz")) as file:
        np.testing.assert_array_equal(file["attribution"], values)
        np.testing.assert_array_equal(file["x"], whole.x[2])
        np.testing.assert_allclose(file["time"], np.arange(60) / 25)
    with viewer.save_numbers(tmp_path / "numbers.csv").open(newline="") as file:
        headings, *lines = csv.reader(file)
    assert headings[:2] == ["time (s)", 'a,"b" g']
    assert headings[4] == (f"{method}: all channels" if method == "Grad-CAM" else f'{method}: a,"b"')
    written = np.array(lines, float)
    np.testing.assert_allclose(written, np.column_stack([np.arange(60) / 25, whole.x[2], values]), rtol=1e-6)


def test_a_gap_is_an_empty_field(tmp_path):
    whole = explanation()
    x = whole.x.copy()
    x[0, 7, 1] = np.nan
    viewer = ExplanationViewer(replace(whole, x=x))
    with viewer.save_numbers(tmp_path / "numbers.csv").open(newline="") as file:
        lines = list(csv.reader(file))
    assert [line[2] == "" for line in lines[7:10]] == [False, True, False]


def test_numbers_of_another_form_and_folders_that_are_not_there_are_refused(viewer, tmp_path):
    with pytest.raises(ValueError, match=r"path must end in .csv or .npz, but is 'numbers.xlsx'"):
        viewer.save_numbers(tmp_path / "numbers.xlsx")
    for save, name in ((viewer.save_numbers, "numbers.csv"), (viewer.save_png, "picture.png")):
        with pytest.raises(FileNotFoundError, match="existing folder"):
            save(tmp_path / "nowhere" / name)
