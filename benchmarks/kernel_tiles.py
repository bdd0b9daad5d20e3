"""Latency of maps computed on demand by the kernel, and 1,000 slider events: `python benchmarks/kernel_tiles.py`.

In a real JupyterLab with a real kernel. The time from the change of a slider to the painted plot is compared with the
time of the method alone, which the same kernel takes for other instances without a browser.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any

from playwright.sync_api import Page, sync_playwright
from results import leave, table

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.lab import CHROMIUM, KERNEL_IS_IDLE, run_in_kernel, serving, write_notebook

METHODS = ["HiResCAM", "Saliency", "Integrated Gradients", "Occlusion"]
COUNT = 400
STEPS = 8

SOURCE = f"""
import json, os, time
from statistics import median
import numpy as np
from cam1d_widget import CAM1DWidget, models

x = np.random.default_rng(0).normal(size=({COUNT}, 300, 9)).astype("float32")
widget = CAM1DWidget(models.question_cnn((300, 9), 7), x, methods={METHODS}, engine="kernel")

def own_times(method, instances):
    took = []
    for instance in instances:
        start = time.perf_counter()
        widget.explanation.attribution(method, instance, 1)
        took.append(1000 * (time.perf_counter() - start))
    return took

def memory():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1]) / 1024

widget
"""
MARK = "document.querySelector('.bqplot canvas').__channelStack.model"
SHOW = f"""async (choice) => {{
  const model = {MARK}, figure = document.querySelector(".bqplot.figure");
  const wanted = [choice.instance, choice.target, choice.method].join("/");
  const start = performance.now();
  model.choose(choice);
  const frame = () => new Promise(requestAnimationFrame);
  do {{ await frame(); }} while (figure.dataset.ready !== wanted);
  return performance.now() - start;
}}"""
COUNT_REQUESTS = f"""() => {{
  const model = {MARK}, send = model.send;
  window.asked = 0;
  model.send = function (content, ...rest) {{
    window.asked += content.type === "tiles";
    return send.call(this, content, ...rest);
  }};
}}"""
HEAP = "performance.memory.usedJSHeapSize / 2 ** 20"


def main() -> None:
    """Write every figure."""
    started = perf_counter()
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--enable-precise-memory-info"]
        )
        with serving(Path(home)) as server:
            write_notebook(server.folder / "bench.ipynb", SOURCE)
            page = browser.new_page(viewport={"width": 1400, "height": 1200})
            page.goto(f"{server.address}/lab/tree/bench.ipynb")
            page.wait_for_function(KERNEL_IS_IDLE, timeout=60_000)
            page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
            page.locator(".bqplot.figure[data-ready]").wait_for(timeout=120_000)
            tables = [maps(page), events(page)]
        browser.close()
    leave("kernel_tiles", {"tables": tables, "seconds": perf_counter() - started})


def evaluated(page: Page, expression: str) -> float:
    """Value of an expression in the kernel, as a number."""
    return float(run_in_kernel(page, f"print({expression})"))


def maps(page: Page) -> dict[str, Any]:
    """Time of the maps of each method, from the change of the slider."""
    rows = [times(page, place, method) for place, method in enumerate(METHODS)]
    more = [f"beyond its own, {which}, ms" for which in ("median", "least")]
    return table("From slider to plot", ["method", "method alone, ms", "slider to plot, ms", *more], rows)


def times(page: Page, place: int, method: str) -> list[Any]:
    """Time of one method alone, and in the page, for instances not viewed before, each far from the previous one."""
    own, seen = [], []
    for step in range(STEPS):
        instance = 10 + 20 * step
        page.wait_for_timeout(600)
        own.append(evaluated(page, f"own_times({method!r}, [{instance + 10}])[0]"))
        page.wait_for_timeout(300)
        seen.append(page.evaluate(SHOW, {"instance": instance, "target": 1, "method": place}))
    alone, whole = median(own[2:]), median(seen[2:])
    return [method, alone, whole, whole - alone, min(seen[2:]) - alone]


def events(page: Page) -> dict[str, Any]:
    """A thousand mouse moves on the slider, at most a hundred a second, with a method that cannot keep pace."""
    page.evaluate(SHOW, {"instance": 0, "target": 1, "method": METHODS.index("Occlusion")})
    page.evaluate(COUNT_REQUESTS)
    run_in_kernel(page, "changes = []; widget.observe(lambda change: changes.append(change.new), 'instance')")
    before = evaluated(page, "memory()"), page.evaluate(HEAP)
    bar = page.locator(".noUi-target").first.bounding_box()
    page.mouse.move(bar["x"], bar["y"] + bar["height"] / 2)
    page.mouse.down()
    started = perf_counter()
    for step in range(1000):
        # Back and forth, the last one in the middle.
        part = abs((step / 125) % 2 - 1) if step < 999 else 0.5
        page.mouse.move(bar["x"] + part * bar["width"], bar["y"] + bar["height"] / 2)
        sleep(max(0.0, started + 0.01 * step - perf_counter()))
    took = perf_counter() - started
    page.mouse.up()
    ended = perf_counter()
    last = page.evaluate(f"{MARK}.get('instance')")
    page.locator(f'.bqplot.figure[data-ready^="{last}/"]').wait_for(timeout=60_000)
    late = perf_counter() - ended
    page.wait_for_timeout(3000)
    after = evaluated(page, "memory()"), page.evaluate(HEAP)
    rows = [
        ["duration of all moves, s", took],
        ["plot of the last move, after the move, ms", 1000 * late],
        ["requests for maps", page.evaluate("asked")],
        ["updates of the instance in Python", int(evaluated(page, "len(changes)"))],
        ["instance in the page at the end", last],
        ["instance in Python at the end", int(evaluated(page, "widget.instance"))],
        ["kernel grew by, MB", after[0] - before[0]],
        ["scripts of the page grew by, MB", after[1] - before[1]],
    ]
    return table("1,000 moves of the slider", ["what", "figure"], rows)


if __name__ == "__main__":
    main()
