"""Models and views are found in the browser by the names under which they are exported there."""

import re
from pathlib import Path

from ipywidgets.embed import dependency_state

from cam1d_widget import ExplanationViewer

from ..support.arrays import explanation

INDEX = Path(__file__).parents[2] / "js" / "src" / "index.ts"


def test_every_model_and_view_is_exported_by_the_browser_half_and_no_other():
    exported = {name for names in re.findall(r"export \{ (.*?) \}", INDEX.read_text()) for name in names.split(", ")}
    states = [
        entry["state"] for entry in dependency_state(ExplanationViewer(explanation()), drop_defaults=False).values()
    ]
    own = [state for state in states if state["_model_module"] == "cam1d-widget"]
    used = {state[key] for state in own for key in ("_model_name", "_view_name")} - {None}
    assert used == exported
