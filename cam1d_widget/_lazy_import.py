"""Modules that are loaded when a name of theirs is first used; where they lack the framework, that is told."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["loaded"]

_FRAMEWORKS = ("keras", "tensorflow")


def loaded(module: str, name: str) -> Any:
    """Load a module for the sake of a name; where it lacks the framework, say how to come by it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] not in _FRAMEWORKS:
            raise
        raise ImportError(
            f"{name} needs Keras and TensorFlow, but {missing.name} is not installed: "
            'pip install "cam1d_widget[tensorflow]"; Explanation and ExplanationViewer do without'
        ) from missing
