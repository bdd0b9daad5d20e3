"""Files that come inside other packages: found without an import of the package, which can take seconds or fail."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def folder_of(package: str, wanted_by: str, command: str) -> Path:
    """Folder of an installed package.

    Parameters
    ----------
    package : str
        Its import name.
    wanted_by : str
        The function that reads it.
    command : str
        What installs it.
    """
    try:
        spec = find_spec(package)
    except ValueError:  # an entry of sys.modules has no spec
        spec = None
    if spec is None or spec.origin is None:
        raise ImportError(f"{wanted_by} reads data that comes with {package}, which is not installed: {command}")
    return Path(spec.origin).parent
