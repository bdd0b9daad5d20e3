"""Networks of braindecode, for ten seconds of six channels at 100 Hz."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from .given import Given, of_torch

__all__ = ["networks"]

STEPS, CHANNELS, CLASSES = 1000, 6, 4
_NAMES = (
    "ShallowFBCSPNet Deep4Net EEGNet EEGNeX EEGITNet EEGInceptionERP EEGTCNet ATCNet EEGConformer TCFormer TIDNet "
    "TSception SCCNet SPARCNet SincShallowNet SleepStagerChambon2018 SleepStagerBlanco2020 EEGMiner EEGSimpleConv "
    "BDTCN AttentionBaseNet USleep FBCNet BIOT ContraWR SyncNet"
)


def networks() -> Iterator[tuple[str, Callable[[], Given]]]:
    """Name of each, and what builds it."""
    return ((name, partial(_built, name)) for name in _NAMES.split())


def _built(name: str) -> Given:
    from braindecode import models

    made = getattr(models, name)
    sizes = {"n_chans": CHANNELS, "n_outputs": CLASSES, "n_times": STEPS, "sfreq": 100}
    return of_torch(lambda: made(**sizes), STEPS, CHANNELS)
