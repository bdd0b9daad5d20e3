import html
import json
import re

import ipywidgets as widgets
import numpy as np
import pytest

from cam1d_widget import ExplanationViewer
from cam1d_widget.viewer.export.excerpt import excerpt
from cam1d_widget.viewer.export.page import save_html
from cam1d_widget.viewer.export.scripts import licenses, programs
from cam1d_widget.viewer.synced.channel_stack import ChannelStack

from ...support.arrays import Lazy, explanation, with_predicted_only
from ...support.synced import state_of, tiles_of


def test_a_page_holds_every_tile(tmp_path):
    whole = explanation()
    mark = state_of(save_html(whole, tmp_path / "all.html", progress=False))["ChannelStackModel"]
    tiles = tiles_of(mark)
    assert len(tiles) == 4 + 3 * 4 * 3
    np.testing.assert_array_equal(tiles["series/3"], whole.x[3])
    for method, label in enumerate(whole.methods):
        exact = whole.attribution(label, 2, 1)
        assert np.abs(tiles[f"attribution/{method}/2/1"] - exact).max() <= np.abs(exact).max() / 65000


def test_a_page_of_a_few_is_renumbered_and_shows_the_old_numbers(tmp_path):
    whole = explanation()
    path = save_html(
        whole, tmp_path / "few.html", instances=[3, 1], targets=[2, 0], methods=["Saliency"], progress=False
    )
    models = state_of(path)
    mark = models["ChannelStackModel"]
    facts = mark["state"]["facts"]
    assert (facts["instances"], facts["targets"]) == ([3, 1], [2, 0])
    assert models["IntSliderModel"]["state"]["max"] == 1
    tiles = tiles_of(mark)
    assert set(tiles) == {"series/0", "series/1", *(f"attribution/0/{i}/{t}" for i in (0, 1) for t in (0, 1))}
    np.testing.assert_allclose(tiles["attribution/0/0/1"], whole.attribution("Saliency", 3, 0), atol=1e-3)


@pytest.mark.parametrize(
    ("chosen", "indices"),
    [
        (None, (0, 1, 2, 3)),
        ([3, 1, 3], (3, 1)),
        (2, (2,)),
        (np.int64(2), (2,)),
        (np.array(2), (2,)),
        (np.array([1, 0], np.uint8), (1, 0)),
        (range(1, 3), (1, 2)),
        ((index for index in (1, 3)), (1, 3)),
        ([True, False, False, True], (0, 3)),
        (np.arange(4) > 1, (2, 3)),
    ],
)
def test_instances_are_indices_or_a_mask(chosen, indices):
    chosen = excerpt(explanation(), chosen, None, None).instances
    assert chosen == indices
    assert {type(index) for index in chosen} == {int}


def test_a_page_opens_on_the_picture_on_show(tmp_path):
    viewer = ExplanationViewer(explanation())
    viewer.instance, viewer.target, viewer.method = 2, 1, "Saliency"
    path = viewer.save_html(tmp_path / "page.html", instances=[1, 2], methods=["Grad-CAM", "Saliency"], progress=False)
    state = state_of(path)["ChannelStackModel"]["state"]
    assert [state.get(name, 0) for name in ("instance", "target", "method")] == [1, 1, 1]


def test_a_page_of_other_instances_opens_on_the_first(tmp_path):
    viewer = ExplanationViewer(explanation())
    state = state_of(viewer.save_html(tmp_path / "page.html", instances=[3], progress=False))["ChannelStackModel"][
        "state"
    ]
    assert state.get("instance", 0) == 0


def test_the_live_viewer_is_left_as_it_is(tmp_path):
    viewer = ExplanationViewer(explanation())
    before = set(widgets.widget._instances)
    state = viewer.mark.get_state()
    viewer.save_html(tmp_path / "page.html", instances=[1, 2], progress=False)
    assert set(widgets.widget._instances) == before
    assert viewer.mark.get_state() == state
    assert (viewer.instance, viewer.mark.facts["instances"]) == (0, range(4))


def test_a_live_browser_is_not_sent_the_maps_of_a_page(tmp_path, monkeypatch):
    sent, opened = [], ChannelStack.open

    def recording(mark):
        sent.append(len(mark.tiles["data"]))
        opened(mark)

    monkeypatch.setattr(ChannelStack, "open", recording)
    save_html(explanation(), tmp_path / "page.html", progress=False)
    assert sent == [0]


def test_maps_that_were_not_explained_are_left_out(tmp_path):
    whole = with_predicted_only(explanation())
    mark = state_of(save_html(whole, tmp_path / "page.html", progress=False))["ChannelStackModel"]
    maps = [key for key in tiles_of(mark) if key.startswith("attribution/0/")]
    assert maps == [f"attribution/0/{i}/{target}" for i, [target] in enumerate(whole.targets)]


def test_a_page_over_its_budget_is_refused_before_its_maps_are_computed(tmp_path):
    lazy = Lazy(explanation())
    with pytest.raises(
        ValueError, match=r"(?s)the page would take .* MB, more than budget_mb=0.5 .*maps of Saliency: .*methods="
    ):
        save_html(lazy, tmp_path / "page.html", budget_mb=0.5, progress=False)
    assert len(lazy.computed) <= 6
    assert not (tmp_path / "page.html").exists()


def test_the_budget_counts_the_maps_that_are_there(tmp_path):
    whole = with_predicted_only(explanation())
    with pytest.raises(ValueError, match=r"4 series: .*; 4 maps of Grad-CAM: "):
        save_html(whole, tmp_path / "page.html", budget_mb=0.5, progress=False)


@pytest.mark.parametrize("name", ["no_such_folder/page.html", "."])
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_computed(tmp_path, name):
    lazy = Lazy(explanation())
    with pytest.raises(OSError, match="path must be a file"):
        save_html(lazy, tmp_path / name, progress=False)
    assert lazy.computed == []


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"instances": [9]}, "instances must be at least one index from 0 to 3"),
        ({"targets": []}, "targets must be at least one index from 0 to 2"),
        ({"methods": ["CAM"]}, "methods must be one of Grad-CAM"),
        ({"instances": [1.0]}, r"instances must be at least one index .* or a mask of 4 booleans, but is \[1.0\]"),
        ({"instances": [True, False]}, r"a mask of 4 booleans, but is \[True, False\]"),
        ({"instances": [[0], [1, 2]]}, r"but is \[\[0\], \[1, 2\]\]"),
        ({"instances": "12"}, "but is '12'"),
        (
            {"targets": "predicted"},
            "targets must be the name or index of a class \\(rest, walk, run\\), but is 'predicted'",
        ),
        ({"targets": True}, "but is True"),
        ({"targets": [False] * 3}, "at least one index"),
    ],
)
def test_a_choice_that_is_not_there_is_refused(tmp_path, choice, words):
    with pytest.raises(ValueError, match=words):
        save_html(explanation(), tmp_path / "page.html", progress=False, **choice)


def test_no_name_leaves_its_place_as_markup(tmp_path):
    evil = "</script><img src=x onerror=alert(1)>"
    whole = explanation(class_names=[evil] * 3, channel_names=[evil] * 3)
    text = save_html(whole, tmp_path / "page.html", title=evil, progress=False).read_text(encoding="utf-8")
    assert "<img" not in text
    assert "&lt;/script&gt;&lt;img" in text


def test_a_page_hands_on_the_licenses_of_its_programs(tmp_path):
    text = save_html(explanation(), tmp_path / "page.html", progress=False).read_text(encoding="utf-8")
    licenses = html.unescape(re.search(r'<template id="licenses"><pre>(.*?)</pre></template>', text, re.DOTALL)[1])
    for words in (
        "jquery (MIT)",
        "@lumino/widgets (BSD-3-Clause)",
        "Copyright (c) 2015 Project Jupyter Contributors",
        "bqplot (Apache-2.0)",
        "bqscales (Apache-2.0)",
        "d3-scale (BSD-3-Clause)",
        "Apache License",
    ):
        assert words in licenses


def test_a_page_looks_for_no_source_map(tmp_path):
    text = save_html(explanation(), tmp_path / "page.html", progress=False).read_text(encoding="utf-8")
    assert not re.search(r"//# sourceMappingURL=[\w.-]+\.map", text)


@pytest.mark.parametrize(("engine", "most"), [(False, 1.2e6), (True, 1.7e6)])
def test_the_programs_of_a_page_are_small(engine, most):
    assert len(json.dumps(programs(engine))) + len(licenses(engine)) < most
