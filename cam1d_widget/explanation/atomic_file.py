"""Atomic writing of files: if the disk is full or the process is killed, the old file is unchanged."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

__all__ = ["atomic_file"]


@contextmanager
def atomic_file(path: str | Path, mode: str = "wb", **options: Any) -> Iterator[IO[Any]]:
    """Open a temporary file next to `path`, which replaces it once everything is written to the disk.

    Parameters
    ----------
    path : str or Path
        The file to write; if it is a link, the file that the link leads to.
    mode, **options
        As in `open`; `mode` is "w" or "wb".

    Raises
    ------
    OSError
        If the file cannot be written. It names `path`, not the temporary file.
    """
    _refuse_loop(path)
    target = Path(path).resolve()
    if target.exists() and not target.is_file():  # a pipe or a device has no content to protect
        with target.open(mode, **options) as file:
            yield file
        return
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(f"path must be a file that can be written, but {target} is read-only")
    part = target.with_name(f".{target.name[:50]}.{secrets.token_hex(4)}.part")
    try:
        with part.open(mode.replace("w", "x"), **options) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            part.chmod(stat.S_IMODE(target.stat().st_mode))
        os.replace(part, target)
    except BaseException as fault:
        with suppress(OSError):
            part.unlink()
        if isinstance(fault, OSError) and fault.filename == str(part):
            raise OSError(fault.errno, fault.strerror, os.fspath(path)) from None
        raise
    _sync_folder(target.parent)


def _refuse_loop(path: str | Path) -> None:
    """Refuse links that lead to each other, for which Path.resolve raises no OSError."""
    try:
        os.stat(path)
    except OSError as fault:
        if fault.errno == errno.ELOOP:
            rule = "path must lead to a file, but its links lead to each other"
            raise OSError(errno.ELOOP, rule, os.fspath(path)) from None


def _sync_folder(folder: Path) -> None:
    """Write the new name to the disk as well, if the system allows opening a folder."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
