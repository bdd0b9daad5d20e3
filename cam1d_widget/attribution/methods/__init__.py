"""All attribution methods, one file each. A file that is put into this folder is in the menu."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

from .families.base import FAMILIES, AttributionMethod, Axiom, ClassActivationMap

__all__ = ["AttributionMethod", "Axiom", "ClassActivationMap", "all_methods"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


def all_methods() -> tuple[type[AttributionMethod], ...]:
    """Every method there is, by family and label; one that is defined in a notebook cell is among them."""
    found = {method.label: method for method in _concrete(AttributionMethod) if _complete(method)}
    return tuple(sorted(found.values(), key=lambda method: (_rank(method.family), method.label)))


def _complete(method: type[AttributionMethod]) -> bool:
    """Whether it says what it is: one that is being written in a notebook must not spoil the others."""
    return hasattr(method, "label") and hasattr(method, "family")


def _rank(family: str) -> int:
    return FAMILIES.index(family) if family in FAMILIES else len(FAMILIES)


def _concrete(base: Any) -> list[type[AttributionMethod]]:
    below = [method for child in base.__subclasses__() for method in _concrete(child)]
    return below if inspect.isabstract(base) else [base, *below]


for _method in all_methods():
    globals()[_method.__name__] = _method
    __all__ += [_method.__name__]
