"""Loading modules on first use, with a clear error if the framework or library is not installed."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["loaded"]

# What each framework belongs to, in a sentence, and the extra that installs it.
_KERAS = "Keras with TensorFlow, JAX or PyTorch", "tensorflow"
_FRAMEWORKS = {"keras": _KERAS, "tensorflow": _KERAS, "jax": _KERAS, "torch": ("PyTorch", "torch")}
_LIBRARIES = {"zarr": ("Zarr", "scale"), "filelock": ("filelock", "scale"), "distributed": ("Dask", "scale")}


def loaded(module: str, name: str) -> Any:
    """Load the module of a name; if its framework or library is missing, the error says how to install it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        needed, extra = (_FRAMEWORKS | _LIBRARIES).get(package := (missing.name or "").partition(".")[0], (None, None))
        if needed is None:
            raise
        others = (
            "; functions, estimators, Explanation and ExplanationViewer do without" if package in _FRAMEWORKS else ""
        )
        raise ImportError(
            f'{name} needs {needed}, but {missing.name} is not installed: pip install "cam1d_widget[{extra}]"{others}'
        ) from missing
