"""Maps of other libraries, in every shape that they use, become the same explanation."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import xarray as xr

from cam1d_widget import Explanation, ExplanationViewer

INSTANCES, TIME, CHANNELS, CLASSES = 3, 20, 2, 4
RNG = np.random.default_rng(0)
X = RNG.normal(size=(INSTANCES, TIME, CHANNELS)).astype(np.float32)
SCORES = RNG.normal(size=(INSTANCES, CLASSES)).astype(np.float32)
PREDICTED = SCORES.argmax(axis=1)
EVERY = RNG.normal(size=(INSTANCES, CLASSES, TIME, CHANNELS)).astype(np.float32)
ONE = EVERY[np.arange(INSTANCES), PREDICTED]

SHAPES_OF_ALL = {
    "class after the instance": (EVERY, "channels_last"),
    "class at the end, as shap has it": (np.moveaxis(EVERY, 1, -1), "channels_last"),
    "a list of one array for each class": (list(np.moveaxis(EVERY, 1, 0)), "channels_last"),
    "channels first": (EVERY.swapaxes(2, 3), "channels_first"),
    "channels first, class at the end": (np.moveaxis(EVERY.swapaxes(2, 3), 1, -1), "channels_first"),
}
SHAPES_OF_ONE = {
    "of each channel": (ONE, "channels_last"),
    "channels first, as captum has it": (ONE.swapaxes(1, 2), "channels_first"),
}


def of(maps, layout="channels_last", **names) -> Explanation:
    x = X if layout == "channels_last" else X.swapaxes(1, 2)
    return Explanation.from_maps({"other": maps}, x, SCORES, layout=layout, **names)


@pytest.mark.parametrize("name", SHAPES_OF_ALL)
def test_maps_of_all_classes(name):
    explanation = of(*SHAPES_OF_ALL[name], class_names=list("abcd"))
    np.testing.assert_array_equal(explanation.x, X)
    for instance in range(INSTANCES):
        for target in range(CLASSES):
            np.testing.assert_array_equal(explanation.attribution("other", instance, target), EVERY[instance, target])


@pytest.mark.parametrize("name", SHAPES_OF_ONE)
def test_maps_of_one_class_are_those_of_the_predicted_class(name):
    explanation = of(*SHAPES_OF_ONE[name])
    np.testing.assert_array_equal(explanation.targets[:, 0], PREDICTED)
    np.testing.assert_array_equal(explanation.attributions["other"][:, 0], ONE)
    assert ExplanationViewer(explanation).method == "other"


def test_the_explained_class_can_be_named():
    np.testing.assert_array_equal(of(ONE, targets=1).targets, np.ones((INSTANCES, 1)))
    np.testing.assert_array_equal(of(ONE, targets=[2, 0, 1]).targets[:, 0], [2, 0, 1])
    two = of(EVERY[:, 1:3], targets=np.tile([1, 2], (INSTANCES, 1)))
    np.testing.assert_array_equal(two.attribution("other", 0, 2), EVERY[0, 2])


def test_maps_over_time_alone_have_one_channel():
    for maps in (ONE[..., 0], ONE[..., :1]):
        np.testing.assert_array_equal(of(maps).attributions["other"][:, 0, :, 0], ONE[..., 0])


class Tensor:
    """A tensor that gives its numbers only once it is detached and on the CPU, as those of PyTorch do."""

    dtype = "float32"

    def __init__(self, values: np.ndarray):
        self.values = values

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> np.ndarray:
        return self.values


def test_tensors_are_taken():
    given = {"captum": Tensor(ONE.swapaxes(1, 2))}
    made = Explanation.from_maps(given, Tensor(X.swapaxes(1, 2)), Tensor(SCORES), layout="channels_first")
    np.testing.assert_array_equal(made.attributions["captum"][:, 0], ONE)


def test_tensors_of_half_precision_and_lists_of_tensors_are_read():
    half = torch.tensor(X).bfloat16().requires_grad_()
    maps = [torch.tensor(one, requires_grad=True) for one in ONE]
    made = Explanation.from_maps({"captum": maps}, half, torch.tensor(SCORES, requires_grad=True))
    np.testing.assert_allclose(made.x, X, rtol=1e-2)
    np.testing.assert_array_equal(made.attributions["captum"][:, 0], ONE)


@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
def test_labeled_arrays_are_read_by_their_dims(layout):
    x = xr.DataArray(X, dims=("instance", "time", "channel")).transpose("channel", "instance", "time")
    maps = xr.DataArray(ONE, dims=("instance", "time", "channel")).transpose("time", "channel", "instance")
    made = Explanation.from_maps({"other": maps}, x, SCORES, layout=layout)
    np.testing.assert_array_equal(made.x, X)
    np.testing.assert_array_equal(made.attributions["other"][:, 0], ONE)
    same = Explanation(x, SCORES, PREDICTED, {"other": maps})
    np.testing.assert_array_equal(same.x, X)
    np.testing.assert_array_equal(same.attributions["other"][:, 0], ONE)


def test_names_and_times_of_a_labeled_array_are_taken_unless_others_are_given():
    days = np.array("2026-01-01", "datetime64[ns]") + np.arange(TIME) * np.timedelta64(1, "D")
    x = xr.DataArray(X, {"channel": ["left", "right"], "time": days}, ("instance", "time", "channel"))
    made = Explanation.from_maps({"other": ONE}, x, SCORES)
    assert made.channel_names == ("left", "right")
    assert made.sampling_rate == pytest.approx(1 / 86400)
    np.testing.assert_array_equal(made.start, np.repeat(days[0], INSTANCES))
    named = Explanation.from_maps({"other": ONE}, x.drop_vars("time"), SCORES, channel_names=["a", "b"])
    assert (named.channel_names, named.sampling_rate, named.start) == (("a", "b"), None, None)
    one = Explanation.from_maps({"other": ONE[..., 0]}, x.isel(channel=0), SCORES)
    assert one.channel_names == ("left",)


@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
def test_series_that_end_with_nan_have_unequal_lengths(layout):
    lengths = [12, TIME, 5]
    x = X.copy()
    for one, length in zip(x, lengths, strict=True):
        one[length:] = np.nan
    turned = layout == "channels_first"
    given = [x.swapaxes(1, 2), ONE.swapaxes(1, 2)] if turned else [x, ONE]
    made = Explanation.from_maps({"other": given[1]}, given[0], SCORES, layout=layout)
    same = Explanation.from_maps({"other": ONE}, X, SCORES, lengths=lengths)
    np.testing.assert_array_equal(made.lengths, lengths)
    np.testing.assert_array_equal(made.attributions["other"], same.attributions["other"])


def test_a_list_that_may_be_of_classes_or_of_instances_is_refused():
    scores, maps = SCORES[:2, :2], list(ONE[:2].swapaxes(1, 2))
    with pytest.raises(
        ValueError, match=r"maps\['other'\] must be one array, since each of its 2 arrays may be the map"
    ):
        Explanation.from_maps({"other": maps}, X[:2].swapaxes(1, 2), scores, layout="channels_first")
    made = Explanation.from_maps({"other": np.array(maps)}, X[:2].swapaxes(1, 2), scores, layout="channels_first")
    np.testing.assert_array_equal(made.attributions["other"][:, 0], ONE[:2])
    last = Explanation.from_maps({"other": list(ONE[:2])}, X[:2], scores)
    np.testing.assert_array_equal(last.attributions["other"][:, 0], ONE[:2])


def test_a_list_of_maps_over_time_for_each_class_is_read():
    made = of(list(np.moveaxis(EVERY[..., 0], 1, 0)))
    np.testing.assert_array_equal(made.attributions["other"][..., 0], EVERY[..., 0])


WRONG = {
    "layout": (ONE.swapaxes(1, 2), {}, r"maps\['other'\] must have shape .* pass layout='channels_first'"),
    "shape": (ONE[:, :7], {}, r"maps\['other'\] must have shape \(instance, time, channel\) = \(3, 20, 2\)"),
    "NaN": (ONE * np.nan, {}, r"maps\['other'\] must be finite"),
    "class": (ONE, {"targets": 9}, "targets must be class indices from 0 to 3"),
    "word": (ONE, {"targets": "best"}, "targets must be"),
    "name": (ONE, {"claas_names": []}, "there is no argument claas_names"),
    "layout's name": (ONE, {"layout": "time first"}, "layout must be"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused(name):
    maps, names, words = WRONG[name]
    with pytest.raises((ValueError, TypeError), match=words):
        Explanation.from_maps({"other": maps}, X, SCORES, **names)


def test_no_maps_are_refused():
    with pytest.raises(ValueError, match="maps must hold the maps of one method at least"):
        Explanation.from_maps({}, X, SCORES)


def test_more_channels_than_samples_are_warned_of():
    with pytest.warns(UserWarning, match="x has 20 channels of 2 samples each; .* pass layout='channels_first'"):
        Explanation.from_maps({"other": ONE.swapaxes(1, 2)}, X.swapaxes(1, 2), SCORES)
