"""A run in this process: one block is computed while earlier ones are written."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from tqdm.auto import tqdm

from ..explanation.stored.digest import digest_of_block
from .block_explainer import BadSeries, BlockExplainer
from .block_store import BlockStore
from .series_rows import Block, SeriesRows
from .statistics import Statistics

__all__ = ["made_of_block", "remaining", "remaining_numbers", "run_here", "write_block"]

# Blocks that are written at a time: mostly they wait for the disk.
_WRITERS = 3


def run_here(store: BlockStore, explainer: BlockExplainer, rows: SeriesRows, *, progress: bool) -> dict[int, str]:
    """Compute and write all blocks that are not done; returns the reason for each that could not be explained."""
    failed: dict[int, str] = {}
    done = int(store.digests().any(axis=1).sum()) * store.header.chunk
    with (
        ThreadPoolExecutor(_WRITERS) as writers,
        tqdm(total=rows.count, initial=done, desc="explaining", unit="series", disable=not progress, delay=1) as bar,
    ):
        writing: deque[Future[None]] = deque()
        for block in remaining(store, rows):
            try:
                made = made_of_block(explainer, block)
            except BadSeries as fault:
                failed[block.number] = str(fault)
                continue
            while len(writing) >= _WRITERS:
                writing.popleft().result()
            writing.append(writers.submit(write_block, store, block, made))
            bar.update(len(block.x))
        for one in writing:
            one.result()
    return failed


def made_of_block(explainer: BlockExplainer, block: Block) -> dict[str, np.ndarray]:
    """Arrays of a block, by their name in the store."""
    x = explainer.checked(block.x, block.start)
    return {**explainer.explained(x, block.start), "x": x}


def write_block(store: BlockStore, block: Block, made: dict[str, np.ndarray]) -> None:
    """Write the arrays of a block, and its statistics."""
    truth = store.truth(block.start, len(block.x))
    partials = Statistics.of_block(made, made["x"], store.header.methods, truth, block.start).to_vector()
    kept = made if store.stores_x else {name: values for name, values in made.items() if name != "x"}
    store.write(block.number, kept, partials, digest_of_block(block.x))


def remaining(store: BlockStore, rows: SeriesRows) -> Iterator[Block]:
    """Blocks that are not done; an error if the series of those that are done have changed."""
    chunk = store.header.chunk
    if rows.count is not None:
        yield from (rows.block(number, chunk) for number in remaining_numbers(store, rows))
        return
    known, before, count = _known(store), store.instances, 0
    for block in rows.blocks(chunk):
        count += len(block.x)
        if block.number in known:
            _refuse_changed(store, block._replace(x=block.x[: before - block.start]), known[block.number])
            if count <= before or before <= block.start:
                continue
            store.unmark(block.number)  # it was shorter in the earlier run, and is computed again with what follows
        store.grow(count)
        yield block
    if count < store.instances:
        raise ValueError(
            f"x must yield the series of the earlier run of {str(store.path)!r}, which were at least "
            f"{store.instances}, but yields {count}"
        )


def remaining_numbers(store: BlockStore, rows: SeriesRows) -> list[int]:
    """Numbers of the blocks that are not done, of series that can be read more than once."""
    known = _known(store)
    for number, digest in known.items():
        _refuse_changed(store, rows.block(number, store.header.chunk), digest)
    return [number for number in range(len(store.digests())) if number not in known]


def _known(store: BlockStore) -> dict[int, np.ndarray]:
    """Digest of the series of each block that is done, by its number."""
    return {number: digest for number, digest in enumerate(store.digests()) if digest.any()}


def _refuse_changed(store: BlockStore, block: Block, digest: np.ndarray) -> None:
    if not np.array_equal(digest_of_block(block.x), digest):
        raise ValueError(
            f"path must be new, or a store of the same series, but {str(store.path)!r} holds maps of others: instances "
            f"{block.start} to {block.start + len(block.x) - 1} of x (block {block.number}) differ; give another path, "
            f"or delete it"
        )
