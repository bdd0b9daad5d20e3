"""Published networks for time series in PyTorch, smaller: each takes series (batch, channel, time)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from .modules import Through

__all__ = ["TORCH_NETWORKS"]

CHANNELS, STEPS, CLASSES = 3, 64, 4


def multi_head_cnn() -> nn.Module:
    """Convolutions of three widths side by side, as in tutorials on activities."""
    heads = {
        f"head{width}": nn.Sequential(nn.Conv1d(CHANNELS, 6, width), nn.ReLU(), nn.MaxPool1d(2), nn.Flatten())
        for width in (3, 5, 11)
    }
    sizes = sum(6 * ((STEPS - width + 1) // 2) for width in (3, 5, 11))
    return Through(
        lambda net, x: net.scores(torch.relu(net.hidden(torch.cat([getattr(net, name)(x) for name in heads], 1)))),
        **heads, hidden=nn.Linear(sizes, 10), scores=nn.Linear(10, CLASSES),
    )  # fmt: skip


def cnn_lstm() -> nn.Module:
    """Convolutions, and an LSTM whose last state is scored."""
    return Through(
        lambda net, x: net.scores(net.lstm(net.trunk(x).transpose(1, 2))[1][0][-1]),
        trunk=nn.Sequential(
            nn.Conv1d(CHANNELS, 8, 3), nn.ReLU(), nn.Conv1d(8, 8, 3), nn.ReLU(), nn.Dropout(), nn.MaxPool1d(2)
        ),
        lstm=nn.LSTM(8, 10, batch_first=True),
        scores=nn.Linear(10, CLASSES),
    )


def deep_conv_lstm() -> nn.Module:
    """DeepConvLSTM (Ordóñez and Roggen, 2016): convolutions of each channel by itself, and two LSTM layers."""
    blocks = [nn.Conv2d(1 if not depth else 6, 6, (5, 1)) for depth in range(4)]
    trunk = nn.Sequential(*(layer for block in blocks for layer in (block, nn.ReLU())))

    def forward(net: Any, x: torch.Tensor) -> torch.Tensor:
        maps = net.trunk(x.transpose(1, 2)[:, None])  # (batch, filter, step, channel)
        states, _ = net.lstm(maps.permute(0, 2, 1, 3).flatten(2))
        return net.scores(net.dropout(states[:, -1]))

    return Through(
        forward,
        trunk=trunk,
        lstm=nn.LSTM(6 * CHANNELS, 10, num_layers=2, batch_first=True),
        dropout=nn.Dropout(),
        scores=nn.Linear(10, CLASSES),
    )


class _EcgBlock(nn.Module):
    """Two convolutions, the second with a stride, beside a max-pooling of the same stride."""

    def __init__(self, given: int, made: int, stride: int) -> None:
        super().__init__()
        self.first, self.norm = nn.Conv1d(given, made, 9, padding=4, bias=False), nn.BatchNorm1d(made)
        self.second = nn.Conv1d(made, made, 9, stride, padding=4, bias=False)
        self.pool, self.match = nn.MaxPool1d(stride), nn.Conv1d(given, made, 1, bias=False)
        self.after, self.dropout = nn.BatchNorm1d(made), nn.Dropout(0.2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        maps = self.second(self.dropout(torch.relu(self.norm(self.first(x)))))
        return self.dropout(torch.relu(self.after(maps + self.match(self.pool(x)))))


def residual_ecg() -> nn.Module:
    """Residual network for ECGs (Ribeiro et al., 2020), which scores the flattened map of its last block."""
    return nn.Sequential(
        nn.Conv1d(CHANNELS, 6, 9, padding=4, bias=False), nn.BatchNorm1d(6), nn.ReLU(),
        _EcgBlock(6, 8, 4), _EcgBlock(8, 10, 4), nn.Flatten(), nn.Linear(10 * STEPS // 16, CLASSES), nn.Sigmoid(),
    )  # fmt: skip


class _Causal(nn.Module):
    """Two dilated convolutions, padded on both sides and cut at the end, beside a shortcut."""

    def __init__(self, given: int, made: int, dilation: int) -> None:
        super().__init__()
        self.surplus = 2 * dilation
        self.one = weight_norm(nn.Conv1d(given, made, 3, padding=self.surplus, dilation=dilation))
        self.two = weight_norm(nn.Conv1d(made, made, 3, padding=self.surplus, dilation=dilation))
        self.match = nn.Conv1d(given, made, 1) if given != made else None
        self.relu, self.dropout = nn.ReLU(), nn.Dropout(0.2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        maps = x
        for convolution in (self.one, self.two):
            maps = self.dropout(self.relu(convolution(maps)[:, :, : -self.surplus].contiguous()))
        return self.relu(maps + (x if self.match is None else self.match(x)))


def tcn() -> nn.Module:
    """Temporal convolutional network (Bai et al., 2018): the last step is scored."""
    trunk = nn.Sequential(*(_Causal(CHANNELS if not depth else 8, 8, 2**depth) for depth in range(3)))
    return Through(lambda net, x: net.scores(net.trunk(x)[:, :, -1]), trunk=trunk, scores=nn.Linear(8, CLASSES))


def eeg_net() -> nn.Module:
    """EEGNet (Lawhern et al., 2018): time, then channels, then both apart; the map is flattened."""
    body = nn.Sequential(
        nn.Conv2d(1, 4, (1, 16), padding="same", bias=False), nn.BatchNorm2d(4),
        nn.Conv2d(4, 8, (CHANNELS, 1), groups=4, bias=False), nn.BatchNorm2d(8), nn.ELU(), nn.AvgPool2d((1, 4)),
        nn.Dropout(), nn.Conv2d(8, 8, (1, 8), padding="same", groups=8, bias=False), nn.Conv2d(8, 8, 1, bias=False),
        nn.BatchNorm2d(8), nn.ELU(), nn.AvgPool2d((1, 4)), nn.Dropout(), nn.Flatten(),
        nn.Linear(8 * STEPS // 16, CLASSES),
    )  # fmt: skip
    return Through(lambda net, x: net.body(x[:, None]), body=body)


def lstm_fcn() -> nn.Module:
    """LSTM-FCN (Karim et al., 2018): an LSTM over the channels beside a convolutional network with squeezes."""
    sizes = [(CHANNELS, 8, 7), (8, 12, 5), (12, 8, 3)]
    trunk = nn.Sequential(
        *(
            layer
            for given, made, width in sizes
            for layer in (nn.Conv1d(given, made, width, padding="same"), nn.BatchNorm1d(made), nn.ReLU())
        )
    )

    def forward(net: Any, x: torch.Tensor) -> torch.Tensor:
        maps = net.trunk(x)
        weights = net.excited(maps.mean(-1))[:, :, None]
        return net.scores(torch.cat([net.lstm(x)[0][:, -1], (maps * weights).mean(-1)], 1))

    return Through(
        forward,
        trunk=trunk,
        excited=nn.Sequential(nn.Linear(8, 2, bias=False), nn.ReLU(), nn.Linear(2, 8, bias=False), nn.Sigmoid()),
        lstm=nn.LSTM(STEPS, 6, batch_first=True),
        scores=nn.Linear(14, CLASSES),
    )


def transformer() -> nn.Module:
    """Encoder with learned places, as in TST (Zerveas et al., 2021): all steps are flattened."""
    torch_layer = nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", batch_first=True)

    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.project, self.places = nn.Linear(CHANNELS, 8), nn.Parameter(0.1 * torch.randn(1, STEPS, 8))
            self.encoder = nn.TransformerEncoder(torch_layer, 2, enable_nested_tensor=False)
            self.scores = nn.Linear(8 * STEPS, CLASSES)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            tokens = self.project(x.transpose(1, 2)) * 8**0.5 + self.places
            return self.scores(nn.functional.gelu(self.encoder(tokens)).flatten(1))

    return Encoder()


class _Inception(nn.Module):
    def __init__(self, given: int) -> None:
        super().__init__()
        self.bottleneck = nn.Conv1d(given, 4, 1, bias=False)
        self.widths = nn.ModuleList(nn.Conv1d(4, 4, width, padding="same", bias=False) for width in (9, 19, 39))
        self.pooled = nn.Sequential(nn.MaxPool1d(3, 1, 1), nn.Conv1d(given, 4, 1, bias=False))
        self.norm = nn.BatchNorm1d(16)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        narrow = self.bottleneck(x)
        return torch.relu(self.norm(torch.cat([one(narrow) for one in self.widths] + [self.pooled(x)], 1)))


def inception_time() -> nn.Module:
    """InceptionTime (Fawaz et al., 2020)."""
    return nn.Sequential(
        _Inception(CHANNELS), _Inception(16), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(16, CLASSES)
    )


TORCH_NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "multi-head CNN": multi_head_cnn,
    "CNN-LSTM": cnn_lstm,
    "DeepConvLSTM": deep_conv_lstm,
    "residual network for ECGs": residual_ecg,
    "TCN": tcn,
    "EEGNet": eeg_net,
    "LSTM-FCN": lstm_fcn,
    "transformer": transformer,
    "InceptionTime": inception_time,
}
"""Functions that build them, by name."""
