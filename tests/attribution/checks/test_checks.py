"""Checks of a map and of its network: what they find on classifiers that are known, and what the verdict says."""

from dataclasses import replace

import numpy as np
import pytest

from cam1d_widget import KerasClassifier
from cam1d_widget.attribution.check_result import figure_text
from cam1d_widget.attribution.checks import CheckResult, ChecksReport, fills_of, run_checks
from cam1d_widget.attribution.checks.deletion import Deletion, deletion_result
from cam1d_widget.attribution.lazy_explanation import LazyExplanation
from cam1d_widget.attribution.maps import NotFinite
from cam1d_widget.attribution.masking import all_replaced
from cam1d_widget.attribution.metrics import PerturbationCurves
from cam1d_widget.attribution.network_check import accuracy_interval, network_result
from cam1d_widget.data import load_watch

from ...support.synced import outcome
from ...support.toys import linear

SHAPE = (60, 2)


def passed(report):
    return {finding.name: finding.passed for finding in report.findings}


@pytest.fixture(scope="module")
def sums():
    """A linear classifier of two rivals, and series of which it is right."""
    weights = np.zeros((2, *SHAPE))
    weights[0, 20:30, 1], weights[1, 20:30, 1] = 1, -1
    x = np.random.default_rng(0).normal(0, 0.1, (40, *SHAPE)).astype(np.float32)
    y = np.arange(40) % 2
    x[:, 20:30, 1] += np.where(y == 0, 1.0, -1.0)[:, np.newaxis]
    return LazyExplanation(linear(weights, np.zeros(2)), x, y=y, methods=["Gradient × Input", "Occlusion", "Eigen-CAM"])


def test_the_right_map_survives_all_that_can_be_checked(sums):
    report, said = outcome(run_checks(sums, "Gradient × Input", 0, 0))
    assert passed(report) == {"Sum": None, "Deletion": True, "Randomization": None, "Class": True, "Agreement": True}
    assert report.verdict == "This map passes all 3 checks."
    assert report.level == "sound"
    assert report.network.passed
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1
    assert report.agreement["Occlusion"] > 0.5


def test_the_verdict_names_its_fill_and_how_the_check_ends_with_others(sums):
    report, said = outcome(run_checks(sums, "Gradient × Input", 0, 0, fill="noise"))
    assert [text for _, text in said if "fill: swap" in text]
    assert (report.fill, list(report.deletions)[:2]) == ("noise", ["zero", "channel mean"])
    text = report.findings[1].text
    assert "replaced first, by noise with each channel's mean and standard deviation over these series" in text
    assert text.endswith("With zero, channel mean, linear interpolation and swap it passes as well.")
    zero = report.with_fill("zero")
    assert "replaced first, by zero, the area" in zero.findings[1].text
    assert zero.deletion is report.deletions["zero"].curves
    assert zero.findings[::2] == report.findings[::2]
    with pytest.raises(ValueError, match="fill must be one of 'zero'"):
        report.with_fill("tea")


def made_with(**shares):
    """A deletion curve of a fill that a share of twenty random orders does as well as."""
    random = {name: np.where(np.arange(20) < 20 * share, 0.1, 0.9)[:, np.newaxis] for name, share in shares.items()}
    curves = {
        name: PerturbationCurves(
            "deletion", "smaller", np.array([0.2]), values, np.array([0]), "score", *[np.zeros(0)] * 3
        )
        for name, values in random.items()
    }
    return {name: Deletion(f"{name} itself", one) for name, one in curves.items()}


@pytest.mark.parametrize("y", [None, np.zeros(40, int), "few"])
def test_of_a_network_whose_accuracy_is_not_known_no_map_is_sound(sums, y):
    rows = slice(0, 10 if isinstance(y, str) else None)
    y = sums.y[rows] if isinstance(y, str) else y
    unknown = LazyExplanation(sums.classifier, sums.x[rows], y=y, methods=["Gradient × Input", "Occlusion"])
    report, _ = outcome(run_checks(unknown, "Gradient × Input", 0, 0))
    assert report.passed == report.completed > 1
    assert report.level == "unknown quality"
    assert report.verdict.startswith("Of unknown quality: this map passes all 3 checks. The accuracy of the network")


def test_fills_that_disagree_are_distinguished():
    made = made_with(zero=0.05, noise=0.1, swap=0.0, mean=0.5)
    good, bad = deletion_result(made, "zero"), deletion_result(made, "noise")
    assert (good.passed, bad.passed) == (True, False)
    assert "by zero itself, the area under the class' score is 0.20; in random orders it is 0.86, and 5 %" in good.text
    assert good.text.endswith("With swap it passes as well; with noise and mean it fails.")
    assert bad.text.endswith("With mean it fails as well; with zero and swap it passes.")
    assert deletion_result(made_with(zero=0.5), "zero").text.endswith("are as good.")


def test_a_random_order_that_does_as_well_as_the_map_counts_against_it():
    """Two of twenty are no better, but as good: the map is not distinguished from chance."""
    ties = np.where(np.arange(20) < 2, 0.2, 0.9)[:, np.newaxis]
    curves = PerturbationCurves(
        "deletion", "smaller", np.array([0.2]), ties, np.array([0]), "score", *[np.zeros(0)] * 3
    )
    made = Deletion("zero", curves)
    assert (made.share, made.passed) == (0.1, False)
    assert "10 % of them are as good" in deletion_result({"zero": made}, "zero").text


def test_fills_are_those_that_there_are_the_usual_one_first():
    x, others = np.zeros((2, 6, 3)), np.random.default_rng(0).normal(2, 1, (9, 6, 3))
    assert list(fills_of(x, others)) == ["channel mean", "zero", "linear interpolation", "swap", "noise"]
    assert list(fills_of(x, None)) == ["zero", "channel mean", "linear interpolation", "noise"]  # nothing to swap with
    assert "swap" not in fills_of(x, others[:, :5])
    assert "swap" not in fills_of(x, others[:1])
    filled = {name: all_replaced(x, fill.baseline) for name, fill in fills_of(x, others).items()}
    np.testing.assert_allclose(filled["channel mean"][0], np.tile(others.mean(axis=(0, 1)), (6, 1)), rtol=1e-6)
    np.testing.assert_array_equal(filled["zero"], 0)
    assert (filled["swap"][0] == others).all(axis=(1, 2)).sum() == 1
    assert all(np.isfinite(values).all() for values in filled.values())


def test_a_map_that_is_the_same_for_both_rivals_is_reported(sums):
    report, _ = outcome(run_checks(sums, "Eigen-CAM", 1, 1))
    assert passed(report)["Class"] is False
    assert "it is not specific to the class" in report.verdict
    assert report.level == "doubtful"


def test_a_network_that_guesses_is_never_to_be_trusted(sums):
    guessing = LazyExplanation(
        sums.classifier, sums.x, y=np.random.default_rng(1).permutation(sums.y), methods=["Occlusion"]
    )
    report, _ = outcome(run_checks(guessing, "Occlusion", 0, 0))
    assert report.level == "void"
    assert report.verdict.startswith(
        "Do not trust this map: the network is no better than guessing on these series. Apart from that, this map "
        "passes"
    )


def test_a_map_that_is_the_same_everywhere_survives_nothing_that_asks_for_an_order():
    """A constant network: no method has anything to show, and all of them agree on that."""
    x = np.random.default_rng(0).normal(size=(4, *SHAPE)).astype(np.float32)
    still = LazyExplanation(linear(np.zeros((2, *SHAPE)), np.ones(2)), x, methods=["Gradient × Input", "Occlusion"])
    report, _ = outcome(run_checks(still, "Occlusion", 0, 0))
    assert passed(report) == {"Sum": None, "Deletion": False, "Randomization": None, "Class": None, "Agreement": None}
    assert report.with_fill("noise").findings == report.findings
    assert report.level == "doubtful"
    assert report.verdict.startswith("This map fails the one check that could be run; it is the same everywhere.")


def test_a_method_that_shows_nothing_does_not_speak_against_one_that_does(sums):
    """What Saliency finds here is one number for the whole series: it has no order to agree with."""
    flat = linear(np.stack([np.ones(SHAPE), -np.ones(SHAPE)]), np.zeros(2))
    lazy = LazyExplanation(flat, sums.x, methods=["Gradient × Input", "Occlusion", "Saliency"])
    report, _ = outcome(run_checks(lazy, "Occlusion", 0, 0))
    assert "Saliency" not in report.agreement
    assert report.agreement["Gradient × Input"] > 0.3


def test_of_a_class_whose_probability_nothing_moves_the_score_is_watched(sums):
    """Sure of one class for every input, by its bias: what the score needs is still found."""
    sure = LazyExplanation(biased(sums.classifier), sums.x, methods=["Gradient × Input"])
    report, _ = outcome(run_checks(sure, "Gradient × Input", 0, 0))
    assert {one.curves.measure for one in report.deletions.values()} == {"score"}
    assert passed(report)["Deletion"] is True


def biased(classifier):
    """The same scores but for a thousand more for the first class, and probabilities."""
    weights = np.stack([classifier.gradient(np.zeros((1, *SHAPE)), target)[0] for target in (0, 1)])
    made = linear(weights, np.array([1000.0, 0]))

    def probabilities(x):
        odds = np.exp(made.scores(x) - made.scores(x).max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    made.probabilities = probabilities
    return made


def test_a_method_that_fails_here_is_no_witness(sums, monkeypatch):
    lazy = LazyExplanation(sums.classifier, sums.x, methods=["Gradient × Input", "Occlusion"])
    known = lazy.attribution

    def attribution(method, instance, target):
        if method == "Gradient × Input":
            raise NotFinite("the map must be finite")
        return known(method, instance, target)

    monkeypatch.setattr(lazy, "attribution", attribution)
    report, _ = outcome(run_checks(lazy, "Occlusion", 0, 0))
    assert passed(report)["Agreement"] is None


def test_cancelled_between_two_steps_it_stops(sums):
    steps = run_checks(sums, "Occlusion", 2, 0)
    next(steps)
    steps.close()
    with pytest.raises(StopIteration):
        next(steps)


@pytest.mark.parametrize(
    ("right", "count", "expected"), [(0, 20, (0, 0.1611)), (10, 20, (0.2993, 0.7007)), (20, 20, (0.8389, 1))]
)
def test_intervals_of_accuracies_are_wilsons(right, count, expected):
    np.testing.assert_allclose(accuracy_interval(right, count), expected, atol=1e-4)


def of_accuracy(share, count=180, common=0.5):
    y = (np.arange(count) >= common * count).astype(int)
    named = np.where(np.arange(count)[::-1] < share * count, y, 1 - y)
    return network_result(np.eye(2)[named], y)


def test_a_network_must_be_better_than_predicting_the_most_frequent_class():
    assert of_accuracy(0.9).passed is True
    assert of_accuracy(0.52).passed is False
    assert of_accuracy(0.8, common=0.8).passed is False
    assert "52 % of 180 series" in of_accuracy(0.52).text
    assert "50 % by always predicting the most frequent class: that is no better" in of_accuracy(0.52).text


def test_series_of_one_class_do_not_judge_a_network():
    """Predicting the most frequent class is right on all of them, and nothing can be better than that."""
    y = np.full(35, 3)
    for named in (y, np.arange(35) % 7):
        finding = network_result(np.eye(7)[named], y)
        assert finding.passed is None
        assert "cannot be judged on series that are all of one class" in finding.text


def test_where_nearly_all_series_are_of_one_class_even_a_perfect_network_cannot_be_distinguished_from_guessing():
    y = np.r_[np.zeros(38, int), 1, 1]
    assert network_result(np.eye(2)[y], y).passed is None
    assert "95 % of these 40 series are of one class" in network_result(np.eye(2)[y], y).text
    assert network_result(np.eye(2)[1 - y], y).passed is False  # but one that is worse can
    many = np.tile(y, 20)
    assert network_result(np.eye(2)[many], many).passed is True


def test_a_network_that_names_one_class_for_all_is_reported_without_true_classes():
    text = network_result(np.eye(3)[np.ones(50, int)], None).text
    assert "no true classes were given; it predicts the same class for all 50 series" in text
    assert "same class" not in network_result(np.eye(3)[np.arange(50) % 3], None).text
    assert "same class" not in network_result(np.eye(3)[:1], None).text


def test_a_network_that_cannot_be_judged_gets_a_reason():
    assert "no true classes were given" in network_result(np.eye(2), None).text
    assert "cannot be judged on 2 series; give it 20" in network_result(np.eye(2), np.arange(2)).text
    assert "single output" in network_result(np.zeros((30, 1)), np.zeros(30, int)).text


def report_of(*results, network=True):
    findings = tuple(CheckResult(f"check {n}", result, "Found.", "is wrong") for n, result in enumerate(results))
    return ChecksReport("CAM", 3, 1, findings, CheckResult("Network", network, "Net.", "the network guesses"))


@pytest.mark.parametrize(
    ("report", "level", "verdict"),
    [
        (report_of(True, True, None), "sound", "This map passes all 2 checks."),
        (report_of(True, False), "doubtful", "This map passes 1 of 2 checks; it is wrong."),
        (report_of(False, False), "doubtful", "This map passes none of 2 checks; it is wrong; it is wrong."),
        (report_of(None), "doubtful", "No check of this map could be run."),
        (
            report_of(True, network=None),
            "unknown quality",
            "Of unknown quality: this map passes the one check that could be run. Net.",
        ),
        (report_of(True, False, network=None), "doubtful", "This map passes 1 of 2 checks; it is wrong. Net."),
        (report_of(None, network=None), "doubtful", "No check of this map could be run. Net."),
        (
            report_of(None, network=False),
            "void",
            "Do not trust this map: the network guesses. Apart from that, no check of this map could be run.",
        ),
        (report_of(False), "doubtful", "This map fails the one check that could be run; it is wrong."),
        (
            report_of(True, False, network=False),
            "void",
            "Do not trust this map: the network guesses. Apart from that, this map passes 1 of 2 checks; it is wrong.",
        ),
    ],
)
def test_verdicts_in_words(report, level, verdict):
    assert (report.level, report.verdict) == (level, verdict)
    assert "? check" in repr(report_of(None))


@pytest.mark.slow
def test_on_a_trained_network_guided_backprop_fails_where_the_gradient_times_the_input_survives(briefly_trained):
    watch = load_watch(overlap=0)
    methods = ["Gradient × Input", "HiResCAM", "Guided Backprop"]
    lazy = LazyExplanation(
        KerasClassifier(briefly_trained), watch.x_test, y=watch.y_test, methods=methods, background=watch.x_train
    )
    target = int(lazy.scores[5].argmax())
    good, _ = outcome(run_checks(lazy, "Gradient × Input", 5, target))
    bad, _ = outcome(run_checks(lazy, "Guided Backprop", 5, target))
    assert passed(good)["Randomization"] is passed(good)["Class"] is passed(good)["Deletion"] is True
    assert passed(bad)["Randomization"] is passed(bad)["Class"] is False
    assert "hardly changes when the weights are randomized; it is not specific to the class" in bad.verdict
    assert bad.randomization.layers == ("scores", "norm2", "conv2", "norm1", "conv1")
    assert replace(bad, findings=()).completed == 0


def test_figures_are_written_as_the_picture_writes_them():
    assert [figure_text(one) for one in (0.666, -0.234, 0.0)] == ["0.67", "−0.23", "0.00"]
