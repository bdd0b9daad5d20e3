"""Links to a state of a saved page."""

import json
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

from cam1d_widget import CAM1DWidget, ExplanationViewer

from ...support.arrays import explanation
from ...support.planted import planted_model, planted_series


def state_in(link):
    address, _, text = link.partition("#cam1d=")
    return address, json.loads(unquote(text))


def test_a_link_holds_instance_class_method_zoom_window_and_edits(tmp_path):
    x = planted_series()
    widget = CAM1DWidget(planted_model(), x, methods=["Saliency", "Gradient × Input"], class_names=["none", "a", "b"])
    widget.instance, widget.method, widget.target, widget.selected_window = 2, "Saliency", "b", (3, 9)
    widget.edit(2 * x[2])
    widget.mark.scales["x"].min = 10
    widget.inside.unfolded, widget.inside.filter = True, 1
    path = tmp_path / "my page.html"
    address, state = state_in(widget.link(path))
    assert address == path.as_uri()
    edits, layer = state.pop("edits"), widget.inside.layer
    assert state.pop("inside") == {"layer": layer, "filter": 1, "step": None}
    assert state == {"instance": 2, "class": "b", "method": "Saliency", "zoom": [10.0, 119.5], "window": [3, 9]}
    [edit] = edits
    assert edit["do"] == "replace"
    np.testing.assert_array_equal(np.float32(edit["values"]).reshape(x[2].shape), 2 * x[2])


@pytest.mark.parametrize("page", ["https://host/page.html?a=1", "https://host/page.html?a=1#cam1d=old"])
def test_a_page_may_be_an_address(page):
    address, state = state_in(ExplanationViewer(explanation()).link(page))
    assert address == "https://host/page.html?a=1"
    assert (state["edits"], state["inside"]) == ([], None)


def test_a_page_may_be_relative():
    assert state_in(ExplanationViewer(explanation()).link("page.html"))[0] == Path("page.html").resolve().as_uri()


def test_what_is_no_page_is_refused():
    with pytest.raises(TypeError, match=r"^page must be"):
        ExplanationViewer(explanation()).link(3)
