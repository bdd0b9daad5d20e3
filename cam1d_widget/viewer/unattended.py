"""Whether cells are run by a program, such as nbconvert or papermill, so that no browser will request a slow map."""

from __future__ import annotations

import os

__all__ = ["is_unattended"]


def is_unattended() -> bool:
    """Whether the cell that runs was sent by a program that cannot answer input(), and not for Voila's browser."""
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None or os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        return False
    content = kernel.get_parent().get("content", {})
    return content.get("allow_stdin") is False
