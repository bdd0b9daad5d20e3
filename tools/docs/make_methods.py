"""Write the table and the sections of methods, from the methods themselves, into docs/methods.md."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path

from cam1d_widget import all_methods
from cam1d_widget.attribution.methods import AttributionMethod

PAGE = Path(__file__).parents[2] / "docs" / "methods.md"
MARKS = ("<!-- methods: written by `make docs` -->", "<!-- end of methods -->")


def main(check: bool) -> int:
    """Write the page; or, with `check`, report whether it is stale."""
    before, rest = PAGE.read_text().split(MARKS[0])
    text = f"{before}{MARKS[0]}\n{table()}\n{details()}\n{MARKS[1]}{rest.split(MARKS[1])[1]}"
    stale = text != PAGE.read_text()
    if stale and check:
        print("docs/methods.md is stale; run `make docs`")
    elif stale:
        PAGE.write_text(text)
    return int(check and stale)


def table() -> str:
    """One row per method: what it is called, what it shows, and where it comes from."""
    rows = ["| method | family | what the map shows | paper |", "|---|---|---|---|"]
    for method in own_methods():
        paper, address = method.reference.rsplit(", ", 1)
        phrase = inspect.cleandoc(method.__doc__ or "").splitlines()[0].rstrip(".")
        rows.append(f"| {method.label} | {method.family} | {phrase} | [{paper}]({address}) |")
    return "\n".join(rows)


def details() -> str:
    """One section a method: its formula, and its hyperparameters as they stand."""
    return "\n".join(f"\n## {method.label}\n\n{section(method)}" for method in own_methods())


def section(method: type[AttributionMethod]) -> str:
    """Docstring as Markdown."""
    text = inspect.cleandoc(method.__doc__ or "")
    text = re.sub(r"\.\. math:: (.+(?:\n    .+)*)", lambda found: f"$${' '.join(found[1].split())}$$", text)
    text = re.sub(r"Parameters\n-+\n", "**Options**\n\n", text)
    text = re.sub(r"^(\w+) : (.+)\n    (.+(?:\n    .+)*)", _option, text, flags=re.M)
    laws = " ".join(
        f"*{axiom.name.capitalize()}*: {axiom.value}." for axiom in sorted(method.axioms, key=lambda a: a.name)
    )
    promise = f"\n\nPromises: {laws}" if laws else ""
    return f"`{method.__name__}` · {method.family} · {method.reference}\n\n{text}{promise}\n"


def _option(found: re.Match[str]) -> str:
    name, kind, meaning = found.groups()
    return f"- `{name}` ({kind}): {' '.join(meaning.split())}"


def own_methods() -> list[type[AttributionMethod]]:
    """Methods of the package, without those that a user defined."""
    return [method for method in all_methods() if method.__module__.startswith("cam1d_widget.")]


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
