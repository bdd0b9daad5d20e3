"""The Stack Overflow CNN in PyTorch, with the weights of the Keras model."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def torch_network(given: dict[str, np.ndarray], folded: bool = False, copied: bool = False) -> Any:
    """The network in PyTorch; `folded` has its batch norms in the convolutions, `copied` a copy after each ReLU."""

    class Copy(nn.Module):
        def forward(self, x: Any) -> Any:
            return x.clone()

    inputs, filters, classes = given["conv1 0"].shape[1], given["norm1 0"].shape[0], given["dense 1"].shape[0]
    blocks: list[Any] = []
    for index, channels in (("1", inputs), ("2", filters)):
        convolution, norm = nn.Conv1d(channels, filters, 9), nn.BatchNorm1d(filters, eps=1e-3)
        kernel, bias = given[f"conv{index} 0"], given[f"conv{index} 1"]
        filled(convolution.eval(), weight=kernel.transpose(2, 1, 0), bias=bias)
        statistics = [given[f"norm{index} {part}"] for part in range(4)]
        filled(norm.eval(), **dict(zip(("weight", "bias", "running_mean", "running_var"), statistics, strict=True)))
        front = [fuse_conv_bn_eval(convolution, norm)] if folded else [convolution, norm]
        blocks += [*front, nn.ReLU(), *[Copy()] * copied, nn.MaxPool1d(5)]
    steps = given["dense 0"].shape[0] // filters
    # Keras flattens step by step, PyTorch filter by filter
    kernel = given["dense 0"].reshape(steps, filters, classes).transpose(2, 1, 0).reshape(classes, -1)
    dense = nn.Linear(steps * filters, classes)
    filled(dense, weight=kernel, bias=given["dense 1"])
    return nn.Sequential(*blocks, nn.Flatten(), dense).eval()


def filled(layer: Any, **weights: np.ndarray) -> None:
    """Set weights by name."""
    for name, values in weights.items():
        getattr(layer, name).data = torch.tensor(np.ascontiguousarray(values))
