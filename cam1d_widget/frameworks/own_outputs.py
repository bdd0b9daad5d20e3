"""What a model's own outputs show: whether each depends on its series alone, and whether they are probabilities."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..network import operations as kinds
from ..network.graph import Graph

__all__ = ["are_shares", "checked_outputs", "odds_in"]


def checked_outputs(
    own: Callable[[np.ndarray], np.ndarray], samples: np.ndarray, outputs: np.ndarray, batch: int | None, name: str
) -> np.ndarray:
    """A model's own outputs for the middle one of some series, alone; for all of a model of one batch size.

    Parameters
    ----------
    own : callable
        Computes the model's outputs for series.
    samples : ndarray of shape (instance, time, channel)
    outputs : ndarray of shape (instance, unit)
        Those for the samples.
    batch : int or None
        The only batch size that the model takes; None for any.
    name : str
        The model's.

    Raises
    ------
    ValueError
        If the scores of a series change from call to call, or with the other series in the batch.
    """
    middle, scale = len(samples) // 2, np.abs(outputs).max(axis=0)
    one = samples[middle : middle + 1]

    def equal(scores: np.ndarray, tolerance: float) -> bool:
        return np.allclose(scores, outputs[middle], rtol=0, atol=tolerance * scale)

    alone = own(one)[0] if batch is None else outputs[middle]
    when_read = outputs if batch else alone[np.newaxis]
    if batch is None and equal(alone, 1e-3):
        return when_read
    others = np.repeat(-2 * one, len(samples), axis=0)
    others[middle] = one
    # The batch size changes the order of summation, which matters in half precision and on GPUs.
    if equal(own(others)[middle], 1e-3) and equal(alone, 2e-2):
        return when_read
    if not np.allclose(own(samples), outputs, rtol=1e-3, atol=1e-4):
        raise ValueError(
            f"model {name!r} gives different scores on each call, as dropout in training mode or random noise does; "
            f"build it without"
        )
    raise ValueError(
        f"model {name!r} gives a series scores that depend on the other series of its batch, as a mean over the batch "
        f"does; let it compute the scores of each series from that series alone"
    )


def odds_in(outputs: np.ndarray, graph: Graph | None, exit_: int | None) -> str | None:
    """Kind of the probabilities that an unknown layer returns; None if its outputs are not probabilities."""
    if are_shares(outputs):
        return "odds"
    of_layer = []
    if graph is not None and exit_ is not None:
        last = graph.makers[exit_].layer
        of_layer = [node.operation for node in graph.nodes if node.layer is last]
    plain = any(isinstance(one, kinds.Dense) or getattr(one, "name", "") == "relu" for one in of_layer)
    inside = ((outputs > 0) & (outputs < 1)).mean() > 0.5 and ((outputs >= 0) & (outputs <= 1)).all()
    return "unit odds" if inside and not plain else None


def are_shares(outputs: np.ndarray) -> bool:
    """Whether outputs look like the probabilities of several classes, also in half precision."""
    return outputs.shape[1] > 1 and bool((outputs >= 0).all()) and bool((np.abs(outputs.sum(axis=1) - 1) < 2e-2).all())
