import numpy as np
import pytest
from traitlets import TraitError

from cam1d_widget import ExplanationViewer
from cam1d_widget.viewer.synced.base import PageContents
from cam1d_widget.viewer.synced.finder import Finder

from ...support.arrays import explanation


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("verdict", "correct", "verdict"),
        (
            "confidence",
            (90.0, 10.0),
            r"confidence must be two percentages, the smaller one first, but is \(90.0, 10.0\)",
        ),
        ("confidence", (0.0, 101.0), "confidence"),
    ],
)
def test_what_nothing_can_be_found_by_is_refused(name, value, words):
    finder = Finder()
    with pytest.raises(TraitError, match=words):
        setattr(finder, name, value)


def test_a_viewer_has_its_own_finder_and_finds_everything_at_first():
    viewer = ExplanationViewer(explanation())
    assert viewer.finder is viewer.mark.finder
    assert (viewer.finder.verdict, viewer.finder.true_class, viewer.finder.confidence) == ("all", None, (0.0, 100.0))


def test_instances_that_a_computation_found_are_selected():
    viewer = ExplanationViewer(explanation())
    count = len(viewer.explanation.x)
    viewer.finder.instances = np.flatnonzero(np.arange(count) % 2)
    assert viewer.finder.instances == list(range(1, count, 2))
    assert viewer.finder.get_state("instances") == {"instances": viewer.finder.instances}
    with pytest.raises(ValueError, match=f"instances must be indices, but is a mask of {count} values"):
        viewer.finder.instances = np.arange(count) % 2 == 0
    viewer.finder.instances = None
    for wrong, words in (([count], f"from 0 to {count - 1}"), ([0.5], "whole number"), (3, "sequence of indices")):
        with pytest.raises(TraitError, match=words):
            viewer.finder.instances = wrong


def test_a_page_keeps_the_filter_and_those_of_its_instances_that_it_holds():
    finder = Finder(verdict="wrong", true_class=1, confidence=(10.0, 60.0), instances=[7, 2, 5])
    page = finder.for_page(PageContents((2, 3, 7), 0, {}))
    assert (page.verdict, page.true_class, page.predicted_class, page.confidence) == ("wrong", 1, None, (10.0, 60.0))
    assert page.instances == [2, 0]
    assert finder.for_page(PageContents((3, 4), 0, {})).instances is None
