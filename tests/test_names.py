"""Names as people write them: methods in any spelling, classes and channels by name, and a suggestion for a typo."""

import numpy as np
import pytest
from traitlets import TraitError

from cam1d_widget import CAM1DWidget, ExplanationViewer, all_methods, explain
from cam1d_widget.names import did_you_mean, matching

from .support.public_calls import model, x

LABELS = [method.label for method in all_methods()]
NAMES = ["walking", "standing"]


@pytest.fixture(scope="module")
def explanation():
    named = {"class_names": NAMES, "channel_names": ["left", "right"]}
    return explain(model(), x(), methods=["gradcam", "saliency"], targets="all", progress=False, **named)


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("gradcam grad_cam GRAD-CAM", "Grad-CAM"),
        ("gradcam++ GradCAMPlusPlus", "Grad-CAM++"),
        ("hirescam HiRes-CAM", "HiResCAM"),
        ("IG integratedgradients integrated-gradients", "Integrated Gradients"),
        ("shap SHAP KernelShap kernel_shap", "KernelSHAP"),
        ("InputXGradient gradient_x_input Gradient*Input", "Gradient × Input"),
        ("guided_backprop GuidedBackpropagation", "Guided Backprop"),
        ("gradient vanilla-gradients saliency", "Saliency"),
    ],
)
def test_a_method_is_found_in_every_usual_spelling(words, label):
    for word in [*words.split(), label.lower(), label.upper()]:
        assert matching(word, LABELS) == label, word


def test_every_label_is_itself_and_no_two_are_equal():
    assert [matching(label, LABELS) for label in LABELS] == LABELS
    assert [matching(label.lower().replace("-", " "), LABELS) for label in LABELS] == LABELS


def test_what_is_not_known_matches_nothing_and_the_closest_is_named():
    assert matching("deep shap", LABELS) is None
    assert did_you_mean("ocllusion", LABELS) == "; did you mean 'Occlusion'?"
    assert did_you_mean("zzzz", LABELS) == did_you_mean(5, LABELS) == ""


def test_spellings_serve_wherever_a_method_is_named(explanation, tmp_path):
    assert explanation.methods == ("Grad-CAM", "Saliency")
    np.testing.assert_array_equal(explanation.attribution("grad cam", 0, 1), explanation.attributions["Grad-CAM"][0, 1])
    assert explanation.has("SALIENCY", 0, 0)
    viewer = ExplanationViewer(explanation, method="saliency")
    viewer.pinned = (0, 1, "gradcam")
    assert (viewer.method, viewer.pinned.method) == ("Saliency", "Grad-CAM")
    assert viewer.save_html(tmp_path / "page.html", methods="gradcam", progress=False).exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"methods": ["ocllusion"]}, r"^methods must be one of .*, but is 'ocllusion'; did you mean 'Occlusion'\?$"),
        ({"targets": "wlaking"}, r"^targets must be 'predicted', 'all', or .*did you mean 'walking'\?$"),
        ({"score": "logit"}, r"^score must be 'logits' or 'probabilities', but is 'logit'; did you mean 'logits'\?$"),
        ({"layout": "channel_first"}, r"did you mean 'channels_first'\?$"),
        ({"layer": "conv1"}, r"^layer must be one of .*, but is 'conv1'; did you mean 'conv'\?$"),
    ],
)
def test_a_typo_is_answered_with_the_closest_name(options, words):
    with pytest.raises(ValueError, match=words):
        explain(model(), x(), class_names=NAMES, progress=False, **options)


def test_classes_may_be_named_wherever_one_is_chosen(explanation):
    by_name = explain(
        model(), x(), methods="saliency", targets=["standing", "walking"], class_names=NAMES, progress=False
    )
    assert by_name.targets.tolist() == [[1, 0]] * 3
    np.testing.assert_array_equal(
        explanation.attribution("Saliency", 2, "standing"), explanation.attribution("Saliency", 2, 1)
    )
    assert explanation.has("Saliency", 0, "walking")
    titles = [explanation.plot(target=target).get_suptitle() for target in ("standing", 1)]
    assert titles[0] == titles[1]
    widget = CAM1DWidget(model(), x(), class_names=NAMES)
    widget.target, widget.against, widget.mean = "standing", "walking", ("predicted", "walking")
    assert (widget.target, widget.against, widget.mean) == (1, 0, ("predicted", 0))
    widget.finder.predicted_class = "standing"
    assert widget.finder.predicted_class == 1
    assert widget.check(target="walking", method="saliency", progress=False).target == 0
    assert ExplanationViewer(explanation, target="standing").target == 1


def test_channels_of_a_figure_may_be_named(explanation):
    figure = explanation.plot(method="saliency", channels=["right"])
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert "right" in rows
    assert "left" not in rows
    with pytest.raises(ValueError, match=r"^channels must be the name or index of a channel .*did you mean 'right'\?$"):
        explanation.plot(channels=["rihgt"])


def test_a_name_of_two_classes_is_ambiguous():
    twice = explain(model(), x(), methods="saliency", class_names=["a", "a"], progress=False)
    with pytest.raises(ValueError, match=r"^target must be one class, but 2 are called 'a'; give an index$"):
        twice.plot(target="a")


def test_an_unknown_class_leaves_the_widget_as_it_was():
    widget = CAM1DWidget(model(), x(), class_names=NAMES)
    before = widget.shown
    with pytest.raises(TraitError, match=r"^target must be the name or index of a class \(walking, standing\)"):
        widget.target = "running"
    assert widget.shown == before


def test_a_class_called_all_is_that_class():
    named = explain(model(), x(), methods="saliency", targets="all", class_names=["none", "all"], progress=False)
    assert named.targets.tolist() == [[1]] * 3


@pytest.mark.parametrize(
    ("unknown", "meant"),
    [("classes", "class_names"), ("fs", "sampling_rate"), ("X", "x"), ("tragets", "targets"), ("labels", "y")],
)
def test_an_argument_by_another_name_is_answered_with_ours(unknown, meant):
    with pytest.raises(TypeError, match=f"^there is no argument {unknown}; did you mean {meant}[?]$"):
        explain("model.keras", np.zeros((1, 4, 1)), **{unknown: 1})


def test_an_argument_that_means_nothing_is_answered_with_all():
    with pytest.raises(TypeError, match=r"^there is no argument zzzzz; there are model, x, y, class_names, "):
        CAM1DWidget("model.keras", np.zeros((1, 4, 1)), zzzzz=1)
