"""One Chromium and one JupyterLab for all tests of a process, and pages of local files."""

import pytest

from .lab import CHROMIUM, KERNEL_IS_IDLE, serving
from .pages import Pages


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


@pytest.fixture(scope="session")
def pages(chromium):
    return Pages(chromium)


@pytest.fixture(scope="module")
def open_notebook(server, folder, pages):
    """Opens a notebook of the folder in JupyterLab once its kernel has started, in the folder's workspace or another.

    A workspace opens the notebooks that it had before as well.
    """
    with pages.lent() as lend:

        def open_notebook(name, workspace=folder.name):
            page = lend(viewport={"width": 1400, "height": 2600})
            page.goto(f"{server.address}/lab/workspaces/{workspace}/tree/{folder.name}/{name}")
            page.wait_for_function(KERNEL_IS_IDLE)
            return page

        yield open_notebook


@pytest.fixture
def open_page(pages):
    """Opens a file as a page that shows a picture; what it fetches and what goes wrong stand at the page."""
    with pages.lent() as lend:

        def open_page(path, **context):
            page = lend(**{"viewport": {"width": 1100, "height": 900}, **context})
            page.goto(path.as_uri())
            page.wait_for_selector(".bqplot.figure[data-state]")
            return page

        yield open_page
