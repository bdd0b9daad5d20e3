"""See where and what a classifier of time series looks at.

Every public name is loaded when it is first used, so that ``import cam1d_widget`` is quick and asks for neither
Keras nor TensorFlow: explanations made elsewhere can be looked at without them.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "CAM1DWidget": "widget",
    "Explanation": "explanation",
    "ExplanationViewer": "viewer",
    "KerasClassifier": "attribution.keras_classifier",
    "all_methods": "attribution.methods",
    "explain": "attribution.explainer",
}
_ROOMS = ("data", "inside", "models")
_FRAMEWORKS = ("keras", "tensorflow")

__all__ = [
    "CAM1DWidget",
    "Explanation",
    "ExplanationViewer",
    "KerasClassifier",
    "all_methods",
    "explain",
    "inside",
    "models",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(_loaded(_HOMES[name], name), name)
    if name in _ROOMS:
        return _loaded(name, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _loaded(module: str, name: str) -> Any:
    """Load a module of ours; where it lacks the framework, say how to come by it."""
    try:
        return importlib.import_module(f"{__name__}.{module}")
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] not in _FRAMEWORKS:
            raise
        raise ImportError(
            f"{name} needs Keras and TensorFlow, but {missing.name} is not installed: "
            'pip install "cam1d_widget[tensorflow]"; Explanation and ExplanationViewer do without'
        ) from missing


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "cam1d-widget"}]


def _jupyter_nbextension_paths() -> list[dict[str, str]]:
    return [
        {
            "section": "notebook",
            "src": "nbextension",
            "dest": "cam1d-widget",
            "require": "cam1d-widget/extension",
        }
    ]
