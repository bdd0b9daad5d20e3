"""Long work: generators that yield their progress and return their result."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias, TypeVar

from tqdm.auto import tqdm

__all__ = ["Steps", "part_of_work", "with_progress_bar"]

Result = TypeVar("Result")
Steps: TypeAlias = Generator[tuple[float, str], None, Result]
"""Yields the completed share and a description."""


def part_of_work(steps: Steps[Result], first: float, last: float) -> Steps[Result]:
    """Run steps that complete the whole work from the share `first` to `last`."""
    while True:
        try:
            share, text = next(steps)
        except StopIteration as end:
            return end.value
        yield first + share * (last - first), text


def with_progress_bar(steps: Steps[Result], progress: bool = True) -> Result:
    """Run steps to their end; the bar appears after a second."""
    shape = "{l_bar}{bar}| {elapsed}<{remaining}"
    with tqdm(total=100, disable=not progress, leave=False, bar_format=shape, delay=1) as bar:
        while True:
            try:
                share, text = next(steps)
            except StopIteration as end:
                return end.value
            bar.set_description_str(text, refresh=False)
            bar.update(100 * share - bar.n)
