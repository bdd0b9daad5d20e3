"""Which class is explained when the instance changes."""

import pytest
from traitlets import TraitError

from cam1d_widget.viewer.viewer import ExplanationViewer

from ..support.arrays import explanation, with_predicted_only

WHOLE = explanation(instances=12)
ORDER = (-WHOLE.scores).argsort(axis=1)
WRONG = next(one for one in range(1, 12) if ORDER[one, 0] != WHOLE.y[one])
RIGHT = next(one for one in range(1, 12) if ORDER[one, 0] == WHOLE.y[one])


@pytest.mark.parametrize(
    ("follow", "classes"), [("predicted", ORDER[:, 0]), ("runner-up", ORDER[:, 1]), ("true", WHOLE.y)]
)
def test_a_class_is_followed_from_instance_to_instance(follow, classes):
    viewer = ExplanationViewer(WHOLE)
    viewer.follow = follow
    for instance in (0, 5, WRONG, RIGHT):
        viewer.instance = instance
        assert (viewer.target, viewer.against, viewer.follow) == (classes[instance], None, follow)
        assert viewer.mark.target == classes[instance]


def test_the_predicted_class_is_compared_with_the_true_one_where_it_is_wrong():
    viewer = ExplanationViewer(WHOLE)
    viewer.follow = "contrast"
    viewer.instance = WRONG
    assert (viewer.target, viewer.against) == (ORDER[WRONG, 0], WHOLE.y[WRONG])
    viewer.instance = RIGHT
    assert (viewer.target, viewer.against) == (ORDER[RIGHT, 0], None)


def test_choosing_a_class_fixes_it():
    viewer = ExplanationViewer(WHOLE)
    viewer.target = int(ORDER[0, 2])
    assert viewer.follow == "fixed"
    viewer.instance = WRONG
    assert viewer.target == ORDER[0, 2]
    assert ExplanationViewer(WHOLE, target=1).follow == "fixed"


def test_the_browser_chooses_instance_and_class_in_one_message():
    viewer = ExplanationViewer(WHOLE)
    viewer.mark.set_state({"instance": WRONG, "target": int(ORDER[WRONG, 0])})
    assert (viewer.target, viewer.follow) == (ORDER[WRONG, 0], "predicted")
    viewer.mark.set_state({"instance": RIGHT, "target": int(ORDER[RIGHT, 2]), "follow": "fixed"})
    assert (viewer.target, viewer.mark.target, viewer.follow) == (ORDER[RIGHT, 2], ORDER[RIGHT, 2], "fixed")
    viewer.mark.set_state({"target": int(ORDER[WRONG, 1]), "follow": "fixed"})
    assert (viewer.target, viewer.follow) == (ORDER[WRONG, 1], "fixed")


def test_a_class_that_was_not_explained_is_not_followed():
    viewer = ExplanationViewer(with_predicted_only(WHOLE))
    viewer.follow = "true"
    viewer.instance = WRONG
    assert viewer.target == ORDER[WRONG, 0]


def test_what_cannot_be_followed_is_refused():
    with pytest.raises(TraitError, match="follow must be "):
        ExplanationViewer(WHOLE).follow = "best"
