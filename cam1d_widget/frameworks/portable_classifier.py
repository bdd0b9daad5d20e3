"""A classifier of a network as plain data: the network, and what its values mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..attribution.receptive_field import ReceptiveField
from ..explanation.portable_model import PortableModel
from ..network.portable import NotPortable, portable
from ..network.stages import Stage, kind_of_pooling, sources_of
from ..typing import Score
from .network import Network

__all__ = ["portable_model"]


def portable_model(network: Network, length: int, field: ReceptiveField | None, score: Score) -> PortableModel:
    """The network as plain data.

    Parameters
    ----------
    network : Network
    length : int
        Samples of a series.
    field : ReceptiveField, optional
        Receptive field of the explained map; None where it cannot be placed in time.
    score : {"logits", "probabilities"}

    Raises
    ------
    NotPortable
        If an operation of it cannot be computed without Python.
    """
    if network.graph is None or network.exit is None:
        raise NotPortable(f"model {network.name!r} cannot be read layer by layer, so a page cannot contain it")
    explained = None if field is None else network.entry
    stages = () if explained is None else network.stages
    wanted = [network.exit, *(stage.value for stage in stages)]
    operations, shapes, weights, kernels = portable(network.graph, length, wanted, network.opened)
    sources = sources_of(network.graph, stages, [shapes[stage.value][0] for stage in stages]) if stages else []
    description = {
        "operations": operations,
        "shapes": shapes,
        "half_precision": any(value.dtype in ("float16", "bfloat16") for value in network.graph.values),
        "scores": network.exit,
        "link": network.link,
        "two_sided": network.two_sided,
        "explains": score,
        "map": explained,
        "placing": None if field is None else _placing(field),
        "affine": score == "logits" and network.head.affine,
        "steps": [] if field is None else np.stack([field.start, field.stop, field.positions], axis=1).tolist(),
        "stages": [_stage(stage, *ends) for stage, ends in zip(stages, sources, strict=True)],
    }
    return PortableModel(description, weights, kernels=kernels)


def _stage(stage: Stage, start: np.ndarray, stop: np.ndarray) -> dict[str, Any]:
    return {
        "name": stage.node.name,
        "kind": stage.kind,
        "pools": kind_of_pooling(stage.node),
        "value": stage.value,
        "sources": np.stack([start, stop], axis=1).tolist(),
    }


def _placing(field: ReceptiveField) -> dict[str, Any]:
    first, count, left, right, share = field.placing
    return {
        "first": first.tolist(),
        "count": count.tolist(),
        "left": left.tolist(),
        "right": right.tolist(),
        "share": share.tolist(),
    }
