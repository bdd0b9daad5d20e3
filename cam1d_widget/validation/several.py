"""Rules for sequences, mappings and objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping, Sequence, Set
from typing import Any, TypeGuard

import numpy as np

from .scalars import is_whole
from .wording import counted, shown

__all__ = ["check_function", "check_list", "check_mapping", "check_members", "check_names", "check_rows", "is_sequence"]


def is_sequence(value: Any) -> TypeGuard[Sequence[Any]]:
    """Whether a value is a sequence that can be read more than once: not a str, mapping, set or generator."""
    unordered = isinstance(value, str | bytes | Mapping | type) or (
        isinstance(value, Set) and not isinstance(value, KeysView)
    )
    several = isinstance(value, Iterable) and hasattr(value, "__len__")
    return several and not unordered and getattr(value, "ndim", 1) > 0


def check_list(argument: str, value: Any, of: str) -> list[Any]:
    """Values of a sequence."""
    if not is_sequence(value):
        raise TypeError(f"{argument} must be a sequence of {of}, but is {shown(value)}")
    return list(value)


def check_mapping(argument: str, values: Any) -> Mapping[str, Any]:
    """Values by the label of a method."""
    if not isinstance(values, Mapping):
        raise TypeError(f"{argument} must be a mapping from labels of methods, but is {shown(values)}")
    wrong = [label for label in values if not isinstance(label, str)]
    if wrong:
        raise TypeError(
            f"{argument} must name methods by str, but has the key {shown(wrong[0])}; give str({shown(wrong[0])})"
        )
    return values


def check_names(argument: str, names: Any, noun: str, count: int) -> tuple[str, ...]:
    """Names as a tuple of str; by default the noun with a number."""
    if names is None:
        return tuple(f"{noun} {index}" if noun else "" for index in range(count))
    if isinstance(names, str):
        raise TypeError(f"{argument} must be a sequence of {counted(count, 'name')}, but is one str, {shown(names)}")
    names = check_list(argument, names, counted(count, "name"))
    if len(names) != count:
        raise ValueError(f"{argument} must hold {counted(count, 'name')}, but holds {len(names)}")
    wrong = [name for name in names if not isinstance(name, str | int | float | np.generic)]
    if wrong:
        raise TypeError(f"{argument} must hold names, but holds {shown(wrong[0])}")
    return tuple(str(name) for name in names)


def check_rows(argument: str, values: Any, count: int) -> np.ndarray:
    """Distinct indices below `count`, from one index, several, or a mask; None selects all."""
    if values is None:
        return np.arange(count)
    if isinstance(values, np.ndarray) and not values.ndim:
        values = values[()]
    items = list(values) if is_sequence(values) or isinstance(values, Iterator) else [values]
    if len(items) == count and all(isinstance(item, bool | np.bool_) for item in items):
        items = np.flatnonzero(items).tolist()
    if not items or not all(is_whole(item) and 0 <= item < count for item in items):
        raise ValueError(
            f"{argument} must be at least one index from 0 to {count - 1}, or a mask of {count} booleans, "
            f"but is {shown(values)}"
        )
    return np.array(list(dict.fromkeys(map(int, items))))


def check_members(argument: str, value: Any, of: str, needed: Iterable[str]) -> Any:
    """An object with some attributes, such as those of a protocol."""
    if isinstance(value, type) or not all(hasattr(value, name) for name in needed):
        raise TypeError(f"{argument} must be {of}, but is {shown(value)}")
    return value


def check_function(argument: str, value: Any, of: str) -> Callable[..., Any]:
    """A callable that is not a class: calling a class returns an instance."""
    if not callable(value) or isinstance(value, type):
        raise TypeError(f"{argument} must be a function of {of}, but is {shown(value)}")
    return value
