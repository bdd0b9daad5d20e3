"""What the docs say of the code is what the code says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cam1d_widget import all_methods

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("script", ["make_methods.py", "make_leaderboard.py", "make_benchmarks.py"])
def test_what_is_made_of_code_and_figures_is_fresh(script):
    made = subprocess.run([sys.executable, ROOT / "tools" / "docs" / script, "--check"], capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CONTRIBUTING.md",
        "docs/methods.md",
        "docs/models.md",
        "docs/inside.md",
        "docs/viewer.md",
        "docs/web_traffic.md",
        "docs/leaderboard.md",
        "docs/benchmarks.md",
    ],
)
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text()
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert ((ROOT / page).parent / target).exists(), target


def test_every_method_says_what_it_is():
    for method in all_methods():
        if method.__module__.startswith("cam1d_widget."):
            assert re.fullmatch(r".+ \(\d{4}\), https://\S+", method.reference)
            assert len(method().description) > 20
