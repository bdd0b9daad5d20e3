"""Weights of a PyTorch module: whether they have changed, and whether they are finite."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import torch
from torch import nn

__all__ = ["digest_of", "refuse_weights"]


def digest_of(module: nn.Module) -> bytes:
    """Digest of the values that parameters and buffers have now."""
    found = hashlib.sha1(usedforsecurity=False)
    for path, one in _weights(module):
        found.update(path.encode())
        found.update(one.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return found.digest()


def refuse_weights(module: nn.Module) -> None:
    """Raise an error if weights are NaN or infinite, as after a training that diverged."""
    name = type(module).__name__
    for path, one in _weights(module):
        if one.is_floating_point() and not torch.isfinite(one).all():
            layer = path.rpartition(".")[0] or name
            raise ValueError(
                f"layer {layer!r} of model {name!r} has NaN or infinite weights, as after a training that diverged; "
                f"train it again, or load weights from before"
            )


def _weights(module: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    yield from module.named_parameters()
    yield from module.named_buffers()
