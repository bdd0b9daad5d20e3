"""A real JupyterLab with real kernels, and pages of it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..support.waiting import LIMIT, until

ROOT = Path(__file__).parents[2]
# As in the Makefile, which brings one where there is none.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)

# What JupyterLab shows of a kernel is "idle" before there is one, and cells that are run then are lost.
KERNEL_IS_IDLE = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  const kernel = context?.session?.kernel;
  return context?.isReady && kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""

ERROR = "[data-mime-type='application/vnd.jupyter.error']"

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


# JupyterLab's own saves, and its question about news, come at any time.
SETTINGS = {
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


@dataclass(frozen=True)
class Server:
    """A server of notebooks: where it listens, and the folder that it serves."""

    address: str
    folder: Path

    def shut_down_kernels(self):
        for kernel in json.loads(self.ask("api/kernels")):
            self.ask(f"api/kernels/{kernel['id']}", "DELETE")

    def ask(self, path, method="GET"):
        request = urllib.request.Request(f"{self.address}/{path}", method=method)
        with urllib.request.urlopen(request, timeout=LIMIT) as answer:
            return answer.read()


def write_notebook(path, *cells):
    """A notebook of cells of code, for the kernel of this interpreter."""
    import nbformat  # takes a second

    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    code = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=code, metadata=kernel), path)
    return path


def cells_of(path):
    """The cells of a notebook."""
    import nbformat

    return nbformat.read(path, as_version=4).cells


@contextmanager
def serving(home):
    """A JupyterLab of our own, which neither reads nor leaves anybody's settings; all its files are in `home`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = home / "notebooks"
    folder.mkdir()
    settings = {f"JUPYTER_{kind}_DIR": str(home / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    # Of this working copy, or else of the installed package. Copies: nbclassic and Voila follow no links.
    for kind in ("labextension", "nbextension"):
        built = ROOT / "cam1d_widget" / kind
        installed = Path(sys.prefix, "share", "jupyter", f"{kind}s", "cam1d-widget")
        shutil.copytree(built if built.exists() else installed, home / "path" / f"{kind}s" / "cam1d-widget")
    overrides = home / "CONFIG" / "labconfig" / "default_setting_overrides.json"
    overrides.parent.mkdir(parents=True)
    overrides.write_text(json.dumps(SETTINGS))
    options = [
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        "--ServerApp.disable_check_xsrf=True",
        "--expose-app-in-browser",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            cwd=folder,
            env={**os.environ, **settings, "JUPYTER_PATH": str(home / "path"), "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            until(lambda: answers(server, f"{address}/api"), lambda: f"no JupyterLab: {(home / 'log').read_text()}")
            yield Server(address, folder)
        finally:
            stop(server)


def answers(server, address):
    """Whether there is an answer at an address; a server that has ended gives none."""
    assert server.poll() is None, "JupyterLab has ended"
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def stop(process):
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run_all(page):
    """Run all cells by the menu, until both viewers show a picture."""
    page.locator(".jp-CodeCell").first.wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    fault = page.locator(f"{ERROR} pre")
    page.locator(".bqplot.figure[data-ready]").nth(1).or_(fault).first.wait_for()
    assert fault.all_inner_texts() == []


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
