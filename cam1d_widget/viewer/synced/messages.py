"""Contents of messages from the browser, checked like arguments: any page may send anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...validation import check_list, check_text, shown

__all__ = ["error_text", "items_of", "kind_of", "mapping_of", "name_in", "text_of"]

# Longest text that is read, and longest that is sent back.
_LONGEST = 1_000


def kind_of(content: Any) -> str:
    """Kind of a message; "" for one without."""
    kind = content.get("type") if isinstance(content, Mapping) else None
    return kind if isinstance(kind, str) else ""


def text_of(content: Mapping[str, Any], name: str) -> str:
    """A short str in a message."""
    text = check_text(name, content.get(name))
    if len(text) > _LONGEST:
        raise ValueError(f"{name} must have at most {_LONGEST} characters, but has {len(text)}")
    return text


def name_in(content: Mapping[str, Any]) -> str:
    """Name in a message that cannot be answered, for the error; "" for one without."""
    name = content.get("name")
    return name[:_LONGEST] if isinstance(name, str) else ""


def items_of(content: Mapping[str, Any], name: str, of: str) -> list[Any]:
    """Several values in a message."""
    return check_list(name, content.get(name), of)


def mapping_of(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Named values in a message."""
    values = content.get(name)
    if not isinstance(values, dict):
        raise TypeError(f"{name} must be named values, but is {shown(values)}")
    return values


def error_text(fault: BaseException) -> str:
    """Error message for a request that cannot be answered."""
    return f"could not be computed: {str(fault) or type(fault).__name__}"
