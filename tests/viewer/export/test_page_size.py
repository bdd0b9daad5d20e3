"""What a page keeps of an explanation that is too large for it."""

from dataclasses import replace

import numpy as np
import pytest

from cam1d_widget import ExplanationViewer
from cam1d_widget.viewer.choice import Choice
from cam1d_widget.viewer.export.excerpt import excerpt
from cam1d_widget.viewer.export.page_size import (
    MEGABYTE,
    Priorities,
    fitted,
    in_time,
    sizes_of,
    time_note,
    without_slow,
)

from ...support.arrays import explanation, with_predicted_only
from ...support.synced import outcome, state_of, tiles_of

PREDICTED = explanation(instances=60, time=100).scores.argmax(axis=1)
WRONG = [4, 11, 30, 31, 32, 50]
TRUE = np.where(np.isin(np.arange(60), WRONG), (PREDICTED + 1) % 3, PREDICTED)
WHOLE = explanation(instances=60, time=100, y=TRUE)
SIZES = outcome(sizes_of(excerpt(WHOLE, None, None, None), {}))[0]


def total(chosen, bits):
    maps = sum(SIZES.of_map(label, bits) * chosen.kept[label].sum() for label in chosen.methods)
    return (len(chosen.x) * SIZES.of_series() + maps) / MEGABYTE


def everything(bits):
    maps = sum(SIZES.of_map(label, bits) for label in WHOLE.methods)
    return 60 * (SIZES.of_series() + 3 * maps) / MEGABYTE


NONE = Priorities()


def fit(budget, priorities=NONE, whole=WHOLE, **chosen):
    names = {"instances": None, "targets": None, "methods": None, **chosen}
    return fitted(excerpt(whole, **names), SIZES, budget, priorities)


def test_what_fits_is_kept_as_it_is():
    chosen, bits, note = fit(everything(16))
    assert (chosen.kept, len(chosen.x), bits, note) == (None, 60, 16, "")


def test_half_of_the_size_is_enough_for_rounded_maps():
    chosen, bits, note = fit(everything(8))
    assert (chosen.kept, len(chosen.x), bits) == (None, 60, 8)
    assert "maps are rounded to 8 bits, by at most 0.4 %" in note


@pytest.mark.parametrize("share", [0.2, 0.4, 0.6, 0.8, 0.95])
def test_a_page_is_no_larger_than_its_budget_and_makes_use_of_it(share):
    budget = share * everything(8)
    chosen, bits, note = fit(budget, Priorities(viewed=["Saliency"]))
    assert bits == 8
    assert 0.93 * budget < total(chosen, 8) <= budget
    assert f"to fit into budget_mb={budget:g}" in note
    assert "name instances=, targets= or methods=" in note


def test_more_room_never_takes_a_map_away():
    before = {label: np.zeros((60, 3), bool) for label in WHOLE.methods}
    for share in np.linspace(0.05, 0.95, 19):
        chosen = fit(share * everything(8), Priorities(viewed=["Saliency", "Grad-CAM"])).chosen
        for label in chosen.methods:
            table = np.zeros((60, 3), bool)
            table[list(chosen.instances)] = chosen.kept[label]
            assert (before[label] <= table).all()
            before[label] = table


def test_methods_that_were_looked_at_are_there_for_all_instances_before_any_other():
    priorities = Priorities(viewed=["Saliency", "Grad-CAM"])
    chosen, _, note = fit(0.5 * everything(8), priorities)
    key = np.eye(3, dtype=bool)[PREDICTED] | np.eye(3, dtype=bool)[WHOLE.y]
    assert len(chosen.instances) == 60
    for label in ("Saliency", "Grad-CAM"):
        assert (key <= chosen.kept[label]).all()
    others = chosen.kept["Gradient × Input"].any(axis=1)
    assert 0 < others.sum() < 60
    assert f"Grad-CAM and Saliency for all 60 instances; Gradient × Input for {others.sum()}, first those with" in note


def test_mistakes_come_before_the_uncertain_and_the_certain_after_what_is_on_show():
    on_show = Choice(5, 1, "Saliency")
    chosen = fit(0.05 * everything(8), Priorities(shown=[on_show], viewed=["Saliency"])).chosen
    kept = set(chosen.instances)
    assert on_show.instance in kept
    assert 0 < len(kept - {5}) < len(WRONG)
    assert kept - {5} <= set(WRONG)
    assert chosen.kept["Saliency"][chosen.instances.index(on_show.instance), 1]
    chosen = fit(0.1 * everything(8), Priorities(viewed=["Saliency"])).chosen
    assert set(WRONG) <= set(chosen.instances)
    ranked = np.sort(WHOLE.probabilities, axis=1)
    margin = ranked[:, -1] - ranked[:, -2]
    assert {int(margin.argmin()), int(margin.argmax())} <= set(chosen.instances)


def test_without_true_classes_it_begins_with_the_uncertain_and_the_certain():
    whole = explanation(instances=60, time=100, y=None)
    chosen = fit(0.1 * everything(8), Priorities(viewed=["Saliency"]), whole).chosen
    ranked = np.sort(whole.probabilities, axis=1)
    margin = ranked[:, -1] - ranked[:, -2]
    assert {int(margin.argmin()), int(margin.argmax())} <= set(chosen.instances)


@pytest.mark.parametrize(
    ("named", "share"),
    [
        ({"instances": range(60)}, 0.5),
        ({"methods": ["Grad-CAM", "Saliency", "Gradient × Input"]}, 0.5),
        ({"targets": [0, 1, 2]}, 0.5),
        ({"instances": [7, 8, 9], "methods": ["Saliency"]}, 0.025),
    ],
)
def test_what_is_named_is_kept_entirely(named, share):
    chosen = fit(share * everything(8), Priorities(list(named), viewed=["Saliency"]), **named).chosen
    if "instances" in named:
        assert chosen.instances == tuple(named["instances"])
    key = np.ones((60, 3), bool) if "targets" in named else np.eye(3, dtype=bool)[PREDICTED]
    for label in named.get("methods", ["Saliency"]):
        kept = np.ones((len(chosen.x), 3), bool) if chosen.kept is None else chosen.kept[label]
        assert (key[list(chosen.instances)] <= kept).all()


@pytest.mark.parametrize(
    ("named", "share"),
    [
        ({"instances": range(60)}, 0.1),
        ({"instances": range(60), "methods": ["Saliency", "Gradient × Input"]}, 0.4),
        ({"instances": range(60), "methods": list(WHOLE.methods), "targets": [0, 1, 2]}, 0.9),
        ({}, 0.001),
    ],
)
def test_what_is_named_and_does_not_fit_is_refused(named, share):
    with pytest.raises(ValueError, match=r"the page would take .* MB, more than budget_mb=.*; choose fewer with"):
        fit(share * everything(8), Priorities(list(named)), **named)


def test_the_page_says_what_it_holds_and_shows_maps_that_are_right(tmp_path):
    viewer = ExplanationViewer(explanation(instances=60, time=300), method="Saliency", target=1)
    viewer.method = "Grad-CAM"
    with pytest.warns(
        UserWarning, match=r"page.html: This page holds [\d,]+ of 540 maps, to fit into budget_mb=1.545"
    ) as said:
        path = viewer.save_html(tmp_path / "page.html", budget_mb=1.545, progress=False)
    assert said[0].filename == __file__
    assert 0.9 * 1.545e6 < path.stat().st_size <= 1.545e6
    text = path.read_text(encoding="utf-8")
    assert '<p class="note">This page holds ' in text
    models = state_of(path)
    mark = models["ChannelStackModel"]
    tiles = tiles_of(mark)
    methods = [method["label"] for method in mark["state"]["facts"]["methods"]]
    assert sum(key.startswith("series/") for key in tiles) == 60
    for key, values in tiles.items():
        if key.startswith("attribution/"):
            method, instance, target = map(int, key.split("/")[1:])
            exact = viewer.explanation.attribution(methods[method], instance, target)
            assert np.abs(values - exact).max() <= 0.00394 * np.abs(exact).max()


SECONDS = {"Grad-CAM": 0.01, "Gradient × Input": 0.6, "Saliency": 1.5}  # of the maps of one of 60 instances


def timed(priorities=NONE, **seconds):
    chosen = excerpt(WHOLE, None, None, None)
    quick = in_time(chosen, replace(SIZES, seconds=SECONDS | seconds), priorities)
    return quick, time_note(chosen, quick)


def test_whole_methods_are_kept_the_quickest_first_as_far_as_there_is_time():
    quick, note = timed()
    assert quick.methods == ("Grad-CAM", "Gradient × Input")
    assert note == (
        "So that it takes about 60 s to compute, the page holds no map of Saliency; name the methods in methods= to "
        "include all their maps"
    )
    assert fitted(quick, SIZES, everything(16), NONE).chosen.methods == quick.methods


def test_a_method_that_was_looked_at_comes_first_for_as_many_instances_as_there_is_time_for():
    quick, note = timed(Priorities(viewed=["Saliency"]))
    assert quick.methods == ("Grad-CAM", "Saliency")
    rows = np.flatnonzero(quick.kept["Saliency"].any(axis=1))
    assert len(rows) == 26
    assert quick.kept["Grad-CAM"].all()
    assert set(WRONG) <= set(rows), "what is of interest comes first"
    assert "the page holds Saliency for 26 of 60 instances only and no map of Gradient × Input" in note
    chosen = fitted(quick, SIZES, everything(16), Priorities(viewed=["Saliency"])).chosen
    assert chosen.kept["Saliency"].sum() == 26 * 3
    text = fitted(quick, SIZES, 0.2 * everything(8), Priorities(viewed=["Saliency"])).note
    assert "Saliency for all" not in text


def test_what_is_named_is_computed_however_long_it_takes():
    quick, note = timed(Priorities(["methods"]))
    assert (quick.methods, quick.kept, note) == (WHOLE.methods, None, "")
    quick, _ = timed(Priorities(["instances"], viewed=["Saliency"]))
    assert quick.kept["Saliency"].any(axis=1).all()


class Slow:
    """An explanation whose maps by some methods take long, as is known before they are computed."""

    def __init__(self, **seconds):
        self.seconds_of, self.computed = seconds, []

    def __getattr__(self, name):
        return getattr(WHOLE, name)

    def seconds(self, method, instance=None, target=None):
        return 0.0 if (method, instance) in self.computed else self.seconds_of.get(method, 0.0)

    def attribution(self, method, instance, target):
        self.computed.append((method, instance))
        return WHOLE.attribution(method, instance, target)


def test_no_map_is_computed_of_a_method_that_is_known_to_take_long():
    source = Slow(Saliency=50.0)
    quick = without_slow(excerpt(source, None, None, None), NONE)
    sizes = outcome(sizes_of(quick, {}))[0]
    assert quick.methods == ("Grad-CAM", "Gradient × Input")
    assert {method for method, _ in source.computed} == {"Grad-CAM", "Gradient × Input"}
    viewed = without_slow(excerpt(source, None, None, None), Priorities(viewed=["Saliency"]))
    assert viewed.methods == WHOLE.methods
    sizes = outcome(sizes_of(viewed, {}))[0]
    assert sizes.seconds["Saliency"] == 50.0, "the maps of all classes of an instance are computed together"


def test_only_explained_classes_are_counted():
    chosen, _, note = fit(everything(16), whole=with_predicted_only(WHOLE))
    assert chosen.kept is None
    assert note == ""
