"""Contributions of steps as the browser takes them."""

from __future__ import annotations

import numpy as np

from ..inside.contributions import StepContributions
from ..viewer.synced.jobs import Result

__all__ = ["result_of_steps"]

# Bytes of activations, weights and stages that are sent; of a larger layer the filters that contribute most.
_MOST_BYTES = 2**19


def result_of_steps(found: StepContributions, instance: int) -> Result:
    """Contributions of a layer's steps to a class score, for one instance; `js/src/core/picture/contributions.ts`."""
    largest = np.abs(found.values).max(axis=0)
    per_filter = 4 * (2 * len(found.activations) + sum(stage.values.shape[1] for stage in found.stages))
    kept = np.sort(np.argsort(-largest, kind="stable")[: max(1, _MOST_BYTES // per_filter)])
    others = found.values.sum(axis=1) - found.values[:, kept].sum(axis=1)
    field = found.receptive_field
    content = {
        "layer": found.layer,
        "instance": instance,
        "target": found.target,
        "score": found.score,
        "rest": found.rest,
        "affine": found.affine,
        "padded": found.padded,
        "filters": kept.tolist(),
        "stages": [{"name": stage.name, "kind": stage.kind, "pools": stage.pools} for stage in found.stages],
    }
    arrays = {
        "activations": found.activations[:, kept],
        "weights": found.weights[:, kept],
        "others": others,
        "steps": np.stack([field.start, field.stop, field.positions], axis=1),
    }
    for place, stage in enumerate(found.stages):
        arrays[f"stage {place}"] = stage.values[0][:, kept]
        if len(stage.start):
            arrays[f"sources {place}"] = np.stack([stage.start, stage.stop], axis=1)
    return Result(content, arrays)
