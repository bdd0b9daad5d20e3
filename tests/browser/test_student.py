"""A doctoral student's task in a real JupyterLab with a real kernel, on real data, by mouse and keyboard alone.

Train the network of the Stack Overflow question, find a mistake, ask why, compare two methods, save figures and a page,
and open page and notebook again without a kernel.
"""

import json
import re

import numpy as np
import pytest

from .lab import ERROR, run_in_kernel, save_by_keys, write_notebook
from .page import choose_method, move, on_paper, pixels, share_of_color

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TRAIN = """
import keras
from keras import layers
from cam1d_widget import CAM1DWidget, data

watch = data.load_watch(overlap=0)
keras.utils.set_random_seed(0)
model = keras.Sequential([
    keras.Input((300, 6)),
    layers.Conv1D(128, 9), layers.BatchNormalization(momentum=0.9), layers.ReLU(), layers.MaxPooling1D(5),
    layers.Conv1D(128, 9), layers.BatchNormalization(momentum=0.9), layers.ReLU(), layers.MaxPooling1D(5),
    layers.Flatten(), layers.Dense(7, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(watch.x_train, watch.y_train, epochs=3, verbose=0)
"trained"
"""
EXPLAIN = """
widget = CAM1DWidget(model, watch.x_test, watch.y_test, class_names=watch.class_names)
widget
"""
PAGE = 'widget.save_html("page.html", instances=[0, widget.instance], methods=["HiResCAM", "Occlusion"])'
# By Keras alone, to compare with what the widget says.
TRUTH = """
import json
print(json.dumps([model.predict(watch.x_test, verbose=0).tolist(), watch.y_test.tolist(), watch.class_names]))
"""
WIDTH, INCH = 180, 25.4  # of the figures, in mm


@pytest.fixture
def page(folder, open_notebook):
    page = open_notebook(write_notebook(folder / "student.ipynb", "").name)
    page.set_viewport_size({"width": 1280, "height": 800})
    return page


def run_cell(page, number, code):
    """Paste code into a cell and run it with Shift + Enter, which opens a next one; its output."""
    cell = page.locator(".jp-CodeCell").nth(number)
    cell.locator(".cm-content").click()
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")
    # The brackets hold a number once the cell has finished.
    cell.get_by_text(re.compile(r"^\[\d+\]:$")).first.wait_for()
    assert cell.locator(f"{ERROR} pre").all_inner_texts() == []
    return cell.locator(".jp-OutputArea").first


def shows(place, plot, pinned=None):
    """Wait until the plot, and the one pinned next to it, are those that these words describe."""
    place.locator(f'.bqplot.figure[data-state="ready"] canvas[aria-label^="{plot}"]').wait_for()
    if pinned is None:
        place.locator(".cam1d-pinned").wait_for(state="hidden")
    else:
        place.locator(f'.cam1d-pinned canvas[aria-label^="Pinned: {pinned}"]').wait_for()


def colored(place):
    """Shares of the pixels of the plot and of the pinned one that are orange or blue."""
    plots = [place.locator(name).first for name in (".bqplot.figure canvas", ".cam1d-pinned canvas")]
    return [share_of_color(on_paper(plot.evaluate("(canvas) => canvas.toDataURL()"))) for plot in plots]


def file_of(page, viewer, name):
    with page.expect_download() as download:
        viewer.get_by_role("button", name=name).click()
    return download.value.path().read_bytes()


def test_from_training_to_a_notebook_that_is_opened_again(page, folder, open_notebook, open_page, server):
    assert "trained" in run_cell(page, 0, TRAIN).inner_text()
    viewer = run_cell(page, 1, EXPLAIN).locator(".cam1d-viewer")
    viewer.locator('.bqplot.figure[data-state="ready"]').wait_for()
    probabilities, truth, names = json.loads(run_in_kernel(page, TRUTH))
    predicted = np.argmax(probabilities, axis=1)
    wrong = np.flatnonzero(predicted != truth).tolist()

    # Find the second mistake.
    viewer.get_by_role("button", name="Find: ").click()
    viewer.get_by_role("combobox", name="prediction").select_option("wrong")
    viewer.get_by_text(f"wrong: {len(wrong)} of {len(truth)} ✕").wait_for()
    viewer.get_by_role("button", name="next instance").click()
    page.keyboard.press("Escape")
    instance = wrong[1]
    answer, right = names[predicted[instance]], names[truth[instance]]
    sure, less = (f"{name} ({100 * probabilities[instance][names.index(name)]:.1f} %)" for name in (answer, right))
    summary = viewer.locator(".cam1d-summary")
    summary.get_by_text(f"Instance {instance + 1} of {len(truth)} (index {instance})").wait_for()
    assert summary.locator(".cam1d-value").all_inner_texts()[:2] == [right, sure]
    assert summary.get_by_text("✗ wrong").is_visible()

    # Why not the true class?
    occlusion, hires_cam = (f"{method} for class {sure}. Instance " for method in ("Occlusion", "HiResCAM"))
    choose_method(viewer, "Occlusion")
    shows(viewer, occlusion)
    why = summary.get_by_role("button", name=f"Why not “{right}”?")
    why.click()
    shows(viewer, f"Occlusion for class {sure} minus {less}. Instance ", f"Occlusion for class {less}. Instance ")
    assert f"against / for {answer} rather than {right}" in viewer.locator(".cam1d-legend").inner_text()
    assert min(colored(viewer)) > 0.01
    why.click()
    shows(viewer, occlusion)

    # Compare two methods.
    viewer.get_by_role("button", name="Pin: ").click()
    choose_method(viewer, "HiResCAM")
    shows(viewer, hires_cam, occlusion)
    assert min(colored(viewer)) > 0.01

    # Figures for a paper.
    viewer.get_by_role("button", name="Save: ").click()
    viewer.get_by_label("width (mm)").fill(str(WIDTH))
    viewer.get_by_label("width (mm)").press("Enter")
    figure = pixels(file_of(page, viewer, "plot as PNG"))
    assert figure.shape[1] == pytest.approx(WIDTH / INCH * 300, abs=1)
    assert share_of_color(figure) > 0.01
    document = file_of(page, viewer, "plot as PDF")
    assert document.startswith(b"%PDF")
    [width] = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ", document)
    assert float(width) == pytest.approx(WIDTH / INCH * 72, abs=0.1)
    page.keyboard.press("Escape")

    # A page, and the notebook.
    run_cell(page, 2, PAGE)
    page.locator(".jp-CodeCell").nth(1).scroll_into_view_if_needed()
    shows(viewer, hires_cam, occlusion)
    save_by_keys(page)
    assert page.errors == []
    page.close()
    server.shut_down_kernels()

    # The page is the same without a kernel and without a network.
    alone = open_page(folder / "page.html", offline=True)
    shows(alone, hires_cam, occlusion)
    alone.get_by_text(f"Instance 2 of 2 on this page (index {instance})").wait_for()
    assert min(colored(alone)) > 0.01
    choose_method(alone, "Occlusion")
    shows(alone, occlusion, occlusion)
    alone.locator(".cam1d-chip button").click()  # the page was saved with the filter
    move(alone, "instance", "Home")
    first = names[predicted[0]]
    shows(alone, f"Occlusion for class {first}", occlusion)
    assert alone.errors == []

    # So is the notebook.
    again = open_notebook("student.ipynb")
    viewer = again.locator(".cam1d-viewer")
    shows(viewer, hires_cam, occlusion)
    viewer.get_by_text(f"Instance {instance + 1} of {len(truth)} (index {instance})").wait_for()
    viewer.get_by_text("run the cell again for more").wait_for()
    assert min(colored(viewer)) > 0.01
    assert again.errors == []
