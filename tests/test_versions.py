"""One version in package.json, in the installed package, and in the citation."""

import importlib.metadata
import json
import re
from pathlib import Path

import cam1d_widget

ROOT = Path(__file__).parents[1]
VERSION = json.loads((ROOT / "js" / "package.json").read_text())["version"]


def test_the_installed_version_is_that_of_the_browser_half():
    assert cam1d_widget.__version__ == importlib.metadata.version("cam1d_widget") == VERSION


def test_the_version_to_cite_is_this_one():
    assert f"\nversion: {VERSION}\n" in (ROOT / "CITATION.cff").read_text()


def test_the_change_log_begins_with_this_version_or_what_comes_after_it():
    first = re.search(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert first is not None
    assert first[1] in ("Unreleased", VERSION)
