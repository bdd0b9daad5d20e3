"""Networks of tsai, for 128 samples of six channels."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import partial

from .given import Given, of_torch

__all__ = ["networks"]

STEPS, CHANNELS, CLASSES = 128, 6, 4
# Those that take no length, and those that do, with the module of tsai.models that has them.
_ANY = (
    "FCN.FCN ResNet.ResNet InceptionTime.InceptionTime ResCNN.ResCNN TCN.TCN RNN.LSTM RNN.GRU "
    "XceptionTimePlus.XceptionTimePlus"
)
_SIZED = (
    "OmniScaleCNN.OmniScaleCNN XCM.XCM mWDN.mWDN RNN_FCN.LSTM_FCN gMLP.gMLP TST.TST TSTPlus.TSTPlus TSiTPlus.TSiTPlus "
    "TSPerceiver.TSPerceiver TSSequencerPlus.TSSequencerPlus RNNAttention.LSTMAttention ConvTranPlus.ConvTranPlus"
)


def networks() -> Iterator[tuple[str, Callable[[], Given]]]:
    """Name of each, and what builds it."""
    for names, sizes in ((_ANY, {}), (_SIZED, {"seq_len": STEPS})):
        for name in names.split():
            folder, _, kind = name.partition(".")
            yield kind, partial(_built, folder, kind, sizes)


def _built(folder: str, kind: str, sizes: dict[str, int]) -> Given:
    made = getattr(importlib.import_module(f"tsai.models.{folder}"), kind)
    return of_torch(lambda: made(CHANNELS, CLASSES, **sizes), STEPS, CHANNELS)
