import json

import numpy as np

from cam1d_widget.viewer.synced.facts import explained_classes, facts_of, facts_to_json, outer_centers, unseen_samples

from ...support.arrays import LABELS, Lazy, explanation, with_predicted_only


def test_facts_are_plain_json():
    facts = facts_of(explanation(), None, None, "gone")
    sent = facts_to_json(facts, None)
    assert json.loads(json.dumps(sent, allow_nan=False)) == sent
    assert sent["instances"] == 4
    assert [method["label"] for method in facts["methods"]] == list(LABELS)
    assert facts["targets"] == [0, 1, 2]
    assert facts["instances"] == range(4)


def test_a_method_says_how_its_maps_were_made_and_what_they_add_up_to():
    phrase = "add up to the score minus the baseline's"
    whole = explanation(placed={"Saliency": True}, adds_up={"Gradient × Input": phrase})
    told = {method["label"]: method for method in facts_of(whole, None, None, "gone")["methods"]}
    assert [told[label]["placed"] for label in LABELS] == [True, False, True]
    assert told["Gradient × Input"]["adds_up"] == phrase


def test_the_menu_receives_families_and_the_times_of_maps():
    told = facts_of(explanation(families={"Saliency": "gradient"}), None, None, "gone")["methods"]
    assert [method["family"] for method in told] == ["", "", "gradient"]
    assert [method["seconds"] for method in told] == [0, 0, 0], "maps that exist take no time"
    lazy = Lazy(explanation())
    lazy.seconds = lambda method: {"Saliency": 2.54}.get(method, 0.04)
    assert [method["seconds"] for method in facts_of(lazy, None, None, "")["methods"]] == [0, 0, 2.5]


def test_samples_that_no_step_sees():
    field = np.array([[0, 3, 1], [2, 5, 3], [7, 9, 7.5]])
    assert unseen_samples(field, 10) == [[5, 7], [9, 10]]
    assert unseen_samples(field[:2], 5) == []
    assert unseen_samples(None, 10) == []


def test_a_field_that_reaches_into_the_padding_sees_no_more_than_there_is():
    assert unseen_samples(np.array([[-4, 6, 1], [4, 14, 9]]), 10) == []


def test_centers_are_those_of_the_first_and_the_last_step():
    assert outer_centers(np.array([[0, 3, 1.5], [2, 5, 3.5]])) == [1.5, 3.5]
    assert outer_centers(None) is None


def test_what_was_explained_is_sent_only_where_something_is_missing():
    whole = explanation()
    assert explained_classes(whole, [0, 1, 2]) is None
    table = explained_classes(with_predicted_only(whole), [0, 1, 2])
    np.testing.assert_array_equal(table.argmax(axis=1), whole.scores.argmax(axis=1))
    assert (table.sum(axis=1) == 1).all()


def test_a_source_without_an_array_of_targets_is_asked_for_each_map():
    class Asked:
        x, class_names, methods = np.zeros((2, 5, 1)), ("rest", "walk"), ("CAM",)

        def has(self, method, instance, target):
            return instance == target

    np.testing.assert_array_equal(explained_classes(Asked(), [1, 0]), [[0, 1], [1, 0]])
    assert explained_classes(explanation(targets=np.array([[2, 0, 1]] * 4)), [0, 2]) is None


def test_thousands_of_instances_and_hundreds_of_classes_are_sent_at_once():
    class Large:
        x, class_names, methods = np.zeros((10_000, 1, 1)), range(300), ("CAM",)
        targets = np.arange(10_000)[:, np.newaxis] % 300

        def has(self, method, instance, target):
            raise AssertionError("three million questions")

    table = explained_classes(Large(), range(300))
    assert (table.shape, table.sum(), table[301, 1]) == ((10_000, 300), 10_000, 1)
