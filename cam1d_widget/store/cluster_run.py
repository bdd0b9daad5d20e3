"""A run on the workers of a Dask cluster: each loads the model once, and computes and writes whole blocks."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from tqdm.auto import tqdm

from .._lazy_import import loaded
from ..frameworks.open_model import library_of
from ..validation import shown
from .block_explainer import BadSeries, BlockExplainer
from .block_store import BlockStore
from .identity import identity_of
from .local_run import made_of_block, remaining, remaining_numbers, write_block
from .series_rows import Block, SeriesRows

__all__ = ["check_client", "run_on"]

# Blocks that are sent ahead for each worker, and how often one is tried again after an error.
_AHEAD, _RETRIES = 2, 2


class Recipe(NamedTuple):
    """What a worker makes its explainer of: a model, usually its path, and the arguments of `BlockExplainer`."""

    key: str
    model: Any
    arguments: Mapping[str, Any]
    store: str


def check_client(client: Any) -> Any:
    """A client of Dask, or None."""
    if client is not None and not isinstance(client, loaded("distributed", "client=").Client):
        raise TypeError(f"client must be a dask.distributed.Client, but is {shown(client)}")
    if client is not None and client.status in ("closing", "closed"):
        raise ValueError(f"client must be connected to its scheduler, but is {client.status}")
    return client


def run_on(
    client: Any, store: BlockStore, model: Any, arguments: Mapping[str, Any], rows: SeriesRows, *, progress: bool
) -> dict[int, str]:
    """Compute and write all blocks that are not done; returns the reason for each that could not be explained."""
    failed: dict[int, str] = {}
    done = int(store.digests().any(axis=1).sum()) * store.header.chunk
    with (
        _at_a_path(model, store.path) as there,
        tqdm(total=rows.count, initial=done, desc="explaining", unit="series", disable=not progress) as bar,
        _reporting(),
    ):
        recipe = Recipe(uuid.uuid4().hex, there, arguments, str(store.path.resolve()))
        # A task, and not scattered: Dask makes it again where a worker that held it has died.
        shared = client.submit(_same, recipe, pure=False)
        running = loaded("distributed", "client=").as_completed()
        try:
            for number, series in _sent(client, store, rows):
                while running.count() >= _AHEAD * max(1, len(client.scheduler_info()["workers"])):
                    _take(next(running), failed, bar)
                running.add(client.submit(_computed, shared, number, series, pure=False, retries=_RETRIES))
            for task in running:
                _take(task, failed, bar)
        finally:
            client.cancel(list(running.futures), force=True)
    return failed


def _computed(recipe: Recipe, number: int, series: Any) -> tuple[int, int, str | None]:
    """Compute and write a block, on a worker: its number, the series in it, and why it could not be explained."""
    explainer, store = _explainer(recipe), BlockStore(Path(recipe.store))
    chunk = store.header.chunk
    block = series.block(number, chunk) if isinstance(series, SeriesRows) else Block(number, number * chunk, series)
    try:
        with _ONE:
            made = made_of_block(explainer, block)
    except BadSeries as fault:
        return number, 0, str(fault)
    write_block(store, block, made)
    return number, len(block.x), None


# The explainer of the current run in this worker, which computes one block at a time.
_LOADED: dict[str, BlockExplainer] = {}
_LOADING, _ONE = Lock(), Lock()


def _explainer(recipe: Recipe) -> BlockExplainer:
    """The explainer of a run, whose model is loaded once in each worker."""
    with _LOADING:
        if recipe.key not in _LOADED:
            try:
                explainer = BlockExplainer(recipe.model, **recipe.arguments)
            except ImportError as fault:
                raise ImportError(f"client must have workers that can load the model, but on one {fault}") from fault
            store = BlockStore(Path(recipe.store))
            model = identity_of(explainer.classifier, recipe.arguments["methods"], store.header.series)
            store.refuse_others({"model": model})
            _LOADED.clear()
            _LOADED[recipe.key] = explainer
        return _LOADED[recipe.key]


def _same(recipe: Recipe) -> Recipe:
    return recipe


def _take(task: Any, failed: dict[int, str], bar: Any) -> None:
    number, size, reason = task.result()
    if reason is None:
        bar.update(size)
    else:
        failed[number] = reason


def _sent(client: Any, store: BlockStore, rows: SeriesRows) -> Iterator[tuple[int, Any]]:
    """Number of each block that is not done, and its series: values, a future, or rows that the worker reads."""
    if rows.elsewhere is None:
        yield from ((block.number, block.x) for block in remaining(store, rows))
        return
    for number in remaining_numbers(store, rows):
        yield number, rows.elsewhere(number, store.header.chunk, client)


@contextmanager
def _at_a_path(model: Any, store: Path) -> Iterator[Any]:
    """Path of a Keras model that workers load; what cannot be saved is sent to them itself."""
    path = store.resolve().with_name(f".{store.name}.keras")
    if library_of(model) != "keras" or isinstance(model, type):
        yield model
        return
    try:
        model.save(path)
    except Exception:  # a model without a configuration, which Keras refuses in several ways
        path.unlink(missing_ok=True)
        yield model
        return
    try:
        yield str(path)
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _reporting() -> Iterator[None]:
    """Errors of a cluster in the words of a user of this package."""
    distributed = loaded("distributed", "client=")
    dask = loaded("dask", "client=")
    try:
        # Blocks of series are sent on purpose, where workers cannot read them.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "4GiB"}):
            yield
    except distributed.KilledWorker as fault:
        raise RuntimeError(
            "client must have workers that compute a block, but several died while they computed the same one; a "
            "smaller chunk needs less memory"
        ) from fault
    except ModuleNotFoundError as fault:
        raise ImportError(
            f"client must have workers with the packages of this process, but one has no {fault.name}; install "
            f'"cam1d_widget[scale]" and the framework of the model on all of them'
        ) from fault
