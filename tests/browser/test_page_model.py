"""A page with a model computes without a kernel: scores without a window, and maps that it does not hold."""

import numpy as np
import pytest

from cam1d_widget import CAM1DWidget, ExplanationViewer, models
from cam1d_widget.widget.other_series import ComputedSeries

from .page import MARK, choose_method, shown

pytestmark = pytest.mark.browser

METHODS = ["HiResCAM", "Saliency", "Occlusion"]
WINDOW = (20, 60)
WITHOUT_MAPS = f"""() => {{
  const {{ index, data }} = {MARK}.model.get("tiles");
  {MARK}.model.tiles.replace({{ index: index.filter(({{ key }}) => key.startsWith("series/")), data }});
}}"""


@pytest.fixture(scope="module")
def widget():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6, 120, 3)).astype(np.float32)
    return CAM1DWidget(models.question_cnn((120, 3), 3, filters=8), x, background=x + 0.5, methods=METHODS)


@pytest.fixture(scope="module")
def page_with_model(widget, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    widget.method = "HiResCAM"
    return widget.save_html(path, instances=[0, 1, 2], methods=METHODS, model=True, progress=False)


def test_scores_without_a_window_are_those_of_python(open_page, page_with_model, widget):
    page = open_page(page_with_model)
    shown(page)
    page.wait_for_function(f"{MARK}.model.pageAnswers.ready")
    page.evaluate(f"{MARK}.model.windows.choose([{WINDOW[0]}, {WINDOW[1]}], true)")
    page.get_by_text("With the window replaced by the mean of each channel over the background").wait_for()
    there = page.evaluate(f"{MARK}.model.windows.scores.latest")
    expected = ComputedSeries(widget._lazy)(0, *WINDOW)
    np.testing.assert_allclose(there["scores"], expected.scores, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(there["probabilities"], expected.probabilities, rtol=1e-4, atol=1e-5)
    assert page.errors == []
    assert [url for url in page.requests if not url.startswith(("file:", "blob:", "data:"))] == []


@pytest.mark.parametrize("label", METHODS[1:])
def test_a_map_that_the_page_does_not_hold_is_computed(open_page, page_with_model, widget, label):
    page = open_page(page_with_model)
    shown(page)
    page.wait_for_function(f"{MARK}.model.pageAnswers.ready")
    page.evaluate(WITHOUT_MAPS)
    choose_method(page, label)
    page.locator(f'.bqplot.figure[data-ready$="/{METHODS.index(label)}"]').wait_for()
    instance, target, method = shown(page)
    values = page.evaluate(f"Array.from({MARK}.model.tiles.get('attribution/{method}/{instance}/{target}').values)")
    there = widget.explanation.attribution(label, instance, target)
    np.testing.assert_allclose(np.reshape(values, there.shape), there, rtol=0, atol=1e-3 * np.abs(there).max())
    assert page.errors == []


def test_a_page_of_maps_alone_says_that_a_model_is_missing(widget, tmp_path):
    maps = ExplanationViewer(widget.explanation.compute(instances=[0], progress=False))
    with pytest.raises(
        ValueError, match=r"model=True needs a widget with a model, .* but the Explanation has maps alone"
    ):
        maps.save_html(tmp_path / "page.html", model=True)
