"""Loading modules on first use, with a clear error if the framework is not installed."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["loaded"]

_FRAMEWORKS = ("keras", "tensorflow", "jax", "torch")


def loaded(module: str, name: str) -> Any:
    """Load the module of a name; if the framework is missing, the error says how to install it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] not in _FRAMEWORKS:
            raise
        raise ImportError(
            f"{name} needs Keras with TensorFlow, JAX or PyTorch, but {missing.name} is not installed: "
            'pip install "cam1d_widget[tensorflow]", or [jax] or [torch] and set KERAS_BACKEND; functions, estimators, '
            "Explanation and ExplanationViewer do without"
        ) from missing
