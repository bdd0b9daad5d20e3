import json
import re
from pathlib import Path

import ipywidgets as widgets
import pytest
from traitlets import Int, TraitError

from cam1d_widget import ExplanationViewer
from cam1d_widget.viewer.synced.base import PageContents
from cam1d_widget.viewer.synced.options import Options

from ...support.arrays import explanation
from ...support.synced import state_of


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("scope", "batch", "scope"),
        ("sign", "both", "sign"),
        ("clip", 60.0, "clip"),
        ("clip", float("nan"), "clip must be a finite number at least 0 and at most 50, but is nan; it is in percent"),
        ("smoothing", 4, "smoothing must be an odd number of samples, but is 4"),
        ("smoothing", 0, "but is 0"),
        ("gain", 0.0, "gain must be a finite number above 0, but is 0.0"),
        ("limit", float("inf"), "limit must be a finite number above 0, but is inf"),
        ("hidden", [-1], r"each channel of hidden must be a whole number, at least 0, but is -1"),
        ("per_page", -1, "per_page must be a whole number, at least 0, but is -1"),
        ("first", 1.5, "first must be a whole number, at least 0, but is 1.5"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_nothing_changes(name, value, words):
    options = Options()
    before = getattr(options, name)
    with pytest.raises(TraitError, match=words):
        setattr(options, name, value)
    assert getattr(options, name) == before


def test_a_viewer_has_its_own_options():
    one, other = ExplanationViewer(explanation()), ExplanationViewer(explanation())
    one.options.scope = "method"
    assert (one.mark.options.scope, other.options.scope) == ("method", "map")


def test_a_page_opens_with_the_options_of_the_viewer_which_keeps_its_own(tmp_path):
    viewer = ExplanationViewer(explanation())
    viewer.options.sign, viewer.options.hidden = "absolute", [2, 0]
    before = set(widgets.widget._instances)
    state = state_of(viewer.save_html(tmp_path / "page.html", progress=False))["OptionsModel"]["state"]
    assert (state["sign"], state["hidden"]) == ("absolute", [0, 2])
    assert set(widgets.widget._instances) == before
    assert viewer.options.comm is not None


def test_defaults_are_those_of_the_browser_half():
    # A page leaves out what has its default: both sides must mean the same by it.
    source = (Path(__file__).parents[3] / "js" / "src" / "core" / "picture" / "options.ts").read_text()
    [defaults] = re.findall(r"DEFAULTS: Options = (\{.*?\})", source, re.DOTALL)
    theirs = json.loads(re.sub(r",\s*\}", "}", re.sub(r"(\w+):", r'"\1":', defaults)))
    assert theirs == {name: getattr(Options(), name) for name in theirs}
    assert set(theirs) == {name for name in Options.class_own_traits(sync=True) if not name.startswith("_")}


def test_attributions_are_not_touched_by_how_they_are_drawn():
    viewer = ExplanationViewer(explanation())
    before = viewer.attribution
    viewer.options.sign, viewer.options.smoothing, viewer.options.clip = "absolute", 9, 5.0
    assert (viewer.attribution == before).all()


def test_a_page_gets_its_own_copy_of_every_value_also_of_a_subclass():
    class Darker(Options):
        depth = Int(1).tag(sync=True)

    options = Darker(gain=2.0, hidden=[1], depth=3)
    page = options.for_page(PageContents([0], 0, {}))
    options.gain = 4.0
    assert (type(page), page.gain, page.hidden, page.depth) == (Darker, 2.0, [1], 3)
