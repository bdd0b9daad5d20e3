"""The pinned picture, by its trait."""

import pytest
from traitlets import TraitError

from cam1d_widget import ExplanationViewer

from ..support.arrays import explanation, with_predicted_only


def test_what_is_on_show_is_pinned_and_stays():
    viewer = ExplanationViewer(explanation(), instance=1, target=2, method="Saliency")
    viewer.pinned = viewer.shown
    viewer.instance = 3
    assert viewer.pinned == (1, 2, "Saliency", None, None)
    assert viewer.mark.pinned == {"instance": 1, "target": 2, "method": 2, "against": None, "mean": None}


def test_the_browser_pins_and_unpins():
    viewer = ExplanationViewer(explanation())
    viewer.mark.pinned = {"instance": 2, "target": 0, "method": 1, "against": 1}
    assert viewer.pinned.method == "Gradient × Input"
    assert viewer.pinned.against == 1
    viewer.mark.pinned = None
    assert viewer.pinned is None


@pytest.mark.parametrize(
    ("pinned", "message"),
    [
        ((9, 0, "Saliency"), "pinned.instance must be a whole number from 0 to 3"),
        ((0, 5, "Saliency"), "pinned.target must be a whole number from 0 to 2"),
        ((0, 0, "CAM"), "must be one of Grad-CAM, Gradient × Input, Saliency, but is 'CAM'"),
        (3, r"pinned must be \(instance, target, method\), but is 3"),
    ],
)
def test_pictures_that_are_not_there_are_refused(pinned, message):
    with pytest.raises(TraitError, match=message):
        ExplanationViewer(explanation()).pinned = pinned


def test_a_class_that_was_not_explained_is_refused():
    whole = with_predicted_only(explanation())
    other = (whole.targets[0, 0] + 1) % 3
    with pytest.raises(TraitError, match="was not explained on instance 0"):
        ExplanationViewer(whole).pinned = (0, other, "Saliency")
