"""Maps and scores that take long, in a real JupyterLab: what is shown meanwhile, cancelled, offered and dismissed."""

import base64
import json

import pytest

from ..support.arrays import explanation
from ..support.waiting import until
from .lab import KERNEL_IS_IDLE, cells_of, run_in_kernel, save_by_keys, write_notebook
from .page import MARK, pixels, share_of_color

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Every wait is for what the test does next, so that no machine is too slow for it.
SOURCE = """
from threading import Event

import numpy as np
from cam1d_widget import Explanation, ExplanationViewer
from cam1d_widget.cancellation import check_cancelled
from cam1d_widget.explanation.source import Scores


class Held:
    '''Maps of two methods, and scores of all but the first instance, that are held until they may go on.'''

    slow = ("Occlusion", "Saliency")

    def __init__(self, whole):
        self.whole, self.named_facts = whole, whole.series_facts
        self.maps, self.scored, self.known, self.made, self.begun = Event(), Event(), False, [], []

    def __getattr__(self, name):
        return getattr(self.whole, name)

    def seconds(self, method, instance=None, target=None):
        return 30.0 if method in self.slow and (method, instance, target) not in self.made else 0.0

    def attribution(self, method, instance, target):
        if self.seconds(method, instance, target):
            self.begun.append((method, instance, target))
        while self.seconds(method, instance, target) and not self.maps.wait(0.01):
            check_cancelled()
        self.made.append((method, instance, target))
        return self.whole.attribution(method, instance, target)

    def known_scores(self):
        unknown = (np.arange(len(self.whole.x))[:, np.newaxis] > 0) & ~np.bool_(self.known)
        return Scores(np.where(unknown, np.nan, self.whole.scores), None)

    def scores_of(self, instance):
        return Scores(self.whole.scores[instance], None)

    def more_scores(self, instance=0):
        self.scored.wait()
        before, self.known = self.known, True
        return 0 if before else len(self.whole.x) - 1


held = Held(Explanation.load("slow.npz"))
viewer = ExplanationViewer(held, method=globals().get('opened'))
viewer
"""


MODEL = f"{MARK}.model"


IS_DIRTY = "window.jupyterapp.shell.currentWidget.context.model.dirty"
RELEASE = "if 'held' in globals(): held.maps.set(); held.scored.set()"
COMMANDS = "window.jupyterapp.commands"


@pytest.fixture(scope="module")
def notebook(folder, open_notebook):
    made = explanation().attributions
    maps = {"Occlusion": made["Saliency"], "Gradient × Input": made["Gradient × Input"], "Saliency": made["Saliency"]}
    explanation(attributions=maps, completeness={}, exactness={}, probabilities=None).save(folder / "slow.npz")
    write_notebook(folder / "slow.ipynb", SOURCE)
    return open_notebook("slow.ipynb")


@pytest.fixture
def page(notebook):
    """The page, whose viewer has just been displayed."""
    run(notebook)
    yield notebook
    run_in_kernel(notebook, RELEASE)
    assert notebook.errors == []


def run(page, shown="0/2/1"):
    page.evaluate(f"{COMMANDS}.execute('notebook:clear-all-cell-outputs')")
    page.locator(".bqplot.figure").wait_for(state="detached")
    page.wait_for_function(KERNEL_IS_IDLE)
    page.evaluate(f"{COMMANDS}.execute('notebook:run-all-cells')")
    if shown:
        page.locator(f'.bqplot.figure[data-ready="{shown}"]').wait_for()


def choose(page, **choice):
    page.evaluate(f"{MODEL}.choose({json.dumps(choice)})")


def summary(page):
    return page.locator(".cam1d-summary")


def legend(page):
    return page.locator(".cam1d-words")


def in_kernel(page, expression):
    return json.loads(run_in_kernel(page, f"import json; print(json.dumps({expression}))"))


def test_a_slow_map_leaves_the_series_a_line_and_a_button_that_cancels_it(page):
    choose(page, method=2, instance=3)
    legend(page).get_by_text("Saliency · computing, about 30 s …").wait_for()
    page.wait_for_function(f"{MODEL}.picture.choice.instance === 3 && {MODEL}.picture.mapless")
    assert page.evaluate(f"{MARK}.snapshot().status") == "waiting"
    page.get_by_role("button", name="cancel Saliency").click()
    legend(page).get_by_text("not available: Cancelled.").wait_for()
    choose(page, method=1)
    page.locator('.bqplot.figure[data-ready^="3/"]').wait_for()
    choose(page, method=2)
    legend(page).get_by_text("computing, about 30 s").wait_for()
    run_in_kernel(page, "held.maps.set()")
    page.locator('.bqplot.figure[data-ready$="/2"]').wait_for()
    assert not page.evaluate(f"{MODEL}.picture.mapless")


def test_scores_follow_the_first_picture(page):
    summary(page).get_by_text("Computing the scores of 3 more instances").wait_for()
    choose(page, instance=3)
    page.locator('.bqplot.figure[data-ready="3/2/1"]').wait_for()
    assert "predicted" not in summary(page).locator("span").all_inner_texts()
    run_in_kernel(page, "held.scored.set()")
    summary(page).get_by_text("predicted").wait_for()
    page.locator('.bqplot.figure[data-ready="3/0/1"]').wait_for()  # its predicted class is followed
    assert "Computing the scores" not in summary(page).inner_text()
    assert in_kernel(page, "[viewer.instance, viewer.target, viewer.follow]") == [3, 0, "predicted"]


def test_the_offered_method_is_not_started_again_when_it_is_selected(page):
    run_in_kernel(page, "held.scored.set()")
    summary(page).get_by_text("Occlusion takes about 30 s on this model: computing").wait_for()
    until(lambda: in_kernel(page, "held.begun") == [["Occlusion", 0, 2]])
    choose(page, method=0)
    legend(page).get_by_text("Occlusion · computing").wait_for()
    assert "Occlusion takes" not in summary(page).inner_text(), "it is no longer offered"
    assert in_kernel(page, "viewer.mark._offering._stop.is_set()") is False
    run_in_kernel(page, "held.maps.set()")
    page.locator('.bqplot.figure[data-ready="0/2/0"]').wait_for()


def test_an_offer_that_was_dismissed_stays_so_in_other_views(page):
    dismiss = page.get_by_role("button", name="do not offer Occlusion")
    dismiss.click()
    dismiss.wait_for(state="detached")
    until(lambda: in_kernel(page, "viewer.mark.better") is None)
    page.evaluate(f"{COMMANDS}.execute('docmanager:save')")
    page.reload()
    page.locator('.bqplot.figure[data-ready="0/2/1"]').wait_for()
    assert "Occlusion takes" not in summary(page).inner_text()


def test_the_picture_of_a_slow_first_map_is_left_to_the_next_save(page, folder):
    run_in_kernel(page, "held.scored.set(); opened = 'Occlusion'")
    run(page, shown=None)
    legend(page).get_by_text("Occlusion · computing").wait_for()
    save_by_keys(page)
    assert "image/png" not in output_of(folder / "slow.ipynb")
    run_in_kernel(page, "held.maps.set(); opened = None")
    page.locator('.bqplot.figure[data-ready="0/2/0"]').wait_for()
    page.wait_for_function(IS_DIRTY)  # so that JupyterLab saves it by itself
    page.keyboard.press("Control+s")
    page.wait_for_function(f"!{IS_DIRTY}")
    picture = pixels(base64.b64decode(output_of(folder / "slow.ipynb")["image/png"]))
    assert share_of_color(picture) > 0.01


def output_of(path):
    [cell] = cells_of(path)
    return cell.outputs[0].data


def test_without_its_kernel_the_legend_says_that_the_map_is_missing(page):
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.get_by_text("run the cell again for more").wait_for()
    choose(page, method=2)
    legend(page).get_by_text("Saliency · not available: This map needs the kernel").wait_for()
    assert page.evaluate(f"{MODEL}.picture.mapless"), "the series is there"
    choose(page, method=1)
    page.locator('.bqplot.figure[data-ready="0/2/1"]').wait_for()
    assert "not available" not in legend(page).inner_text()
    page.wait_for_function(KERNEL_IS_IDLE)
