"""Loading modules on first use, with a clear error if the framework is not installed."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["loaded"]

# How each framework is called in a sentence, and the extra that installs it.
_FRAMEWORKS = {
    "keras": ("Keras and TensorFlow", "tensorflow"),
    "tensorflow": ("Keras and TensorFlow", "tensorflow"),
    "torch": ("PyTorch", "torch"),
}


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
            f'pip install "cam1d_widget[{extra}]"; Explanation and ExplanationViewer do without'
        ) from missing
