"""Several true classes a series, and true values of a regression: kept, shown, or refused in a sentence."""

import re

import numpy as np
import pytest

from cam1d_widget import CAM1DWidget, Explanation, ExplanationViewer, explain
from cam1d_widget.attribution.network_check import network_result
from cam1d_widget.explanation.labels import are_values, check_labels, classes_of, is_right, members
from cam1d_widget.viewer.choice import NoSuchChoice, followed

from ..support.toys import linear

SEVERAL = np.array([[1, 0, 1], [0, 0, 0], [0, 1, 0], [1, 1, 1]])
VALUES = np.array([[0.5], [2.0], [-1.25], [3.0]])


def checked(y, classes=3, probabilities=False):
    return check_labels(y, len(y), classes, probabilities=probabilities)


@pytest.mark.parametrize(
    ("y", "classes", "kept"),
    [
        (SEVERAL, 3, SEVERAL.astype(bool)),
        (SEVERAL.astype(float).tolist(), 3, SEVERAL.astype(bool)),
        (SEVERAL.astype(object), 3, SEVERAL.astype(bool)),
        (np.eye(3)[[2, 0]], 3, np.array([2, 0])),
        (VALUES, 1, VALUES),
        (VALUES[:, 0].tolist(), 1, VALUES),
        ([3, 5], 1, np.array([[3.0], [5.0]])),
        ([0.0, 1.0], 1, np.array([[0.0], [1.0]])),
        ([0, 1], 1, np.array([0, 1])),
        ([[0.5, 2], [1, 0]], 2, np.array([[0.5, 2], [1, 0]])),
    ],
)
def test_labels_are_kept_in_one_of_three_forms(y, classes, kept):
    found = checked(y, classes)
    np.testing.assert_array_equal(found, kept)
    assert found.dtype.kind == kept.dtype.kind
    np.testing.assert_array_equal(checked(found, classes), kept)


@pytest.mark.parametrize(
    ("y", "classes", "probabilities", "words"),
    [
        (SEVERAL[:, :2], 3, False, "but has (4, 2); of several classes a series, zeros and ones have shape (4, 3)"),
        (SEVERAL * 2, 3, True, "or hold only zeros and ones, but holds values from 0 to 2, and the model gives"),
        ([0.5, np.nan], 1, False, "y must be finite"),
        ([0.0, 1.0, np.nan], 3, True, "y must be finite, but holds 1 NaN or infinite values; leave out the series"),
        ([0.5, 3], 1, True, "y must hold class indices from 0 to 0"),
        ([0.5, 1, 2], 3, False, "y must hold class indices from 0 to 2"),
        (["a", "b"], 1, False, "y must hold class indices"),
    ],
)
def test_other_labels_are_refused(y, classes, probabilities, words):
    with pytest.raises((ValueError, TypeError), match=re.escape(words)):
        checked(y, classes, probabilities)


def test_members_and_right_predictions_by_hand():
    y = checked(SEVERAL)
    np.testing.assert_array_equal(members(y, 0), [True, False, False, True])
    np.testing.assert_array_equal(members(np.array([0, 2]), 2), [False, True])
    np.testing.assert_array_equal(is_right(y, np.array([1, 0, 1, 2])), [False, False, True, True])
    assert classes_of(y, 0, np.array([0.1, 0.9, 0.3])) == [2, 0]
    assert classes_of(y, 1, np.zeros(3)) == []
    assert classes_of(VALUES, 0, np.zeros(1)) == []


def classifier_of(classes):
    rng = np.random.default_rng(0)
    return linear(rng.normal(size=(classes, 20, 2)), np.zeros(classes)), rng.normal(size=(4, 20, 2))


@pytest.mark.parametrize(("y", "classes"), [(SEVERAL, 3), (VALUES, 1), (VALUES * [1, 2, 3], 3)])
def test_labels_go_through_explanation_file_viewer_and_page(y, classes, tmp_path):
    classifier, x = classifier_of(classes)
    made = explain(classifier, x, y=y, methods=["Saliency"], targets="all", progress=False)
    made.save(tmp_path / "made.npz")
    again = Explanation.load(tmp_path / "made.npz")
    np.testing.assert_array_equal(again.y, y)
    assert again.y.dtype == made.y.dtype
    viewer = ExplanationViewer(again)
    truth = viewer.mark.truth
    np.testing.assert_array_equal(truth, np.asarray(y, np.float32))
    assert truth.dtype == (np.uint8 if y is SEVERAL else np.float32)
    viewer.save_html(tmp_path / "page.html")


def test_several_classes_are_followed_and_averaged():
    classifier, x = classifier_of(3)
    widget = CAM1DWidget(classifier, x, SEVERAL, methods=["Saliency"])
    source = widget.explanation
    for instance, row in enumerate(SEVERAL):
        order = np.argsort(-source.scores[instance])
        own = [one for one in order if row[one]]
        assert followed("true", source, instance) == ((own[0], None) if own else None)
        against = None if order[0] in own or not own else own[0]
        assert followed("contrast", source, instance) == (order[0], against)
    maps = [source.attribution("Saliency", instance, 2) for instance in (0, 3)]
    widget.mean = ("true", 2)
    widget.target = 2
    np.testing.assert_allclose(widget.attribution, np.mean(maps, axis=0), rtol=1e-6)


def test_values_have_no_true_class():
    classifier, x = classifier_of(1)
    widget = CAM1DWidget(classifier, x, VALUES[:, 0], methods=["Saliency"])
    assert followed("true", widget.explanation, 0) is None
    with pytest.raises(NoSuchChoice, match="needs true classes y, but there are none"):
        widget.mean = ("true", 0)


def test_a_network_is_judged_by_several_classes():
    rng = np.random.default_rng(0)
    y = rng.random((200, 3)) < [0.5, 0.3, 0.2]
    assert network_result(y + rng.normal(size=y.shape) / 10, y).passed is True
    guessing = network_result(np.tile([1.0, 0, 0], (200, 1)), y)
    assert guessing.passed is False
    assert f"{100 * y[:, 0].mean():.0f} % by always predicting the most frequent class" in guessing.text


def test_values_of_several_outputs_are_neither_classes_nor_shares():
    assert all(are_values(values, 2) for values in ([[0.5, 2], [1, 0]], [[3, 5]]))
    for other in (None, [1, 0], SEVERAL, np.eye(3), [[0.5, 0.3, 0.2]], [["a", "b", "c"]], [[0.5, 2]]):
        assert not are_values(other, 3)


def test_a_regression_is_judged_against_the_mean():
    y = np.random.default_rng(0).normal(size=(50, 2))
    assert network_result(y, y).text == (
        "R² of the predicted values is 1.00 on 50 series, and 0 for always predicting the mean."
    )
    assert network_result(y * 0 + y.mean(axis=0), y).passed is False
    assert network_result(y[::-1], y).passed is False
    assert "on 3 series; give it 20" in network_result(y[:3], y[:3]).text
    assert "that are all the same" in network_result(y, np.ones_like(y)).text
