"""See where and what a classifier of time series looks at.

Every public name is loaded when it is first used, so that ``import cam1d_widget`` is quick and asks for neither
Keras nor TensorFlow: explanations made elsewhere can be looked at without them.
"""

from __future__ import annotations

from typing import Any

from ._lazy_import import loaded

_HOMES = {
    "CAM1DWidget": "widget",
    "Explanation": "explanation",
    "ExplanationViewer": "viewer",
    "KerasClassifier": "frameworks.keras",
    "all_methods": "attribution.methods",
    "explain": "explainer",
}
_ROOMS = ("data", "inside", "models")

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
        return getattr(loaded(f"{__name__}.{_HOMES[name]}", name), name)
    if name in _ROOMS:
        return loaded(f"{__name__}.{name}", name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


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
