"""What travels between Python and the browser: messages, tiles, and the state in a saved page."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest


def sent(monkeypatch: pytest.MonkeyPatch, widget: type) -> list[tuple[Any, Any]]:
    """Messages that widgets of a class send from now on, each as content and buffers."""
    messages: list[tuple[Any, Any]] = []
    monkeypatch.setattr(widget, "send", lambda self, content, buffers=None: messages.append((content, buffers)))
    return messages


def unpack(packed: dict[str, Any]) -> Iterator[tuple[str, np.ndarray]]:
    """Keys and values of packed tiles."""
    for entry in packed["index"]:
        count = np.prod(entry["shape"])
        values = np.frombuffer(packed["data"], entry["dtype"], count, entry["offset"]).reshape(entry["shape"])
        yield entry["key"], values * entry["scale"]


def state_of(path: Path) -> dict[str, Any]:
    """State of each widget of a page, by model name."""
    text = path.read_text(encoding="utf-8")
    state = json.loads(re.search(r'widget-state\+json">(.*?)</script>', text)[1])["state"]
    return {entry["model_name"]: entry for entry in state.values()}


def tiles_of(mark: dict[str, Any]) -> dict[str, np.ndarray]:
    """Tiles in the state of a page's mark."""
    data = {tuple(buffer["path"]): base64.b64decode(buffer["data"]) for buffer in mark["buffers"]}["tiles", "data"]
    return dict(unpack({**mark["state"]["tiles"], "data": data}))


def outcome(steps: Generator[Any, None, Any]) -> tuple[Any, list[Any]]:
    """What long work returns, and what it reports on the way."""
    reports = []
    while True:
        try:
            reports.append(next(steps))
        except StopIteration as end:
            return end.value, reports
