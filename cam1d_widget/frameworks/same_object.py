"""Objects compared by identity, in values that show whether a model has changed."""

from __future__ import annotations

from typing import Any

__all__ = ["SameObject"]


class SameObject:
    """An object that equals only itself, and that is kept alive so that no other takes its identity."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameObject) and other._value is self._value

    def __hash__(self) -> int:
        return id(self._value)
