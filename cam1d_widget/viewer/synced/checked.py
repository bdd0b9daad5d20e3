"""Traits whose values are checked like arguments, whether Python or the browser sets them."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any

from traitlets import TraitType, Undefined

from ...validation import check_choice, check_count, check_flag, check_number, check_text
from ..choice import refusing_choice

__all__ = ["Checked", "chosen", "flag", "number", "text", "whole"]

Rule = Callable[[str, Any], Any]
"""Function of a trait's name and value that returns the value in one form, or raises an error of one sentence."""


class Checked(TraitType):
    """Trait with a rule for its values; a value that breaks it raises a TraitError of one sentence.

    Parameters
    ----------
    rule : Rule
    default : object
        Default value.
    **traits
        As of every trait, such as `allow_none`.
    """

    def __init__(self, rule: Rule, default: Any = Undefined, **traits: Any) -> None:
        self._rule = rule
        super().__init__(default, **traits)

    def default(self, obj: Any = None) -> Any:
        """Default value, not shared between objects."""
        return copy(super().default(obj))

    def validate(self, obj: Any, value: Any) -> Any:
        """The value in one form."""
        with refusing_choice():
            return self._rule(str(self.name), value)


def chosen(*values: str) -> Checked:
    """One of some values, by default the first."""
    return Checked(partial(check_choice, choices=values), values[0])


def flag(default: bool) -> Checked:
    """True or False."""
    return Checked(check_flag, default)


def number(default: float, **limits: Any) -> Checked:
    """Finite number within limits."""
    return Checked(partial(check_number, **limits), default)


def whole(default: int | None, least: int = 0, **traits: Any) -> Checked:
    """Whole number, at least `least`."""
    return Checked(partial(check_count, least=least), default, **traits)


def text(default: str = "", **traits: Any) -> Checked:
    """A str."""
    return Checked(check_text, default, **traits)
