"""Wheel and sdist of `make build`, each installed into a clean environment that has no Node."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VERSION = json.loads((ROOT / "js" / "package.json").read_text())["version"]
# Where each browser half is looked for: by Jupyter in the environment, and by save_html in the package.
BROWSER_HALVES = """
import pathlib, sys
import cam1d_widget
share, package = pathlib.Path(sys.prefix, "share/jupyter"), pathlib.Path(cam1d_widget.__file__).parent
assert package.is_relative_to(sys.prefix), package
for file in (
    share / "labextensions/cam1d-widget/package.json",
    share / "labextensions/cam1d-widget/install.json",
    share / "nbextensions/cam1d-widget/extension.js",
    share / "nbextensions/cam1d-widget/index.js",
    package / "static/page.js",
    package / "static/engine.js",
    package / "static/engine.wasm",
):
    assert file.stat().st_size, file
"""
SAVED_PAGE = """
import numpy as np
from cam1d_widget import Explanation, ExplanationViewer
x = np.zeros((1, 9, 2), "float32")
maps = {"map": x[:, np.newaxis]}
explanation = Explanation(x=x, scores=np.zeros((1, 2)), targets=np.zeros((1, 1), int), attributions=maps)
print(ExplanationViewer(explanation).save_html("page.html", progress=False))
"""


@pytest.mark.slow
@pytest.mark.parametrize("built", [f"cam1d_widget-{VERSION}-py3-none-any.whl", f"cam1d_widget-{VERSION}.tar.gz"])
def test_it_installs_and_jupyter_finds_it(built, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    programs = tmp_path / "venv" / "bin"
    environment = os.environ | {"PATH": str(programs), "JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_NO_CONFIG": "1"}
    environment.pop("PYTHONPATH", None)

    def run(*command):
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    run(programs / "python", "-m", "pip", "install", "--quiet", ROOT / "dist" / built, "jupyterlab>=4,<5")
    run(programs / "python", "-c", BROWSER_HALVES)
    run(programs / "python", "-c", SAVED_PAGE)
    listed = run(programs / "jupyter", "labextension", "list")
    assert f"cam1d-widget v{VERSION}" in listed
    line = next(line for line in listed.splitlines() if "cam1d-widget" in line)
    assert "enabled" in line
    assert "OK" in line
