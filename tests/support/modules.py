"""PyTorch modules for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

__all__ = ["Branching", "Through", "cnn"]


class Through(nn.Module):
    """A module from a function of its layers."""

    def __init__(self, function: Callable[..., Any], **layers: nn.Module) -> None:
        super().__init__()
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.function = function

    def forward(self, x: Any) -> Any:
        return self.function(self, x)


def cnn(channels: int = 3, classes: int = 2, seed: int = 0) -> nn.Sequential:
    """Two convolutions with batch normalization and dropout, and the mean over time."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv1d(channels, 6, 5),
        nn.BatchNorm1d(6),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Conv1d(6, 5, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool1d(1),
        nn.Flatten(),
        nn.Linear(5, classes),
    )


class Branching(nn.Module):
    """A module that cannot be exported, since it branches on its data; the branches compute the same."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, x: Any) -> Any:
        if float(x.detach().sum()) > 0:
            return self.body(x)
        return self.body(x + 0)
