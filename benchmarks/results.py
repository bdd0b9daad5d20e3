"""The file into which every benchmark writes its figures, and from which the tables of the docs are made.

It is `docs/benchmarks.json`, or the path in BENCHMARKS_JSON. Each benchmark replaces its own part only.
"""

from __future__ import annotations

import json
import os
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from pathlib import Path
from typing import Any

from tabulate import tabulate

RESULT = Path(os.environ.get("BENCHMARKS_JSON", Path(__file__).parents[1] / "docs" / "benchmarks.json"))
PACKAGES = ("cam1d_widget", "keras", "tensorflow", "torch", "numpy", "tsai", "braindecode", "aeon", "sktime")


def leave(name: str, figures: dict[str, Any]) -> None:
    """Write the figures of a benchmark into the file, four digits of each, with the machine and versions."""
    whole = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    whole[name] = rounded({"machine": machine(), **figures})
    RESULT.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")


def table(title: str, columns: list[str], rows: list[list[Any]], note: str = "") -> dict[str, Any]:
    """A table as it is written into the file, printed; quantity and unit are in the head of a column."""
    print(f"\n{title}\n" + tabulate(rows, columns, floatfmt=".3g") + (f"\n{note}" if note else ""), flush=True)
    return {"title": title, "columns": columns, "rows": rows, "note": note}


def machine() -> dict[str, Any]:
    """Machine and versions of the figures."""
    return {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "python": platform.python_version(),
        **{name: installed for name in PACKAGES if (installed := version_of(name))},
    }


def version_of(package: str) -> str | None:
    """Its version, or that of its build for CPUs alone; None where neither is installed."""
    for name in (package, f"{package}_cpu"):
        with suppress(PackageNotFoundError):
            return version(name)
    return None


def rounded(value: Any) -> Any:
    """The same with four digits of each number, and None for NaN."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, float):
        return float(f"{number:.4g}") if isfinite(number) else None
    return number
