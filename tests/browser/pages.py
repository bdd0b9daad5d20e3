"""Pages of Chromium."""

import json
from collections import defaultdict
from contextlib import contextmanager

from ..support.waiting import LIMIT


def new_page(chromium, **context):
    """A page with its errors as `page.errors`, and the addresses that it asked for as `page.requests`."""
    page = chromium.new_page(**context)
    page.set_default_timeout(1000 * LIMIT)
    page.errors, page.requests = [], []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda said: page.errors.append(said.text) if said.type == "error" else None)
    page.on("dialog", answer_dialog)
    page.on("request", lambda request: page.requests.append(request.url))
    return page


def answer_dialog(dialog):
    """Leave the page if that is the question; any other dialog is an error."""
    if dialog.type == "beforeunload":
        dialog.accept()
    else:
        dialog.page.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()


class Pages:
    """Pages that are used again, for a page keeps the programs that it has compiled.

    A new document shares nothing but the storage and the cache with those before it.
    """

    def __init__(self, chromium):
        self.chromium = chromium
        self.free = defaultdict(list)

    @contextmanager
    def lent(self):
        """A function that takes the options of a page and gives one, until the end of the context."""
        taken = []

        def lend(**context):
            free = self.free[json.dumps(context, sort_keys=True)]
            page = free.pop() if free else new_page(self.chromium, **context)
            taken.append((page, free))
            page.set_viewport_size(context["viewport"])
            page.errors, page.requests = [], []
            return page

        yield lend
        for page, free in taken:
            if not page.is_closed():
                empty(page)
                free.append(page)


def empty(page):
    """Leave the document, with no key or button pressed."""
    page.goto("about:blank")
    for key in ("Shift", "Control", "Alt", "Meta"):
        page.keyboard.up(key)
    page.mouse.up()
    page.mouse.move(0, 0)
