"""A real JupyterLab with a real kernel, and a page of it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import nbformat

# As in the Makefile, which brings one where there is none.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)

# What JupyterLab shows of a kernel is "idle" before there is one, and cells that are run then are lost.
KERNEL_IS_IDLE = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  const kernel = context?.session?.kernel;
  return context?.isReady && kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""


# Milliseconds until something that ought to happen is said not to: no busy machine takes as long.
LIMIT = 180_000

# Whether JupyterLab is done with a save that the keys asked for. Its command does nothing while the one before is not
# done, and that one makes a checkpoint after the notebook is no longer dirty.
WATCH_SAVES = """() => {
  const { commands } = window.jupyterapp;
  window.saved = false;
  commands.commandExecuted.connect(function listen(_, { id, result }) {
    if (id === "docmanager:save") {
      commands.commandExecuted.disconnect(listen);
      result.then(() => { window.saved = true; });
    }
  });
}"""


def write_notebook(path, *cells):
    """A notebook of cells of code, for the kernel of this interpreter."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    code = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=code, metadata=kernel), path)


@contextmanager
def serving(folder, home, **environment):
    """Address of a JupyterLab of our own, which neither reads nor leaves anybody's settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {f"JUPYTER_{kind}_DIR": str(home / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    options = [
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        "--expose-app-in-browser",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            cwd=folder,
            env={**os.environ, **settings, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/api", server, home / "log")
            yield f"http://127.0.0.1:{port}/lab"
        finally:
            stop(server)


def wait_for(address, server, log):
    for _ in range(LIMIT // 200):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab does not answer: {log.read_text()}")


def stop(server):
    server.terminate()
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def new_page(chromium):
    """A page with its errors as `page.errors`."""
    page = chromium.new_page(viewport={"width": 1400, "height": 2600})
    page.set_default_timeout(LIMIT)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda said: page.errors.append(said.text) if said.type == "error" else None)
    return page


def run_all(page):
    """Run all cells by the menu, until both viewers show a picture."""
    from playwright.sync_api import TimeoutError as NothingSeen

    page.wait_for_function(KERNEL_IS_IDLE)
    page.locator(".jp-CodeCell").first.wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    try:
        page.locator(".bqplot.figure[data-ready]").nth(1).wait_for()
    except NothingSeen as error:
        said = page.locator(".jp-OutputArea-output").all_inner_texts()
        raise AssertionError(f"no picture; cells said {said}, the page {page.errors}") from error


def run_in_kernel(page, code):
    """Run code as a cell would, without one; what it prints."""
    done, printed = page.evaluate(
        """async (code) => {
          const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
          const future = kernel.requestExecute({ code });
          let printed = "";
          future.onIOPub = ({ header, content }) => { printed += header.msg_type === "stream" ? content.text : ""; };
          const { content } = await future.done;
          return [content, printed];
        }""",
        code,
    )
    assert done["status"] == "ok", done
    return printed


def save_by_keys(page):
    """Press Ctrl + S where the focus is, and wait until JupyterLab has saved the notebook."""
    page.evaluate(WATCH_SAVES)
    page.evaluate("window.jupyterapp.shell.currentWidget.context.model.dirty = true")
    page.keyboard.press("Control+s")
    page.wait_for_function("window.saved")
    assert not page.evaluate("window.jupyterapp.shell.currentWidget.context.model.dirty")
