import ipywidgets as widgets
import numpy as np
import pytest
from traitlets import TraitError

from cam1d_widget import ExplanationViewer

from ..support.arrays import LABELS, Lazy, explanation, with_predicted_only


def test_it_opens_on_the_predicted_class_and_the_first_method():
    whole = explanation()
    viewer = ExplanationViewer(whole)
    assert (viewer.instance, viewer.target, viewer.method) == (0, whole.scores[0].argmax(), LABELS[0])
    assert viewer.explanation is whole


def test_it_opens_on_a_method_that_is_exact_for_the_classifier():
    viewer = ExplanationViewer(explanation(exactness={"Gradient × Input": "exact"}))
    assert (viewer.method, viewer.mark.method) == ("Gradient × Input", 1)
    assert viewer.attribution.shape == (60, 3)


def test_it_opens_on_occlusion_which_finds_time_and_channel_best():
    maps = explanation().attributions
    both = {"Saliency": maps["Saliency"], "Occlusion": maps["Saliency"]}
    viewer = ExplanationViewer(explanation(attributions=both, completeness={}, exactness={"Saliency": "exact"}))
    assert viewer.method == "Occlusion"


def test_it_opens_on_what_was_explained():
    whole = explanation()
    other = (whole.scores.argmax(axis=1) + 1) % 3
    rows = np.arange(4)
    maps = {"CAM": whole.attributions["Grad-CAM"][rows, other][:, None]}
    viewer = ExplanationViewer(explanation(targets=other[:, None], attributions=maps, completeness={}, exactness={}))
    assert viewer.target == other[0]


def test_the_attribution_is_that_of_the_picture():
    whole = explanation()
    viewer = ExplanationViewer(whole)
    viewer.instance, viewer.target, viewer.method = 3, 2, "Saliency"
    np.testing.assert_array_equal(viewer.attribution, whole.attribution("Saliency", 3, 2))
    viewer.attribution[:] = 0
    np.testing.assert_array_equal(viewer.attribution, whole.attribution("Saliency", 3, 2))


def test_traits_move_the_mark_and_the_mark_moves_the_traits():
    viewer = ExplanationViewer(explanation())
    mark = viewer.mark
    viewer.instance, viewer.target, viewer.method = 2, 1, "Saliency"
    assert (mark.instance, mark.target, mark.method) == (2, 1, 2)
    mark.instance, mark.target, mark.method = 1, 0, 1
    assert (viewer.instance, viewer.target, viewer.method) == (1, 0, "Gradient × Input")


def test_another_instance_keeps_the_class():
    viewer = ExplanationViewer(explanation())
    viewer.target = other = (viewer.target + 1) % 3
    viewer.instance = 3
    assert viewer.target == other


def test_another_instance_takes_the_class_that_was_explained_there():
    whole = with_predicted_only(explanation(instances=12))
    viewer = ExplanationViewer(whole)
    for instance in range(12):
        viewer.instance = instance
        assert viewer.target == whole.targets[instance, 0]
        assert viewer.attribution.shape == (60, 1)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("instance", 4, "instance must be a whole number from 0 to 3, but is 4"),
        ("instance", -1, "but is -1"),
        ("target", 3, r"target must be a whole number from 0 to 2 \(rest, walk, run\), but is 3"),
        ("method", "Grad-CAN", "method must be one of Grad-CAM, .* but is 'Grad-CAN'; did you mean 'Grad-CAM'?"),
    ],
)
def test_what_is_not_there_is_refused_and_nothing_moves(name, value, words):
    viewer = ExplanationViewer(explanation())
    before = (viewer.instance, viewer.target, viewer.method)
    with pytest.raises(TraitError, match=words):
        setattr(viewer, name, value)
    assert (viewer.instance, viewer.target, viewer.method) == before


def test_traits_may_be_given_at_the_start():
    viewer = ExplanationViewer(explanation(), instance=2, target=1, method="Saliency")
    assert (viewer.mark.instance, viewer.mark.target, viewer.mark.method) == (2, 1, 2)


def test_maps_are_computed_when_they_are_looked_at():
    lazy = Lazy(explanation())
    viewer = ExplanationViewer(lazy)
    assert len(lazy.computed) == 1
    viewer.instance = 1
    assert len(lazy.computed) == 1
    assert viewer.attribution.shape == (60, 1)
    assert lazy.computed[1:] == [("Grad-CAM", 1, viewer.target)]


def test_a_first_picture_that_fails_does_not_keep_the_viewer_from_opening():
    viewer = ExplanationViewer(Lazy(explanation(), RuntimeError("out of memory")))
    assert [entry["key"] for entry in viewer.mark.tiles["index"]] == ["series/0"]


def test_an_explanation_without_methods_is_refused():
    with pytest.raises(ValueError, match="at least one instance and one method"):
        ExplanationViewer(explanation(attributions={}, completeness={}, exactness={}))


def test_every_control_is_linked_to_the_mark_in_the_browser():
    viewer = ExplanationViewer(explanation())
    ends = [(link.source, link.target) for link in viewer.controls.links]
    traits = ("instance", "instance", "target", "method")
    assert [source for source, _ in ends] == [(viewer.mark, trait) for trait in traits]
    assert [(type(control).__name__, trait) for _, (control, trait) in ends] == [
        ("IntSlider", "value"),
        ("BoundedIntText", "value"),
        ("SelectionSlider", "index"),
        ("SelectionSlider", "index"),
    ]


def test_two_classes_may_bear_one_name():
    names = ["<img src=x onerror=alert(1)>", "walk", "walk"]
    viewer = ExplanationViewer(explanation(class_names=names))
    sliders = [control for link in viewer.controls.links if (control := link.target[0]).description == "class"]
    assert [label for label, _ in sliders[0].options] == names
    sliders[0].index = 2
    assert sliders[0].value == 2


def test_closing_it_leaves_no_widget_behind():
    before = set(widgets.widget._instances)
    ExplanationViewer(explanation()).close()
    assert set(widgets.widget._instances) == before


@pytest.mark.parametrize("channels", [1, 6])
def test_few_and_many_channels_have_room(channels):
    viewer = ExplanationViewer(explanation(channels=channels))
    assert int(viewer.figure.layout.height.removesuffix("px")) > 150
    assert viewer.figure.padding_y == 0


def test_a_contrast_is_what_speaks_for_one_class_rather_than_another():
    whole = explanation()
    viewer = ExplanationViewer(whole, target=2, method="Saliency")
    viewer.against = 0
    assert viewer.mark.against == 0
    expected = whole.attribution("Saliency", 0, 2) - whole.attribution("Saliency", 0, 0)
    np.testing.assert_allclose(viewer.attribution, expected)
    viewer.against = None
    np.testing.assert_array_equal(viewer.attribution, whole.attribution("Saliency", 0, 2))
    with pytest.raises(TraitError, match="against must be a whole number from 0 to 2"):
        viewer.against = 3
