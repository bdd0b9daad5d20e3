"""Long work in a cell, with a progress bar."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from tqdm.auto import tqdm

__all__ = ["with_progress_bar"]

Result = TypeVar("Result")


def with_progress_bar(steps: Generator[tuple[float, str], None, Result], progress: bool = True) -> Result:
    """Run steps of (completed share, description) to their end; the bar appears after a second."""
    shape = "{l_bar}{bar}| {elapsed}<{remaining}"
    with tqdm(total=100, disable=not progress, leave=False, bar_format=shape, delay=1) as bar:
        while True:
            try:
                share, text = next(steps)
            except StopIteration as end:
                return end.value
            bar.set_description_str(text, refresh=False)
            bar.update(100 * share - bar.n)
