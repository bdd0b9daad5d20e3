"""A store is written by one run at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .._lazy_import import loaded

__all__ = ["only_run"]


@contextmanager
def only_run(path: Path) -> Iterator[None]:
    """Refuse a run while another one writes the same store. The lock of a process that is killed ends with it."""
    library: Any = loaded("filelock", "a store of maps")
    lock = library.FileLock(path.with_name(f".{path.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except library.Timeout as fault:
        raise RuntimeError(
            f"path must be a store that no other run writes, but one writes {str(path)!r} now; wait until it ends, or "
            f"give another path"
        ) from fault
    except NotImplementedError:
        # Some network file systems have no locks. There a run is better than none; that another one may write the same
        # store is not noticed, as docs/scale.md says.
        yield
        return
    try:
        yield
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()
