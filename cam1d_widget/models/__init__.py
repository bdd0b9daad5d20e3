"""Keras networks to start from, each loaded, with Keras, when it is first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cam1d_widget.models.question import question_cnn

# No file may bear the name of its builder: importing the file would put the module in its place.
_HOMES = {"question_cnn": "question"}

__all__ = ["question_cnn"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
