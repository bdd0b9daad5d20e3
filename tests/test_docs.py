"""The docs agree with the code."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cam1d_widget import CAM1DWidget, all_methods

ROOT = Path(__file__).parents[1]
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
PUBLIC = [
    "cam1d_widget",
    "cam1d_widget.attribution.masking",
    "cam1d_widget.attribution.methods",
    "cam1d_widget.attribution.metrics",
    "cam1d_widget.data",
    "cam1d_widget.inside",
    "cam1d_widget.models",
]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def own_methods():
    return [method for method in all_methods() if method.__module__.startswith("cam1d_widget.")]


def anchors(page):
    """Anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("script", ["make_methods.py", "make_leaderboard.py", "make_benchmarks.py"])
def test_what_is_made_of_code_and_figures_is_fresh(script):
    made = subprocess.run([sys.executable, ROOT / "tools" / "docs" / script, "--check"], capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    text = FENCED.sub("", (ROOT / page).read_text())
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
        path, _, anchor = target.partition("#")
        linked = (ROOT / page).parent / path if path else ROOT / page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


def test_the_architecture_names_every_folder_of_the_code():
    tree = next(code for _, code in FENCED.findall((ROOT / "ARCHITECTURE.md").read_text()) if "├──" in code)
    named, path = set(), []
    for indent, name in re.findall(r"^([│├└─ ]*)([\w/]+/)(?: |$)", tree, re.MULTILINE):
        path[len(indent) // 4 :] = [name]
        named.add("".join(path).rstrip("/"))
    python = {file.parent.relative_to(ROOT).as_posix() for file in ROOT.glob("cam1d_widget/**/__init__.py")}
    assert {folder for folder in named if folder.startswith("cam1d_widget")} == python
    browser = {file.parent.relative_to(ROOT).as_posix() for file in ROOT.glob("js/src/**/*.ts")}
    browser = {folder for folder in browser if folder.count("/") == 2 or folder.startswith("js/src/core/")}
    assert {folder for folder in named if folder.startswith("js/src/")} - {"js/src/core"} == browser


@pytest.mark.slow
def test_the_readmes_code_runs_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for language, code in FENCED.findall((ROOT / "README.md").read_text()):
        if language == "python":
            exec(compile(code, "README.md", "exec"), names)
    assert isinstance(names["widget"], CAM1DWidget)
    assert {path.name for path in tmp_path.iterdir()} == {"page.html", "map.pdf", "explanation.npz"}


@pytest.mark.parametrize("page", ["README.md", "docs/features.md"])
def test_the_number_of_methods_is_right(page):
    assert set(re.findall(r"(\d+) (?:attribution )?methods", (ROOT / page).read_text())) == {str(len(own_methods()))}


def test_every_method_says_what_it_is():
    for method in own_methods():
        assert re.fullmatch(r".+ \(\d{4}\), https://\S+", method.reference)
        assert len(method().description) > 20


@pytest.mark.parametrize("module", PUBLIC)
def test_every_documented_parameter_exists(module):
    from numpydoc.validate import validate

    names = [name for name in importlib.import_module(module).__all__ if callable(getattr(sys.modules[module], name))]
    assert names
    for name in names:
        unknown = [message for code, message in validate(f"{module}.{name}")["errors"] if code == "PR02"]
        assert not unknown, name
