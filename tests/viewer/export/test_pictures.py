"""Files of the current picture, with a browser and without one."""

import sys
import warnings
from importlib.util import find_spec

import numpy as np
import pytest
from matplotlib.image import imread

from cam1d_widget import ExplanationViewer
from cam1d_widget.viewer.export.pictures import Paper, checked_paper
from cam1d_widget.viewer.synced.channel_stack import ChannelStack

from ...support.arrays import explanation
from ...support.synced import sent


@pytest.fixture
def viewer():
    return ExplanationViewer(explanation(), instance=2, target=1, method="Saliency")


@pytest.fixture
def messages(monkeypatch):
    return sent(monkeypatch, ChannelStack)


def display(viewer, count=1):
    viewer.mark._handle_custom_msg({"type": "views", "count": count}, [])


def answer(viewer, request, picture=None, **content):
    buffers = [] if picture is None else [memoryview(picture)]
    viewer.mark._handle_custom_msg({"type": "picture", "request": request, **content}, buffers)


def asked(messages):
    return [content for content, _ in messages if "picture" in content]


@pytest.mark.parametrize("form", ["png", "svg"])
def test_without_a_browser_matplotlib_draws_and_a_sentence_says_so(viewer, messages, tmp_path, form):
    path = tmp_path / f"picture.{form}"
    with pytest.warns(
        UserWarning,
        match=r"was drawn by matplotlib, because no browser has answered yet, and none can while cells run; ",
    ) as said:
        assert getattr(viewer, f"save_{form}")(path) == path
    assert said[0].filename == __file__
    assert path.read_bytes().startswith({"png": b"\x89PNG", "svg": b"<?xml"}[form])
    assert asked(messages) == []


def test_a_browser_that_displays_the_widget_later_replaces_the_file(viewer, messages, tmp_path):
    with pytest.warns(UserWarning, match="no browser"):
        viewer.save_png(tmp_path / "one.png")
    viewer.instance = 3
    display(viewer)
    [request] = asked(messages)
    assert (request["choice"]["instance"], request["choice"]["method"]) == (2, 2)
    answer(viewer, request["request"], b"png of the browser")
    assert (tmp_path / "one.png").read_bytes() == b"png of the browser"


def test_a_displayed_widget_is_asked_for_the_picture_of_the_moment(viewer, messages, tmp_path):
    display(viewer)
    with warnings.catch_warnings(action="error"):
        viewer.pinned = (0, 1, "Grad-CAM")
        viewer.options.style = "strip"
        viewer.save_svg(tmp_path / "one.svg", width=85)
        viewer.instance, viewer.pinned, viewer.against = 1, None, 0
        viewer.save_png(tmp_path / "two.png", scale=2)
    first, second = asked(messages)
    assert (first["picture"], first["width"], first["dpi"]) == ("svg", 85, 300)
    assert first["pinned"] == {"instance": 0, "target": 1, "method": 0, "against": None, "mean": None}
    assert first["options"]["style"] == "strip"
    assert (second["picture"], second["width"], second["dpi"], second["pinned"]) == ("png", None, 192, None)
    assert second["choice"] == {"instance": 1, "target": 1, "method": 2, "against": 0, "mean": None}
    answer(viewer, second["request"], b"two")
    answer(viewer, first["request"], b"one")
    assert [(tmp_path / name).read_bytes() for name in ("one.svg", "two.png")] == [b"one", b"two"]


def test_a_file_that_was_written_since_is_not_replaced(viewer, messages, tmp_path):
    display(viewer)
    path = viewer.save_png(tmp_path / "one.png")
    path.write_bytes(b"of somebody else")
    answer(viewer, asked(messages)[0]["request"], b"late")
    assert path.read_bytes() == b"of somebody else"


def test_a_picture_that_the_browser_cannot_draw_stays_as_it_is_and_a_sentence_says_why(viewer, messages, tmp_path):
    display(viewer)
    path = viewer.save_png(tmp_path / "one.png")
    before = path.read_bytes()
    with pytest.warns(UserWarning, match="stays as drawn by matplotlib, because .*: out of memory"):
        viewer.mark._receive(viewer.mark, {"type": "picture", "request": 1, "error": "out of memory"}, [])
    assert path.read_bytes() == before


def test_without_browser_and_matplotlib_nothing_is_written_and_a_sentence_says_what_to_install(
    viewer, messages, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *rest: None if name == "matplotlib" else find_spec(name, *rest)
    )
    with pytest.warns(UserWarning, match=r"will be written by a browser .* pip install \"cam1d_widget\[plot\]\""):
        path = viewer.save_png(tmp_path / "one.png")
    assert not path.exists()
    display(viewer)
    answer(viewer, asked(messages)[0]["request"], b"png")
    assert path.read_bytes() == b"png"


@pytest.mark.parametrize(("size", "pixels"), [({"width": 85}, 1004), ({"width": 100, "dpi": 127}, 500)])
def test_a_png_has_the_width_that_it_is_given(viewer, messages, tmp_path, size, pixels):
    display(viewer)
    assert imread(viewer.save_png(tmp_path / "one.png", **size)).shape[1] == pytest.approx(pixels, abs=1)


def test_a_png_that_would_not_fit_into_memory_is_refused(viewer, messages, tmp_path):
    with pytest.raises(ValueError, match=r"dpi must be at most \d+ in a PNG of 2000 × \d+ mm, but is 2400"):
        viewer.save_png(tmp_path / "one.png", width=2000, dpi=2400)
    assert not list(tmp_path.iterdir())


def test_a_pdf_has_vectors_and_the_width_that_it_is_given(viewer, tmp_path):
    pdf = viewer.save_pdf(tmp_path / "one.pdf", width=127).read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/MediaBox [ 0 0 360 " in pdf


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ({"width": 5}, "width must be a finite number at least 20 and at most 2000, but is 5; .* in millimeters"),
        ({"width": "85mm"}, "width must be a finite number"),
        ({"width": True}, "but is True"),
        ({"dpi": float("nan")}, "dpi must be a finite number"),
        ({"scale": 0}, "scale must be a finite number"),
        ({"dpi": 300, "scale": 2}, "dpi must be left out if scale is given, but is 300"),
    ],
)
def test_sizes_that_are_none_are_refused_before_anything_is_drawn(viewer, tmp_path, size, words):
    with pytest.raises(ValueError, match=words):
        viewer.save_png(tmp_path / "one.png", **size)
    assert not (tmp_path / "one.png").exists()


def test_a_folder_that_is_not_there_is_refused(viewer, tmp_path):
    for save in (viewer.save_png, viewer.save_svg, viewer.save_pdf):
        with pytest.raises(FileNotFoundError, match="existing folder"):
            save(tmp_path / "nowhere" / "picture")


def test_sizes_have_defaults():
    assert (checked_paper(None), checked_paper(90.0, None, 2)) == (Paper(None, 300), Paper(90, 192))


def titles(figure):
    parts = figure.subfigs or [figure]
    return [" ".join(part.get_suptitle().split("\n")) for part in parts]


def test_the_figure_is_the_current_picture_or_another_map(viewer):
    whole = viewer.explanation
    image = viewer.plot().axes[0].images[0]
    np.testing.assert_array_equal(image.get_array()[0], whole.attribution("Saliency", 2, 1)[:, 0])
    image = viewer.plot(1, method="Grad-CAM").axes[0].images[0]
    np.testing.assert_array_equal(image.get_array()[0], whole.attribution("Grad-CAM", 1, 1)[:, 0])
    assert viewer.shown[:3] == (2, 1, "Saliency")
    with pytest.raises(ValueError, match="instance must be a whole number from 0 to 3, but is 7"):
        viewer.plot(7)


def test_a_pinned_picture_is_in_the_figure_and_both_have_letters(viewer):
    viewer.pinned = (0, 2, "Grad-CAM")
    first, second = titles(viewer.plot())
    assert first.startswith("(a) Instance 3 of 4 (index 2), explained: walk")
    assert second.startswith("(b) Instance 1 of 4 (index 0), explained: run")
    assert len(titles(viewer.plot(1))) == 1


def test_pinned_maps_of_one_method_have_the_same_color_limits_in_the_figure_and_others_their_own(viewer):
    def limits():
        return [axes.images[-1].norm.vmax for part in viewer.plot().subfigs for axes in part.axes[:1]]

    def largest(method, instance, target):
        return np.abs(viewer.explanation.attribution(method, instance, target)).max()

    viewer.pinned = (0, 2, "Grad-CAM")
    np.testing.assert_allclose(limits(), [largest("Saliency", 2, 1), largest("Grad-CAM", 0, 2)], rtol=1e-6)
    viewer.pinned = (0, 2, "Saliency")
    np.testing.assert_allclose(limits(), max(largest("Saliency", 2, 1), largest("Saliency", 0, 2)), rtol=1e-6)


@pytest.mark.parametrize("width", [None, 180])
def test_the_rows_of_pinned_maps_are_aligned_in_the_figure(viewer, width):
    viewer.pinned = (0, 2, "Grad-CAM")
    figure = viewer.plot(width=width)
    figure.draw_without_rendering()
    edges = [part.axes[0].transData.transform([(0, 0), (0, 3)]) for part in figure.subfigs]
    np.testing.assert_allclose(edges[0][:, 1], edges[1][:, 1], atol=2)  # half a millimeter


def test_differences_and_means_are_in_the_figure(viewer):
    viewer.against = 0
    whole = viewer.explanation
    values = whole.attribution("Saliency", 2, 1) - whole.attribution("Saliency", 2, 0)
    image = viewer.plot().axes[0].images[0]
    np.testing.assert_allclose(image.get_array()[0], values[:, 0], atol=1e-6)
    assert image.norm.vmin == -image.norm.vmax
    viewer.mean = ("true", 0)
    assert titles(viewer.plot())[0].startswith("mean over the 2 instances of true class rest, explained: walk − rest")


def test_without_matplotlib_the_figure_says_what_to_install(viewer, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install \"cam1d_widget\[plot\]\""):
        viewer.plot()


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_a_file_of_another_kind_is_refused(form, tmp_path):
    save = getattr(ExplanationViewer(explanation()), f"save_{form}")
    with pytest.raises(ValueError, match=f"path must end in .{form}, but is .*map.gif"):
        save(tmp_path / "map.gif")
    assert not list(tmp_path.iterdir())
