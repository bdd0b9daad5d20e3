"""What one check found."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding", "in_words"]


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes
    ----------
    name : str
        What is checked, in a word or two.
    passed : bool or None
        Whether the check was survived; None where it cannot be made.
    text : str
        What was found, in a sentence, with its numbers.
    fault : str
        What is wrong with the map, as a verb phrase; "" where nothing is.
    """

    name: str
    passed: bool | None
    text: str
    fault: str = ""


def in_words(value: float) -> str:
    """A figure as the picture writes it: two digits, and a minus that is one."""
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
