"""The figure for papers, and the still picture in a notebook's output."""

import base64
import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cam1d_widget import ExplanationViewer
from cam1d_widget.explanation.figure_rows import _color_map

from ..support.arrays import Lazy, explanation

TABLES = json.loads((Path(__file__).parents[2] / "js" / "src" / "core" / "draw" / "color_tables.json").read_text())


def names(figure):
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def ticks_of_values(figure, row):
    """Place and value of the labeled ticks of a row, counted from the bottom."""
    axis = figure.axes[0].yaxis
    labels = [label.get_text() for label in axis.get_minorticklabels()]
    return [
        (place, float(text))
        for place, text in zip(axis.get_minorticklocs(), labels, strict=True)
        if row < place < row + 1
    ]


def test_gaps_are_gaps_in_the_line_and_a_sample_between_two_is_a_dot():
    whole = explanation()
    x = whole.x.copy()
    x[0, [10, 12], 0] = np.nan
    figure = replace(whole, x=x).plot(0, 1, "Gradient × Input")
    line, dots, *others = figure.axes[0].lines
    assert np.flatnonzero(np.isnan(line.get_ydata())).tolist() == [10, 12]
    assert np.flatnonzero(~np.isnan(dots.get_ydata())).tolist() == [11]
    assert len(others) == 2 + 2, "two series and two edges of rows"


@pytest.mark.parametrize("value", [0.0, -7.0, 5e30])
def test_a_constant_channel_is_a_line_in_the_middle_of_its_row(value):
    whole = explanation()
    x = whole.x.copy()
    x[0, :, 0] = value
    line = replace(whole, x=x).plot(0, 1, "Gradient × Input").axes[0].lines[0]
    np.testing.assert_allclose(line.get_ydata(), 2.5, atol=0.1)


@pytest.mark.filterwarnings("error")
def test_the_still_picture_of_a_name_that_the_font_lacks_warns_of_nothing():
    names = ["👩 one", "a\tb", "three"]
    bundle = ExplanationViewer(explanation(channel_names=names))._repr_mimebundle_()
    assert len(bundle["image/png"]) > 1000


@pytest.mark.parametrize(("name", "signed"), [("signed", True), ("unsigned", False)])
def test_colors_are_those_of_the_widget(name, signed):
    colors = 255 * _color_map(signed)(np.arange(256) / 255)[:, :3]
    np.testing.assert_allclose(colors, TABLES[name], atol=1e-6)


def test_each_row_shows_its_values_at_their_times():
    whole = explanation()
    figure = whole.plot(2, 1, "Gradient × Input")
    values = whole.attribution("Gradient × Input", 2, 1)
    [image] = figure.axes[0].images
    np.testing.assert_array_equal(image.get_array(), values.T)
    assert image.get_extent() == pytest.approx((-0.5 / 25, 59.5 / 25, 0, 3))
    assert (image.norm.vmin, image.norm.vmax) == pytest.approx((-np.abs(values).max(), np.abs(values).max()))
    for channel, line in enumerate(figure.axes[0].lines[:3]):
        row = 2 - channel
        np.testing.assert_allclose(line.get_xdata(), np.arange(60) / 25)
        (low, first), *_, (high, last) = ticks_of_values(figure, row)
        read = first + (line.get_ydata() - low) * (last - first) / (high - low)
        np.testing.assert_allclose(read, whole.x[2, :, channel], atol=1e-6, err_msg="as the ticks tell")
        assert row < line.get_ydata().min() < line.get_ydata().max() < row + 1


def test_a_map_of_all_channels_is_a_strip_and_a_hint():
    figure = explanation().plot(0, 0, "Grad-CAM")
    rows, strip = figure.axes[0].images
    assert strip.get_alpha() == 1.0
    assert rows.get_alpha() < 0.5
    np.testing.assert_array_equal(rows.get_array(), np.repeat(strip.get_array(), 3, axis=0))
    assert names(figure) == ["ax g", "ay g", "az g", "all"]


def test_what_is_not_seen_is_hatched_and_where_values_are_held_is_dotted_and_both_are_explained():
    whole = explanation()
    placed, every = whole.plot(0, 0, "Grad-CAM"), whole.plot(0, 0, "Saliency")
    [span] = placed.axes[0].patches
    assert span.get_hatch()
    assert [span.get_x(), span.get_x() + span.get_width()] == pytest.approx([57.5 / 25, 59.5 / 25])
    centers = whole.receptive_field[:, 2]
    dotted = [line.get_xdata()[0] for line in placed.axes[0].lines if line.get_linestyle() == ":"]
    assert dotted == pytest.approx([centers.min() / 25, centers.max() / 25])
    meaning = " ".join(placed.axes[1].get_xlabel().split("\n"))
    assert "hatched: samples outside all receptive fields; dotted lines:" in meaning
    assert not every.axes[0].patches
    assert "hatched" not in every.axes[1].get_xlabel()


def test_the_meaning_of_the_marks_fits_into_a_narrow_figure():
    figure = explanation().plot(0, 0, "Grad-CAM", figsize=(3.3, 4))
    figure.draw_without_rendering()
    label = figure.axes[1].xaxis.label
    assert label.get_text().count("\n") >= 2
    place = label.get_window_extent()
    assert 0 <= place.x0 < place.x1 <= figure.bbox.width


def test_channels_and_limit_may_be_chosen():
    whole = explanation(channel_names=["a", "$b$", "<c>"])
    figure = whole.plot(0, 0, "Saliency", channels=[2, 1], limit=9)
    assert names(figure) == ["<c> g", r"\$b\$ g"]
    assert figure.get_suptitle().endswith(", 2 of 3 channels")
    [image] = figure.axes[0].images
    assert (image.norm.vmin, image.norm.vmax) == (0.0, 9)
    np.testing.assert_array_equal(image.get_array(), whole.attribution("Saliency", 0, 0).T[[2, 1]])
    figure.savefig(io.BytesIO(), format="svg")


@pytest.mark.parametrize("channels", [[3], [], [-1]])
def test_channels_that_are_not_there_are_refused(channels):
    with pytest.raises(
        ValueError,
        match=r"channels must (be a whole number from 0 to 2|hold the index or name of at least one channel)",
    ):
        explanation().plot(channels=channels)


def test_a_map_of_zeros_is_drawn():
    whole = explanation(attributions={"Saliency": np.zeros((4, 3, 60, 3))}, completeness={}, exactness={})
    assert whole.plot().axes[0].images[0].norm.vmax == 1.0


def test_without_matplotlib_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install \"cam1d_widget\[plot\]\""):
        explanation().plot()


def test_drawing_leaves_no_figure_behind():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    before = pyplot.get_fignums()
    explanation().plot()
    assert pyplot.get_fignums() == before


def test_a_notebook_keeps_a_picture_beside_the_widget():
    viewer = ExplanationViewer(explanation())
    bundle = viewer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    picture = base64.b64decode(bundle["image/png"])
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 200_000


def test_jupyterlab_stores_the_picture_that_it_has_painted(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "notebook.ipynb")
    assert "image/png" not in ExplanationViewer(explanation())._repr_mimebundle_()


def test_the_picture_in_a_notebook_has_the_rows_of_a_page(monkeypatch):
    drawn = []
    monkeypatch.setattr("cam1d_widget.viewer.viewer.png_picture", drawn.append)
    viewer = ExplanationViewer(explanation(channels=30, channel_names=None), method="Saliency")
    for rows, per_page in ((24, 24), (10, 10), (30, 0)):
        viewer.options.per_page = per_page
        viewer._repr_mimebundle_()
        assert len(names(drawn[-1])) == rows


def test_a_map_that_fails_keeps_the_widget_from_nothing():
    viewer = ExplanationViewer(Lazy(explanation(), RuntimeError("out of memory")))
    assert "image/png" not in viewer._repr_mimebundle_()


def test_long_channel_names_leave_room_for_the_series():
    given = ["left ankle, acceleration along the bone, x", "left ankle, acceleration along the bone, y", "z"]
    narrow, wide = (explanation(channel_names=given).plot(0, 0, "Saliency", figsize=(inches, 4)) for inches in (3, 12))
    assert [label[-3:] for label in names(narrow)] == ["x g", "y g", "z g"], "the end tells them apart"
    assert max(map(len, names(narrow))) == 15
    assert names(wide)[0] == f"{given[0]} g"
    narrow.draw_without_rendering()
    assert narrow.axes[0].get_position().width > 0.5


@pytest.mark.parametrize(
    ("y", "heading"),
    [
        ([2, 0, 1, 1], "true: run, "),
        (np.array([[1, 0, 1], [0, 0, 0], [0, 1, 0], [1, 1, 1]]), "true: "),
        (np.array([[0, 0, 0], [0, 1, 1], [0, 1, 0], [1, 1, 1]]), "true: none, "),
        (None, "explained: walk, predicted: "),
    ],
)
def test_the_heading_names_the_true_classes_before_the_prediction(y, heading):
    title = " ".join(explanation(instances=4, y=y).plot(0, 1, "Saliency").get_suptitle().split())
    assert heading in title
    assert title.index("explained: ") < title.index("predicted: ")
    if isinstance(y, np.ndarray) and y[0].any():
        assert set(title.partition("true: ")[2].partition(", predicted")[0].split(", ")) == {"rest", "run"}


def test_the_heading_has_the_true_value_of_a_regression():
    values = np.arange(12.0).reshape(4, 3)
    whole = explanation(instances=4, y=values, probabilities=None)
    assert "true: walk 1, " in " ".join(whole.plot(0, 1, "Saliency").get_suptitle().split())


@pytest.mark.parametrize("channels", [3, 64])
def test_a_figure_is_at_most_as_high_as_a_page(channels):
    whole = explanation(channels=channels, channel_names=[f"C{channel}" for channel in range(channels)])
    viewer = ExplanationViewer(whole)
    for figure in (whole.plot(0, 0, "Saliency"), viewer.plot(width=180), viewer.plot(width=85)):
        assert 25.4 * figure.get_size_inches()[1] <= 247.01
    assert 25.4 * viewer.plot(figsize=(7, 20)).get_size_inches()[1] > 500, "unless a height is given"
