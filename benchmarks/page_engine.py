"""How long browsers take to compute scores and maps with a network: `python benchmarks/page_engine.py`.

On the Stack Overflow CNN with series of 300 samples and 9 channels, in a real Chromium: on a saved page without a
kernel, and in JupyterLab, where the kernel computes the same for comparison.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from results import leave, table

from cam1d_widget import CAM1DWidget, models

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.lab import CHROMIUM, KERNEL_IS_IDLE, Server, serving, write_notebook

METHODS = ["HiResCAM", "Grad-CAM", "Saliency", "Integrated Gradients", "Occlusion"]
REPEATS = 40
MARK = "document.querySelector('.bqplot canvas').__channelStack.model"
# Milliseconds of each of several runs, and of the frame in which the picture is painted.
TIMES = f"""([label, repeats]) => {{
  const {{ model }} = {MARK}.engineAnswers, times = [];
  for (let repeat = 0; repeat < repeats; repeat++) {{
    const x = {MARK}.tiles.get(`series/${{repeat % 8}}`).values;
    const start = performance.now();
    if (label) {{
      const steps = model.maps(label, x, 1);
      while (!steps.next().done) {{}}
    }} else {{
      model.scores(x);
    }}
    times.push(performance.now() - start);
  }}
  return times;
}}"""
PAINTED = f"""async ([method, repeats]) => {{
  const model = {MARK}, times = [], figure = document.querySelector(".bqplot.figure");
  const {{ index, data }} = model.get("tiles");
  const frame = () => new Promise(requestAnimationFrame);
  for (let repeat = 0; repeat < repeats; repeat++) {{
    model.tiles.replace({{ index: index.filter(({{ key }}) => key.startsWith("series/")), data }});
    await frame();
    const wanted = [repeat % 8, 1, method].join("/"), start = performance.now();
    model.choose({{ instance: repeat % 8, target: 1, method }});
    do {{ await frame(); }} while (figure.dataset.ready !== wanted);
    times.push(performance.now() - start);
  }}
  return times;
}}"""
# Longest time between two frames while a map is computed.
LONGEST_FRAME = f"""async (method) => {{
  const model = {MARK}, {{ index, data }} = model.get("tiles");
  model.tiles.replace({{ index: index.filter(({{ key }}) => key.startsWith("series/")), data }});
  const frame = () => new Promise(requestAnimationFrame);
  let longest = 0, last = await frame();
  model.choose({{ instance: 3, target: 1, method }});
  do {{
    const now = await frame();
    [longest, last] = [Math.max(longest, now - last), now];
  }} while (model.status !== "ready");
  return longest;
}}"""

NOTEBOOK = f"""
import numpy as np
from cam1d_widget import CAM1DWidget, models

x = np.random.default_rng(0).normal(size=(400, 300, 9)).astype("float32")
CAM1DWidget(models.question_cnn((300, 9), 7), x, methods={METHODS[:3]}, target=1, engine=ENGINE)
"""
# Milliseconds from another instance to its plot, each viewed for the first time.
STEPS = f"""async ([method, repeats]) => {{
  const model = {MARK}, figure = document.querySelector(".bqplot.figure"), times = [];
  const frame = () => new Promise(requestAnimationFrame);
  for (let repeat = 0; repeat < repeats; repeat++) {{
    const instance = 100 * method + 2 * repeat, wanted = [instance, 1, method].join("/"), start = performance.now();
    model.choose({{ instance, target: 1, method }});
    do {{ await frame(); }} while (figure.dataset.ready !== wanted);
    times.push(performance.now() - start);
  }}
  return times;
}}"""
# Milliseconds from a move of the pointer, which moves a stretch of a channel, to the scores and map of the series.
DRAGS = f"""async ([method, instance, repeats]) => {{
  const model = {MARK}, times = [], frame = () => new Promise(requestAnimationFrame);
  model.choose({{ instance, target: 1, method }});
  while (model.status !== "ready") {{ await frame(); }}
  for (let repeat = 0; repeat < repeats; repeat++) {{
    const start = performance.now();
    model.edits.drag({{ do: "move", window: [100, 150], channels: [2], by: [repeat / 10 + 0.1] }});
    do {{ await frame(); }} while (model.status !== "ready");
    times.push(performance.now() - start);
  }}
  model.edits.drag(null);
  return times;
}}"""


def main() -> None:
    """Write every figure."""
    started = perf_counter()
    x = np.random.default_rng(0).normal(size=(8, 300, 9)).astype(np.float32)
    widget = CAM1DWidget(models.question_cnn((300, 9), 7), x, methods=METHODS, target=1)  # a class that is not followed
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = widget.save_html(Path(folder, "page.html"), model=True, methods=METHODS, progress=False)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 1200})
        page.goto(path.as_uri())
        page.locator(".bqplot.figure[data-ready]").wait_for(timeout=120_000)
        page.wait_for_function(f"{MARK}.engineAnswers.ready", timeout=120_000)
        rows = [scores(page, widget, x), *(maps(page, widget, x, place) for place in range(len(METHODS)))]
        longest = median(page.evaluate(LONGEST_FRAME, METHODS.index("Occlusion")) for _ in range(5))
        megabytes = path.stat().st_size / 2**20
        notebooks = in_notebooks(browser, Path(folder))
        browser.close()
    columns = ["", "in Python, ms", "in the page, ms", "choice to plot, ms", "95 %, ms", "move to plot, ms", "95 %, ms"]
    longest_frame = f"While its worker computes Occlusion, frames are at most {longest:.0f} ms apart."
    note = f"The page with 8 series and their maps has {megabytes:.1f} MB. {longest_frame}"
    tables = [table("Computed by a saved page", columns, rows, note), notebooks]
    leave("page_engine", {"tables": tables, "seconds": perf_counter() - started})


def in_notebooks(browser: Browser, folder: Path) -> dict[str, Any]:
    """Times in JupyterLab, of the kernel and of the browser."""
    with serving(folder) as server:
        kernel, own = (notebook(browser, server, engine) for engine in ("kernel", "auto"))
    rows = [[name, *kernel[name], *own[name]] for name in kernel]
    columns = ["", *(f"{who}{share}, ms" for who in ("kernel", "browser") for share in (", median", ", 95 %"))]
    return table("In a notebook: by the kernel, and by the browser", columns, rows)


def notebook(browser: Browser, server: Server, engine: str) -> dict[str, list[float]]:
    """Median and 95th percentile of each change in a notebook, whose maps are computed by an engine."""
    write_notebook(server.folder / f"{engine}.ipynb", NOTEBOOK.replace("ENGINE", repr(engine)))
    page = browser.new_page(viewport={"width": 1400, "height": 1200})
    page.goto(f"{server.address}/lab/workspaces/{engine}/tree/{engine}.ipynb")
    page.wait_for_function(KERNEL_IS_IDLE, timeout=120_000)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.locator(".bqplot.figure[data-ready]").wait_for(timeout=120_000)
    if engine == "auto":
        page.wait_for_function(f"{MARK}.engineAnswers?.ready", timeout=120_000)
    page.wait_for_timeout(5000)
    found = {}
    for place, label in enumerate(METHODS[:3]):
        found[f"{label}, another instance"] = median_and_95(page.evaluate(STEPS, [place, REPEATS]))
        found[f"{label}, a move while editing"] = median_and_95(page.evaluate(DRAGS, [place, 100 * place, REPEATS]))
    page.close()
    server.shut_down_kernels()
    return found


def scores(page: Page, widget: CAM1DWidget, x: np.ndarray) -> list[Any]:
    """Time of the scores of one series."""
    classifier = widget.explanation.classifier
    return ["scores of a series", of_python(lambda: classifier.scores(x[:1])), in_page(page, None)] + [None] * 4


def maps(page: Page, widget: CAM1DWidget, x: np.ndarray, place: int) -> list[Any]:
    """Time of one map."""
    label = METHODS[place]
    method, classifier = widget.explanation.method(label), widget.explanation.classifier
    if isinstance(baseline := getattr(method, "baseline", None), np.ndarray):
        method = replace(method, baseline=baseline[:1])
    alone = of_python(lambda: method.attribute(classifier, x[:1], np.array([1])))
    repeats = 12 if label in METHODS[3:] else REPEATS
    painted, moved = page.evaluate(PAINTED, [place, repeats]), page.evaluate(DRAGS, [place, 3, repeats])
    return [label, alone, in_page(page, label), *median_and_95(painted), *median_and_95(moved)]


def median_and_95(times: list[float]) -> list[float]:
    """Median and 95th percentile of times, without the first two, which compile."""
    return [median(times[2:]), quantiles(times[2:], n=20)[-1]]


def in_page(page: Page, label: str | None) -> float:
    """Median time in the page, in milliseconds."""
    return median(page.evaluate(TIMES, [label, 8 if label in METHODS[3:] else REPEATS])[2:])


def of_python(compute: Callable[[], Any]) -> float:
    """Median time in Python, in milliseconds."""
    times = []
    for _ in range(8):
        begun = perf_counter()
        compute()
        times.append(1000 * (perf_counter() - begun))
    return median(times[2:])


if __name__ == "__main__":
    main()
