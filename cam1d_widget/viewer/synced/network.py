"""The network of a live widget, sent to the browser, which then computes quick maps itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...explanation.explanation import ExplanationSource
from ...explanation.source import HasModel
from .background import Background

__all__ = ["NetworkSender"]

# Bytes of the weights above which a network stays in the kernel.
MOST = 4 * 2**20
_PROGRAMS = [Path(__file__).parents[2] / "static" / name for name in ("engine.js", "engine.wasm")]


class NetworkSender:
    """Sends the network of a source once for each version of its model.

    Parameters
    ----------
    source : ExplanationSource
    send : callable
        Sends a message and its buffers to the browser.
    """

    def __init__(self, source: ExplanationSource, send: Callable[[dict[str, Any], list[Any]], None]) -> None:
        self._source, self._send = source, send
        self._background = Background()
        self._sent = False

    def start(self, version: int, programs: bool, after: Background) -> None:
        """Send it from a thread, once another thread has ended; with the programs of the engine if wanted.

        If the browser cannot compute it, the answer says so.
        """

        def answer() -> None:
            after.wait()
            network, buffers = self._packed()
            if network is not None and programs:
                buffers += [path.read_bytes() for path in _PROGRAMS]
            self._sent = network is not None
            self._send({"network": network, "version": version}, buffers)

        self._background.start(answer)

    def _packed(self) -> tuple[dict[str, Any] | None, list[Any]]:
        """Description and weights of the network; None if the browser cannot compute it, or it is too large."""
        try:
            assert isinstance(self._source, HasModel)
            model = self._source.portable_model()
        except Exception:  # the kernel computes it; a changed model is reported by `mark_stale`
            return None, []
        half, methods = model.description.get("half_precision"), model.description["methods"]
        if model.weights.nbytes > MOST or half or not methods:
            return None, []
        packed = model.packed()
        return packed, [packed.pop("weights")]

    def check_model(self) -> None:
        """Report a changed model, if the browser computes with what was sent: it makes no requests that would."""
        if self._sent and isinstance(self._source, HasModel):
            self._source.check_model()
