"""A page with a model computes without a kernel: scores without a window, and maps that it does not hold."""

import numpy as np
import pytest

from cam1d_widget import CAM1DWidget, ExplanationViewer, models
from cam1d_widget.widget.other_series import ComputedSeries

from .page import COUNT_PASSES, MARK, WITHOUT_MAPS, choose_method, shown

pytestmark = pytest.mark.browser

METHODS = ["HiResCAM", "Saliency", "Occlusion"]
WINDOW = (20, 60)


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
    page.wait_for_function(f"{MARK}.model.engineAnswers.ready")
    page.evaluate(f"{MARK}.model.windows.choose([{WINDOW[0]}, {WINDOW[1]}], true)")
    page.get_by_text("With the window replaced by the mean of each channel over the background").wait_for()
    there = page.evaluate(f"{MARK}.model.windows.scores.latest")
    expected = ComputedSeries(widget._lazy)(0, *WINDOW)
    np.testing.assert_allclose(there["scores"], expected.scores, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(there["probabilities"], expected.probabilities, rtol=1e-4, atol=1e-5)
    assert page.errors == []
    assert [url for url in page.requests if not url.startswith(("file:", "blob:", "data:"))] == []


def test_a_page_with_float16_kernels_computes(open_page, widget, tmp_path):
    path = widget.save_html(tmp_path / "page.html", instances=[0], methods="HiResCAM", model="float16", progress=False)
    page = open_page(path)
    page.wait_for_function(f"{MARK}.model.engineAnswers.ready")
    scores = page.evaluate(f"{MARK}.model.engineAnswers.model.scores({MARK}.model.tiles.get('series/0').values).scores")
    there = widget.explanation.scores[0]
    np.testing.assert_allclose(scores, there, rtol=0, atol=1e-3 * np.abs(there).max())


def test_a_model_in_another_precision_is_refused(widget, tmp_path):
    with pytest.raises(ValueError, match="model must be 'float16', but is 'float8'"):
        widget.save_html(tmp_path / "page.html", model="float8")


def computed(page, widget, label):
    """Map of a method that the page computes, and that of Python."""
    choose_method(page, label)
    page.locator(f'.bqplot.figure[data-ready$="/{METHODS.index(label)}"]').wait_for()
    instance, target, method = shown(page)
    values = page.evaluate(f"Array.from({MARK}.model.tiles.get('attribution/{method}/{instance}/{target}').values)")
    there = widget.explanation.attribution(label, instance, target)
    return np.reshape(values, there.shape), there


def assert_equal(values, there):
    np.testing.assert_allclose(values, there, rtol=0, atol=1e-3 * np.abs(there).max())


@pytest.fixture
def without_maps(open_page, page_with_model):
    """A page that has computed no map, and holds none."""
    page = open_page(page_with_model)
    shown(page)
    page.wait_for_function(f"{MARK}.model.engineAnswers.ready")
    page.evaluate(WITHOUT_MAPS)
    return page


@pytest.mark.parametrize("label", METHODS[1:])
def test_a_map_that_the_page_does_not_hold_is_computed(without_maps, widget, label):
    assert_equal(*computed(without_maps, widget, label))
    assert without_maps.errors == []


def test_the_engine_answers_while_a_map_is_computed(without_maps, widget):
    page = without_maps
    page.evaluate(COUNT_PASSES)
    values, there = computed(page, widget, "Occlusion")
    assert_equal(values, there)
    assert len(page.workers) == 1
    assert page.evaluate("window.passes") == 0, "the page's own thread has computed"
    assert page.errors == []


@pytest.mark.parametrize("fault", ["Worker = undefined", f"{MARK}.model.engineAnswers.computers[1].source = '('"])
def test_where_no_worker_starts_the_page_computes_in_its_own_thread(without_maps, widget, fault):
    page = without_maps
    page.evaluate(COUNT_PASSES)
    page.evaluate(fault)
    assert_equal(*computed(page, widget, "Occlusion"))
    assert page.evaluate("window.passes") > 0
    assert page.workers == []


def test_a_page_of_maps_alone_says_that_a_model_is_missing(widget, tmp_path):
    maps = ExplanationViewer(widget.explanation.compute(instances=[0], progress=False))
    with pytest.raises(
        ValueError, match=r"model=True needs a widget with a model, .* but the Explanation has maps alone"
    ):
        maps.save_html(tmp_path / "page.html", model=True)


def before_check(page, label):
    """The page with the panel of checks, for the map of a method."""
    shown(page)
    page.wait_for_function(f"{MARK}.model.engineAnswers.ready")
    choose_method(page, label)
    page.get_by_role("button", name="Checks: how far").click()
    page.get_by_role("button", name="Check this map").wait_for()
    return page


def test_a_page_runs_the_checks_that_need_few_passes(open_page, page_with_model, widget):
    page = before_check(open_page(page_with_model), "Saliency")
    page.get_by_role("button", name="Check this map").click()
    page.locator(".cam1d-verdict").wait_for()
    instance, target, _ = shown(page)
    report = widget.check(method="Saliency", instance=instance, target=target)
    name = f"checks/Saliency/{instance}/{target}"
    there = page.evaluate(f"{MARK}.model.jobs.result({name!r})")
    (found,) = there["content"]["fills"]
    by_name = {one["name"]: one for one in found["findings"]}
    for one in (*report.findings, report.network):
        if one.name in ("Sum", "Class", "Network"):
            assert (by_name[one.name]["passed"], by_name[one.name]["text"]) == (one.passed, one.text)
    assert by_name["Randomization"]["passed"] is by_name["Agreement"]["passed"] is None
    curves = report.deletion
    assert there["content"]["measure"] == curves.measure
    values = there["arrays"]["curves"]["values"]
    # Segments of equal values come in another order, and random orders are others than Python's.
    known = curves.curves[0]
    np.testing.assert_allclose([values[0], values[-1], np.mean(values)], [known[0], known[-1], known.mean()], atol=2e-3)
    random = there["arrays"]["random"]["values"]
    spread = curves.random_curves[:, 0].std(axis=0)
    assert (np.abs(random - curves.random_curves[:, 0].mean(axis=0)) <= 1.5 * spread + 1e-4).all()
    assert page.errors == []


def test_a_check_on_a_page_can_be_cancelled(open_page, page_with_model):
    page = before_check(open_page(page_with_model), "Occlusion")
    # Pressed in one task of the browser, so that the check cannot end in between.
    ran = page.evaluate(f"""() => {{
      const press = (name) => document.querySelector(`button[aria-label^="${{name}}"]`).click();
      press("Check this map");
      const {{ running }} = {MARK}.model.jobs;
      press("cancel the running computation");
      return running.name;
    }}""")
    assert ran.startswith("checks/Occlusion/")
    page.get_by_role("button", name="Check this map").wait_for()
    assert page.evaluate(f"{MARK}.model.jobs.running") is None
    assert page.evaluate(f"{MARK}.model.jobs.result({ran!r})") is None


def test_a_mean_on_a_page_is_over_all_instances_of_the_class(without_maps, widget):
    page = without_maps
    predicted = widget.explanation.scores[:3].argmax(axis=1)
    of = int(np.bincount(predicted).argmax())
    page.evaluate(f"{MARK}.model.choose({{ target: 0, method: 1, mean: {{ by: 'predicted', of: {of} }} }})")
    page.locator(f'.bqplot.figure[data-ready="predicted {of}/0/1"]').wait_for()
    mean = page.evaluate(f"""() => {{
      const {{ values, spread, mean }} = {MARK}.model.tiles.get("mean-attribution/predicted/{of}/1/0");
      return {{ values: [...values], spread: [...spread], count: mean.count }};
    }}""")
    members = np.flatnonzero(predicted == of)
    assert len(members) >= 2
    maps = np.stack([widget.explanation.attribution("Saliency", instance, 0) for instance in members])
    assert mean["count"] == len(members)
    for found, expected in ((mean["values"], maps.mean(axis=0)), (mean["spread"], maps.std(axis=0))):
        assert_equal(np.reshape(found, expected.shape), expected)
    assert page.errors == []


def test_a_map_that_fails_ends_with_its_reason(without_maps):
    model = f"{MARK}.model"
    without_maps.evaluate(f"{model}.engineAnswers.model.maps = function* () {{ throw new Error('no such kernel') }}")
    without_maps.evaluate(f"{model}.choose({{ instance: 1, target: 2, method: 0 }})")
    without_maps.locator('.bqplot.figure[data-state="error"]').wait_for()
    assert without_maps.evaluate(f"{model}.message") == "The model of this page failed: no such kernel"
