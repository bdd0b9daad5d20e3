"""Loading modules on first use, with a clear error if the framework is not installed."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["loaded"]

# What each framework belongs to, in a sentence, and the extra that installs it.
_KERAS = "Keras with TensorFlow, JAX or PyTorch", "tensorflow"
_FRAMEWORKS = {"keras": _KERAS, "tensorflow": _KERAS, "jax": _KERAS, "torch": ("PyTorch", "torch")}


def loaded(module: str, name: str) -> Any:
    """Load the module of a name; if the framework is missing, the error says how to install it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        framework = (missing.name or "").partition(".")[0]
        if framework not in _FRAMEWORKS:
            raise
        needed, extra = _FRAMEWORKS[framework]
        raise ImportError(
            f"{name} needs {needed}, but {missing.name} is not installed: "
            f'pip install "cam1d_widget[{extra}]"; functions, estimators, Explanation and ExplanationViewer do without'
        ) from missing
