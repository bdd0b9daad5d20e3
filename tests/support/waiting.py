"""Waiting for what other threads, processes and pages do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

# Seconds until a test gives up: no busy machine takes as long for any one step.
LIMIT = 300


def until(condition: Callable[[], Any], fault: Callable[[], str] = lambda: "nothing came of it") -> Any:
    """Wait until a condition holds; its value."""
    end = time.monotonic() + LIMIT
    while not (found := condition()):
        assert time.monotonic() < end, fault()
        time.sleep(0.01)
    return found
