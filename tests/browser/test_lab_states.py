"""Messages over a picture while its map is computed, or if it cannot be, in a real JupyterLab with a real kernel."""

import pytest

from ..support.arrays import explanation
from ..support.waiting import until
from .lab import run_all, write_notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOURCE = """
import time
from pathlib import Path

from cam1d_widget import Explanation, ExplanationViewer
from cam1d_widget.viewer.synced import means
from cam1d_widget.viewer.synced.jobs import Jobs, Result

means._SLICE = 0  # each message takes one instance in


class Slow:
    '''Maps of later instances come when a file is there, and those of one method never.'''

    def __init__(self, whole):
        self.whole = whole

    def __getattr__(self, name):
        return getattr(self.whole, name)

    def attribution(self, method, instance, target):
        if method == "Saliency":
            raise RuntimeError("out of memory")
        while instance > 1 and not Path("go").exists():
            Path("begun").touch()
            time.sleep(0.02)
        return self.whole.attribution(method, instance, target)


def count(arguments):
    for step in range(arguments["steps"]):
        yield step / arguments["steps"], f"step {step}"
        time.sleep(0.02)
    return Result({"steps": arguments["steps"]}, {"numbers": [1.0, 2.0]})


viewer = ExplanationViewer(Slow(Explanation.load("states.npz")), target=1, jobs=Jobs({"count": count}))
viewer
"""
MARK = "[...figure.querySelectorAll('canvas')].find((one) => one.__channelStack).__channelStack"
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
# Newer kernels can answer widgets in a separate thread, which no interrupt reaches; here the main thread is used.
ASK_THE_MAIN_THREAD = f"() => {{ {KERNEL}.commsOverSubshells = 'disabled' }}"


@pytest.fixture(scope="module")
def page(folder, open_notebook):
    """The notebook's page, with two views of one viewer."""
    explanation(instances=6).save(folder / "states.npz")
    write_notebook(folder / "states.ipynb", SOURCE, "viewer")
    page = open_notebook("states.ipynb")
    page.evaluate(ASK_THE_MAIN_THREAD)
    run_all(page)
    return page


def choose(page, instance, method=0, view=0):
    viewer = page.locator(".cam1d-viewer").nth(view)
    viewer.get_by_role("combobox", name="method").select_option(index=method)
    viewer.locator("input[type=number]").fill(str(instance))
    viewer.locator("input[type=number]").press("Enter")


def shows(page, instance, method=0):
    """Both views show this picture."""
    name = f"{instance}/1/{method}"
    page.locator(f'.bqplot.figure[data-ready="{name}"]').nth(1).wait_for()


MESSAGE = f"""(state) => {{
  const figures = [...document.querySelectorAll(".bqplot.figure")], [figure] = figures;
  const inState = ({{ dataset }}) => dataset.state === state && !("ready" in dataset);
  const shown = {MARK}.snapshot();
  return figures.length > 1 && figures.every(inState) && shown.status === state && shown.message;
}}"""


def message(page, state):
    """Message over the picture once both views are in a state, in which they call no picture ready."""
    return page.wait_for_function(MESSAGE, arg=state).json_value()


def test_a_map_that_takes_long_is_waited_for_and_can_be_interrupted_and_requested_again(page, folder):
    shows(page, 0)
    choose(page, 5)
    assert message(page, "waiting") == "computing …"
    until((folder / "begun").exists)  # an interrupt that comes earlier stops nothing
    page.evaluate(f"() => {KERNEL}.interrupt()")
    assert message(page, "error") == "could not be computed: interrupted"
    choose(page, 0)
    shows(page, 0)
    choose(page, 5)
    assert message(page, "waiting") == "computing …"
    (folder / "go").touch()
    shows(page, 5)


def test_a_map_that_fails_says_why_and_keeps_no_other_from_being_shown(page, folder):
    (folder / "go").touch()
    choose(page, 3, method=2)
    assert message(page, "error") == "could not be computed: out of memory"
    choose(page, 3, method=1)
    shows(page, 3, method=1)


def test_what_one_view_chooses_the_other_shows(page, folder):
    (folder / "go").touch()
    choose(page, 1, view=1)
    shows(page, 1)
    choose(page, 0, view=0)
    shows(page, 0)


def test_the_state_that_is_saved_holds_the_picture_on_show(page, folder):
    (folder / "go").touch()
    choose(page, 4, method=1)
    shows(page, 4, method=1)
    script = f"(figure) => {MARK}.model.get_state().tiles.index.map(({{ key }}) => key).slice(0, 2)"
    assert page.locator(".bqplot.figure").first.evaluate(script) == ["series/4", "attribution/1/4/1"]


JOBS = f"{MARK}.model.jobs"


def job(page, script):
    return page.locator(".bqplot.figure").first.evaluate(f"(figure) => {{ const jobs = {JOBS}; return {script} }}")


def wait_for_job(page, script):
    figure = page.locator(".bqplot.figure").first.element_handle()
    page.wait_for_function(f"(figure) => {{ const jobs = {JOBS}; return {script} }}", arg=figure)


def test_long_work_reports_progress_can_be_cancelled_and_returns_its_numbers(page):
    job(page, 'jobs.start("count/many", "count", { steps: 100000 })')
    wait_for_job(page, 'jobs.running?.text.startsWith("step ") && jobs.running.text !== "step 0"')
    job(page, 'jobs.start("count/few", "count", { steps: 3 })')
    wait_for_job(page, 'jobs.fault("count/few")?.startsWith("something else")')
    choose(page, 2)  # pictures are answered meanwhile
    shows(page, 2)
    job(page, "jobs.cancel()")
    wait_for_job(page, "jobs.running === null")
    assert job(page, 'jobs.result("count/many")') is None
    job(page, 'jobs.start("count/few", "count", { steps: 3 })')
    wait_for_job(page, 'jobs.result("count/few") !== null')
    assert job(page, 'jobs.result("count/few").content') == {"steps": 3}
    assert job(page, 'Array.from(jobs.result("count/few").arrays.numbers.values)') == [1, 2]
    job(page, 'jobs.start("tea", "tea", {})')
    assert (
        job(page, 'jobs.fault("tea")')
        == "This computation needs a live kernel and a viewer with a model: CAM1DWidget(model, x)."
    )


def test_a_mean_that_takes_long_grows_by_slices_until_it_is_whole(page, folder):
    (folder / "go").touch()
    choose(page, 4, method=1)
    shows(page, 4, method=1)
    page.locator(".bqplot.figure").first.focus()
    page.keyboard.press("c")
    said = page.locator(".cam1d-description").first
    said.get_by_text("mean of the 2 instances of true class walk; band").wait_for()
    page.locator('.bqplot.figure[data-ready="true 1/1/1"]').nth(1).wait_for()
    page.keyboard.press("c")
    shows(page, 4, method=1)


def test_when_the_kernel_ends_its_job_ends_and_the_page_reports_it(page):
    job(page, 'jobs.start("count/more", "count", { steps: 100000 })')
    wait_for_job(page, 'jobs.running?.text.startsWith("step ")')
    page.evaluate(f"() => {KERNEL}.restart()")
    wait_for_job(page, "jobs.running === null")
    assert job(page, 'jobs.fault("count/more")') == "The kernel is gone; run the cell again."
    assert job(page, 'jobs.result("count/few").content') == {"steps": 3}


def test_nothing_failed_in_the_page(page):
    assert page.errors == []
