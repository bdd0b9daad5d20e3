"""Facts that the browser receives once: names, units, methods, and the receptive fields' extent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from ...explanation.coverage import outer_centers, unseen_samples
from ...explanation.explanation import ExplanationSource
from ...explanation.source import GAP_TOLERANCE, lengths_of, seconds_of
from ..windows import Intervals


def facts_of(
    source: ExplanationSource,
    targets: Sequence[int] | None,
    instances: Sequence[int] | None,
    absence: str,
    baseline: str = "",
    baselines: Sequence[float] | None = None,
    intervals: Intervals = (),
) -> dict[str, Any]:
    """Facts as plain JSON, but for a range of instances, of which there may be millions."""
    count, samples = len(source.x), int(lengths_of(source).max(initial=0))
    return {
        "channel_names": list(source.channel_names),
        "channel_units": list(source.channel_units),
        "class_names": list(source.class_names),
        "sampling_rate": source.sampling_rate,
        "start": None if source.start is None else (source.start.astype(np.int64) / 1e6).tolist(),
        "samples": samples,
        "lengths": None if source.lengths is None else source.lengths.tolist(),
        "instances": range(count) if instances is None else [int(number) for number in instances],
        "targets": [int(target) for target in (range(len(source.class_names)) if targets is None else targets)],
        "methods": [
            {**asdict(method), "seconds": round(seconds_of(source, method.label), 1)} for method in source.method_facts
        ],
        "gap_tolerance": GAP_TOLERANCE,
        "unseen": unseen_samples(source.receptive_field, samples),
        "centers": outer_centers(source.receptive_field),
        "baseline": baseline,
        "baselines": None if baselines is None else [float(value) for value in baselines],
        "intervals": [[list(window) for window in windows] for windows in intervals],
        "absence": absence,
        # A page has instances of its own.
        "notebook": instances is None,
    }


def facts_to_json(facts: dict[str, Any], _: Any) -> dict[str, Any]:
    """Facts as a widget's state holds them: instances that are numbered by their index are given by their count."""
    instances = facts.get("instances")
    return {**facts, "instances": len(instances)} if isinstance(instances, range) else facts


def explained_classes(source: ExplanationSource, targets: Sequence[int]) -> np.ndarray | None:
    """Which classes were explained on which instance, of shape (instance, target); None if all were."""
    # All methods explain the same classes, unless only some of the maps were kept.
    methods = source.methods[: None if hasattr(source, "kept") else 1]
    if not methods:
        return None
    table = np.any([maps_there(source, method, targets) for method in methods], axis=0).astype(np.uint8)
    return None if table.all() else table


def maps_there(source: ExplanationSource, method: str, targets: Sequence[int]) -> np.ndarray:
    """Which maps of a method exist, of shape (instance, target)."""
    kept = getattr(source, "kept", None)
    if kept is not None:
        return np.asarray(kept[method])
    rows, explained = range(len(source.x)), targets_of(source)
    if explained is None:
        return np.array([[source.has(method, row, target) for target in targets] for row in rows], dtype=bool)
    there = np.zeros((len(rows), len(source.class_names)), dtype=bool)
    np.put_along_axis(there, explained, True, axis=1)
    there[(explained < 0).all(axis=1)] = False  # those of a block that was skipped
    return there[:, list(targets)]


def targets_of(source: ExplanationSource) -> np.ndarray | None:
    """Explained classes of shape (instance, target), if a source stores them: an array is faster than `has`."""
    return getattr(source, "targets", None)
