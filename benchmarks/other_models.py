"""Other people's models, explained as they are or refused in a sentence: `make zoo`.

Networks are untrained, for what is examined does not depend on training: whether a model is read, whether our scores
are its own, which methods work, and whether those that state a sum keep to it.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from results import leave, table
from zoo import braindecode_networks, estimators, tsai_networks
from zoo.given import Given, of_keras, of_torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.examined import METHODS, Examined, examined
from tests.support.published_keras import KERAS_NETWORKS
from tests.support.published_torch import CHANNELS, STEPS, TORCH_NETWORKS

Named = tuple[str, Callable[[], Given]]


def groups() -> dict[str, Iterator[Named]]:
    """Models by library or kind."""
    return {
        "tsai": tsai_networks.networks(),
        "braindecode": braindecode_networks.networks(),
        "Published networks in PyTorch": (
            (name, partial(of_torch, build, STEPS, CHANNELS)) for name, build in TORCH_NETWORKS.items()
        ),
        "Published networks in Keras": ((name, partial(of_keras, build)) for name, build in KERAS_NETWORKS.items()),
        "Networks of aeon, fitted": estimators.deep(),
        "Classifiers that are no networks": estimators.classical(),
    }


def main() -> int:
    """Write a table of each group; one if anything failed that should work."""
    started = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="names of models; all if none is given")
    only = set(parser.parse_args().only)
    warnings.simplefilter("ignore")
    tables, faults = [], 0
    for title, models in groups().items():
        rows, refusals = [], []
        for name, build in models:
            if only and name not in only:
                continue
            found = of(build)
            rows.append(row(name, found))
            print(rows[-1], flush=True)
            refusals += [f"{name}: “{found.refusal}”"] if found.refusal else []
            faults += bool(found.faults)
        if rows:
            note = f"Refused: {'; '.join(refusals)}." if refusals else ""
            tables.append(table(title, ["model", "graph", "scores differ by", *METHODS], rows, note))
    if not only:
        leave("other_models", {"tables": tables, "seconds": time.perf_counter() - started})
    return int(faults > 0)


def of(build: Callable[[], Given]) -> Examined:
    """Findings on one model."""
    found = examined(*build())
    gc.collect()
    return found


def row(name: str, found: Examined) -> list[Any]:
    """Row of the table: of each method the sum that it misses, if it states one, or that it works."""
    if found.refusal:
        return [name, "refused", "", *[""] * len(METHODS)]
    cells = [cell(label, found) for label in METHODS]
    return [name, "yes" if found.read else "no", shown(found.difference), *cells]


def cell(label: str, found: Examined) -> str:
    """What a method makes of a model."""
    if label in found.faults:
        return "fails"
    if label not in found.methods:
        return "–"
    gap = found.gaps.get(label)
    return "works" if gap is None else shown(gap)


def shown(share: float) -> str:
    """A share as text, so that columns may hold words as well."""
    return "0" if share == 0 else np.format_float_scientific(share, 1) if share < 1e-3 else f"{share:.2g}"


if __name__ == "__main__":
    sys.exit(main())
