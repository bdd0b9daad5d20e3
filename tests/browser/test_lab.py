"""The first notebook in a real JupyterLab, with a real kernel, in a real Chromium."""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest

from cam1d_widget import CAM1DWidget
from cam1d_widget.data import load_watch

from ..support.selection import slow_but
from ..support.waiting import until
from .lab import cells_of, run_all, run_in_kernel, save_by_keys
from .page import TABLES, laid_out

ROOT = Path(__file__).parents[2]
NOTEBOOK = "first_look.ipynb"
pytestmark = pytest.mark.browser

# Description of the displayed picture, with the canvas' color at each requested place.
READ_PICTURE = """(figure, places) => {
  const canvas = [...figure.querySelectorAll("canvas")].find((one) => one.__channelStack);
  const picture = canvas.__channelStack.snapshot();
  const context = canvas.getContext("2d");
  const read = ([x, y]) => [...context.getImageData(
    Math.floor(x * picture.ratio), Math.floor(y * picture.ratio), 1, 1).data].slice(0, 3);
  const { strip, rows, centers, table, limit } = picture;
  return { strip, rows, centers, table, limit, colors: places.map(read) };
}"""


@pytest.fixture(scope="module")
def page(folder, briefly_trained, open_notebook):
    """The notebook's page after "Run All Cells", with its errors as `page.errors`."""
    source = (ROOT / "notebooks" / NOTEBOOK).read_text()
    # It explains ten series into a file; here two are enough, and test_notebooks.py runs it as it is.
    assert source.count("[:10]") == 2
    (folder / NOTEBOOK).write_text(source.replace("[:10]", "[:2]"))
    shutil.copy(briefly_trained, folder)
    page = open_notebook(NOTEBOOK)
    run_all(page)
    return page


@pytest.fixture
def figure(page):
    """Figure of the notebook's `CAM1DWidget`; its second viewer is further down."""
    figure = page.locator(".bqplot.figure").first
    figure.scroll_into_view_if_needed()
    return figure


@pytest.fixture(scope="module")
def source(briefly_trained):
    """The maps that must be displayed, computed here from the same network."""
    watch = load_watch()
    model = keras.models.load_model(briefly_trained)
    return CAM1DWidget(model, watch.x_test, watch.y_test, background=watch.x_train).explanation


def choose(page, instance, target, method):
    """Another picture, by the selectors next to the sliders."""
    viewer = page.locator(".cam1d-viewer").first
    viewer.locator("input[type=number]").fill(str(instance))
    viewer.locator("input[type=number]").press("Enter")
    viewer.get_by_role("combobox", name="class").select_option(value=str(target))
    viewer.get_by_role("combobox", name="method").select_option(index=method)
    shows(page, instance, target, method)
    laid_out(page)  # a longer legend changes the height of the figure


def shows(page, instance, target, method):
    name = f"{instance}/{target}/{method}"
    page.locator(f'.bqplot.figure[data-ready="{name}"]').first.wait_for()


def colors_of(attribution, picture):
    """The color table's entries for these values, with those of the neighboring bins."""
    table, limit = np.array(TABLES[picture["table"]]), picture["limit"]
    share = attribution / limit
    share = (share + 1) / 2 if picture["table"].startswith("signed") else share
    index = np.floor(256 * share).astype(int)
    # The last bit of a value may differ between two processes, and with it the bin.
    return table[np.clip(index[:, np.newaxis] + [-1, 0, 1], 0, 255)]


def is_among(colors, allowed):
    return (np.array(colors)[:, np.newaxis] == allowed).all(axis=-1).any(axis=-1)


def between_centers(source):
    """Samples from the first step's center to the last one's: the others are drawn paler."""
    centers = source.receptive_field[:, 2]
    return range(int(np.ceil(centers[0])) + 1, int(centers[-1]))


def test_traits_that_python_sets_choose_the_picture(page, source):
    shows(page, 100, source.y[100], source.methods.index("HiResCAM"))


def test_strip_of_a_map_of_all_channels_has_the_colors_of_its_values(page, figure, source):
    target, method = 3, source.methods.index("HiResCAM")
    choose(page, 7, target, method)
    picture = figure.evaluate(READ_PICTURE, [])
    samples = between_centers(source)
    height = picture["strip"]["top"] + picture["strip"]["height"] / 2
    places = [(picture["centers"][sample], height) for sample in samples]
    picture = figure.evaluate(READ_PICTURE, places)
    attribution = source.attribution("HiResCAM", 7, target)[samples, 0]
    assert picture["limit"] == pytest.approx(np.abs(source.attribution("HiResCAM", 7, 3)).max())
    assert is_among(picture["colors"], colors_of(attribution, picture)).all()


@pytest.mark.parametrize("label", slow_but(["Saliency"], ["Integrated Gradients", "Saliency"]))
def test_rows_of_a_map_of_each_channel_have_the_colors_of_its_values(page, figure, source, label):
    choose(page, 12, 5, source.methods.index(label))
    attribution = source.attribution(label, 12, 5)
    picture = figure.evaluate(READ_PICTURE, [])
    samples = range(290)
    assert picture["strip"] is None
    assert len(picture["rows"]) == 6
    for channel, row in enumerate(picture["rows"]):
        found = np.zeros(len(samples), bool)
        # The line of the series is at one of the two edges at most.
        for height in (row["top"] + 3, row["top"] + row["height"] - 4):
            places = [(picture["centers"][sample], height) for sample in samples]
            colors = figure.evaluate(READ_PICTURE, places)["colors"]
            found |= is_among(colors, colors_of(attribution[samples, channel], picture))
        assert found.all(), f"channel {channel}, samples {np.flatnonzero(~found)}"


@pytest.mark.parametrize("place", slow_but([0], [0, 1, 2]))
def test_keys_on_a_slider_change_the_picture(page, figure, source, place):
    method = source.methods.index("Grad-CAM")  # one that tells classes apart
    choose(page, 20, 2, method)
    before = figure.evaluate(READ_PICTURE, [(x, y) for x in range(200, 900, 7) for y in (20, 90)])
    name = ("instance", "class", "method")[place]
    handle = page.locator(".cam1d-viewer").first.get_by_role("slider", name=name)
    handle.focus()
    handle.press("ArrowRight")
    expected = [20, 2, method]
    expected[place] += 1
    shows(page, *expected)
    after = figure.evaluate(READ_PICTURE, [(x, y) for x in range(200, 900, 7) for y in (20, 90)])
    assert after["colors"] != before["colors"]
    handle.press("ArrowLeft")
    shows(page, 20, 2, method)


def test_python_knows_what_the_sliders_chose(page, source):
    choose(page, 33, 4, 0)
    # Newer kernels take what widgets say and code in different threads.
    ask = "print(widget.instance, widget.target, widget.method)"
    until(lambda: run_in_kernel(page, ask).strip() == f"33 4 {source.methods[0]}")


def test_an_explanation_from_a_file_is_shown_as_well(page):
    page.locator(".bqplot.figure").nth(1).scroll_into_view_if_needed()
    page.locator('.bqplot.figure[data-ready^="0/"]').wait_for()


def test_a_window_is_sent_to_python_and_the_model_scores_the_series_without_it(
    page, figure, source, folder, briefly_trained
):
    choose(page, 12, 5, source.methods.index("Saliency"))
    picture = figure.evaluate(READ_PICTURE, [])
    corner = figure.bounding_box()
    y = corner["y"] + picture["rows"][1]["top"] + 20
    page.keyboard.down("Shift")
    page.mouse.move(corner["x"] + picture["centers"][50], y)
    page.mouse.down()
    for sample in range(60, 150, 10):
        page.mouse.move(corner["x"] + picture["centers"][sample], y)
    page.mouse.move(corner["x"] + picture["centers"][149], y)
    page.mouse.up()
    page.keyboard.up("Shift")
    table = page.locator(".cam1d-window table").first
    table.wait_for()
    run_in_kernel(page, "import json; json.dump(widget.selected_window, open('window.json', 'w'))")
    assert json.loads((folder / "window.json").read_text()) == [1.0, 3.0]
    replaced = source.x[12:13].copy()
    replaced[:, 50:150] = load_watch().x_train.mean(axis=(0, 1))
    after = 100 * keras.models.load_model(briefly_trained).predict(replaced, verbose=0)[0, 5]
    name, _, said, _ = table.locator("tr").nth(1).locator("th, td").all_inner_texts()
    assert name == f"{load_watch().class_names[5]} (explained)"
    if after < 0.1 or after > 99.9:
        assert said[0] in "<>"
    else:
        assert float(said.removesuffix(" %")) == pytest.approx(after, abs=0.11)


def test_python_gets_the_picture_on_show(page, figure, folder):
    run_in_kernel(page, "widget.save_png('picture.png'); widget.save_svg('picture.svg')")
    files = [folder / "picture.png", folder / "picture.svg"]
    # The browser replaces the figures of matplotlib.
    until(lambda: files[1].read_text().startswith("<svg "))
    until(lambda: b"matplotlib" not in files[0].read_bytes())
    assert files[0].read_bytes().startswith(b"\x89PNG")


def test_keys_of_the_picture_are_not_taken_for_commands_of_the_notebook(page, figure):
    cells = page.locator(".jp-Cell").count()
    figure.focus()
    for key in ("d", "d", "x", "a", "b", "PageDown"):
        page.keyboard.press(key)
    # With a modifier they are JupyterLab's: Ctrl + S saves, and by then the keys before are dealt with.
    save_by_keys(page)
    assert page.locator(".jp-Cell").count() == cells


@pytest.mark.parametrize(
    "control",
    slow_but(["select"], ["button[aria-label^=Inside]", ".noUi-handle", "select", "input[type=radio]"]),
)
def test_no_control_of_the_widget_leaks_a_letter_to_the_notebook(page, figure, control):
    cells = page.locator(".jp-Cell").count()
    element = page.locator(".cam1d-viewer").first.locator(control).first
    element.focus()
    for key in ("a", "b", "x", "m", "d", "d", "0", "0", "Shift+M"):
        page.keyboard.press(key)
    assert element.evaluate("(element) => element === document.activeElement")
    save_by_keys(page)
    assert page.locator(".jp-Cell").count() == cells


def test_the_notebook_keeps_a_picture_of_the_widget(page, folder):
    cells = cells_of(folder / NOTEBOOK)
    kept = [output.data for cell in cells for output in cell.get("outputs", []) if "data" in output]
    widgets = [data for data in kept if "application/vnd.jupyter.widget-view+json" in data]
    assert any("image/png" in data for data in widgets)
    assert page.locator(".jp-OutputArea-output img").count() == 0, "where the widget runs, it is displayed"


def test_nothing_failed_in_the_page(page):
    assert page.errors == []
