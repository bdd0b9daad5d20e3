"""Write the tables of the benchmarks into the docs, from the `benchmarks.json` of `make bench`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from tabulate import tabulate

DOCS = Path(__file__).parents[2] / "docs"
RESULT = DOCS / "benchmarks.json"
PAGES = tuple(DOCS / f"{name}.md" for name in ("benchmarks", "web_traffic", "other_models"))
# Between two marks are the tables of the script that they name.
MARKED = re.compile(r"(<!-- (\w+): written by `make docs` -->\n).*?(<!-- end of \2 -->)", re.DOTALL)
PACKAGES = {
    "python": "Python",
    "keras": "Keras",
    "tensorflow": "TensorFlow",
    "torch": "PyTorch",
    "numpy": "numpy",
    **{name: name for name in ("tsai", "braindecode", "aeon", "sktime")},
}


def main(check: bool) -> int:
    """Write the pages; or, with `check`, report whether they are stale."""
    found = json.loads(RESULT.read_text())
    made = {page: filled(page.read_text(), found) for page in PAGES}
    stale = [page for page, text in made.items() if text != page.read_text()]
    for page in stale:
        if check:
            print(f"docs/{page.name} is stale; run `make docs`")
        else:
            page.write_text(made[page])
    return int(check and bool(stale))


def filled(text: str, found: dict[str, Any]) -> str:
    """A page with the tables between its marks."""
    return MARKED.sub(lambda place: f"{place[1]}\n{content(found[place[2]])}\n\n{place[3]}", text)


def content(figures: dict[str, Any]) -> str:
    """Tables of a script, and its machine and versions."""
    return "\n\n".join([*map(shown, figures["tables"]), made_on(figures)])


def shown(table: dict[str, Any]) -> str:
    """A table with its title and note; columns of numbers are aligned right."""
    rows = [[cell(value) for value in row] for row in table["rows"]]
    sides = [
        "left" if any(isinstance(value, str) for value in column) else "right"
        for column in zip(*table["rows"], strict=True)
    ]
    lines = tabulate(rows, map(cell, table["columns"]), "pipe", colalign=sides, disable_numparse=True)
    return "\n\n".join(part for part in (f"**{table['title']}**", lines, table["note"]) if part)


def cell(value: Any) -> str:
    """A text, or a number with three significant digits if it has a fraction."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("|", r"\|").replace("<", "&lt;")
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1e}" if 0 < abs(value) < 0.001 else f"{value:#.3g}".removesuffix(".")


def made_on(figures: dict[str, Any]) -> str:
    """Time, machine and versions."""
    machine = figures["machine"]
    names = [f"{name} {machine[key]}" for key, name in PACKAGES.items() if key in machine]
    packages = f"{', '.join(names[:-1])} and {names[-1]}"
    return f"Made in {figures['seconds']:.0f} s on {machine['cores']} cores ({machine['processor']}) by {packages}."


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
