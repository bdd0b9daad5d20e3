"""Who shows the output of a cell: a program such as nbconvert, which will request no map, or JupyterLab."""

from __future__ import annotations

import os

__all__ = ["is_unattended", "keeps_pictures"]


def is_unattended() -> bool:
    """Whether the cell that runs was sent by a program that cannot answer input(), and not for Voila's browser."""
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None or os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        return False
    content = kernel.get_parent().get("content", {})
    return content.get("allow_stdin") is False


def keeps_pictures() -> bool:
    """Whether a Jupyter server started the kernel, whose JupyterLab stores the painted picture in the notebook."""
    return "JPY_SESSION_NAME" in os.environ
