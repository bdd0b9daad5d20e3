"""Which cases of a test are quick enough for `make test`; `make slow` runs the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

__all__ = ["slow_but"]


def slow_but(quick: Iterable[Any], cases: Iterable[Any]) -> list[Any]:
    """Parameters of a test: its cases, slow but for the quick ones."""
    quick = list(quick)
    return [case if case in quick else slow(case) for case in cases]


def slow(case: Any) -> Any:
    """A case of one parameter, or of a tuple of them."""
    return pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.slow)
