"""Files of pictures, which the browser draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["PictureRequests"]

# Requests that are kept until a browser displays the widget.
_MOST_UNSENT = 64


class PictureRequests:
    """Requests for files of pictures: those sent, and those that wait for a browser.

    Parameters
    ----------
    send : callable
        Sends a message to the browser.
    """

    def __init__(self, send: Callable[[dict[str, Any]], object]) -> None:
        self._send = send
        self._taking: dict[int, Callable[[bytes | str], object]] = {}
        self._unsent: list[dict[str, Any]] = []
        self._asked = 0
        self.views = 0

    def add(self, request: dict[str, Any], take: Callable[[bytes | str], object]) -> None:
        """Request a file; `take` is called with it, or with an error."""
        self._asked += 1
        self._taking[self._asked] = take
        self._unsent = [*self._unsent[1 - _MOST_UNSENT :], {**request, "request": self._asked}]
        self.send_to(self.views)

    def send_to(self, views: int) -> None:
        """Send what waits, if any views display the widget now."""
        self.views = views
        while views and self._unsent:
            self._send(self._unsent.pop(0))

    def answer(self, number: int, file: bytes | str) -> None:
        """Pass on the file, or the error, that answers a request."""
        if take := self._taking.pop(number, None):
            take(file)
