"""See which time steps and channels a time-series classifier looks at.

Every public name is loaded when it is first used, so that ``import cam1d_widget`` is quick and needs no framework: a
saved explanation can be shown without one.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._lazy_import import loaded

if TYPE_CHECKING:
    from . import baselines, data, inside, methods, metrics, models
    from .attribution.methods import all_methods
    from .explainer import explain
    from .explanation import Explanation
    from .frameworks.function import FunctionClassifier
    from .frameworks.keras.classifier import KerasClassifier
    from .frameworks.torch.classifier import TorchClassifier
    from .store import BlockExplainer, explain_to
    from .viewer import ExplanationViewer
    from .widget import CAM1DWidget

# Module of each public name; modules themselves are not listed.
_HOMES = {
    "BlockExplainer": "store",
    "CAM1DWidget": "widget",
    "Explanation": "explanation",
    "ExplanationViewer": "viewer",
    "FunctionClassifier": "frameworks.function",
    "KerasClassifier": "frameworks.keras.classifier",
    "TorchClassifier": "frameworks.torch.classifier",
    "all_methods": "attribution.methods",
    "explain": "explainer",
    "explain_to": "store",
}

__all__ = [
    "BlockExplainer",
    "CAM1DWidget",
    "Explanation",
    "ExplanationViewer",
    "FunctionClassifier",
    "KerasClassifier",
    "TorchClassifier",
    "all_methods",
    "baselines",
    "data",
    "explain",
    "explain_to",
    "inside",
    "methods",
    "metrics",
    "models",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(loaded(f"{__name__}.{_HOMES[name]}", name), name)
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version(__name__)
    if name in __all__:
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
