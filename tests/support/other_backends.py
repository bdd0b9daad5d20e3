"""Explanations of saved networks on the backend that Keras runs on, written where another process can read them.

Run as ``KERAS_BACKEND=jax python -m tests.support.other_backends FOLDER``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

# On series that differ everywhere from those they are compared with: a maximum of equal values has no single gradient.
BASELINE_SHIFT = 0.7


def facts_of(
    path: Path, x: np.ndarray, methods: list[str] | None
) -> tuple[dict[str, np.ndarray], dict[str, Any], list[str]]:
    """Maps and other arrays of a saved network, what is said about it, and which frameworks are imported by then.

    Later ones do not count: Keras imports TensorFlow, if it is installed, to copy a layer.
    """
    import keras

    from cam1d_widget import KerasClassifier, explain, inside
    from cam1d_widget.attribution.methods import DeepLIFT

    model = keras.models.load_model(path, compile=False)
    background = x[::-1] + np.float32(BASELINE_SHIFT)
    classifier = KerasClassifier(model)
    explanation = explain(classifier, x, methods=methods, background=background, targets="all", progress=False)
    arrays = {f"map: {label}": maps for label, maps in explanation.attributions.items()}
    if "DeepLIFT" in explanation.methods:
        arrays["map: DeepLIFT"] = np.stack([DeepLIFT(baseline=background).attribute(classifier, x, 0)])
    arrays |= {"scores": explanation.scores, "probabilities": explanation.probabilities}
    if explanation.receptive_field is not None:
        arrays["receptive field"] = explanation.receptive_field
        arrays["features"] = classifier.trunk(x)
    imported = sorted({"tensorflow", "jax", "torch"} & set(sys.modules))
    facts = {
        "methods": list(explanation.methods),
        "exactness": dict(explanation.exactness),
        "layers": [layer.name for layer in classifier.layers],
        "head": classifier.head,
    }
    if methods is not None:
        return arrays, facts, imported
    facts["randomized"] = [layer for _, layer, _ in classifier.randomized()]
    maximized = inside.activation_maximization(model, 0, data=x, steps=4, progress=False, seed=0)
    arrays["series that maximizes class 0"] = maximized.x
    return arrays, facts, imported


def write(folder: Path) -> None:
    """Write the arrays and facts of every network of a folder, and which frameworks were imported."""
    x = np.load(folder / "x.npy")
    from keras.backend import backend

    for number, path in enumerate(sorted(folder.glob("*.keras"))):
        arrays, facts, imported = facts_of(path, x, json.loads((folder / "methods.json").read_text()))
        if not number:
            (folder / f"imported.{backend()}.json").write_text(json.dumps(imported))
        np.savez(folder / f"{path.stem}.{backend()}.npz", **arrays)
        (folder / f"{path.stem}.{backend()}.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
