"""The notebooks run from top to bottom, as a newcomer runs them, and are kept without outputs."""

import shutil
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
ALL = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


def cells(name):
    return nbformat.read(NOTEBOOKS / name, as_version=4).cells


def test_there_are_notebooks():
    assert ALL


@pytest.mark.parametrize("name", ALL)
def test_notebook_is_kept_without_outputs(name):
    code = [cell for cell in cells(name) if cell.cell_type == "code"]
    assert not [cell.id for cell in code if cell.outputs or cell.execution_count]


@pytest.mark.parametrize("name", ALL)
def test_notebook_runs(name, briefly_trained, tmp_path):
    from nbclient import NotebookClient

    shutil.copy(briefly_trained, tmp_path)
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    shown = [
        output.data
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type in ("execute_result", "display_data")
    ]
    assert [data for data in shown if "application/vnd.jupyter.widget-view+json" in data]
    warned = [
        output.text
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr" and "Warning" in output.text
    ]
    assert not warned
