"""True classes: indices, labels of a fitted classifier, names and one-hot arrays are distinguished, or refused."""

import re

import numpy as np
import pytest

from cam1d_widget import CAM1DWidget, Explanation, KerasClassifier, inside
from cam1d_widget.attribution.lazy_explanation import LazyExplanation
from cam1d_widget.explanation.true_classes import check_true_classes, labels_in

from ..support.networks import edge, planted
from ..support.toys import linear

FITTED = np.array([1, 2, 3])


def classes(y, names=None, labels=None, count=3, **options):
    return check_true_classes(y, len(y), count, names, labels, **options).tolist()


@pytest.mark.parametrize(
    ("y", "names", "labels", "indices"),
    [
        ([1, 2, 1, 2], None, None, [1, 2, 1, 2]),
        ([1, 2, 1, 2], None, FITTED, [0, 1, 0, 1]),
        ([1, 2, 1, 2], [1, 2, 3], None, [0, 1, 0, 1]),
        ([1.0, 3.0], None, FITTED, [0, 2]),
        ([1, 3], None, np.array([1.0, 2.0, 3.0]), [0, 2]),
        ([1, 3], None, np.array(["1", "2", "3"]), [0, 2]),  # as the UCR archive has them
        ([1, 2], ["rest", "walk", "run"], FITTED, [0, 1]),
        ([1, 2], ["rest", "walk", "run"], None, [1, 2]),
        ([1, 2], None, np.array(["rest", "walk", "run"]), [1, 2]),
        ([0, 2], [0, 1, 2], None, [0, 2]),
        ([0, 2], None, np.array([0, 1, 2]), [0, 2]),
        ([2, 0, 1], [2, 0, 1], None, [0, 1, 2]),
        ([-1, 1], [-1, 0, 1], None, [0, 2]),
        ([0, 1], ["1", "2", "3"], None, [0, 1]),
        ([True, False], None, None, [1, 0]),
        (["3", "1"], None, FITTED, [2, 0]),
        (["run", "rest"], None, np.array(["rest", "walk", "run"]), [2, 0]),
        (["C", "A"], ["A", "B", "C"], np.array(["rest", "walk", "run"]), [2, 0]),
        (np.eye(3)[[2, 0]], [1, 2, 3], None, [2, 0]),
        ([[2], [1]], [1, 2, 3], None, [1, 0]),
        ([1.0, 2.0], None, np.array([1.0, 1.5, 2.0]), [0, 2]),
        ([2, 1.5, 1], None, [1, 1.5, 2], [2, 1, 0]),
        ([1, 2], None, np.array(["1", "2", "other"]), [0, 1]),
        ([1, 2], [1, 2, "other"], None, [0, 1]),
        ([1, 2], [1, 1.5, 2], None, [0, 2]),
        ([0, 2], [0, 1, "other"], None, [0, 2]),
        ([0, 2], ["nan", "inf", "-inf"], None, [0, 2]),
        ([10, 30], [10, 20, 30], FITTED, [0, 2]),
        ([0, 1], [1, 0, 2], np.array([0, 1, 2]), [0, 1]),  # labels of the classifier come before names
        ([2**53 + 1], None, [2**53, 2**53 + 1, 0], [1]),
        (np.array([0, np.int64(2), 1.0], object), ["a", "b", "c"], None, [0, 2, 1]),
        (np.array([0, 2], object), None, None, [0, 2]),
        (np.array([1, 3], object), None, FITTED, [0, 2]),
        (np.array([1.5, 1], object), [1, 1.5, 2], None, [1, 0]),
        (np.array([True, False], object), None, None, [1, 0]),
        ([True, False, True], ["True", "False"], None, [0, 1, 0]),
        (np.array([True, False], object), ["True", "False"], None, [0, 1]),
        (np.array(["1", "3"], object), None, FITTED, [0, 2]),
        (np.array([[0, 0, 1], [1, 0, 0]], object), None, None, [2, 0]),
        (np.array(["c", "a"], object), ["a", "b", "c"], None, [2, 0]),
        (np.array([1, "other"], object), [1, 2, "other"], None, [0, 2]),
    ],
)
def test_labels_are_mapped_and_indices_are_kept(y, names, labels, indices):
    assert classes(y, names, labels) == indices


@pytest.mark.parametrize(
    ("y", "names", "labels", "words"),
    [
        (
            [0, 1, 2],
            None,
            FITTED,
            "y must hold labels of the fitted classifier, 1, 2, 3, but holds 0; classes_[y] converts",
        ),
        ([0, 1, 2], [1, 2, 3], None, "y must hold labels from class_names, 1, 2, 3, but holds 0; for class indices,"),
        ([1, 4], [1, 2, 3], None, "np.unique(y, return_inverse=True)[1]"),
        (
            [1, 2, 3],
            None,
            None,
            "from 0 to 2, but holds values from 1 to 3; np.unique(y, return_inverse=True)[1] converts labels",
        ),
        ([0, 2], None, [1, 1.5, 2], "y must hold labels of the fitted classifier, 1, 1.5, 2, but holds 0; classes_[y]"),
        ([np.nan, 1], None, [1, np.nan, 2], "y must hold labels of the fitted classifier, 1, nan, 2, but holds nan"),
        ([0, 2], [1, 2, "other"], None, "y must hold labels from class_names, 1, 2, other, but holds 0; for class"),
        ([1, 4], ["1", "2", "3"], None, "y must hold class indices from 0 to 2, but holds values from 1 to 4"),
        ([np.nan, 1], None, None, "y must hold class indices"),
        (np.array([np.nan, 1], object), None, None, "y must hold class indices from 0 to 2, but holds values from nan"),
        ([0.5, 1], None, None, "y must hold class indices from 0 to 2, but holds 0.5; "),
        ([1j, 1], None, None, "y must hold class indices, but holds complex128"),
        (["a", "b"], ["a", "a", "b"], None, "'a' is the name of several classes in class_names; give class indices"),
        ([1, 2], [1, 1, 2], None, "1 is the name of several classes in class_names"),
        (
            np.array([0, "b"], object),
            ["a", "b", "c"],
            None,
            "either class indices or names from a, b, c, but holds '0'",
        ),
        (np.array([0, None], object), None, None, "y must hold labels that are numbers or str, but holds None"),
        ([object(), "a"], ["a", "b", "c"], None, "y must hold labels that are numbers or str, but holds an object"),
        (np.array([["a", 1, 0], ["b", 2, 0]], object), None, None, "y must have shape (instance,) = (2,)"),
        (["a", "d"], ["a", "b", "c"], None, "or names from a, b, c, but holds 'd'"),
        (np.ma.masked_equal([0, 1, 2], 1), None, None, "y must not be masked"),
    ],
)
def test_what_is_ambiguous_is_refused_with_the_way_out(y, names, labels, words):
    with pytest.raises((ValueError, TypeError), match=re.escape(words)):
        classes(y, names, labels)


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        (["1", "2", "3"], [1, 2]),
        (["1", "2", "other"], [1, 2]),
        (["1", "1.5", "2"], [1.0, 2.0]),
        ([1, "2", "other"], [1, 2]),
    ],
)
def test_names_of_digits_are_ambiguous_only_where_numbers_may_be_either(names, numbers):
    assert classes(numbers, names) == numbers  # as an explanation is read back
    with pytest.raises(ValueError, match=re.escape("y must be unambiguous")) as refused:
        classes(numbers, names, refuse_ambiguous=True)
    assert classes([0, 1, 2], names, refuse_ambiguous=True) == [0, 1, 2]
    # Both ways out that the message names.
    assert "y = [str(class_names[int(one)]) for one in y]" in str(refused.value)
    assert classes([str(names[int(one)]) for one in numbers], names, refuse_ambiguous=True) == numbers
    assert "class_names with numbers that are not str" in str(refused.value)
    as_numbers = [name if name == "other" else float(name) for name in names]
    expected = [as_numbers.index(one) for one in numbers]
    assert classes(numbers, as_numbers, refuse_ambiguous=True) == expected


@pytest.mark.parametrize("numbers", [[1, 2, 3], [3, 3], [1, 3]])
def test_an_explanation_never_looks_numbers_up_in_names_that_are_str(numbers):
    # Whether they are mapped would depend on which of the labels occur.
    with pytest.raises(ValueError, match="y must hold class indices from 0 to 2, but holds values from"):
        classes(numbers, ["1", "2", "3"])


def test_numbers_of_which_one_is_no_name_or_no_index_are_not_ambiguous():
    names = ["1", "2", "3"]
    assert classes([2, 3], names, refuse_ambiguous=True) == [1, 2]
    assert classes([0, 2], names, refuse_ambiguous=True) == [0, 2]
    assert classes([10, 20], ["10", "20", "30"], refuse_ambiguous=True) == [0, 1]
    assert classes([1, 1.5], ["1", "1.5", "other"], refuse_ambiguous=True) == [0, 1]
    assert classes(np.array([1, 2]).astype(str), names, refuse_ambiguous=True) == [0, 1]


def test_names_that_are_there_twice_do_not_matter_where_no_name_chooses():
    assert classes([0, 2], ["a", "a", "b"]) == [0, 2]
    assert classes(["b"], ["a", "a", "b"]) == [2]


def three():
    return linear(np.random.default_rng(0).normal(size=(3, 20, 2)), np.zeros(3)), np.ones((4, 20, 2))


@pytest.mark.parametrize("labelled", ["classes_", "class_names"])
def test_a_widget_shows_the_true_classes_that_labels_name(labelled, tmp_path):
    classifier, x = three()
    names = {"class_names": [1, 2, 3]} if labelled == "class_names" else {}
    if labelled == "classes_":
        classifier.labels, classifier.class_names = FITTED, ("1", "2", "3")
    widget = CAM1DWidget(classifier, x, y=[1, 2, 1, 2], methods=["Saliency"], **names)
    assert widget.explanation.y.tolist() == [0, 1, 0, 1]
    widget.finder.true_class = 0
    kept = widget.explanation.compute(instances=[1, 2], progress=False)
    assert kept.y.tolist() == [1, 0]
    kept.save(tmp_path / "kept.npz")
    again = Explanation.load(tmp_path / "kept.npz")
    assert [again.class_names[one] for one in again.y] == ["2", "1"]


def test_a_lazy_explanation_refuses_numbers_that_may_be_either():
    classifier, x = three()
    with pytest.raises(ValueError, match="y must be unambiguous"):
        LazyExplanation(classifier, x, y=[1, 2, 1, 2], class_names=["1", "2", "3"])


def test_looking_inside_follows_the_same_labels():
    classifier = KerasClassifier(planted(edge()))
    classifier._labels = np.array([1, 2])
    x = np.random.default_rng(0).normal(size=(4, *classifier.input_shape)).astype(np.float32)
    assert inside.read_layer(classifier, x, "planted", y=[1, 2, 2, 1]).classes.tolist() == [0, 1, 1, 0]
    with pytest.raises(ValueError, match="labels of the fitted classifier, 1, 2, but holds 0"):
        inside.activation_maximization(classifier, 0, data=x, y=[0, 1, 1, 0], start="mean", steps=1, progress=False)
    with pytest.raises(ValueError, match="y must come with data"):
        inside.activation_maximization(classifier, 0, y="zz", steps=1, progress=False)


@pytest.mark.parametrize(
    ("y", "labels"),
    [
        ([-1, 1, 1], [-1, 1]),
        ([1.0, 2.0, 1.0], [1, 2]),
        (["walk", "rest"], ["rest", "walk"]),
        ([b"walk", b"rest"], ["rest", "walk"]),
        (np.array([b"1", b"-1"], object), ["-1", "1"]),
        ([[-1], [1], [1]], [-1, 1]),  # a column of a table
        ([0, 1, 1], None),  # indices
        ([1, 1, 1], None),  # one class of two
        ([3, 4, 5], None),  # more labels than classes
        ([0.5, 1.5], None),
    ],
)
def test_labels_are_read_from_y_where_there_is_one_for_each_class(y, labels):
    assert labels_in(y, 2) == labels


def test_labels_that_are_no_array_are_refused_before_they_name_classes():
    with pytest.raises(ValueError, match="y must be an array, but its parts differ in length"):
        labels_in([[0], [1, 2], [0]], 2)


def test_bytes_are_labels_as_text():
    names = ["rest", "walk"]
    assert classes(np.array([b"walk", b"rest"]), names) == [1, 0]
    assert classes(np.array([b"walk", b"rest"], object), labels=np.array(names)) == [1, 0]


def test_labels_that_are_read_from_y_name_the_classes(x, flatten):
    series = np.concatenate([x, x])
    lazy = LazyExplanation(flatten, series, methods=["Saliency"], y=["d", "c", "b", "a", "a", "a"])
    assert lazy.class_names == ("a", "b", "c", "d")
    np.testing.assert_array_equal(lazy.y, [3, 2, 1, 0, 0, 0])


@pytest.mark.parametrize(
    ("y", "names", "expected"),
    [
        ([1, 2, 3, 4, 1, 4], ["rest", "walk", "run", "jump"], [0, 1, 2, 3, 0, 3]),
        ([-3, -1, 1.0, 3, 3, 1], ["rest", "walk", "run", "jump"], [0, 1, 2, 3, 3, 2]),
        ([30, 10, 40, 20, 40, 10], [40, 30, 20, 10], [1, 3, 0, 2, 0, 3]),  # names that are labels come first
        ([0, 1, 1, 0, 2, 2], ["rest", "walk", "run", "jump"], [0, 1, 1, 0, 2, 2]),
    ],
)
def test_sorted_numbers_are_those_of_the_class_names_if_there_are_as_many(x, flatten, y, names, expected):
    lazy = LazyExplanation(flatten, np.concatenate([x, x]), methods=["Saliency"], y=y, class_names=names)
    assert lazy.y.tolist() == expected
    assert lazy.class_names == tuple(map(str, names))


@pytest.mark.parametrize("y", [[1, 2, 4, 4, 1, 2], [-1, 1, -1, 1, 1, 1], ["a", "b", "c", "d", "a", "a"]])
def test_other_labels_than_the_class_names_are_refused(x, flatten, y):
    names = ["rest", "walk", "run", "jump"]
    with pytest.raises(ValueError, match="y must hold"):
        LazyExplanation(flatten, np.concatenate([x, x]), methods=["Saliency"], y=y, class_names=names)


def test_a_single_output_keeps_the_indices_of_two_classes(x):
    one = linear(np.ones((1, *x.shape[1:])), np.zeros(1))
    lazy = LazyExplanation(one, x, methods=["Saliency"], y=[1] * len(x), class_names=["anomaly"])
    assert lazy.y.ravel().tolist() == [1] * len(x)
