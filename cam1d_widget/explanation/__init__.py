"""The result: attribution maps with everything needed to display, check and save them; numpy only."""

from .explanation import Explanation

__all__ = ["Explanation"]
