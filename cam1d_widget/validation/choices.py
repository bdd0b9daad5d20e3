"""Rules for choices: among given values, classes, channels, methods and layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from ..names import did_you_mean, matching
from .scalars import check_index, is_whole
from .wording import shown

__all__ = ["check_channel", "check_choice", "check_class", "check_label", "check_layer", "no_such_label"]

Chosen = TypeVar("Chosen")


def check_choice(argument: str, value: Any, choices: Iterable[Chosen], way_out: str = "") -> Chosen:
    """One of some values."""
    known = list(choices)
    # Only values of the same type are compared: an array has no truth value, and True equals 1.
    for choice in known:
        alike = isinstance(value, str) if isinstance(choice, str) else is_whole(value)
        if alike and choice == value:
            return choice
    words = [shown(choice) for choice in known]
    rule = " or ".join(words) if len(words) < 3 else f"one of {', '.join(words)}"
    close = did_you_mean(value, [choice for choice in known if isinstance(choice, str)])
    raise ValueError(f"{argument} must be {rule}, but is {shown(value)}{close or way_out}")


def check_class(argument: str, value: Any, names: Sequence[str], others: str = "") -> int:
    """Index of a class, which may be given by name; messages list `others` as accepted, too."""
    return _place(argument, value, names, others, "class")


def check_channel(argument: str, value: Any, names: Sequence[str]) -> int:
    """Index of a channel, which may be given by name."""
    return _place(argument, value, names, "", "channel")


def _place(argument: str, value: Any, names: Sequence[str], others: str, noun: str) -> int:
    """Index of a name, which must be unique, or an index."""
    listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    if not isinstance(value, str):
        return check_index(argument, value, len(names), f" ({listed})")
    found = [place for place, one in enumerate(names) if one == value]
    if not found:
        raise ValueError(
            f"{argument} must be {others}the name or index of a {noun} ({listed}), but is {shown(value)}"
            f"{did_you_mean(value, names)}"
        )
    if len(found) > 1:
        raise ValueError(f"{argument} must be one {noun}, but {len(found)} are called {shown(value)}; give an index")
    return found[0]


def check_label(argument: str, label: Any, labels: Iterable[str]) -> str:
    """Label of a method, from any of its spellings or aliases."""
    known = list(labels)
    found = matching(label, known) if isinstance(label, str) else None
    if found is None:
        raise ValueError(no_such_label(argument, label, known))
    return found


def no_such_label(argument: str, label: Any, labels: Iterable[str]) -> str:
    """Message that no method has a label."""
    known = list(labels)
    return f"{argument} must be one of {', '.join(known)}, but is {shown(label)}{did_you_mean(label, known)}"


def check_layer(layer: Any) -> None:
    """Refuse anything but a layer, its name or its index; None selects the default."""
    if layer is None or isinstance(layer, str) or isinstance(getattr(layer, "name", None), str):
        return
    if not is_whole(layer):
        raise TypeError(f"layer must be the name or index of a layer, or a layer, but is {shown(layer)}")
