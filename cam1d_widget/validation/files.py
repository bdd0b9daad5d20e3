"""Rules for files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from .wording import shown

__all__ = ["check_new_file", "check_old_file", "check_path"]


def check_path(argument: str, value: Any) -> Path:
    """Path of a file."""
    if not isinstance(value, str | os.PathLike) or isinstance(os.fspath(value), bytes):
        raise TypeError(f"{argument} must be a str or Path that names a file, but is {shown(value)}")
    if not os.fspath(value) or "\0" in os.fspath(value):
        raise ValueError(f"{argument} must name a file, but is {shown(value)}")
    return Path(value)


def check_new_file(argument: str, value: Any, ending: str = "") -> Path:
    """Path of a file that can be written: its folder exists, and its name has this ending, or none."""
    path = check_path(argument, value)
    if ending and path.suffix.lower() not in ("", ending):
        raise ValueError(f"{argument} must end in {ending}, but is {shown(str(path))}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{argument} must be a file in an existing folder, but {path.parent} does not exist")
    if path.is_dir():
        raise IsADirectoryError(f"{argument} must be a file, but {path} is a folder")
    return path


def check_old_file(argument: str, value: Any) -> Path:
    """Path of a file that can be read."""
    path = check_path(argument, value)
    if not path.exists():
        raise FileNotFoundError(f"{argument} must be an existing file, but {str(path)!r} does not exist")
    return path
