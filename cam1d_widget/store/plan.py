"""What a run will write: facts and arrays of its store, found by explaining the first series."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from collections.abc import Mapping
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..attribution.classifier_facts import checked_classes
from ..explanation.facts import SeriesFacts
from ..explanation.stored.format import Header, check_labels
from ..explanation.stored.permutation import OTHERS
from ..explanation.validation import check_start
from .block_explainer import BadSeries, BlockExplainer
from .block_store import BlockStore, as_stored
from .identity import identity_of, made_from
from .series_rows import SeriesRows
from .statistics import Statistics

__all__ = ["Plan"]

# Most bytes of the series of a block, and most series in it, unless chunk= says otherwise.
_BYTES, _MOST = 2**24, 4096


class Plan(NamedTuple):
    """What a run will write.

    Attributes
    ----------
    header : Header
    sample : mapping of str to ndarray
        Arrays of the first instance, as those of every block.
    fixed : mapping of str to ndarray
        Arrays that are known before anything is computed.
    instances : int or None
        Number of series; None if it is not known.
    statistics : Statistics
        Of the first instance, with the sizes of those of every block.
    """

    header: Header
    sample: Mapping[str, np.ndarray]
    fixed: Mapping[str, np.ndarray]
    instances: int | None
    statistics: Statistics

    @classmethod
    def of(
        cls,
        explainer: BlockExplainer,
        rows: SeriesRows,
        names: dict[str, Any],
        *,
        chunk: int | None,
        dtype: str,
        store_x: bool,
        **how: Any,
    ) -> Plan:
        """Plan of a run; arguments are checked before anything but the first series is explained."""
        first, sample = _sample(explainer, rows)
        known = explainer.prepared(first, rows.count)
        check_labels(method.label for method in explainer.methods)
        for name in ("y", "start"):
            if names[name] is not None and rows.count is None:
                raise ValueError(f"{name} must be left out for an iterator, whose number of series is not known")
        start = check_start(names["start"], rows.count or 1, names["sampling_rate"])
        checked = names | checked_classes(known.classifier, rows.count or 1, names["class_names"], names["y"])
        classes = known.classifier.classes
        y, checked["y"], checked["start"] = checked["y"], None, None if start is None else start[:1]
        facts = SeriesFacts(first, np.zeros((1, classes)), receptive_field=known.receptive_field, **checked)
        sample |= {"x": first} if store_x else {}
        wanted = explainer.wanted if isinstance(explainer.wanted, str) else explainer.wanted.astype(np.int64)
        options = {**how, "targets": wanted, "window": known.window, "background": known.background}
        series = first.shape[1], first.shape[2]
        labels = {name: value for name, value in (vars(facts) | {"y": y, "start": start}).items() if name in names}
        made_of = {
            "version of cam1d_widget": importlib.metadata.version("cam1d_widget"),
            "model": identity_of(known.classifier, explainer.methods, series),
            **made_from(explainer.methods, **options, **labels, dtype=dtype, store_x=store_x),
            "shape of x": str((rows.count, *series)),
        }
        size = _chunk(first.nbytes, rows.count) if chunk is None else chunk
        header = Header(
            made_of=made_of | {"chunk": str(size)},
            chunk=size,
            series=series,
            dtype=dtype,
            methods=tuple(one for one in known.method_facts if one.label in known.usual),
            class_names=facts.class_names,
            channel_names=facts.channel_names,
            channel_units=facts.channel_units,
            sampling_rate=facts.sampling_rate,
        )
        times = None if start is None else start.astype("datetime64[ns]").view(np.int64)
        each = {"y": y, "start": times, "receptive_field": facts.receptive_field, OTHERS: explainer.others}
        fixed = {name: value for name, value in each.items() if value is not None}
        statistics = Statistics.of_block(sample, first, header.methods, None if y is None else y[:1])
        return cls(header, sample, fixed, rows.count, statistics)

    def new_store(self, path: Path) -> BlockStore:
        """Store without blocks; an error if the disk has too little space for all of them."""
        needed = (self.instances or 1) * sum(one.nbytes for one in as_stored(self.sample, self.header).values())
        free = shutil.disk_usage(path.parent).free
        if needed > free:
            raise OSError(
                f"path must be on a disk with {_in_words(needed)} of free space, but {os.fspath(path.parent)!r} has "
                f"{_in_words(free)}; dtype='float16' or 'uint8', and store_x=False, take less"
            )
        return BlockStore.create(
            path, self.header, self.sample, self.instances or 0, self.fixed, self.statistics.to_vector().size
        )


def _sample(explainer: BlockExplainer, rows: SeriesRows) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The first series that can be explained, (1, time, channel), and its arrays, as those of every block."""
    reason: BadSeries | None = None
    for one in rows.samples():
        try:
            x = explainer.checked(one)
            return x, explainer.explained(x)
        except BadSeries as fault:
            reason = reason or fault
    assert reason is not None
    raise reason


def _chunk(nbytes: int, instances: int | None) -> int:
    """Series in a block: a power of two."""
    most = min(_MOST, max(1, _BYTES // nbytes), _MOST if instances is None else max(64, instances))
    return 2 ** (int(most).bit_length() - 1)


def _in_words(nbytes: int) -> str:
    """Bytes in a unit that suits them."""
    power = min(4, max(0, (nbytes.bit_length() - 1) // 10))
    return f"{ceil(nbytes / 2 ** (10 * power))} {('bytes', 'kB', 'MB', 'GB', 'TB')[power]}"
