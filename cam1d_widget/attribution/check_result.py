"""Result of one check."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CheckResult", "figure_text"]


@dataclass(frozen=True)
class CheckResult:
    """Result of one check.

    Attributes
    ----------
    name : str
        Name of the check.
    passed : bool or None
        Whether the check was passed; None if it could not be run.
    text : str
        The result in a sentence, with its numbers.
    fault : str
        What is wrong with the map, as a verb phrase; "" if nothing is.
    """

    name: str
    passed: bool | None
    text: str
    fault: str = ""


def figure_text(value: float) -> str:
    """A number as the panel writes it: two digits, with a typographic minus."""
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
