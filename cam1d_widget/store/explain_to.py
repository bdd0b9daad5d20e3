"""Maps of any number of series, written block by block to a Zarr store: `explain_to`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..attribution.requests import Methods
from ..explanation.stored import StoredExplanation
from ..explanation.stored.encoding import DTYPES, StoredDtype
from ..names import suggests_arguments
from ..typing import Labels, LayerLike, Layout, ModelLike, Names, Score, SeriesLike, StartLike, TargetsLike, WindowsLike
from ..validation import check_choice, check_count, check_flag, counted
from .block_explainer import BlockExplainer, check_rows_of
from .block_store import BlockStore, store_path
from .cluster_run import check_client, run_on
from .local_run import run_here
from .lock import only_run
from .plan import Plan
from .series_rows import SeriesRows, series_rows

__all__ = ["explain_to"]

# Most series, and their most bytes, whose channels replace those of others.
_OTHERS, _OTHERS_BYTES = 64, 2**22


@suggests_arguments
def explain_to(
    path: str | Path,
    model: ModelLike,
    x: Any,
    *,
    methods: Methods = None,
    targets: TargetsLike = "predicted",
    background: SeriesLike | None = None,
    chunk: int | None = None,
    dtype: StoredDtype = "float32",
    store_x: bool = True,
    permutation_importance: bool = False,
    client: Any = None,
    resume: bool = True,
    on_error: Literal["raise", "skip"] = "raise",
    layer: LayerLike | None = None,
    output: str | int | None = None,
    score: Score | None = None,
    batch_size: int | None = None,
    series: str | None = None,
    window: WindowsLike | None = None,
    layout: Layout = "channels_last",
    y: Labels | None = None,
    class_names: Names | None = None,
    channel_names: Names | None = None,
    channel_units: Names | None = None,
    sampling_rate: float | None = None,
    start: StartLike | None = None,
    progress: bool = True,
) -> StoredExplanation:
    """Explain any number of series, and write their maps to a Zarr store.

    Series are read, explained and written in blocks, so that memory is bounded by a block. If the run is interrupted,
    the same call continues it: blocks that are done are not computed again.

    Parameters
    ----------
    path : str or Path
        Folder of the store: new, or that of an earlier run of the same model, data and options.
    model : keras.Model, path of a saved one, torch.nn.Module, fitted estimator, function or Classifier
    x : array-like of shape (instance, time, channel), or iterable of such arrays
        An `np.memmap`, Zarr array, HDF5 data set, dask array or DataArray is read block by block. All series have the
        same length.
    methods : sequence of labels, methods or method classes, optional
        As in :func:`~cam1d_widget.explain`; a baseline may not be a function of all of x.
    targets : {"predicted", "all"}, int, sequence of int, or int array of shape (instance, target)
        Explained classes.
    background : array-like of shape (instance, time, channel), optional
        As in :func:`~cam1d_widget.explain`.
    chunk : int, optional
        Series in a block. Default: a power of two up to 4096, with up to 16 MB of series. Maps do not depend on it if
        it is a multiple of 64; of other blocks they differ by rounding alone.
    dtype : {"float32", "float16", "uint8"}
        Type of the maps. The smaller ones have a scale for each map: values are off by at most 1/4096 (float16) or
        1/254 (uint8) of the map's largest magnitude.
    store_x : bool
        Whether the store contains the series; :meth:`Explanation.open` needs them otherwise.
    permutation_importance : bool
        Whether to compute the scores with each channel replaced by that of another series, too: as many more passes as
        there are channels. See :meth:`StoredExplanation.permutation_importance`.
    client : dask.distributed.Client, optional
        Compute the blocks on its workers, which must reach `path` and the model's path.
    resume : bool
        Whether to continue an earlier run; otherwise `path` must be new.
    on_error : {"raise", "skip"}
        What follows if series of a block cannot be explained, such as those with NaN: all other blocks are written in
        either case, and then an error names the block, or a warning does and the store is complete without it.
    layer, output, score, batch_size, series, window, layout
        As in :func:`~cam1d_widget.explain`.
    y, class_names, channel_names, channel_units, sampling_rate, start
        As in :class:`~cam1d_widget.Explanation`; `y` and `start` only of series whose number is known.
    progress : bool
        Show a progress bar.

    Returns
    -------
    StoredExplanation
        Reads from the store what is looked at.

    Examples
    --------
    >>> x = np.load("series.npy", mmap_mode="r")
    >>> explanation = explain_to("maps.zarr", "model.keras", x, methods=["Grad-CAM"])
    >>> ExplanationViewer(explanation)
    """
    for name, flag in (
        ("store_x", store_x),
        ("permutation_importance", permutation_importance),
        ("resume", resume),
        ("progress", progress),
    ):
        check_flag(name, flag)
    check_choice("dtype", dtype, DTYPES)
    check_choice("on_error", on_error, ("raise", "skip"))
    chunk = None if chunk is None else check_count("chunk", chunk)
    check_client(client)
    place = store_path(path)
    with only_run(place):
        store = BlockStore.found(place, resume)
        how: dict[str, Any] = {"output": output, "score": score, "batch_size": batch_size, "series": series}
        given = {
            "targets": targets,
            "background": background,
            "window": window,
            "layout": layout,
            "layer": layer,
            **how,
        }
        explainer = BlockExplainer(model, methods=methods, **given)
        rows = series_rows(x, layout, explainer.classifier.input_shape[1])
        if rows.count is None and not store_x:
            raise ValueError("store_x must be True for an iterator, whose series are read only once")
        if permutation_importance:
            explainer.others = _others(rows, store)
            given["others"] = np.moveaxis(explainer.others, 1, 2) if layout == "channels_first" else explainer.others
        names = {
            "y": y,
            "class_names": class_names,
            "channel_names": rows.channel_names if channel_names is None else channel_names,
            "channel_units": channel_units,
            "sampling_rate": rows.sampling_rate if sampling_rate is None else sampling_rate,
            "start": start,
        }
        chunk = store.header.chunk if chunk is None and store is not None else chunk
        plan = Plan.of(
            explainer,
            rows,
            names,
            chunk=chunk,
            dtype=dtype,
            store_x=store_x,
            permutation_importance=permutation_importance,
            **how,
        )
        if store is None:
            store = plan.new_store(place)
        else:
            store.refuse_others(plan.header.made_of)
            store.repair(plan.fixed)
        if client is None:
            failed = run_here(store, explainer, rows, progress=progress)
        else:
            given["methods"] = explainer.methods
            failed = run_on(client, store, model, given, rows, progress=progress)
        check_rows_of(explainer.wanted, store.instances)
        if failed:
            _report(failed, -(-store.instances // store.header.chunk), on_error)
        merged = plan.statistics.merged_with(store.partials())
        arrays = {} if merged is None else merged.named_arrays(store.header)
        store.complete(sorted(failed), arrays, keep_partials=bool(failed) or rows.count is None)
        return StoredExplanation(store.path, None if store_x else rows.values)


def _report(failed: Mapping[int, str], blocks: int, on_error: str) -> None:
    """Raise an error, or warn, about blocks whose series could not be explained, for the reason of each."""
    first = min(failed)
    words = f"{failed[first]}, in block {first}" + (f" of {len(failed)} such blocks" if len(failed) > 1 else "")
    if len(failed) == blocks:
        raise ValueError(f"{words}; no block could be written: call explain_to again with these series corrected")
    if on_error == "raise":
        raise ValueError(
            f"{words}; all other blocks are written: call explain_to again with these series corrected, or with "
            f"on_error='skip'"
        )
    warnings.warn(f"{words}; the store is without {counted(len(failed), 'block')}", stacklevel=4)


def _others(rows: SeriesRows, store: BlockStore | None) -> np.ndarray:
    """Series whose channels replace those of others, for permutation importance: those of an earlier run, if any."""
    if rows.count is None:
        raise ValueError("permutation_importance must be False for an iterator, whose series are read only once")
    if store is not None and store.others is not None:
        return store.others
    others = rows.spread(_OTHERS, _OTHERS_BYTES)
    if len(others) < 2:
        raise ValueError("permutation_importance must be False for fewer than two series without NaN")
    return others
