"""The selected layer and filter, as traits, in messages and in pages; with a source of known values."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
import pytest
from traitlets import TraitError

from cam1d_widget import ExplanationViewer
from cam1d_widget.viewer.synced import inside as room
from cam1d_widget.viewer.synced.base import PageContents
from cam1d_widget.viewer.synced.inside import Inside, activations_key, results_of_page, steps_key
from cam1d_widget.viewer.synced.jobs import Result

from ...support.arrays import explanation


class Layer(NamedTuple):
    name: str
    kind: str
    filters: int


class Source:
    """Two layers; an activation is 100 times the instance plus the filter."""

    layers = (Layer("conv1", "Conv1D", 3), Layer("a/b", "ReLU", 2))
    explained = "a/b"
    unequal = False
    work: dict = {}

    def activations(self, layer, instance):
        if instance == 3:
            raise RuntimeError("out of memory")
        filters = next(one.filters for one in self.layers if one.name == layer)
        return np.full((6, filters), 100.0 * instance, np.float32) + np.arange(filters, dtype=np.float32)

    def steps(self, layer, instance):
        return np.array([[start, start + 3, start + 1] for start in range(instance, instance + 6)])


class Unequal(Source):
    unequal = True


def read(layer):
    names = (f"inside layer/{layer}", f"inside filter/{layer}/1", f"inside step/{layer}/0/0")
    return {name: Result({"layer": layer}) for name in names}


def test_layer_and_filter_are_read_and_set_in_python():
    viewer = ExplanationViewer(explanation(), inside=Source())
    assert (viewer.inside.layer, viewer.inside.filter) == ("conv1", None)
    viewer.inside.filter = 2
    viewer.inside.layer = "a/b"
    assert viewer.inside.filter is None  # the other layer has no such filter
    with pytest.raises(TraitError, match=r"layer must be one that has a time axis \(conv1, a/b\), but is 'flatten'"):
        viewer.inside.layer = "flatten"
    with pytest.raises(
        ValueError, match="filter must be a whole number from 0 to 1, a filter of layer 'a/b', but is 2"
    ):
        viewer.inside.filter = 2
    viewer.close()


def test_a_viewer_of_arrays_has_nothing_inside():
    viewer = ExplanationViewer(explanation())
    assert viewer.inside.layers == []
    viewer.close()


def test_activations_are_answered_by_tiles_and_faults_by_a_sentence():
    inside = Inside(Source())
    sent = []
    inside.send = lambda content, buffers=None: sent.append((content, buffers))
    inside._receive(None, {"type": "tiles", "request": 4, "keys": ["activations/1/2", "activations/0/3"]}, [])
    [(answer, [data])] = sent
    assert (answer["request"], answer["index"][0]["shape"]) == (4, [6, 2])
    np.testing.assert_array_equal(np.frombuffer(data, np.float32).reshape(6, 2)[0], [200, 201])
    assert answer["errors"] == {"activations/0/3": "could not be computed: out of memory"}


def test_a_page_holds_the_layers_that_were_read_with_its_instances_activations():
    whole = Inside(Source(), layer="a/b", filter=1, step=4, by="weight", unfolded=True)
    results = results_of_page(read("a/b") | {"other": Result({})})
    page = whole.for_page(PageContents((2, 0), 0, results))
    assert [layer["name"] for layer in page.layers] == ["a/b"]
    assert (page.layer, page.filter, page.step, page.by, page.unfolded) == ("a/b", 1, 4, "weight", True)
    # by their places on the page: its instance 0 is the whole's 2
    keys = {entry["key"]: entry for entry in page.tiles["index"]}
    assert set(keys) == {activations_key(0, 0), activations_key(0, 1)}
    entry = keys[activations_key(0, 0)]
    values = np.frombuffer(page.tiles["data"], np.int16, 12, entry["offset"]) * entry["scale"]
    np.testing.assert_allclose(values.reshape(6, 2)[0], [200, 201], rtol=1e-4)
    assert set(results) == {"inside layer/a/b", "inside filter/a/b/1", "inside step/a/b/0/0", "other"}
    without_layer = {name: result for name, result in results.items() if name != "inside layer/a/b"}
    assert set(results_of_page(without_layer)) == {"other"}


def test_of_series_of_unequal_length_a_page_holds_what_the_steps_see_unrounded():
    page = Inside(Unequal(), layer="conv1").for_page(PageContents((2, 40_000), 0, read("conv1")))
    entry = next(one for one in page.tiles["index"] if one["key"] == steps_key(0, 1))
    values = np.frombuffer(page.tiles["data"], np.float32, 18, entry["offset"]) * entry["scale"]
    np.testing.assert_array_equal(values.reshape(6, 3), Source().steps("conv1", 40_000))
    assert len(page.tiles["index"]) == 4


def test_a_page_of_a_viewer_that_was_not_looked_into_has_nothing_inside():
    page = Inside(Source(), unfolded=True).for_page(PageContents((0, 1), 0, {}))
    assert (page.layers, page.unfolded) == ([], False)


def test_a_page_has_a_limit_of_bytes_and_begins_with_what_is_displayed(monkeypatch):
    monkeypatch.setattr(room, "_PAGE_BYTES", 2 * 6 * 3 + 2 * 6 * 2 + 1)
    whole = Inside(Source(), layer="a/b")
    page = whole.for_page(PageContents((1, 2), 2, read("conv1") | read("a/b")))
    assert [entry["key"] for entry in page.tiles["index"]] == [activations_key(1, 1), activations_key(1, 0)]


def test_the_budget_of_a_page_counts_them(tmp_path):
    viewer = ExplanationViewer(explanation(instances=3), inside=Source())
    for name, result in read("conv1").items():
        viewer.jobs.keep(name, result)
    before = set(widgets.widget._instances)
    with pytest.raises(ValueError, match=r"activations and results: \d"):
        viewer.save_html(tmp_path / "page.html", budget_mb=0.1, progress=False)
    assert set(widgets.widget._instances) == before
    viewer.close()


def test_a_layer_that_is_not_there_is_not_answered_with_another_one():
    with pytest.raises(ValueError, match="layer must be a whole number from 0 to 1, but is -1"):
        Inside(Source()).tile(activations_key(-1, 0))
