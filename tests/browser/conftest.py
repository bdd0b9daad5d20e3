"""One Chromium and one JupyterLab for all tests of a process, and pages of local files."""

import json
from collections import defaultdict

import pytest

from .lab import CHROMIUM, KERNEL_IS_IDLE, new_page, release_input, serving


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.fail('no Chromium is found; install one, or run: pytest -m "not browser"')
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="module")
def folder(server, request):
    """Folder for the notebooks of a file of tests, which the server serves; their kernels end with the file."""
    folder = server.folder / request.module.__name__.rpartition(".")[2]
    folder.mkdir()
    yield folder
    server.shut_down_kernels()


@pytest.fixture(scope="module")
def open_notebook(server, folder, chromium):
    """Opens a notebook of the folder in JupyterLab, in a separate workspace, once its kernel has started."""
    pages = []

    def open_notebook(name):
        page = new_page(chromium, viewport={"width": 1400, "height": 2600})
        pages.append(page)
        page.goto(f"{server.address}/lab/workspaces/{folder.name}/tree/{folder.name}/{name}")
        page.wait_for_function(KERNEL_IS_IDLE)
        return page

    yield open_notebook
    for page in pages:
        page.close()


@pytest.fixture(scope="session")
def free_pages():
    """Pages that no test uses, by the options that they were made with."""
    return defaultdict(list)


@pytest.fixture
def open_page(chromium, free_pages):
    """Opens a file as a page that shows a picture; what it fetches and what goes wrong stand at the page.

    It is a new document in the page of an earlier test, which has compiled the programs; nothing else is shared.
    """
    taken = []

    def open_page(path, **context):
        context = {"viewport": {"width": 1100, "height": 900}, **context}
        free = free_pages[json.dumps(context, sort_keys=True)]
        page = free.pop() if free else page_without_dialogs(chromium, **context)
        taken.append((page, free))
        page.errors, page.requests = [], []
        page.set_viewport_size(context["viewport"])
        page.goto(path.as_uri())
        page.wait_for_selector(".bqplot.figure[data-state]")
        return page

    yield open_page
    for page, free in taken:
        release_input(page)
        free.append(page)


def page_without_dialogs(chromium, **context):
    """A page to which a dialog is an error."""
    page = new_page(chromium, **context)
    page.on("dialog", lambda dialog: (page.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    return page
