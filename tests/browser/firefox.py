"""Debian's Firefox, driven by WebDriver BiDi, which it supports without a separate driver."""

import json
import re
import shutil
import subprocess
from contextlib import closing, contextmanager
from itertools import count

import websocket

from ..support.waiting import LIMIT
from .lab import stop

FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)


class Firefox:
    """One tab of a Firefox without a window."""

    def __init__(self, address):
        self._socket = websocket.create_connection(address, timeout=LIMIT, suppress_origin=True)
        self._ids = count()
        self.events = []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method, **params):
        """Answer to a command; what happens until it comes is in `events`."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (said := json.loads(self._socket.recv())).get("id") != number:
            self.events.append(said)
        assert said["type"] == "success", said
        return said["result"]

    def open(self, address):
        self.ask("browsingContext.navigate", context=self.tab, url=address, wait="complete")

    def evaluate(self, script):
        """Value of an expression, a string or a number, once its promise is kept."""
        said = self.ask("script.evaluate", expression=script, target={"context": self.tab}, awaitPromise=True)
        assert said["type"] == "success", said
        return said["result"].get("value")

    def press(self, *keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        keyboard = {"type": "key", "id": "keyboard", "actions": actions}
        self.ask("input.performActions", context=self.tab, actions=[keyboard])

    def close(self):
        self._socket.shutdown()


@contextmanager
def firefox(home):
    """A Firefox with a separate profile, in `home`."""
    assert FIREFOX, 'no Firefox is found; install one, or run: pytest -m "not browser"'
    command = [FIREFOX, "--headless", "--remote-debugging-port=0", "--profile", str(home)]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        said = (re.search(r"WebDriver BiDi listening on (ws://\S+)", line) for line in running.stderr)
        with closing(Firefox(f"{next(filter(None, said))[1]}/session")) as browser:
            yield browser
    finally:
        stop(running)
        running.stderr.close()
