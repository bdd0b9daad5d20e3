"""A real Chromium for pages that stand on this disk."""

import pytest

from .lab import CHROMIUM


@pytest.fixture(scope="module")
def chromium():
    """One browser for a file of tests; closed before the next file opens its own."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.fail('no Chromium is found; install one, or run: pytest -m "not browser"')
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Opens a file as a page that shows a picture; what it fetches and what goes wrong stand at the page."""
    pages = []

    def open_page(path, **context):
        page = chromium.new_page(**{"viewport": {"width": 1100, "height": 900}, **context})
        page.errors, page.requests = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda said: page.errors.append(said.text) if said.type == "error" else None)
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("dialog", lambda dialog: (page.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        pages.append(page)
        page.goto(path.as_uri())
        page.wait_for_selector(".bqplot.figure[data-state]")
        return page

    yield open_page
    for page in pages:
        page.close()
