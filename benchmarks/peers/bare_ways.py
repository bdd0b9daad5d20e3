"""The bare passes of the model that each of our methods takes, in batches of the same size."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from ours_ways import chosen
from timed import Way, main

sys.path.insert(0, str(Path(__file__).parents[1]))

from bare_passes import BarePasses, Counted


def ways_of(given: Any, folder: Path) -> dict[str, Way]:
    """Bare passes by the label of the method that takes them; none for a method whose passes are not counted."""
    import keras

    model = keras.models.load_model(folder / "logits.keras")
    counted = Counted(model)
    bare = BarePasses(model, counted.batch_size)

    def way(method: Any) -> Way:
        taken: dict[int, tuple[list[int], list[int]]] = {}

        def run(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            if len(x) not in taken:
                counted.there, counted.back = [], []
                method.attribute(counted, x, y)
                taken[len(x)] = counted.there, counted.back
            there, back = taken[len(x)]
            if not there and not back:
                raise ValueError("its passes are not counted")
            bare.run(x, there, back)
            return x

        return run

    return {method.label: way(method) for method in chosen(given)}


if __name__ == "__main__":
    main("tensorflow", ways_of, "bare passes")
