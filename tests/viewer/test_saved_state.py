"""Contents of the widget's output, and what programs without widgets show."""

import json
from pathlib import Path

import pytest

from cam1d_widget import ExplanationViewer
from cam1d_widget.viewer.saved_state import MIME

from ..support.arrays import Lazy, explanation

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def viewer():
    return ExplanationViewer(explanation(instances=50, time=300), instance=7, target=1, method="Saliency")


def test_an_output_holds_every_model_of_the_viewer_and_the_tiles_of_its_picture(viewer):
    bundle = json.loads(json.dumps(viewer._repr_mimebundle_()))
    state = bundle[MIME]["state"]
    assert bundle[VIEW]["model_id"] in state
    referred = {
        text.removeprefix("IPY_MODEL_") for text in json.dumps(state).split('"') if text.startswith("IPY_MODEL_")
    }
    assert referred <= set(state)
    mark = state[viewer.mark.model_id]["state"]
    assert [tile["key"] for tile in mark["tiles"]["index"]] == ["series/7", "attribution/2/7/1"]


def test_the_state_is_small(viewer):
    # The series and the map in base64, and about 30 kB for sliders, menus and panels.
    assert len(json.dumps(viewer._repr_mimebundle_()[MIME])) < 4 / 3 * 4 * 300 * (3 + 3) + 32_000


SLOW = """
from cam1d_widget import Explanation, ExplanationViewer

class Slow:
    def __init__(self, whole):
        self.whole, self.made = whole, []

    def __getattr__(self, name):
        return getattr(self.whole, name)

    def seconds(self, method, instance=None, target=None):
        return 0.0 if (method, instance, target) in self.made else 30.0

    def attribution(self, method, instance, target):
        self.made.append((method, instance, target))
        return self.whole.attribution(method, instance, target)

viewer = ExplanationViewer(Slow(Explanation.load("whole.npz")), instance=1, target=1, method="Saliency")
viewer
"""


@pytest.mark.slow
@pytest.mark.parametrize(("software", "waits"), [("", True), ("voila/0.5", False)])
def test_a_slow_first_map_is_computed_where_no_browser_will_request_it(software, waits, tmp_path, monkeypatch):
    import nbformat
    from nbclient import NotebookClient

    explanation().save(tmp_path / "whole.npz")
    monkeypatch.setenv("SERVER_SOFTWARE", software)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SLOW)])
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    [output] = notebook.cells[0].outputs
    [mark] = [model for model in output.data[MIME]["state"].values() if model["model_name"] == "ChannelStackModel"]
    tiles = [tile["key"] for tile in mark["state"]["tiles"]["index"]]
    assert tiles == ["series/1", "attribution/2/1/1"][: 1 + waits]
    assert ("image/png" in output.data) == waits


def test_a_map_that_fails_keeps_the_state_from_nothing():
    viewer = ExplanationViewer(Lazy(explanation(), RuntimeError("out of memory")))
    assert viewer.mark.model_id in viewer._repr_mimebundle_()[MIME]["state"]


def test_nbconvert_shows_the_picture_of_a_saved_notebook(viewer):
    import nbformat

    html = pytest.importorskip("nbconvert").HTMLExporter()
    bundle = viewer._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", json.loads(json.dumps(bundle)))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("widget", outputs=[output])])
    text, _ = html.from_notebook_node(notebook)
    assert f"data:image/png;base64,{bundle['image/png'][:100]}" in text.replace("\n", "")
    assert VIEW not in text
