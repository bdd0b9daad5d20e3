"""The result: attribution maps with all facts needed to show, check and save them; numpy only."""

from .explanation import Explanation

__all__ = ["Explanation"]
