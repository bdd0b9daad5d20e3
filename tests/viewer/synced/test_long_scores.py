"""Scores of very many series: those of the first picture are sent with it, and all others once it is painted."""

import re

import numpy as np
import pytest

from cam1d_widget import ExplanationViewer
from cam1d_widget.viewer import saved_state
from cam1d_widget.viewer.saved_state import MIME
from cam1d_widget.viewer.synced import stack_state

from ...support.arrays import explanation


@pytest.fixture
def viewer(monkeypatch):
    monkeypatch.setattr(stack_state, "_AT_ONCE", 0)
    monkeypatch.setattr(saved_state, "_MOST", 0)
    return ExplanationViewer(explanation(instances=6, time=30), instance=4)


def sent(mark, name):
    """Rows of a table that a browser is sent, and their values."""
    state = mark.get_state([name])[name]
    values = np.frombuffer(state["data"], state["dtype"])
    return state["row"], values.reshape(-1, state["shape"][1])


def test_the_other_scores_follow_the_first_picture(viewer, monkeypatch):
    mark, messages = viewer.mark, []
    for name in ("scores", "probabilities"):
        row, values = sent(mark, name)
        assert row == 4
        np.testing.assert_array_equal(values, getattr(mark, name)[[4]])
    monkeypatch.setattr(mark, "send_state", lambda key: messages.append({name: sent(mark, name) for name in key}))
    for _ in range(2):
        mark._handle_custom_msg({"type": "views", "count": 1}, [])
    [tables] = messages
    assert tables.keys() == {"scores", "probabilities"}
    for name, (row, values) in tables.items():
        assert row is None
        np.testing.assert_array_equal(values, getattr(mark, name))


def test_a_page_holds_all_scores(viewer, tmp_path):
    page = viewer.save_html(tmp_path / "page.html", progress=False).read_text()
    rows = re.findall(r'"row":\s*(\w+)', page)
    assert len(rows) >= 2
    assert set(rows) == {"null"}


def test_the_output_of_a_cell_holds_no_models_of_very_many_series(viewer):
    assert viewer._repr_mimebundle_()[MIME] == {"state": {}}
