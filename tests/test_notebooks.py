"""The notebooks run from top to bottom, as a new user runs them, and are stored without outputs."""

import ast
import importlib
import shutil
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
ALL = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


def notebook_of(name):
    import nbformat  # takes a second

    return nbformat.read(NOTEBOOKS / name, as_version=4)


def cells(name):
    return notebook_of(name).cells


def test_there_are_notebooks():
    assert ALL


@pytest.mark.parametrize("name", ALL)
def test_notebook_is_kept_without_outputs(name):
    code = [cell for cell in cells(name) if cell.cell_type == "code"]
    assert not [cell.id for cell in code if cell.outputs or cell.execution_count]


@pytest.mark.parametrize("name", ALL)
def test_what_a_notebook_imports_is_there(name):
    code = "\n".join(cell.source for cell in cells(name) if cell.cell_type == "code")
    imports = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom)]
    for node in imports:
        module = importlib.import_module(node.module)
        assert not [each.name for each in node.names if not hasattr(module, each.name)], node.module


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_notebook_runs(name, briefly_trained, tmp_path, monkeypatch):
    from nbclient import NotebookClient

    shutil.copy(briefly_trained, tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOKS.parent))
    notebook = notebook_of(name)
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
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
